"""Give tanh of every entry of x by means of the sigmoid, and stay right for large x."""

import torch

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
RIGHT_FAR = "right far out, at ±100"
requirements = {"right near 0": 1, RIGHT_FAR: 1}
forbidden = forbid(
    "tanh",
    "tanhshrink",
    "sinh",
    "cosh",
    "arctanh",
    "atanh",
    rule="Closed here: torch's own tanh, sinh and cosh.",
    why="Get it from the sigmoid: stretch and shift.",
)


def inputs(draw):
    yield torch.tensor([-1.0, 0.3, 2.0])
    yield draw.normal(4, 3)
    yield case(torch.tensor([-100.0, 100.0, 0.7]), requirement=RIGHT_FAR)
    yield case(
        torch.cat(
            [
                draw.uniform(3, low=90, high=300),
                -draw.uniform(2, low=90, high=300),
                draw.normal(2),
            ]
        ),
        requirement=RIGHT_FAR,
    )


def reference(x):
    return 2 * torch.sigmoid(2 * x) - 1


def _tanh_by_expm1(x):
    e = torch.expm1(-2 * x.abs())
    return -x.sign() * e / (e + 2)


mistakes = [
    mistake(
        lambda x: 2 * torch.sigmoid(x) - 1,
        "The range is right, from −1 to 1, but the curve is too flat: tanh takes σ at 2x.",
    ),
    mistake(
        lambda x: torch.sigmoid(2 * x),
        "That runs from 0 to 1. Stretch it by 2 and move it down by 1.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(2 * x - 1),
        "The −1 stands outside of σ: it moves the curve down, not to the side.",
    ),
    mistake(
        lambda x: (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x)),
        "Right as a formula, but e¹⁰⁰ is too large for float32, and inf / inf is nan. "
        "2σ(2x) − 1 has no such trouble.",
    ),
    mistake(
        lambda x: torch.sigmoid(x) - 0.5,
        "That is centred on 0, but runs from −0.5 to 0.5 only.",
    ),
    mistake(
        lambda x: torch.sigmoid(2 * x) - 0.5,
        "The inside is right and the middle is at 0, but it runs from −0.5 to 0.5: stretch it by 2.",
    ),
]
alternatives = [
    lambda x: 2 / (1 + torch.exp(-2 * x)) - 1,
    lambda x: torch.sigmoid(2 * x) - torch.sigmoid(-2 * x),
    lambda x: x.sign() * (1 - torch.exp(-2 * x.abs())) / (1 + torch.exp(-2 * x.abs())),
    _tanh_by_expm1,
    lambda x: 1 - 2 * torch.sigmoid(-2 * x),
]
also_wrong = [
    torch.tanh,
    lambda x: 2 * torch.sigmoid(2 * x),
    lambda x: 2 * (torch.sigmoid(2 * x) - 1),
    lambda x: x.clamp(-1, 1),
    lambda x: (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1),
    lambda x: torch.sinh(x) / torch.cosh(x),
]
hints = [
    "The sigmoid runs from 0 to 1. Which stretch and which shift make that −1 to 1?",
    "tanh is also steeper: its slope at 0 is 1. Look at σ(2x).",
    "return 2 * sigmoid(2 * x) - 1",
]
