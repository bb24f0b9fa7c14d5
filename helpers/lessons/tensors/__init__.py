"""Lesson 01: tensors, their shapes and dtypes, and how they combine."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "01_tensors",
    [
        "dtype_guesses",
        "to_unit_range",
        "shape_guesses",
        "correct_daily",
        "centre_crop",
        "fill_missing",
        "stack_photos",
        "meal_costs",
        "fibonacci",
        "standardize",
        "similarities",
        "brighten",
        "pairwise_distances",
        "nearest_other",
    ],
)
