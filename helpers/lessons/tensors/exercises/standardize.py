"""Shift and scale each column of a table to mean 0 and standard deviation 1."""

import torch
from torch.nn import functional as F

from helpers import data
from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
RIGHT_TABLES = "right for tables of other sizes"
requirements = {"right for a small table": 1, RIGHT_TABLES: 1}


def inputs(draw):
    yield torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]])
    narrow_and_wide = draw.normal(6, 2, mean=5) * torch.tensor([1e-3, 1e3])
    yield case(narrow_and_wide, requirement=RIGHT_TABLES)
    yield case(draw.normal(7, 3, mean=5, std=2), requirement=RIGHT_TABLES)
    yield case(draw.normal(4, 4, mean=-3, std=6), requirement=RIGHT_TABLES)
    yield draw.normal(3, 2, mean=5, std=3)


def reference(x):
    return (x - x.mean(dim=0)) / x.std(dim=0)


def _by_the_penguins(x):
    birds = data.penguins().features
    return (x - birds.mean(0)) / birds.std(0)


def _with_the_root_too_early(x):
    centred = x - x.mean(0)
    return centred / (centred.square().sum(0).sqrt() / (len(x) - 1))


def _from_std_mean(x):
    s, m = torch.std_mean(x, dim=0, keepdim=True)
    return x.sub(m).div(s)


def _on_a_copy(x):
    z = x.clone()
    z -= z.mean(dim=0)
    z /= z.std(dim=0)
    return z


mistakes = [
    mistake(
        lambda x: (x - x.mean()) / x.std(),
        "That is the mean of the whole table. `dim=0` gives one mean per column.",
    ),
    mistake(
        lambda x: (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True),
        "You standardised the rows. `dim=0` is the dimension that disappears: the rows are averaged "
        "away and one mean per column stays.",
    ),
    mistake(
        lambda x: (x - x.mean(1)) / x.std(1),
        "`dim=1` averages the columns away and leaves one number per row. One mean per column is wanted.",
    ),
    mistake(
        lambda x: (x - x.mean(0)) / x.var(0),
        "You divided by the variance. The standard deviation is its square root: `x.std(dim=0)`.",
    ),
    mistake(
        lambda x: x - x.mean(0) / x.std(0),
        "`/` binds stronger than `-`: the difference needs brackets.",
    ),
    mistake(
        lambda x: x - x.mean(0),
        "Each column has mean 0 now. It is still to be divided by its standard deviation.",
    ),
    mistake(
        lambda x: (x - x.mean(0)) / x.std(0, correction=0),
        "That standard deviation divides by n. `x.std(dim=0)` divides by n − 1, and so shall yours.",
    ),
    mistake(
        lambda x: (x - x.amin(0)) / (x.amax(0) - x.amin(0)),
        "That scales each column to the range from 0 to 1. Mean 0 and standard deviation 1 are asked.",
    ),
    mistake(
        lambda x: (x - x.mean(0)) / x.std(),
        "The mean is one per column, and the standard deviation is that of the whole table. It wants the same `dim`.",
    ),
    mistake(
        lambda x: (x - x.mean()) / x.std(0),
        "The standard deviation is one per column, and the mean is that of the whole table. It wants the same `dim`.",
    ),
    mistake(
        lambda x: x / x.std(0) - x.mean(0),
        "You divided first and then took the mean of the undivided column away. Subtract the mean, and divide the "
        "difference: mind the brackets.",
    ),
    mistake(
        lambda x: (x - x.mean(0)) * x.std(0),
        "You multiplied by the standard deviation. Measured in a unit of its own, a column is divided by it.",
    ),
    mistake(
        lambda x: x / x.std(0),
        "Each column has the standard deviation 1 now. Its mean is still to be taken away, before you divide.",
    ),
    mistake(
        lambda x: (x - x.median(0).values) / x.std(0),
        "You took the median away. Then the mean of a column is not 0: take the mean away.",
    ),
    mistake(
        lambda x: (x - x.mean(0)) / (x - x.mean(0)).abs().mean(0),
        "You divided by the mean absolute difference. The standard deviation squares the differences, averages, and "
        "takes the root: `x.std` does all of it.",
    ),
    mistake(
        _with_the_root_too_early,
        "You took the root before you divided by n − 1. In the formula that division stands under the root.",
    ),
    mistake(
        lambda x: F.normalize(x - x.mean(0), dim=0),
        "Each column has the length 1 now. For a standard deviation of 1 the squares are averaged over n − 1 rows "
        "before the root is taken.",
    ),
    mistake(
        lambda x: (x - x.mean(dim=0)) / x.std(dim=0).clamp(min=1),
        "Where a column's standard deviation is below 1, you leave it unscaled. Small units are scaled, too: divide by "
        "what `x.std` gives, whatever it is.",
    ),
    mistake(
        _by_the_penguins,
        "You use mean and standard deviation of the penguins, whatever table comes in. Work them out from `x`.",
    ),
]
alternatives = [
    _from_std_mean,
    _on_a_copy,
    lambda x: ((x.T - x.T.mean(1, keepdim=True)) / x.T.std(1, keepdim=True)).T,
    lambda x: (x - x.mean(0, keepdim=True)) * (1 / x.var(0, keepdim=True).sqrt()),
    lambda x: (x - x.sum(0) / len(x)) / x.std(0),
    lambda x: torch.stack([(c - c.mean()) / c.std() for c in x.T], 1),
]
also_wrong = [
    lambda x: ((x - x.mean(0)) / x.std(0)).T,
    lambda x: ((x - x.mean(0)) / x.std(0)).round(),
    lambda x: (x - x[0]) / x.std(0),
    lambda x: x.sub_(x.mean(0)).div_(x.std(0)),
]
hints = [
    "What is the shape of `x.mean(dim=0)`? One number for each …?",
    "Broadcasting subtracts that row of means from every row.",
    "`(x - means) / stds`, with `x.std(dim=0)`.",
]
