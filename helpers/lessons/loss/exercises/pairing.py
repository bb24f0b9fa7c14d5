"""Choose for each task what the network ends with and which loss goes with it."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
options = {
    "A": "one number as it is, and `nn.MSELoss`",
    "B": "one raw score, and `nn.BCEWithLogitsLoss`",
    "C": "one raw score for each class, and `nn.CrossEntropyLoss` with class numbers",
    "D": "one raw score for each label, and `nn.BCEWithLogitsLoss` with a row of zeros and ones",
    "E": "softmax, and `nn.CrossEntropyLoss` with class numbers",
    "F": "one number as it is, and `nn.HuberLoss`",
}
PRICE_HOUSE = "the price of a house, clean records"
PRICE_HOUSE_TYPING = "the price of a house, typing errors"
ONE_TEN = "one of ten digits"
MALIGNANT_OR = "malignant or benign"
ALL_THINGS = "all things in a photograph"
requirements = {
    PRICE_HOUSE: 0.4,
    PRICE_HOUSE_TYPING: 0.4,
    ONE_TEN: 0.4,
    MALIGNANT_OR: 0.4,
    ALL_THINGS: 0.4,
}
parts = {
    "clean prices": PRICE_HOUSE,
    "dirty prices": PRICE_HOUSE_TYPING,
    "digit": ONE_TEN,
    "tumour": MALIGNANT_OR,
    "photo": ALL_THINGS,
}
reference = {
    "clean prices": "A",
    "dirty prices": "F",
    "digit": "C",
    "tumour": "B",
    "photo": "D",
}
mistakes = [
    mistake(
        {"dirty prices": "B", "tumour": "D", "photo": "E"},
        "These are the letters in the order of the table. The tasks stand in another order: ask for each what it "
        "predicts.",
    ),
    mistake(
        {"clean prices": "F", "dirty prices": "A"},
        "The two price tasks are swapped: which loss guards against a digit too many, and which one has no need to?",
    ),
    mistake(
        {"digit": "E"},
        "`nn.CrossEntropyLoss` applies the softmax itself. With one before it the loss cannot come near 0.",
    ),
    mistake(
        {"digit": "D"},
        "With one sigmoid for each digit a picture could be a 3 and an 8 at once. Where exactly one class is "
        "true the classes must compete.",
    ),
    mistake(
        {"photo": "C"},
        "Cross-entropy makes the classes compete for one place. A photograph may show a dog and a car: each "
        "label needs its own yes or no.",
    ),
    mistake(
        {"tumour": "A"},
        "A squared error on yes and no learns slowly where it is most wrong. The tumour is a yes-or-no "
        "question: one score and binary cross-entropy.",
    ),
    mistake(
        {"dirty prices": "A"},
        "One price with a digit too many would pull the whole model along, squared. Take a loss whose arms are "
        "straight.",
    ),
    mistake(
        {"tumour": "D"},
        "There is one question here, malignant or not, and not several labels: one score is enough.",
    ),
    mistake(
        {"clean prices": "F"},
        "These records were checked twice, so there is nothing to guard against: the plain squared error, without a "
        "δ that you would have to choose.",
    ),
    mistake(
        {"tumour": "E"},
        "`nn.CrossEntropyLoss` applies a softmax itself, so this is one too many. A yes-or-no question needs one raw "
        "score.",
    ),
    mistake(
        {"tumour": "C"},
        "Malignant or not is a yes-or-no question. One raw score is enough, with the loss that brings the sigmoid "
        "along.",
    ),
    mistake(
        {"photo": "E"},
        "A softmax makes the kinds compete for one place, and the loss applies another. A photograph may show "
        "several things: a yes or no for each.",
    ),
    mistake(
        {"photo": "B"},
        "One score answers one question. Here are 80 kinds of things: one score for each of them.",
    ),
    mistake(
        {"digit": "A"},
        "The number of a class is a name: an 8 is not twice a 4. A loss for quantities must not calculate with it.",
    ),
    mistake(
        {"digit": "B"},
        "One score says yes or no. For one of ten digits you need ten scores that compete.",
    ),
    mistake(
        {"dirty prices": "B"},
        "A price is a quantity and no yes-or-no question. Take a loss for numbers whose arms are straight.",
    ),
]
alternatives = [
    {"clean prices": "a", "dirty prices": " F", "digit": "c", "tumour": "B", "photo": "D"},
]
also_wrong = [
    {"clean prices": "F", "dirty prices": "A", "digit": "C", "tumour": "B", "photo": "D"},
    {"clean prices": "A", "dirty prices": "F", "digit": "E", "tumour": "B", "photo": "D"},
    {"clean prices": "A", "dirty prices": "F", "digit": "C", "tumour": "C", "photo": "D"},
    {"clean prices": "A", "dirty prices": "F", "digit": "C", "tumour": "B", "photo": "C"},
    "AFCBD",
]
hints = [
    "Ask first: a quantity, one of several classes, or several yes-or-no questions?",
    "The losses with CrossEntropy and WithLogits in their names bring softmax and sigmoid along: hand them "
    "raw scores.",
]
