"""Say for each sample of a batch whether a perceptron fires: 1.0 or 0.0."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
WEIGHTED_SUM = "a weighted sum of exactly 0 does not fire"
requirements = {"right for any batch": 1, WEIGHTED_SUM: 1}


def inputs(draw):
    yield (
        torch.tensor([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [0.5, 0.0]]),
        torch.tensor([2.0, 1.0]),
        torch.tensor(-1.5),
    )
    yield case(
        torch.tensor([[1.0, 1.0], [2.0, 1.0], [2.0, -1.0]]),
        torch.tensor([1.0, 2.0]),
        torch.tensor(-3.0),
        requirement=WEIGHTED_SUM,
    )
    tiny = torch.tensor([[1e-9], [-1e-9]])
    yield case(tiny, torch.ones(1), torch.tensor(0.0), requirement=WEIGHTED_SUM)
    x, w = draw.integers(24, 3, low=-4, high=5).float(), draw.integers(3, low=1, high=6).float()
    yield case(x, w, -(x[1] @ w), requirement=WEIGHTED_SUM)
    yield draw.normal(30, 5), draw.normal(5), draw.normal(1).squeeze() - 1
    yield draw.normal(1, 3), draw.normal(3), draw.normal(1).squeeze()


def reference(X, w, b):
    return (X @ w + b > 0).float()


mistakes = [
    mistake(
        lambda X, w, b: (X @ w > 0).float(),
        "The bias is missing: compare `X @ w + b` with 0. Without a bias the boundary always runs through "
        "the origin.",
    ),
    mistake(
        lambda X, w, b: (X @ w + b >= 0).float(),
        "A weighted sum of exactly 0 does not fire here: `>` and not `>=`.",
    ),
    mistake(
        lambda X, w, b: X @ w + b > 0,
        "The decisions are right, but they are booleans. `.float()` makes 1.0 and 0.0 of them.",
    ),
    mistake(
        lambda X, w, b: X @ w + b,
        "That is the weighted sum z itself. The perceptron still has to decide: is z above 0?",
    ),
    mistake(
        lambda X, w, b: torch.sign(X @ w + b),
        "`sign` answers −1, 0 or 1; a perceptron answers 0.0 or 1.0.",
    ),
    mistake(
        lambda X, w, b: (X @ w > b).float(),
        "The bias is added, so a large bias makes firing easier. You used it as a threshold, with the "
        "opposite sign.",
    ),
    mistake(
        lambda X, w, b: ((X * w + b).sum(dim=1) > 0).float(),
        "The bias is added to each product, and so counts once for every feature. Add it once, after the sum.",
    ),
    mistake(
        lambda X, w, b: (X @ w + b > 0.5).float(),
        "Sums between 0 and 0.5 do not fire: you compare with 0.5, or you round first. The step is at 0, and z itself "
        "is compared with it.",
    ),
    mistake(
        lambda X, w, b: torch.sigmoid(X @ w + b).round(),
        "A rounded `sigmoid` decides like a perceptron nearly everywhere, but a tiny z above 0 gives exactly 0.5, "
        "which is rounded down. Compare z itself with 0.",
    ),
    mistake(
        lambda X, w, b: torch.sigmoid(X @ w + b),
        "`sigmoid` gives numbers between 0 and 1. A perceptron decides: 1.0 where z is above 0, else 0.0.",
    ),
    mistake(
        lambda X, w, b: (X @ w + b).clamp(0, 1),
        "You cut the weighted sums off at 0 and 1, and those between stay as they are. Each z above 0, be it 0.3, is "
        "to give 1.0.",
    ),
    mistake(
        lambda X, w, b: (X @ w + b < 0).float(),
        "Your perceptron fires where z is below 0. It fires above.",
    ),
    mistake(
        lambda X, w, b: torch.where(X @ w + b > 0, 1.0, -1.0),
        "Where it does not fire you give −1. Here a perceptron answers 0.0.",
    ),
    mistake(
        lambda X, w, b: ((X * w).sum(dim=0) + b > 0).float(),
        "You add up the columns, over the samples. Each sample has its own sum, over its features: `dim=1`.",
    ),
    mistake(
        lambda X, w, b: ((X * w).sum() + b > 0).float(),
        "You add up everything and decide once for the whole batch. Each row has its own sum, and its own decision.",
    ),
    mistake(
        lambda X, w, b: (X * w + b > 0).float(),
        "You decide about each product by itself. Add up the products of a row first, then decide.",
    ),
    mistake(
        lambda X, w, b: (X[:, 0] * w[0] + X[:, 1] * w[1] + b > 0).float(),
        "You use the first two features alone. There are as many as columns in X, one or five: a sum over all of "
        "them, or `@`, needs no count.",
    ),
]
alternatives = [
    lambda X, w, b: ((X * w).sum(dim=1) > -b).float(),
    lambda X, w, b: torch.heaviside(X @ w + b, torch.zeros(1)),
    lambda X, w, b: torch.tensor([1.0 if x @ w + b > 0 else 0.0 for x in X]),
    lambda X, w, b: torch.where(w @ X.T + b > 0, 1.0, 0.0),
    lambda X, w, b: torch.relu(torch.sign(X @ w + b)),
    lambda X, w, b: (F.linear(X, w[None], b[None]) > 0).to(torch.float32).squeeze(1),
    lambda X, w, b: torch.einsum("nd,d->n", X, w).add(b).gt(0).to(X.dtype),
    lambda X, w, b: (X.double() @ w.double() + b > 0).double(),
]
also_wrong = [
    lambda X, w, b: (torch.round(X @ w + b) > 0).float(),
    lambda X, w, b: (X @ w + b > 0).long(),
    lambda X, w, b: (X @ w + b > 0).float()[:, None],
    lambda X, w, b: float(X[0] @ w + b > 0),
    lambda X, w, b: (X * w + b > 0).float().mean(dim=1).round(),
]
hints = [
    "Two steps: the weighted sums z of all rows, then a decision about each.",
    "`X @ w` gives one number per row; the bias is added to each.",
    "`z > 0` gives booleans, and `.float()` turns them into 1.0 and 0.0.",
]
