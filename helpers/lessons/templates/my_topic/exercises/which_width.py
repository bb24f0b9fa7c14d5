"""Choose the width that suits each aim."""

from helpers.checks.exercise import ChoiceExercise, mistake

# A choice: one key, or a dict with one key per question. The options are shown on the card.
kind = ChoiceExercise
options = {
    "narrow": "a window of 1 to 3 days",
    "wide": "a window of about 10 days",
    "all": "a window as wide as the table",
}
reference = {
    "see on which day the bean was watered": "narrow",
    "see the trend of a month": "wide",
    "report one number": "all",
}
parts = {aim: aim for aim in reference}
requirements = dict.fromkeys(reference, 0.5)

mistakes = [
    mistake(
        reference | {"see on which day the bean was watered": "wide"},
        "In a wide window a single day hardly counts.",
    ),
    mistake(
        reference | {"see the trend of a month": "narrow"},
        "A narrow window keeps the jumps that hide the trend.",
    ),
    mistake(
        reference | {"report one number": "wide"},
        "How many numbers come out if the window is narrower than the table?",
    ),
]
hints = [
    "The wider the window, the more is smoothed away.",
    "Play with the slider above: which width answers which question?",
]
