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
        {"AND": (-1.5, 1.0, 1.0), "OR": (-0.5, 1.0, 1.0), "NAND": (1.5, -1.0, -1.0)},
        "Your numbers seem to stand in the order (b, w1, w2). It is (w1, w2, b): the bias comes last.",
    ),
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
    mistake(
        GATES | {"AND": (1.0, 1.0, -2.0)},
        "Your AND never fires. At (1, 1) z is w1 + w2 + b, and it must be above 0: a sum of exactly 0 does not fire.",
    ),
    mistake(
        GATES | {"AND": (2.0, 1.0, -1.5)},
        "Your AND follows x1 alone: w1 beats the bias without the help of x2. Neither weight may do so by itself.",
    ),
    mistake(
        GATES | {"AND": (1.0, 2.0, -1.5)},
        "Your AND follows x2 alone: w2 beats the bias without the help of x1. Neither weight may do so by itself.",
    ),
    mistake(
        GATES | {"AND": (1.0, 1.0, 0.5)},
        "Your AND always fires, even for (0, 0): there z equals the bias alone, so an AND needs one below 0.",
    ),
    mistake(
        GATES | {"AND": (-1.0, -1.0, 1.5)},
        "That is NAND, the opposite of AND: your AND fires for all but (1, 1). Change the signs.",
    ),
    mistake(
        GATES | {"OR": (1.0, 0.0, -0.5)},
        "Your OR looks at x1 alone and is silent for (0, 1). Each of the two weights must beat the bias by itself.",
    ),
    mistake(
        GATES | {"OR": (0.0, 1.0, -0.5)},
        "Your OR looks at x2 alone and is silent for (1, 0). Each of the two weights must beat the bias by itself.",
    ),
    mistake(
        GATES | {"OR": (1.0, 1.0, -2.0)},
        "Your OR never fires. One input of 1 must be enough to lift z above 0: bring the bias nearer to 0.",
    ),
    mistake(
        GATES | {"OR": (-1.0, -1.0, 1.5)},
        "Your OR fires for all but (1, 1): that is NAND. For OR each input must push z up, so the weights are "
        "positive.",
    ),
    mistake(
        GATES | {"OR": (-1.0, -1.0, 0.5)},
        "Your OR is silent as soon as one input is 1: that is NOR, its opposite. Change the signs.",
    ),
    mistake(
        GATES | {"NAND": (1.0, 1.0, -1.5)},
        "Your NAND is an AND. NAND is its opposite: silent for (1, 1), and firing for the three others.",
    ),
    mistake(
        GATES | {"NAND": (1.0, 1.0, -0.5)},
        "Your NAND is an OR. NAND is silent for (1, 1) and fires for the three others, (0, 0) too.",
    ),
    mistake(
        GATES | {"NAND": (1.0, -1.0, 0.0)},
        "Your NAND fires for (1, 0) alone. It is to be silent for (1, 1) alone: at (0, 0) z equals the bias, which "
        "must be above 0, and each input pulls z down.",
    ),
    mistake(
        GATES | {"NAND": (-1.0, 1.0, 0.0)},
        "Your NAND fires for (0, 1) alone. It is to be silent for (1, 1) alone: at (0, 0) z equals the bias, which "
        "must be above 0, and each input pulls z down.",
    ),
    mistake(
        GATES | {"NAND": (-2.0, -1.0, 1.5)},
        "Your NAND is silent whenever x1 is 1: w1 outweighs the bias alone. Only both weights together may.",
    ),
    mistake(
        GATES | {"NAND": (-1.0, -2.0, 1.5)},
        "Your NAND is silent whenever x2 is 1: w2 outweighs the bias alone. Only both weights together may.",
    ),
]
alternatives = [
    {"AND": (20, 20, -30), "OR": (20, 20, -10), "NAND": (-20, -20, 30)},
    {"AND": (1, 1, -1), "OR": (1, 1, 0), "NAND": (-1, -1, 2)},
    {"AND": (0.3, 0.4, -0.5), "OR": (9, 7, -3), "NAND": (-2, -3, 4)},
    {"AND": [2, 2, -3], "OR": torch.tensor([1.0, 1.0, 0.0]), "NAND": (-1.0, -1.0, 2.0)},
]
also_wrong = [
    {"AND": (1, 1, -1), "OR": (1, 1, 0), "NAND": (1, 1, -1)},
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
