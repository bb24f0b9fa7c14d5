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


def _slope_of(a):
    return a * (1 - a)


def _measured(x, h):
    return (torch.sigmoid(x + h) - torch.sigmoid(x - h)) / (2 * h)


def _slope_by_symmetry(x):
    e = torch.exp(-x.abs())
    return e / (1 + e).square()


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
    mistake(
        lambda x: torch.sigmoid(x) * (1 - x),
        "The first factor is a, and in the second you take x. In a·(1 − a) both are the height σ(x).",
    ),
    mistake(
        lambda x: _measured(x, 1e-4),
        "You measured the slope with a small step. In float32 the two heights agree in nearly all their digits, and "
        "what is left of the difference is too coarse: use the formula.",
    ),
    mistake(
        lambda x: _measured(x, 1e-3),
        "You measured the slope with a step of 0.001. Too coarse in float32; the formula needs the height only.",
    ),
    mistake(
        lambda x: _slope_of(torch.sigmoid(torch.sigmoid(x))),
        "The sigmoid is applied twice. In a·(1 − a) the a is σ(x), squashed once.",
    ),
    mistake(
        lambda x: torch.exp(x) / (1 + torch.exp(x)) ** 2,
        "Right as a formula, but far to the right eˣ is too large for float32, and inf / inf is nan. The form "
        "with σ(x) stays finite.",
    ),
    mistake(
        lambda x: _slope_of(torch.sigmoid(x.clamp(-5, 5))),
        "You cut x off at −5 and 5, so the slope stays at 0.0066 however far out x lies. It has to go on falling "
        "towards 0.",
    ),
    mistake(
        lambda x: torch.where(x.abs() > 4, 0.0, _slope_of(torch.sigmoid(x))),
        "You put 0 wherever |x| is above 4. The slope is small there, and not 0: at 4.5 it is still 0.011.",
    ),
    mistake(
        lambda x: torch.sign(x) * _slope_of(torch.sigmoid(x)),
        "Your slope has the sign of x. The sigmoid rises everywhere, so its slope is positive on both sides.",
    ),
    mistake(
        lambda x: torch.full_like(x, 0.25),
        "0.25 is the largest slope, in the middle. Each entry of x has a slope of its own.",
    ),
    mistake(
        lambda x: torch.sigmoid(x) - torch.sigmoid(x) * 2,
        "You took away 2a, which leaves −a. Multiplied out, the second term of a·(1 − a) is a·a.",
    ),
    mistake(
        lambda x: torch.sigmoid(x) ** 2,
        "That is a·a. The second factor is 1 − a.",
    ),
    mistake(
        lambda x: torch.sigmoid(x) * 1 - torch.sigmoid(x),
        "Without brackets Python multiplies first: a·1 − a is 0 everywhere. Put 1 − a in brackets.",
    ),
    mistake(
        lambda x: -torch.exp(-x) / (1 + torch.exp(-x)) ** 2,
        "A minus too many: differentiating e⁻ˣ gives one, and the reciprocal another, and together they make a plus.",
    ),
]
alternatives = [
    lambda x: torch.sigmoid(x) * torch.sigmoid(-x),
    lambda x: torch.sigmoid(x) - torch.sigmoid(x) ** 2,
    _slope_by_autograd,
    _slope_by_symmetry,
    lambda x: 1 / (torch.exp(x) + 2 + torch.exp(-x)),
    lambda x: 0.25 * (1 - torch.tanh(x / 2) ** 2),
]
also_wrong = [
    lambda x: (torch.sigmoid(x + 0.1) - torch.sigmoid(x)) / 0.1,
    lambda x: _measured(x, 0.1),
]
hints = [
    "Compute a = σ(x) first: your own `sigmoid` is there.",
    "a = sigmoid(x), then a * (1 - a).",
]
