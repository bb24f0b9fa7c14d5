"""Train a classifier on raw rows X and classes y, and return a model that takes raw rows."""

import functools

import torch
from torch import nn
from torch.nn import functional as F

from helpers import data
from helpers.checks.exercise import TrainingExercise, case, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises._answers import _Always
from helpers.lessons.training_loops.exercises._common import (
    _accuracy,
    _between,
    _Scaled,
    _scored,
    _spread,
    _trained,
    _turned,
)


@functools.cache
def _shrunk_digits():
    """MNIST at half the size, (5000, 196): small enough to hand over in a plan."""
    digits = data.mnist()
    return F.avg_pool2d(digits.pixels[:, None], 2).flatten(1), digits.labels


def _penguins_of_no_file(draw, n):
    """Return n made-up penguins: four columns of the sizes of millimetres and grams, and drawn class numbers."""
    table = data.penguins()
    scaled = (table.features - table.features.mean(0)) / table.features.std(0)
    X, y = _between(draw, scaled, table.target, n)
    X = _spread(draw, _turned(draw, X), [2.0, 5.5, 14.0, 800.0], [17.0, 44.0, 200.0, 4200.0])
    return X, draw.permutation(3)[y]


def _digits_of_no_file(draw, n):
    """Return n made-up digits, 196 columns, and drawn class numbers; columns that are always white stay the same."""
    pixels, labels = _shrunk_digits()
    X, y = _between(draw, pixels, labels, n)
    turned = _turned(draw, X)[:, draw.permutation(X.shape[1])]
    return turned + draw.integers(X.shape[1], low=0, high=256), draw.permutation(10)[y]


# Over 30 draws, penguins and digits: networks and a linear layer 0.96 to 1 and 0.94 to 0.99, nearest neighbours 0.98 to
# 1 and 0.94 to 0.98, an untrained network at most 0.66 and 0.16. Look-ups of the nearest row of a file: 0.7 and 0.25 on
# average, on digits never above 0.48; whole clusters of penguins may fall on each other by luck.
kind = TrainingExercise
DIGITS_HAS = "digits it has not seen"
requirements = {"penguins it has not seen": 2, DIGITS_HAS: 2}
driver = drivers.class_predictions
at_least = 0.8
score_name = "accuracy on held-out rows"
seconds = 12


def inputs(draw):
    X, y = _penguins_of_no_file(draw, 333)
    yield case(X[:233], y[:233], X[233:], held_out_target=y[233:])
    X, y = _digits_of_no_file(draw, 1400)
    yield case(X[:1000], y[:1000], X[1000:], held_out_target=y[1000:], requirement=DIGITS_HAS)


score = _accuracy


def _advice(got, expected):
    """Say what predicted classes look like of which too few are right."""
    said = got.unique()
    if len(said) == 1:
        return (
            f"The model says class {said.item()} to every row. Does each batch take a step, and are rows scaled in the "
            "model that you return as they were in training?"
        )
    if len(said) < 0.7 * len(expected.unique()):
        missing = sorted(set(expected.tolist()) - set(said.tolist()))
        return (
            f"It never says class {missing[0]}. Is it trained with the class numbers as they come in, for enough "
            "steps, on rows that are scaled as in the model that you return?"
        )
    return (
        "Does the model that you return scale its rows as in training, and is it trained on these very rows, for "
        "enough epochs?"
    )


def compare(got, expected):
    return _scored(got, expected, _advice, score=score, at_least=at_least, score_name=score_name)


def reference(X, y):
    return _trained(X, y, epochs=30 if len(X) < 500 else 12)


def _with_batch_norm(X, y):
    model = nn.Sequential(
        nn.BatchNorm1d(X.shape[1]),
        nn.Linear(X.shape[1], 64),
        nn.ReLU(),
        nn.Linear(64, int(y.max()) + 1),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(15):
        for rows in torch.randperm(len(X)).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(X[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()


def _linear(X, y):
    mean, std = X.mean(0), X.std(0) + 1
    linear = nn.Linear(X.shape[1], int(y.max()) + 1)
    optimizer = torch.optim.Adam(linear.parameters(), lr=0.02)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(linear((X - mean) / std), y).backward()
        optimizer.step()
    return _Scaled(linear, mean, std)


class _Nearest(nn.Module):
    """A classifier without weights: votes of the nearest training rows."""

    def __init__(self, X, y):
        super().__init__()
        self.std = X.std(dim=0) + 1
        self.X, self.votes = X / self.std, F.one_hot(y).float()

    def forward(self, rows):
        near = torch.cdist(rows / self.std, self.X).topk(5, largest=False).indices
        return self.votes[near].mean(dim=1)


class _Committee(nn.Module):
    """Several networks, whose scores are averaged."""

    def __init__(self, models):
        super().__init__()
        self.models = nn.ModuleList(models)

    def forward(self, X):
        return sum(model(X).log_softmax(dim=1) for model in self.models) / len(self.models)


def _by_several(X, y):
    return _Committee([_trained(X, y, epochs=8) for _ in range(3)])


def _always_ten(X, y):
    padded = nn.ConstantPad1d((0, 9 - int(y.max())), -1e6)
    return nn.Sequential(reference(X, y), padded) if y.max() < 9 else nn.Linear(X.shape[1], 10)


def _most_common(X, y):
    return _Always(torch.bincount(y).float())


mistakes = [
    mistake(
        lambda X, y: _trained(X, y, epochs=2, scale="training"),
        "The returned model wants scaled rows, but gets raw ones. The scaling has to travel with it: "
        "make it the first layer of the model that you return.",
    ),
    mistake(
        lambda X, y: _trained(X, y, epochs=1, learn=False),
        "The model is as it was at the start: no step was taken.",
    ),
    mistake(
        lambda X, y: _trained(X, y, epochs=2, scale="none"),
        "Columns of very different size, a few epochs: the largest column drowns the others. "
        "Standardise first.",
    ),
    mistake(
        _most_common,
        "Your model says the most common class to every row: that is the baseline. Does each batch take a step, and "
        "do the rows go in?",
    ),
]
alternatives = [
    _with_batch_norm,
    _linear,
    lambda X, y: _Nearest(X, y),
    _by_several,
]
also_wrong = [
    _always_ten,
    lambda X, y: nn.Linear(X.shape[1], 10),
    lambda X, y: 0.99,
    lambda X, y: _Nearest(X, y)(X),
]
hints = [
    "What you need is all in this lesson: standardise with the training rows, a network with "
    "`X.shape[1]` inputs and `int(y.max()) + 1` outputs, cross-entropy, Adam, batches.",
    "The judge feeds raw rows. Write a small `nn.Module` that keeps mean and std, and whose `forward` "
    "is `self.net((X - self.mean) / self.std)`; or let `nn.BatchNorm1d` be the first layer.",
    "30 epochs with learning rate 3e-3 and batches of 32 are enough. End with `model.eval()`.",
]
