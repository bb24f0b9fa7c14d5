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
        {"hidden at (1, 1)": (2, 0)},
        "2 − 1 goes into the second unit's ReLU. That is positive, so ReLU keeps it.",
    ),
    mistake(
        {"hidden at (1, 1)": (2, 3)},
        "The bias of the second hidden unit is −1, and you added 1.",
    ),
    mistake(
        {"hidden at (1, 1)": (1, 0)},
        "Those are the hidden units at (0, 1). At (1, 1) both inputs are 1.",
    ),
    mistake(
        {"hidden at (1, 1)": (0, 0)},
        "Those are the hidden units at (0, 0), as in the example. At (1, 1) both inputs are 1.",
    ),
    mistake(
        {"hidden at (1, 1)": (2, -1)},
        "No ReLU gives a negative number. What goes into the second one is 1 + 1 − 1.",
    ),
    mistake(
        {OUTPUT_AT: 1, OUTPUT_AT_: 0},
        "The two outputs are the wrong way round: XOR is 1 where exactly one of the inputs is 1. Work them out from "
        "the hidden units.",
    ),
    mistake(
        {OUTPUT_AT: 1},
        "The second hidden unit counts −2: 2 − 2·1. A weight of −1 would give 1.",
    ),
    mistake(
        {OUTPUT_AT: 2},
        "2 is the first hidden unit alone. The second one is 1 there, and twice that is taken away.",
    ),
    mistake(
        {OUTPUT_AT: 4},
        "You added twice the second hidden unit. It is taken away: ŷ = h₁ − 2h₂.",
    ),
    mistake(
        {OUTPUT_AT: 3},
        "You added the two hidden units. The second one counts −2: ŷ = h₁ − 2h₂.",
    ),
    mistake(
        {OUTPUT_AT: -2},
        "−2 comes out if the second hidden unit is 2, or if the first one is 0. At (1, 1) they are ReLU(2) and "
        "ReLU(2 − 1).",
    ),
    mistake(
        {OUTPUT_AT_: -1},
        "At (0, 1) the second hidden unit gets 0 + 1 − 1 = 0 and gives 0, so it takes nothing away.",
    ),
    mistake(
        {OUTPUT_AT_: 0},
        "At (0, 1) exactly one input is 1, so XOR says 1. There h₁ is ReLU(0 + 1), and h₂ is ReLU(0).",
    ),
    mistake(
        {OUTPUT_AT_: 3},
        "At (0, 1) the second hidden unit gets 0 + 1 − 1 = 0, so nothing comes on top of h₁.",
    ),
]
alternatives = [
    {"hidden at (1, 1)": [2.0, 1.0], "output at (1, 1)": 0.0, "output at (0, 1)": torch.tensor(1)},
]
also_wrong = [
    {"hidden at (1, 1)": (2, 1), "output at (1, 1)": 0, "output at (0, 1)": 2},
    {"hidden at (1, 1)": 2, "output at (1, 1)": 0, "output at (0, 1)": 1},
    (2, 1),
]
hints = [
    "For each hidden unit: add the two inputs, add the bias, then ReLU (a negative sum becomes 0).",
    "At (1, 1) the sums are 2 and 2 − 1. The output is the first unit minus twice the second.",
]
