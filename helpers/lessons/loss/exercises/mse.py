"""Return the mean of the squared differences between predictions and targets."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.loss.exercises._common import OTHER_SIZES, REGRESSION_LOSSES

kind = FunctionExercise
requirements = {"right for a few numbers": 1, OTHER_SIZES: 1}
gradients = True
forbidden = REGRESSION_LOSSES


def inputs(draw):
    yield torch.tensor([3.2, 2.5, 7.0]), torch.tensor([3.0, 4.0, 2.5])
    n = draw.integer(4, 9)
    yield case(draw.normal(n, mean=2), draw.normal(n), requirement=OTHER_SIZES)
    yield case(draw.normal(n, 3), draw.normal(n, 3), requirement=OTHER_SIZES)
    yield draw.normal(3, mean=2), draw.normal(3)


def reference(predictions, targets):
    return ((predictions - targets) ** 2).mean()


mistakes = [
    mistake(lambda p, y: (p - y).abs().mean(), "You averaged the distances. Square them first."),
    mistake(
        lambda p, y: ((p - y) ** 2).sum(),
        "That is the sum of the squares. The M in MSE is the mean: a loss should not grow because the "
        "table is longer.",
    ),
    mistake(
        lambda p, y: ((p - y) ** 2).mean().sqrt(),
        "You took the root at the end. That is the RMSE; the MSE leaves the mean of the squares as it is.",
    ),
    mistake(
        lambda p, y: (p - y).mean() ** 2,
        "You squared the mean. Errors of +5 and −5 then cancel: square each error before you average.",
    ),
    mistake(
        lambda p, y: ((p - y) ** 2).mean(dim=0),
        "`dim=0` gives one mean per column. A loss is one number: take the mean over everything.",
    ),
    mistake(
        lambda p, y: ((p - y) ** 2).mean().item(),
        "`.item()` makes a Python number of the loss, and nothing could be learned from it: leave it out.",
    ),
    mistake(
        lambda p, y: ((p - y) ** 2).sum() / len(p),
        "You divided by the number of rows. A table (n, k) has n·k entries: `.mean()` counts them all.",
    ),
    mistake(
        lambda p, y: ((p - y) ** 2).mean() / 2,
        "You halved it. Some books do, to make the derivative look neat; torch's MSE does not.",
    ),
]
alternatives = [
    lambda p, y: torch.dot((p - y).flatten(), (p - y).flatten()) / p.numel(),
    lambda p, y: torch.sum(torch.square(y - p)) / y.numel(),
    lambda p, y: torch.mean(p * p - 2 * p * y + y * y),
]
hints = [
    "Three steps: the differences, their squares, the mean of these.",
    "`predictions - targets` works on the whole table at once, and so does `** 2`.",
    "`.mean()` without a `dim` averages over everything.",
]
