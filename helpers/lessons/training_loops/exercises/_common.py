"""What several exercises of this lesson use."""

from dataclasses import replace
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import TrainingExercise

REGRESSION = {
    "loss": "MSE",
    "optimizer": "SGD",
    "options": {"lr": 0.1},
    "samples": 10,
    "batch": 4,
    "seed": 5,
}

CLASSES = {
    "loss": "cross-entropy",
    "optimizer": "Adam",
    "options": {"lr": 0.05},
    "samples": 11,
    "batch": 5,
    "seed": 6,
}


def _drawn_setting(draw, **changes):
    """Return a setting with drawn sizes, of which the last batch is smaller, and drawn options."""
    setting = {
        "loss": draw.choice(["MSE", "Huber"]),
        "optimizer": "SGD",
        "options": {"lr": draw.number(0.05, 0.2), "momentum": draw.choice([0.5, 0.9])},
        "samples": draw.choice([7, 9, 11]),
        "batch": 4,
        "seed": draw.integer(0, 100_000),
    }
    return setting | changes


def _kind_std(x, correction=1):
    std = x.std(dim=0, correction=correction)
    return torch.where(std == 0, 1.0, std)


def _step(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


def _fit(
    model, loader, loss_function, optimizer, epochs, *, mode=True, average="samples", step=_step
):
    """The loop of `fit`, taken apart so that wrong ones differ in one place."""
    history = []
    for _ in range(epochs):
        model.train(mode)
        losses, sizes = [], []
        for X, Y in loader:
            losses.append(step(model, loss_function, optimizer, X, Y))
            sizes.append(len(X))
        weighted = sum(a * n for a, n in zip(losses, sizes, strict=True)) / sum(sizes)
        ways = {
            "samples": weighted,
            "batches": sum(losses) / len(losses),
            "sum": sum(losses),
            "last": losses[-1],
            "sum / samples": sum(losses) / sum(sizes),
        }
        history.append(ways[average])
    return history


def _evaluate(
    model,
    loader,
    loss_function,
    *,
    mode="eval",
    grad=False,
    back="before",
    average="samples",
    percent=1,
):
    before = model.training
    if mode == "eval":
        model.eval()
    total, right, samples, batch_means, shares = 0.0, 0, 0, [], []
    with torch.set_grad_enabled(grad):
        for X, y in loader:
            scores = model(X)
            loss = loss_function(scores, y).item()
            hits = (scores.argmax(dim=1) == y).sum().item()
            total, right, samples = total + loss * len(X), right + hits, samples + len(X)
            batch_means.append(loss)
            shares.append(hits / len(X))
    if back == "before":
        model.train(before)
    elif back == "train":
        model.train()
    if average == "batches":
        return sum(batch_means) / len(shares), sum(shares) / len(shares)
    return total / samples, percent * right / samples


class _Scaled(nn.Module):
    def __init__(self, net, mean, std, low=0.0, span=1.0):
        super().__init__()
        self.net, self.mean, self.std, self.low, self.span = net, mean, std, low, span

    def forward(self, X):
        return self.net((X - self.mean) / self.std) * self.span + self.low


def _trained(
    X,
    y,
    *,
    loss=F.cross_entropy,
    epochs=30,
    rate=3e-3,
    width=64,
    scale="both",
    batch=32,
    learn=True,
):
    mean, std = X.mean(dim=0), _kind_std(X)
    inside = (X - mean) / std if scale in ("both", "training") else X
    classes = int(y.max()) + 1 if y.dtype == torch.int64 else 1
    net = nn.Sequential(
        nn.Linear(X.shape[1], width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, classes),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(batch):
            optimizer.zero_grad()
            loss(net(inside[rows]), y[rows]).backward()
            if learn:
                optimizer.step()
    return _Scaled(net, mean, std) if scale == "both" else net


def _between(draw, X, y, n):
    """Return n rows that no file holds, each on the way between two rows of a class, and their classes.

    The data sets ship with the course, so a real row's class can be looked up.
    """
    first = draw.integers(n, low=0, high=len(X))
    second = torch.stack([draw.choice((y == k).nonzero()[:, 0]) for k in y[first]])
    share = draw.uniform(n, 1, low=0.3, high=0.7)
    return X[first] * share + X[second] * (1 - share), y[first]


def _turned(draw, X, noise=0.03):
    """Return centred rows with the columns that vary turned into one another by a drawn rotation, and a little noise.

    Whoever knows the table finds neither its columns, nor their order of values, nor its rows in this one. What
    can be learned stays. Columns that are the same in all rows stay so.
    """
    varies = X.std(dim=0) > 0
    part = X[:, varies] - X[:, varies].mean(dim=0)
    rotation = torch.linalg.qr(draw.normal(part.shape[1], part.shape[1])).Q
    part = part @ rotation
    turned = torch.zeros_like(X)
    turned[:, varies] = part + draw.normal(*part.shape) * noise * part.std()
    return turned


def _spread(draw, X, sizes, centres):
    """Give the columns of a standardised table the sizes and centres of another, in a drawn order."""
    order = draw.permutation(len(sizes))
    return X / X.std(dim=0) * torch.tensor(sizes)[order] + torch.tensor(centres)[order]


def _scored(got, expected, advise, **fields):
    """Compare as a training does; where the score is too low, say too what `advise` sees in the predictions."""
    found = TrainingExercise.compare(SimpleNamespace(**fields), got, expected)
    if found is None or found.stage != "values":
        return found
    return replace(found, says=f"{found.says} {advise(got, expected)}".rstrip())


def _accuracy(predictions, targets):
    return (predictions == targets).float().mean().item()
