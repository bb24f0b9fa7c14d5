"""Smooth measurements: give the mean of each window of `width` neighbours."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

# A function. `inputs` yields the arguments of one call at a time: small fixed ones first, then drawn ones.
kind = FunctionExercise
OTHER_SIZES = "right for other sizes"
requirements = {"right for a small table": 1, OTHER_SIZES: 1}
forbidden = forbid(
    "avg_pool1d",
    "AvgPool1d",
    rule="Closed here: `F.avg_pool1d` and `nn.AvgPool1d`.",  # stands in the notebook's text, too
    why="Work the mean out yourself.",
)


def inputs(draw):
    yield torch.tensor([1.0, 4.0, 1.0, 7.0]), 2
    yield case(draw.normal(9, mean=5), 4, requirement=OTHER_SIZES)
    yield case(draw.normal(6), 1, requirement=OTHER_SIZES)
    yield draw.normal(5, std=3), 3


def reference(x, width):
    return x.unfold(0, width, 1).mean(dim=1)


def _one_too_few(x, width):
    places = range(len(x) - width)
    return torch.tensor([x[i : i + width].mean().item() for i in places])


def _row_by_row(x, width):
    places = range(len(x) - width + 1)
    return torch.stack([x[i : i + width].mean() for i in places])


def _in_blocks(x, width):
    whole = len(x) // width * width
    return x[:whole].reshape(-1, width).mean(dim=1)


mistakes = [
    mistake(
        lambda x, width: x.unfold(0, width, 1).sum(dim=1),
        "That is the sum of each window. Divide by its width.",
    ),
    mistake(
        _one_too_few,
        "The last window is missing: `range(n)` ends at n − 1, and there are n − width + 1.",
    ),
    mistake(
        _in_blocks,
        "Your windows lie side by side. Neighbouring windows overlap: each begins one further.",
    ),
    mistake(
        lambda x, width: x.unfold(0, width, 1).median(dim=1).values,
        "That is the median of each window. The mean is asked.",
    ),
]
alternatives = [
    _row_by_row,
    lambda x, width: F.conv1d(x[None, None], torch.ones(1, 1, width) / width)[0, 0],
]
also_wrong = [
    lambda x, width: x,
    lambda x, width: x.mean().expand(len(x) - width + 1),
    lambda x, width: F.avg_pool1d(x[None, None], width, stride=1)[0, 0],
]
hints = [
    "How many windows are there? You predicted it above.",
    "`x.unfold(0, width, 1)` has one window in each row. What does `mean(dim=1)` do to it?",
]
