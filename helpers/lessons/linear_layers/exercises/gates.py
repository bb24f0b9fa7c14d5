"""Find weights and a bias, by hand, for which a perceptron computes AND, OR and NAND."""

import torch

from helpers.checks.exercise import ValueExercise, mistake
from helpers.lessons.linear_layers import drivers as linear_layers
from helpers.lessons.linear_layers.exercises import _conclusions as conclusions

GATES = {"AND": (1.0, 1.0, -1.5), "OR": (1.0, 1.0, -0.5), "NAND": (-1.0, -1.0, 1.5)}

kind = ValueExercise
reference = GATES
driver = linear_layers.perceptrons
conclude = conclusions.truth_tables
requirements = {
    "AND fires for (1, 1) alone": 1,
    "OR stays silent for (0, 0) alone": 1,
    "NAND is the opposite of AND": 1,
}
parts = dict(zip(GATES, requirements, strict=True))
mistakes = [
    mistake(
        GATES | {"AND": (1.0, 1.0, -0.5)},
        "Your AND fires as soon as one input is 1: that is OR. The bias must outweigh one input, but not both.",
    ),
    mistake(
        GATES | {"OR": (1.0, 1.0, -1.0)},
        "Your OR is an AND. A sum of exactly 0 does not fire, so one input of 1 must beat the bias.",
    ),
    mistake(
        GATES | {"OR": (1.0, 1.0, 0.5)},
        "Your OR fires for (0, 0) too: there z equals the bias alone, so the bias must not be above 0.",
    ),
    mistake(
        GATES | {"NAND": (-1.0, -1.0, 0.0)},
        "Your NAND never fires. At (0, 0) z equals the bias, so a NAND needs one above 0.",
    ),
    mistake(
        GATES | {"NAND": (-1.0, -1.0, 0.5)},
        "That is NOR, the opposite of OR: it is silent as soon as one input is 1. NAND is silent only for (1, 1).",
    ),
    mistake(
        GATES | {"NAND": (1.0, 1.0, 1.5)},
        "Your NAND always fires. Each input must pull z down, so the weights are negative.",
    ),
]
alternatives = [
    {"AND": (0.3, 0.4, -0.5), "OR": (9, 7, -3), "NAND": (-2, -3, 4)},
    {"AND": [2, 2, -3], "OR": torch.tensor([1.0, 1.0, 0.0]), "NAND": (-1.0, -1.0, 2.0)},
]
also_wrong = [
    {"AND": (1, 1, -1), "OR": (1, 1, 0), "NAND": (1, 1, -1)},
    {"AND": (1, 1, -2), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
    {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1)},
    {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5)},
    {"AND": "x1 and x2", "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
    {"AND": (1, 1), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
]
hints = [
    "Write down z for the four corners: b, w2 + b, w1 + b, w1 + w2 + b. Which of them must be above 0?",
    "With w1 = w2 = 1 the sum w1·x1 + w2·x2 is 0, 1, 1, 2. For AND the bias must lift only the 2 above 0.",
    "NAND is AND turned round: change the sign of all three numbers, and look at the case z = 0.",
]
