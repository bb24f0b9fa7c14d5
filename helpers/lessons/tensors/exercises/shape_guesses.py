"""Predict the shape that comes out of each addition, or "error"."""

from helpers.checks.compare import Finding
from helpers.checks.compare import compare as compare_values
from helpers.checks.exercise import ValueExercise, mistake

SHAPES = {
    "(2, 5) + (5,)": (2, 5),
    "(2, 5) + (2,)": "error",
    "(4,) + (4, 1)": (4, 4),
    "(6, 1, 3) + (2, 1)": (6, 2, 3),
}

kind = ValueExercise
reference = SHAPES
requirements = {f"`{code}`": 0.5 for code in SHAPES}
parts = {code: f"`{code}`" for code in SHAPES}


def compare(got, expected):
    # A shape where "error" is right is a wrong value, not a wrong kind: the kind would give it away.
    for code, right in expected.items():
        guess = got.get(code)
        is_error = isinstance(guess, str) and guess.strip().casefold() == "error"
        if not is_error and not isinstance(guess, tuple | list):
            words = 'Write a tuple without quotes, such as `(2, 3)`, or "error" with quotes.'
            return Finding("type", f"{code}: {words}")
        if compare_values(guess, right):
            return Finding("values", "not this.", f"{code}: ")
    return None


mistakes = [
    mistake(
        SHAPES | {"(2, 5) + (2,)": (2, 5)},
        "Shapes are lined up from the right: the 2 of `(2,)` meets the 5, and neither is 1.",
    ),
    mistake(
        SHAPES | {"(2, 5) + (5,)": "error"},
        "`(5,)` is lined up from the right and read as `(1, 5)`: the row is used for both rows.",
    ),
    mistake(
        SHAPES | {"(4,) + (4, 1)": (4, 1)},
        "Not entry by entry: `(4,)` counts as `(1, 4)`, a row, and `(4, 1)` is a column. Torch gives no warning.",
    ),
    mistake(
        SHAPES | {"(4,) + (4, 1)": (4,)},
        "Lined up from the right, 4 meets 1, and the missing size meets 4. No dimension gets lost.",
    ),
    mistake(
        SHAPES | {"(4,) + (4, 1)": "error"},
        "Lined up from the right, 4 meets 1, and the missing size, which counts as 1, meets 4. Both stretch.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": (6, 1, 3)},
        "A size of 1 is what stretches: the larger of the two sizes comes out, never the smaller.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": "error"},
        "Lined up from the right, 3 meets 1, 1 meets 2, and 6 meets a missing size. Each time one of the two "
        "stretches.",
    ),
]
hints = [
    "Write the two shapes below each other, right-aligned, and put 1 where a size is missing.",
    "In each column the sizes must be equal, or one of them must be 1. Is there a column where neither "
    "holds?",
]
