"""Say for each of five runs what its two curves tell."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
requirements = {f"run {run}": 0.4 for run in "ABCDE"}
parts = {run: f"run {run}" for run in "ABCDE"}
options = {
    "healthy": "learns, and is as good on new examples",
    "overfits": "learns the training examples by heart: stop earlier, or find more data",
    "rate too low": "moves in the right direction, far too slowly: raise the learning rate",
    "rate too high": "jumps about and gets nowhere: lower the learning rate",
    "too small": "has come to rest at a high loss on both: give the model more units",
}
reference = {
    "A": "rate too low",
    "B": "overfits",
    "C": "rate too high",
    "D": "healthy",
    "E": "too small",
}
mistakes = [
    mistake(
        {"A": "too small"},
        "Run A has not come to rest: both curves still fall, in a nearly straight line.",
    ),
    mistake(
        {"B": "healthy"},
        "In run B the training loss goes to 0, and the validation loss rises again.",
    ),
    mistake(
        {"C": "overfits"},
        "In run C the training loss does not fall either. Nothing is learned by heart there.",
    ),
    mistake(
        {"E": "rate too low"},
        "Run E has become flat: ten times as many steps would change little.",
    ),
    mistake(
        {"D": "overfits"},
        "In run D the two curves lie close together to the end.",
    ),
    mistake(
        {"A": "healthy"},
        "Run A falls, but from 2.3 to little less: guessing among ten digits costs 2.3.",
    ),
    mistake(
        {"C": "too small"},
        "Run C does not come to rest: it jumps. A network that is too small gives a calm curve.",
    ),
    mistake(
        {"D": "rate too low"},
        "Run D falls at once, and is nearly at rest at the end.",
    ),
    mistake(
        {"E": "overfits"},
        "In run E no gap opens: training and validation rest at the same height.",
    ),
    mistake(
        {"E": "healthy"},
        "Look at the height at which run E rests, and compare it with run D.",
    ),
]
alternatives = [
    {
        "A": "Rate too low",
        "B": "overfits ",
        "C": "RATE TOO HIGH",
        "D": "healthy",
        "E": "too small",
    },
]
also_wrong = [
    dict.fromkeys("ABCDE", "healthy"),
]
hints = [
    "Look at the training curve first: does it fall, and does it come to rest?",
    "Then at the gap between the curves: does it open?",
    "A curve that is flat has found what this model can do; one that still falls has not.",
]
