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


def _leaky_by_factors(x, negative_slope=0.01):
    factor = torch.ones_like(x)
    factor[x <= 0] = negative_slope
    return x * factor


def _decides_once(x, negative_slope=0.01):
    if (x > 0).any():
        return x
    return negative_slope * x


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
    mistake(
        _decides_once,
        "Negative entries come through in full. One `if` for the whole tensor decides once for all of them: each entry "
        "needs a decision of its own.",
    ),
    mistake(
        lambda x, negative_slope=0.01: x if x > 0 else negative_slope * x,
        "`if` wants a single yes or no, and a tensor has one for each entry. `torch.where` or a mask decides entry by "
        "entry.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.maximum(x, negative_slope * x),
        "The larger of x and negative_slope · x is right for slopes up to 1 only. Ask for the sign of x instead.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.minimum(x, negative_slope * x),
        "You take the smaller of x and negative_slope · x: for slopes below 1 that shrinks the positive side and keeps "
        "the negative one.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, (negative_slope or 0.01) * x),
        "A slope of 0 is turned into 0.01: `or` takes 0 for a missing value. The default belongs in the `def` line.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, 0.5 * x),
        "The slope is always 0.5, as in the example. Use the argument `negative_slope` as it comes.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, negative_slope * x.detach()),
        "The values are right, but the negative side is cut off from x (`detach`, `.data`), so its slope is 0 for the "
        "gradient.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, negative_slope * x).detach(),
        "The values are right, and they are cut off from x, so no gradient can flow back. `detach`, `.data`, "
        "`torch.no_grad()`, `.item()`, `.tolist()`, NumPy and `torch.tensor(…)` all do that.",
    ),
    mistake(
        lambda x, negative_slope=0.01: x.clamp(min=-negative_slope),
        "You cut x off at −negative_slope. The negative side is a sloping line: multiply by the slope.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, x / negative_slope),
        "You divided by the slope, so a small slope makes the negative side steep. Multiply.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, x - negative_slope),
        "You took the slope away from x. A slope is a factor: multiply.",
    ),
    mistake(
        lambda x, negative_slope=0.01: torch.where(x > 0, x, x + negative_slope),
        "You added the slope to x. A slope is a factor: multiply.",
    ),
]
alternatives = [
    lambda x, negative_slope=0.01: x.clamp(min=0) + negative_slope * x.clamp(max=0),
    lambda x, negative_slope=0.01: x * ((x > 0) + negative_slope * (x <= 0)),
    _leaky_by_sum,
    _leaky_by_in_place_copy,
    _leaky_by_factors,
    lambda x, negative_slope=0.01: torch.relu(x) - negative_slope * torch.relu(-x),
]
also_wrong = [
    F.leaky_relu,
    _leaky_in_place,
    lambda x, negative_slope: torch.where(x > 0, x, negative_slope * x),
]
hints = [
    "Two cases, entry by entry: `torch.where(condition, value_if_true, value_if_false)`.",
    "Where x > 0 the answer is x, elsewhere negative_slope * x.",
]
