"""Keep every positive entry of x, and multiply every negative one by a small slope."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
RIGHT_WITH = "right with any slope"
requirements = {"right with the default slope 0.01": 1, RIGHT_WITH: 1}
gradients = ("x",)
forbidden = forbid(
    "leaky_relu", "prelu", "rrelu",
    rule="Closed here: torch's own leaky ReLU, PReLU and RReLU.",
    why="Here leaky ReLU itself is the exercise: two straight pieces that meet at 0.",
)  # fmt: skip


def inputs(draw):
    yield torch.tensor([-4.0, 0.5, 3.0, -0.1])
    yield draw.normal(4, 3)
    yield case(torch.tensor([-4.0, 0.5, 3.0]), 0.05, requirement=RIGHT_WITH)
    yield case(torch.tensor([-4.0, 0.5, 3.0]), 0.0, requirement=RIGHT_WITH)
    yield case(draw.normal(5), draw.number(1.5, 3), requirement=RIGHT_WITH)
    yield case(draw.normal(5), draw.number(-0.5, -0.1), requirement=RIGHT_WITH)
    yield case(draw.normal(2, 3, 2, std=4), draw.number(0.1, 0.4), requirement=RIGHT_WITH)


def reference(x, negative_slope=0.01):
    return torch.where(x > 0, x, negative_slope * x)


def _leaky_by_sum(x, negative_slope=0.01):
    return negative_slope * x + (1 - negative_slope) * x.clamp(min=0)


def _leaky_by_in_place_copy(x, negative_slope: float = 1e-2):
    a = x.clone()
    a[x < 0] *= negative_slope
    return a


def _leaky_in_place(x, negative_slope=0.01):
    x[x < 0] *= negative_slope
    return x


mistakes = [
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, 0.01 * x),
        "The slope is always 0.01: use the argument `negative_slope`.",
    ),
    mistake(
        lambda x, negative_slope=0.05: torch.where(x > 0, x, negative_slope * x),
        "Without a second argument the slope is 0.01: `negative_slope: float = 0.01`.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, negative_slope * x, x),
        "The two sides are exchanged: the small slope belongs to the negative side.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, -negative_slope * x),
        "x is negative there already: negative_slope · x, without another minus.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, negative_slope),
        "On the negative side the answer still depends on x: negative_slope · x, not a constant.",
    ),
    mistake(
        lambda x, negative_slope=0.01: x.clamp(min=0),
        "That is ReLU: the negative side is flat. Let a little of it through.",
    ),
    mistake(
        lambda x, negative_slope=0.01: negative_slope * x,
        "The slope is for the negative side only; on the positive side x stays x.",
    ),
    mistake(
        lambda x, negative_slope=0.01: x.clamp(min=0) + negative_slope * x,
        "The small part is added on the positive side too. It belongs to the negative side only.",
    ),
]
alternatives = [
    lambda x, negative_slope=0.01: x.clamp(min=0) + negative_slope * x.clamp(max=0),
    lambda x, negative_slope=0.01: x * ((x > 0) + negative_slope * (x <= 0)),
    _leaky_by_sum,
    _leaky_by_in_place_copy,
]
also_wrong = [
    lambda x, negative_slope=0.01: torch.maximum(x, negative_slope * x),
    lambda x, negative_slope=0.01: torch.where(x > 0, x, (negative_slope or 0.01) * x),
    F.leaky_relu,
    _leaky_in_place,
    lambda x, negative_slope: torch.where(x > 0, x, negative_slope * x),
    lambda x, negative_slope=0.01: torch.where(x > 0, x, x / negative_slope),
    lambda x, negative_slope=0.01: torch.where(x > 0, x, x - negative_slope),
    lambda x, negative_slope=0.01: torch.minimum(x, negative_slope * x),
]
hints = [
    "Two cases, entry by entry: `torch.where(condition, value_if_true, value_if_false)`.",
    "Where x > 0 the answer is x, elsewhere negative_slope * x.",
]
