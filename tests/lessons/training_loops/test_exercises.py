"""Lesson 06: what answers are told, beside what the proofs of its declarations show."""

import itertools

import pytest
import torch
from torch import nn
from torch.utils.data import Dataset

from helpers.lessons.training_loops import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


# Right answers in unusual forms.


class PairsByProduct(Dataset):
    def __init__(self, limit):
        self.pairs = list(itertools.product(range(limit), repeat=2))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        x = torch.tensor(self.pairs[i]).float()
        return [x, x.sum().reshape(1)]


def step_with_closure(model, loss_function, optimizer, X, Y):
    def closure():
        model.zero_grad()
        loss = loss_function(model(X), Y)
        loss.backward()
        return loss

    return float(optimizer.step(closure).detach())


def fit_with_lists(model, loader, loss_function, optimizer, epochs):
    model.train()
    epochs_losses = []
    while len(epochs_losses) < epochs:
        pairs = []
        for X, Y in loader:
            pairs.append((step_with_closure(model, loss_function, optimizer, X, Y), Y.shape[0]))
        epochs_losses.append(sum(loss * n for loss, n in pairs) / sum(n for _, n in pairs))
    return epochs_losses


# Wrong answers.


class PairsWithoutDataset:
    __init__, __len__, __getitem__ = (
        PairsByProduct.__init__,
        PairsByProduct.__len__,
        PairsByProduct.__getitem__,
    )


def scaled_in_place(train, validation, test):
    mean, std = train.mean(0), train.std(0)
    std[std == 0] = 1
    return tuple(t.sub_(mean).div_(std) for t in (train, validation, test))


def step_before_backward(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    optimizer.step()
    loss.backward()
    return loss.item()


def fit_with_tensors(model, loader, loss_function, optimizer, epochs):
    return [
        torch.tensor(h) for h in fit_with_lists(model, loader, loss_function, optimizer, epochs)
    ]


class StopperWithShallowCopy:
    def __init__(self, patience):
        self.patience, self.best, self.waited = patience, float("inf"), 0

    def step(self, validation_loss, model):
        if self.better(validation_loss):
            self.best, self.waited = validation_loss, 0
            self.keep(model)
        else:
            self.waited += 1
        return self.waited >= self.patience

    def better(self, loss):
        return loss < self.best

    def keep(self, model):
        self.weights = dict(model.state_dict())

    def restore(self, model):
        model.load_state_dict(self.weights)


class Always(nn.Module):
    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, rows):
        return self.scores.expand(len(rows), -1)


def most_common(X, y):
    return Always(torch.bincount(y).float())


def the_line(X, y):
    ones = torch.cat([X, torch.ones(len(X), 1)], dim=1).double()
    weights = torch.linalg.lstsq(ones, y[:, None].double()).solution.float()
    layer = nn.Linear(X.shape[1], 1)
    layer.weight, layer.bias = nn.Parameter(weights[:-1].T), nn.Parameter(weights[-1])
    return layer


def name_of(value):
    return value if isinstance(value, str) else getattr(value, "__name__", type(value).__name__)


# What a learner is told.


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("PairSums", PairsByProduct(3), "class"),
        ("PairSums", PairsWithoutDataset, "begin with `class PairsWithoutDataset(Dataset):`"),
        ("scale_splits", scaled_in_place, "changed its input"),
        ("training_step", step_before_backward, "has to come after `backward()`"),
        ("fit", fit_with_tensors, "`.item()`"),
        ("EarlyStopping", StopperWithShallowCopy, "hands out the living tensors"),
        ("train_classifier", most_common, "0.8 is wanted"),
        ("train_classifier", lambda X, y: 0.99, "not right"),
        ("train_regressor", the_line, "0.05 is wanted"),
    ],
    ids=name_of,
)
def test_the_words_name_the_fix(name, answer, words):
    assert words in str(verdict(name, answer))


# The bug hunt: each bug that is mended earns its points, in any order.


def hunt(*, batch=False, zero=False, mode=False, number=False, held_out=False):
    def pick_rate(make_model, rates, train, validation, test, epochs):
        loss_function = nn.CrossEntropyLoss()
        features, _ = next(iter(train))
        best_loss, history = float("inf"), []
        for rate in rates:
            model = make_model()
            optimizer = torch.optim.SGD(model.parameters(), lr=rate)
            for _ in range(epochs):
                total, samples = 0.0, 0
                for feature, target in train:
                    if zero:
                        optimizer.zero_grad()
                    loss = loss_function(model(feature if batch else features), target)
                    loss.backward()
                    optimizer.step()
                    total = total + (loss.item() if number else loss) * len(feature)
                    samples += len(feature)
                history.append(total / samples)
            if mode:
                model.eval()
            with torch.no_grad():
                chooser = validation if held_out else test
                loss = sum(loss_function(model(X), y).item() for X, y in chooser)
            if loss < best_loss:
                best_loss, best_rate, best_model = loss, rate, model
        with torch.no_grad():
            right = [(best_model(X).argmax(dim=1) == y).float() for X, y in test]
        return best_rate, history, torch.cat(right).mean().item()

    return pick_rate


BUGS = ("batch", "zero", "mode", "number", "held_out")


@pytest.mark.parametrize("count", range(6))
def test_each_mended_bug_earns_half_a_point_whichever_comes_first(count):
    for mended in itertools.combinations(BUGS, count):
        found = verdict("pick_rate", hunt(**dict.fromkeys(mended, True)))
        assert found.points == (3 if count == 5 else count / 2), (mended, str(found))
