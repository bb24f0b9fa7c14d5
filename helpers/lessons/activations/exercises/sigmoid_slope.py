"""Give the slope of the sigmoid at every entry of x: σ'(x) = σ(x)·(1 − σ(x))."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
RIGHT_FAR = "right far out, at ±100"
requirements = {"right near the middle": 1, RIGHT_FAR: 1}


def inputs(draw):
    yield torch.tensor([-2.0, 0.5, 3.0])
    yield torch.tensor([4.5, -5.5])
    yield draw.normal(3, 4, std=2)
    yield case(torch.tensor([-100.0, 100.0, 1.5]), requirement=RIGHT_FAR)
    yield case(
        torch.cat([draw.uniform(2, low=-300, high=-120), draw.normal(2)]),
        requirement=RIGHT_FAR,
    )


def reference(x):
    a = torch.sigmoid(x)
    return a * (1 - a)


def _slope_by_autograd(x):
    x = x.clone().requires_grad_(True)
    torch.sigmoid(x).sum().backward()
    return x.grad


mistakes = [
    mistake(
        lambda x: x * (1 - x),
        "In a·(1 − a) the a stands for the activation σ(x), not for x itself.",
    ),
    mistake(torch.sigmoid, "That is σ(x), the height of the curve. Its slope is σ(x)·(1 − σ(x))."),
    mistake(lambda x: 1 - torch.sigmoid(x), "The factor σ(x) is missing in front of (1 − σ(x))."),
    mistake(
        lambda x: torch.exp(-x) / (1 + torch.exp(-x)) ** 2,
        "Right as a formula, but e¹⁰⁰ is too large for float32: inf / inf is nan. σ(x)·(1 − σ(x)) stays finite.",
    ),
    mistake(
        lambda x: 1 - torch.sigmoid(x) ** 2,
        "1 − a² is the slope of tanh. For the sigmoid it is a·(1 − a).",
    ),
]
alternatives = [
    lambda x: torch.sigmoid(x) * torch.sigmoid(-x),
    lambda x: torch.sigmoid(x) - torch.sigmoid(x) ** 2,
    _slope_by_autograd,
    lambda x: 0.25 * (1 - torch.tanh(x / 2) ** 2),
]
also_wrong = [
    lambda x: torch.where(x.abs() > 4, 0.0, torch.sigmoid(x) * torch.sigmoid(-x)),
    lambda x: torch.sigmoid(x) * (1 - x),
    lambda x: torch.exp(x) / (1 + torch.exp(x)) ** 2,
    lambda x: (torch.sigmoid(x + 0.1) - torch.sigmoid(x)) / 0.1,
    lambda x: torch.sigmoid(x) * torch.sigmoid(x),
    lambda x: torch.full_like(x, 0.25),
]
hints = [
    "Compute a = σ(x) first: your own `sigmoid` is there.",
    "a = sigmoid(x), then a * (1 - a).",
]
