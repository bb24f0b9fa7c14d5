"""Choose the last step of the network for each of six tasks."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
options = {
    "A": "one output, no activation",
    "B": "one output, sigmoid",
    "C": "k outputs, softmax",
    "D": "k outputs, a sigmoid on each",
}
PRICE_HOUSE = "the price of a house"
TUMOUR_BENIGN = "a tumour, benign or malignant"
WHICH_TEN = "which of ten digits"
ALL_THINGS = "all the things on a photo"
TEMPERATURE_TOMORROW = "the temperature tomorrow"
WHICH_THREE = "which of three penguins"
requirements = {
    PRICE_HOUSE: 0.5,
    TUMOUR_BENIGN: 0.5,
    WHICH_TEN: 0.5,
    ALL_THINGS: 0.5,
    TEMPERATURE_TOMORROW: 0.5,
    WHICH_THREE: 0.5,
}
parts = {
    "price": PRICE_HOUSE,
    "tumour": TUMOUR_BENIGN,
    "digit": WHICH_TEN,
    "photo": ALL_THINGS,
    "temperature": TEMPERATURE_TOMORROW,
    "penguin": WHICH_THREE,
}
reference = {
    "price": "A",
    "tumour": "B",
    "digit": "C",
    "photo": "D",
    "temperature": "A",
    "penguin": "C",
}
mistakes = [
    mistake({"price": "B"}, "A sigmoid never exceeds 1; a price does."),
    mistake({"price": "C"}, "A softmax gives shares of 1; a price is no share of anything."),
    mistake(
        {"price": "D"},
        "One price is asked for, so one output is enough, and a sigmoid never exceeds 1.",
    ),
    mistake(
        {"tumour": "D"},
        "D is for several questions at once. Here is one, yes or no: one output does.",
    ),
    mistake(
        {"tumour": "A"},
        "A bare number has no bounds. For a probability of one of two classes: one output, sigmoid.",
    ),
    mistake(
        {"tumour": "C"},
        "Softmax over k = 2 outputs can do that too, but needs twice the outputs: for yes or no one is enough.",
    ),
    mistake(
        {"digit": "D"},
        "Ten separate sigmoids could say yes to a 3 and to an 8. Each picture shows one digit only: "
        "the shares must add up to 1.",
    ),
    mistake(
        {"digit": "A"},
        "One number would claim that a 7 lies between a 6 and an 8. Digits are names: one score for each.",
    ),
    mistake(
        {"digit": "B"},
        "One output with a sigmoid answers one yes or no. Which of ten digits it is needs an output for each.",
    ),
    mistake(
        {"photo": "A"},
        "One number cannot say of 80 things whether each can be seen. How many outputs does that need?",
    ),
    mistake(
        {"photo": "B"},
        "One output answers for one thing. There are 80 of them, each with a yes or no of its own.",
    ),
    mistake(
        {"photo": "C"},
        "Softmax shares out a single 1: a dog would take away from the ball beside it. Each thing is a yes or no "
        "of its own.",
    ),
    mistake(
        {"temperature": "B"},
        "A sigmoid stays between 0 and 1; temperatures in °C do not.",
    ),
    mistake(
        {"temperature": "C"},
        "A softmax gives shares of 1. A temperature is a number without bounds, and no share of anything.",
    ),
    mistake(
        {"temperature": "D"},
        "One temperature is asked for, so one output is enough, and a sigmoid stays between 0 and 1.",
    ),
    mistake(
        {"penguin": "A"},
        "One number would put the three species in an order, one of them between the others. They are names: one score "
        "for each.",
    ),
    mistake(
        {"penguin": "B"},
        "One output tells two classes apart. With three species each needs a score of its own.",
    ),
    mistake(
        {"penguin": "D"},
        "A penguin belongs to one species. Three separate sigmoids could say yes three times.",
    ),
]  # fmt: skip
alternatives = [
    {"price": "a", "tumour": " b ", "digit": "c", "photo": "d", "temperature": "A", "penguin": "C"},
]
also_wrong = [
    "C",
    {"price": "A"},
]
hints = [
    "Ask of each task: a number without bounds, one yes or no, one of k, or several of k at once?",
    "Without bounds: A. One yes or no: B. Exactly one of k: C. Any number of k: D.",
]
