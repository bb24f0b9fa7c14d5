"""Predict how many numbers a moving mean gives."""

from helpers.checks.exercise import ValueExercise, mistake

# A value: it is the same for everybody, so there are no `inputs`. With `parts` each answer earns its points.
kind = ValueExercise
reference = {"10 days, width 3": 8, "7 days, width 1": 7, "5 days, width 5": 1}
parts = {question: f"`{question}`" for question in reference}
requirements = dict.fromkeys(parts.values(), 0.5)

mistakes = [
    mistake(
        reference | {"10 days, width 3": 7},
        "Count the places where a window can begin: day 0, day 1, … and the last is day 7.",
    ),
    mistake(
        reference | {"10 days, width 3": 10},
        "A window that begins on the last day would stick out by two days.",
    ),
    mistake(
        reference | {"7 days, width 1": 6},
        "A window of one day fits on every day.",
    ),
    mistake(
        reference | {"5 days, width 5": 5},
        "A window as wide as the table fits in one place only.",
    ),
]
also_wrong = [  # these have no sentence of their own; that they lose points is proved
    reference | {"5 days, width 5": 0},
    dict.fromkeys(reference, 8),
]
hints = [
    "Draw 10 boxes and move a window of 3 boxes along them.",
    "From the first place to the last it moves by n − width boxes.",
]
