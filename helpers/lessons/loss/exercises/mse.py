"""Return the mean of the squared differences between predictions and targets."""

import numpy as np
import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.loss.exercises._common import OTHER_SIZES, REGRESSION_LOSSES

kind = FunctionExercise
requirements = {"right for a few numbers": 1, OTHER_SIZES: 1}
gradients = ("predictions",)
forbidden = REGRESSION_LOSSES


def inputs(draw):
    yield torch.tensor([3.2, 2.5, 7.0]), torch.tensor([3.0, 4.0, 2.5])
    n = draw.integer(4, 9)
    yield case(draw.normal(n, mean=2), draw.normal(n), requirement=OTHER_SIZES)
    yield case(draw.normal(n, 3), draw.normal(n, 3), requirement=OTHER_SIZES)
    yield draw.normal(3, mean=2), draw.normal(3)


def reference(predictions, targets):
    return ((predictions - targets) ** 2).mean()


def _mse_by_norm(predictions, targets):
    return torch.linalg.norm(predictions - targets) ** 2 / predictions.numel()


def _mse_by_einsum(p, y):
    e = (p - y).reshape(-1)
    return torch.einsum("i,i->", e, e) / len(e)


def _mse_in_place(predictions, targets):
    predictions -= targets
    return (predictions**2).mean()


def _mse_of_rows(p, y):
    return ((p - y) ** 2).mean(dim=-1).sum()


def _mse_over_len(p, y):
    return ((p - y) ** 2).sum() / len(p)


def _mse_unbiased(p, y):
    return ((p - y) ** 2).sum() / (p.numel() - 1)


def _mse_as_number(p, y):
    return ((p - y) ** 2).mean().item()


def _mse_by_numpy(p, y):
    return torch.from_numpy(np.square(p.detach().numpy() - y.detach().numpy())).mean()


def _mse_of_first_example(p, y):
    return torch.tensor((0.2**2 + 1.5**2 + 4.5**2) / 3)


def _mse_by_variance(p, y):
    e = p - y
    return e.var(unbiased=False) + e.mean() ** 2


def _mse_by_loop(p, y):
    total, count = 0, 0
    for one, other in zip(p.flatten(), y.flatten(), strict=True):
        total = total + (one - other) * (one - other)
        count += 1
    return total / count


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
    mistake(
        lambda p, y: ((p - y) ** 2).sum() / 2,
        "You divided by 2, as in the example. The mean divides by the number of entries, whatever it is.",
    ),
    mistake(
        lambda p, y: torch.tensor(20_000.0).square(),
        "You calculate with `prediction` and `target`, the names of an earlier cell. The arguments are called "
        "`predictions` and `targets`.",
    ),
    mistake(
        lambda p, y: (p - y).var(unbiased=False),
        "That is the variance of the errors: their mean is subtracted before they are squared, so being 10 too high "
        "everywhere costs nothing. Square the errors as they are.",
    ),
    mistake(
        _mse_unbiased,
        "You divided by one less than the number of entries, as for a standard deviation. The mean divides by all.",
    ),
    mistake(
        _mse_of_rows,
        "You averaged along the last dimension and added up the rest. The mean runs over all entries at once.",
    ),
    mistake(
        lambda p, y: (p**2 - y**2).mean(),
        "You subtracted the squares. First the difference of prediction and target, then its square.",
    ),
    mistake(
        lambda p, y: ((p - y) * 2).mean(),
        "You doubled the errors. The square of an error is the error times itself: `** 2`.",
    ),
    mistake(
        lambda p, y: (p - y).mean(),
        "You averaged the errors as they are. Too high and too low cancel: square each one first.",
    ),
    mistake(
        lambda p, y: (p - y) ** 2,
        "You return the squares one by one. A loss is one number, their mean.",
    ),
    mistake(
        lambda p, y: ((p + y) ** 2).mean(),
        "You added the targets. The error is prediction minus target.",
    ),
]
alternatives = [
    lambda p, y: torch.dot((p - y).flatten(), (p - y).flatten()) / p.numel(),
    lambda p, y: torch.sum(torch.square(y - p)) / y.numel(),
    lambda p, y: torch.mean(p * p - 2 * p * y + y * y),
    _mse_by_norm,
    _mse_by_einsum,
    lambda p, y: (p - y.detach()).square().mean(),
    lambda p, y: (p.double() - y).square().mean(),
    _mse_by_variance,
    _mse_by_loop,
    lambda p, y: (p - y).pow(2).mean(dim=0).mean(),
]
also_wrong = [
    _mse_in_place,
    _mse_over_len,
    _mse_as_number,
    _mse_by_numpy,
    _mse_of_first_example,
]
hints = [
    "Three steps: the differences, their squares, the mean of these.",
    "`predictions - targets` works on the whole table at once, and so does `** 2`.",
    "`.mean()` without a `dim` averages over everything.",
]
