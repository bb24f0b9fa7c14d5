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
    mistake(
        SHAPES | {"(2, 5) + (5,)": (5,)},
        "The shorter shape does not win: `(5,)` counts as `(1, 5)`, and its row is used for each row of the table.",
    ),
    mistake(
        SHAPES | {"(2, 5) + (5,)": (2, 5, 5)},
        "Shapes are not written one behind the other: they are lined up from the right, and each place gives one size. "
        "The result has as many dimensions as the longer of the two.",
    ),
    mistake(
        SHAPES | {"(2, 5) + (5,)": (2, 10)},
        "The entries are added, not the sizes: where both sizes are equal, that size stays.",
    ),
    mistake(
        SHAPES | {"(2, 5) + (2,)": (2,)},
        "The shorter shape does not win. Lined up from the right, which size does the 2 of `(2,)` meet?",
    ),
    mistake(
        SHAPES | {"(2, 5) + (2,)": (2, 2)},
        "A size stretches only if it is 1. Lined up from the right, which size does the 2 of `(2,)` meet?",
    ),
    mistake(
        SHAPES | {"(4,) + (4, 1)": (1, 4)},
        "`(4,)` does count as `(1, 4)`, and then it meets a column: in each place the 1 stretches to the 4.",
    ),
    mistake(
        SHAPES | {"(4,) + (4, 1)": (4, 4, 1)},
        "Shapes are not written one behind the other: each place, counted from the right, gives one size, and both "
        "shapes have at most two.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": (6, 3, 2)},
        "No size leaves its place. Lined up from the right, the 3 and the 1 meet in the last place, the 1 and the 2 in "
        "the one before.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": (6, 2, 1)},
        "In the last place 3 meets 1. It is the 1 that stretches, so the larger of the two comes out.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": (2, 3)},
        "No dimension gets lost: the shorter shape lacks the first size, which counts as 1 and stretches to the 6.",
    ),
    mistake(
        SHAPES | {"(6, 1, 3) + (2, 1)": (6, 1, 3, 2, 1)},
        "Shapes are not written one behind the other: lined up from the right, each place gives one size, so three "
        "come out.",
    ),
]
hints = [
    "Write the two shapes below each other, right-aligned, and put 1 where a size is missing.",
    "In each column the sizes must be equal, or one of them must be 1. Is there a column where neither "
    "holds?",
]
