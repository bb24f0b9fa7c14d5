"""Squash every entry of x into the range from 0 to 1: σ(x) = 1 / (1 + e⁻ˣ)."""

import numpy as np
import torch

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES, NORMALISERS, SIGMOIDS
from helpers.lessons.activations.exercises._common import BY_HAND

kind = FunctionExercise
RIGHT_ANY = "right for any shape, with its slope"
requirements = {"right for three numbers": 1, RIGHT_ANY: 1}
gradients = ("x",)
forbidden = forbid(
    *SIGMOIDS,
    *NORMALISERS,
    *CLASS_LOSSES,
    rule="Closed here: torch's own sigmoid, tanh and softmax, and what is built on them.",
    why=BY_HAND,
)


def inputs(draw):
    yield torch.tensor([-2.0, 0.5, 3.0])
    yield case(torch.tensor(1.5), requirement=RIGHT_ANY)
    yield case(torch.tensor([[8.0, -9.0]]), requirement=RIGHT_ANY)
    yield case(draw.normal(4, 3, std=3), requirement=RIGHT_ANY)
    yield case(draw.normal(2, 3, 5, std=2), requirement=RIGHT_ANY)
    yield draw.normal(3, std=2)


def reference(x):
    return 1 / (1 + torch.exp(-x))


def _sigmoid_with_sign_cases(x):
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _sigmoid_by_log(x):
    return torch.exp(-torch.log1p(torch.exp(-x)))


mistakes = [
    mistake(
        lambda x: 1 / (1 + torch.exp(x)),
        "That is 1 − σ(x): it falls where σ rises. In 1 / (1 + e⁻ˣ) the exponent is −x, and the numerator is 1.",
    ),
    mistake(
        lambda x: 1 / 1 + torch.exp(-x),
        "Python divides before it adds: 1 / 1 + e⁻ˣ is 1 + e⁻ˣ. Put the whole denominator in brackets.",
    ),
    mistake(
        lambda x: (x > 0).float(),
        "That is the step function of the perceptron. The sigmoid is its soft form, from e⁻ˣ.",
    ),
    mistake(
        lambda x: (1 / (1 + torch.exp(-x))).detach(),
        "The values are right, and `detach` has cut them off from x: no gradient can flow back.",
    ),
    mistake(
        lambda x: 1 / (1 + 2.718 ** (-x)),
        "2.718 is e cut short after three digits. `torch.exp(-x)` uses all of them.",
    ),
]
alternatives = [
    lambda x: torch.exp(x) / (1 + torch.exp(x)),
    lambda x: (1 + (-x).exp()).reciprocal(),
    lambda x: 1.0 / (1.0 + torch.e ** (-x)),
    _sigmoid_with_sign_cases,
    _sigmoid_by_log,
]
also_wrong = [
    lambda x: torch.stack([1 / (1 + torch.exp(-v)) for v in x]),
    lambda x: 1 / (1 + torch.exp(-x.clamp(-5, 5))),
    torch.sigmoid,
    lambda x: torch.sigmoid(x),
    lambda x: 0.5 + 0.5 * torch.tanh(x / 2),
    lambda x: 1 / (1 + torch.tensor(np.exp(-x.numpy()))),
    lambda x: 1 / (1 - torch.exp(-x)),
    lambda x: 1 / (1 + 2.7 ** (-x)),
    lambda x: x / (1 + x.abs()),
]
hints = [
    "`torch.exp` works on every entry of a tensor at once, and so do `+` and `/`.",
    "First the denominator: 1 + torch.exp(-x).",
    "return 1 / (1 + torch.exp(-x))",
]
