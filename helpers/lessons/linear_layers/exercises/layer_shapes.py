"""Predict shapes for `layer = nn.Linear(8, 20)`, or "error"."""

from helpers.checks.exercise import ValueExercise, mistake

LAYER_SHAPES = {
    "layer.weight": (20, 8),
    "layer(torch.rand(5, 8))": (5, 20),
    "layer(torch.rand(8, 5))": "error",
    "layer(torch.rand(2, 5, 8))": (2, 5, 20),
}

kind = ValueExercise
reference = LAYER_SHAPES
requirements = {f"`{code}`": 0.5 for code in LAYER_SHAPES}
parts = {code: f"`{code}`" for code in LAYER_SHAPES}
mistakes = [
    mistake(
        LAYER_SHAPES | {"layer.weight": (8, 20)},
        "The weight is stored as (out, in): one row of 8 weights for each of the 20 neurons.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(5, 8))": (20, 5)},
        "Samples stay rows: 5 come in, 5 go out, each with 20 numbers.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(5, 8))": (5, 8)},
        "The last dimension changes from the 8 inputs to the 20 outputs.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(8, 5))": (8, 20)},
        "Each row of this batch has 5 numbers, and the neurons have 8 weights each: an error. 8 rows are "
        "not 8 inputs.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(8, 5))": (20, 5)},
        "The layer does not turn the batch round for you: the last dimension must be 8, and it is 5. An error.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": "error"},
        "A layer works on the last dimension alone. All dimensions before it are kept.",
    ),
]
also_wrong = [
    reference | {"layer.weight": (160,)},
    reference | {"layer(torch.rand(5, 8))": "error"},
    reference | {"layer(torch.rand(8, 5))": None},
    reference | {"layer(torch.rand(2, 5, 8))": (10, 20)},
    dict.fromkeys(reference, "error"),
]
hints = [
    "A neuron has one weight per input. How many neurons are there, and how many inputs?",
    "A layer replaces the last dimension, which must be its number of inputs, by its number of outputs.",
]
