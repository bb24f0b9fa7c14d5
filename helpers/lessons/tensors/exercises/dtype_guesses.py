"""Predict the dtype of four tensors."""

from helpers.checks.exercise import ChoiceExercise, mistake

DTYPES = {
    "torch.tensor([3, 4, 5])": "int64",
    "torch.tensor([3, 4.5])": "float32",
    "torch.tensor([3, 4, 5]) / 1": "float32",
    "torch.tensor([3, 4, 5]) > 3": "bool",
}

kind = ChoiceExercise
options = {
    "int64": "whole numbers of 64 bits",
    "float32": "floating-point numbers of 32 bits",
    "float64": "floating-point numbers of 64 bits",
    "bool": "True or False",
}
reference = DTYPES
requirements = {f"`{code}`": 0.5 for code in DTYPES}
parts = {code: f"`{code}`" for code in DTYPES}
mistakes = [
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5])": "float32"},
        "No entry of [3, 4, 5] has a fraction, so torch keeps whole numbers: int64.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4.5])": "float64"},
        "A Python float has 64 bits, but `torch.tensor` makes float32 of it: half the memory, and "
        "what layers want.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4.5])": "int64"},
        "4.5 does not fit into whole numbers, and a tensor has one dtype for all its entries.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5]) / 1": "int64"},
        "`/` may give fractions, so its result is a float32, even where every fraction is 0. `//` "
        "would keep int64.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5]) > 3": "int64"},
        "A comparison answers True or False for each entry: bool.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5]) > 3": "float32"},
        "A comparison neither picks entries out nor computes with them: it answers True or False for each.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5]) > 3": "float64"},
        "A comparison makes no floats: it answers True or False for each entry.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5]) / 1": "float64"},
        "The quotients are floats, and torch's own floats have 32 bits; the 64 are NumPy's and Python's.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4, 5])": "float64"},
        "No entry of [3, 4, 5] has a fraction, and torch makes no floats of whole numbers unasked.",
    ),
    mistake(
        DTYPES | {"torch.tensor([3, 4.5])": "bool"},
        "bool holds True and False alone, and 4.5 is a number with a fraction.",
    ),
]
hints = [
    "The cell above printed the dtypes of three tensors. Which of them has entries like these?",
    "One dtype must hold every entry. Division can leave the whole numbers; a comparison is a yes or no.",
]
