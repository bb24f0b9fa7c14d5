"""Work out by hand what the two hidden units and the output of the XOR network give."""

import torch

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
HIDDEN_UNITS = "hidden units at (1, 1)"
OUTPUT_AT = "output at (1, 1)"
OUTPUT_AT_ = "output at (0, 1)"
requirements = {
    HIDDEN_UNITS: 1,
    OUTPUT_AT: 0.5,
    OUTPUT_AT_: 0.5,
}
parts = {
    "hidden at (1, 1)": HIDDEN_UNITS,
    OUTPUT_AT: OUTPUT_AT,
    OUTPUT_AT_: OUTPUT_AT_,
}
reference = {"hidden at (1, 1)": (2, 1), OUTPUT_AT: 0, OUTPUT_AT_: 1}
mistakes = [
    mistake(
        {"hidden at (1, 1)": (2, 2)},
        "The second hidden unit has a bias: 1 + 1 − 1 is what goes into its ReLU.",
    ),
    mistake(
        {"hidden at (1, 1)": (1, 1)},
        "Those are the inputs. Each hidden unit first adds them up (both weights are 1).",
    ),
    mistake(
        {"hidden at (1, 1)": (1, 2)},
        "The right numbers in the wrong order: the unit without a bias comes first.",
    ),
    mistake(
        {OUTPUT_AT: 1},
        "The second hidden unit counts −2: 2 − 2·1. A weight of −1 would give 1.",
    ),
    mistake(
        {OUTPUT_AT_: -1},
        "At (0, 1) the second hidden unit gets 0 + 1 − 1 = 0 and gives 0, so it takes nothing away.",
    ),
]
alternatives = [
    {"hidden at (1, 1)": [2.0, 1.0], "output at (1, 1)": 0.0, "output at (0, 1)": torch.tensor(1)},
]
also_wrong = [
    {"hidden at (1, 1)": (2, 0), "output at (1, 1)": 2, "output at (0, 1)": 1},
    {"hidden at (1, 1)": 2, "output at (1, 1)": 0, "output at (0, 1)": 1},
    (2, 1),
]
hints = [
    "For each hidden unit: add the two inputs, add the bias, then ReLU (a negative sum becomes 0).",
    "At (1, 1) the sums are 2 and 2 − 1. The output is the first unit minus twice the second.",
]
