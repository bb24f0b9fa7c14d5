"""Squash every entry of x into the range from 0 to 1: σ(x) = 1 / (1 + e⁻ˣ)."""

import math

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


class _WithItsOwnSlope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        a = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(a)
        return a

    @staticmethod
    def backward(ctx, grad):
        (a,) = ctx.saved_tensors
        return grad * a * (1 - a)


def _sigmoid_with_its_own_slope(x):
    return _WithItsOwnSlope.apply(x)


mistakes = [
    mistake(
        lambda x: 1 / (1 + torch.exp(x)),
        "That is 1 − σ(x): it falls where σ rises. In 1 / (1 + e⁻ˣ) the exponent is −x, and the numerator is 1.",
    ),
    mistake(
        lambda x: 1 / 1 + torch.exp(-x),
        "What comes out is 1 + e⁻ˣ, the denominator. Python divides before it adds, so 1 / 1 + e⁻ˣ is the same: put "
        "the whole denominator in brackets.",
    ),
    mistake(
        lambda x: (x > 0).float(),
        "That is the step function of the perceptron. The sigmoid is its soft form, from e⁻ˣ.",
    ),
    mistake(
        lambda x: (1 / (1 + torch.exp(-x))).detach(),
        "The values are right, and they are cut off from x, so no gradient can flow back. `detach`, `torch.no_grad()`, "
        "`.data`, `.item()`, `.tolist()`, NumPy and `torch.tensor(…)` all do that.",
    ),
    mistake(
        lambda x: 1 / (1 + 2.718 ** (-x)),
        "2.718 is e cut short after three digits. `torch.exp(-x)` uses all of them.",
    ),
    mistake(
        lambda x: 1 / (1 + 2.7 ** (-x)),
        "2.7 is e cut short after one digit. `torch.exp(-x)` uses all of them.",
    ),
    mistake(
        lambda x: (0.5 + x / 4).clamp(0, 1),
        "Those are straight pieces: right at 0 and far out, and nowhere between. σ is curved; build it from e⁻ˣ.",
    ),
    mistake(
        lambda x: torch.round(1 / (1 + torch.exp(-x)), decimals=4),
        "You rounded the result. Digits get lost, and what is rounded has the slope 0, so nothing could learn from it: "
        "round only when you print.",
    ),
    mistake(
        lambda x: 1 / (1 + torch.exp(-x.clamp(-5, 5))),
        "You cut x off at −5 and 5. Further out the curve stands still and has no slope; σ needs no such bounds.",
    ),
    mistake(
        lambda x: 1 / (1 + torch.exp(-x).sum()),
        "You added up e⁻ˣ over all entries, so a single number comes out. Each entry has a denominator of its own.",
    ),
    mistake(
        lambda x: torch.stack([1 / (1 + torch.exp(-v)) for v in x]),
        "The loop over the first axis fails for a tensor without axes. No loop is needed: `torch.exp` works on every "
        "entry of any shape.",
    ),
    mistake(
        lambda x: 1 / (1 + math.exp(-x)),
        "`math.exp` and `.item()` want a single number. `torch.exp` takes a tensor of any shape, and lets the gradient "
        "through.",
    ),
    mistake(
        lambda x: x / (1 + x.abs()),
        "x / (1 + |x|) has a similar shape and runs from −1 to 1. σ runs from 0 to 1 and is made from e⁻ˣ.",
    ),
    mistake(
        lambda x: 1 / torch.exp(-x),
        "The 1 + in the denominator is missing: 1 / e⁻ˣ is eˣ, which grows without bound.",
    ),
]
alternatives = [
    lambda x: torch.exp(x) / (1 + torch.exp(x)),
    lambda x: (1 + (-x).exp()).reciprocal(),
    lambda x: 1.0 / (1.0 + torch.e ** (-x)),
    _sigmoid_with_sign_cases,
    _sigmoid_by_log,
    lambda x: x.neg().exp().add(1) ** -1,
    _sigmoid_with_its_own_slope,
]
also_wrong = [
    torch.sigmoid,
    lambda x: torch.sigmoid(x),
    lambda x: 0.5 + 0.5 * torch.tanh(x / 2),
    lambda x: 1 / (1 + torch.tensor(np.exp(-x.numpy()))),
    lambda x: 1 / (1 - torch.exp(-x)),
]
hints = [
    "`torch.exp` works on every entry of a tensor at once, and so do `+` and `/`.",
    "First the denominator: 1 + torch.exp(-x).",
    "return 1 / (1 + torch.exp(-x))",
]
