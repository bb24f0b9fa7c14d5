"""Mend the squared loss of a price model, which compares every house with every price."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import RepairExercise, case, mistake
from helpers.lessons.loss.exercises._common import OTHER_SIZES

kind = RepairExercise
requirements = {"right for three houses": 1, OTHER_SIZES: 1}
gradients = ("W", "b")


def broken(X, W, b, prices):
    """Return the mean squared error of a linear model, one number.

    X (n, d): features of n houses. W (1, d), b (1,): weights and bias. prices (n,).
    """
    predictions = X @ W.T + b
    return ((predictions - prices) ** 2).mean()


def inputs(draw):
    X = torch.tensor([[1.2, 3.0], [0.7, 2.0], [2.1, 4.0]])
    W, b = torch.tensor([[1.0, 0.5]]), torch.tensor([0.4])
    yield X, W, b, torch.tensor([3.3, 2.5, 4.1])
    for n in (draw.integer(4, 9), 2):
        W, b, prices = draw.normal(1, 4), draw.normal(1), draw.normal(n, mean=1, std=2)
        yield case(draw.normal(n, 4), W, b, prices, requirement=OTHER_SIZES)
    yield draw.normal(3, 2), draw.normal(1, 2), draw.normal(1), draw.normal(3, mean=1, std=2)


def reference(X, W, b, prices):
    return F.mse_loss((X @ W.T + b).squeeze(1), prices)


def _widened(X, W, b, prices):
    return ((X @ W.T + b - prices.unsqueeze(1)) ** 2).mean()


def _diagonal(X, W, b, prices):
    return ((X @ W.T + b - prices).diagonal() ** 2).mean()


def _prices_by_view(X, W, b, prices):
    return nn.MSELoss()(X @ W.T + b, prices.view(-1, 1))


def _prices_by_flatten(X, W, b, prices):
    return ((X @ W.T + b).flatten() - prices).square().mean()


def _prices_summed(X, W, b, p):
    return ((X @ W.T + b).sum(1).mean() - p.mean()) ** 2


def _prices_first_prediction(X, W, b, p):
    return (((X @ W.T + b)[0] - p) ** 2).mean()


def _prices_rooted(X, W, b, p):
    return ((X @ W.T + b).squeeze(1) - p).square().mean().sqrt()


def _prices_without_bias(X, W, b, p):
    return ((X @ W.T).squeeze(1) - p).square().mean()


def _prices_transposed(X, W, b, p):
    return (((X @ W.T + b).T - p[:, None]) ** 2).mean()


def _prices_nearest(X, W, b, p):
    return ((X @ W.T + b - p) ** 2).min(dim=1).values.mean()


def _prices_as_row(X, W, b, prices):
    return (((X @ W.T + b).T - prices) ** 2).mean()


def _prices_by_products(X, W, b, prices):
    errors = (X * W).sum(dim=1) + b - prices
    return errors @ errors / len(errors)


mistakes = [
    mistake(
        lambda X, W, b, p: ((X @ W.T + b - p.unsqueeze(0)) ** 2).mean(),
        "One of the two, predictions or prices, stands as a column (n, 1) and the other lies along a row, so the "
        "difference is a table of n × n. Give both the shape (n,), or both (n, 1).",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W.T + b).mean() - p).pow(2).mean(),
        "You compare the mean prediction with each price. Every house has its own prediction.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W.T + b - p) ** 2).sum(),
        "The mean was right. What is wrong is what it averages: print the shape of `predictions - prices`.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W.T + b).squeeze(1) - p).pow(2).sum(),
        "The shapes fit now; the mean has become a sum.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W.T + b).squeeze(1) - p).abs().mean(),
        "The shapes fit now; the square has become a distance.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W[0]).unsqueeze(1) + b - p).pow(2).mean(dim=0).sum(),
        "Still n × n: a table of n columns was averaged column by column and added up.",
    ),
    mistake(
        _prices_first_prediction,
        "`predictions[0]` is the first house alone, and all prices are compared with it. You want the first column: "
        "one prediction per house.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W.T + b - p) ** 2).mean(dim=1),
        "All pairs are still compared, and now each house has a mean of its own. Mend the shapes before the "
        "difference; the mean was right.",
    ),
    mistake(
        _prices_nearest,
        "You compare each prediction with the price that is nearest, whosesoever it is. House and price belong "
        "together: mend the shapes before the difference.",
    ),
    mistake(
        _prices_summed,
        "You averaged before you squared, so errors with opposite signs cancel. Square each error, then average.",
    ),
    mistake(
        _prices_rooted,
        "The shapes fit now; the root is too much. The mean of the squares is wanted.",
    ),
    mistake(
        _prices_without_bias,
        "The shapes fit now; the bias has got lost.",
    ),
    mistake(
        lambda X, W, b, p: ((X @ W[0] + b - p) ** 2).mean() / 2,
        "The shapes fit now; the mean has been halved.",
    ),
    mistake(
        lambda X, W, b, p: (X @ W[0] + b - p) ** 2,
        "The shapes fit now; the mean has got lost, so there is a loss for each house.",
    ),
]
alternatives = [
    _widened,
    _diagonal,
    lambda X, W, b, p: ((X @ W[0] + b - p) ** 2).mean(),
    _prices_by_view,
    _prices_by_flatten,
    lambda X, W, b, p: ((X @ W[0] + b - torch.tensor(p.tolist())) ** 2).mean(),
    _prices_as_row,
    _prices_by_products,
]
also_wrong = [
    _prices_transposed,
]
hints = [
    "Print the shapes of `predictions`, of `prices`, and of their difference.",
    "(n, 1) and (n,) broadcast to (n, n). Bring one of them to the other's shape.",
    "`predictions.squeeze(1)` or `prices.unsqueeze(1)`.",
]
