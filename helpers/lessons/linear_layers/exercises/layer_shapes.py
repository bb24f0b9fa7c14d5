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
    mistake(
        LAYER_SHAPES | {"layer.weight": (20,)},
        "(20,) is the shape of the bias. The weight is a table: for each of the 20 neurons a row with one number per "
        "input.",
    ),
    mistake(
        LAYER_SHAPES | {"layer.weight": (20, 9)},
        "The bias is no column of the weight: it is kept by itself, as `layer.bias`. A row of the weight has one "
        "number per input alone.",
    ),
    mistake(
        LAYER_SHAPES | {"layer.weight": (160,)},
        "The count of numbers is right, but they stand in a table: one row for each neuron, with one number per input.",
    ),
    mistake(
        LAYER_SHAPES | {"layer.weight": (8,)},
        "That would be the weights of one neuron. There are 20 of them, each with a row of its own.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(5, 8))": (20,)},
        "The samples do not vanish: each of the 5 rows gets its own 20 numbers.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(5, 8))": (20, 8)},
        "That is the shape of the weight. The answer has one row for each sample, with one number per neuron.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(5, 8))": "error"},
        "No error here: each row has 8 numbers, as many as the neurons have weights. The number of rows is free.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(8, 5))": (5, 20)},
        "The layer does not turn the batch round: its rows have 5 numbers, and the neurons want 8. `layer(batch)` "
        "raises here.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(8, 5))": (8, 5)},
        "The batch cannot pass: its rows have 5 numbers, and the neurons have 8 weights each.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (10, 20)},
        "The dimensions before the last are not merged: 2 and 5 both stay.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (2, 20)},
        "The dimension of 5 does not vanish. Only the last one changes, all before it stay.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (2, 20, 8)},
        "The wrong dimension has changed. The layer works on the last one, which must be 8, and leaves the middle "
        "alone.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (2, 5, 8)},
        "The last dimension changes, from the 8 inputs to the 20 outputs. Those before it stay.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (5, 20)},
        "The dimension of 2 does not vanish. Only the last one changes, all before it stay.",
    ),
    mistake(
        LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": (20, 5, 2)},
        "The layer turns nothing round. The dimensions before the last stay where they are, and the last one changes.",
    ),
]
also_wrong = [
    reference | {"layer(torch.rand(8, 5))": None},
    reference | {"layer(torch.rand(2, 5, 8))": 20},
    dict.fromkeys(reference, "error"),
]
hints = [
    "A neuron has one weight per input. How many neurons are there, and how many inputs?",
    "A layer replaces the last dimension, which must be its number of inputs, by its number of outputs.",
]
