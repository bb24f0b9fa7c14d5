"""Exercises of lesson 06: data sets, the training loop, honest evaluation, stopping, resuming."""

import copy
import functools
import os

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset

from helpers import data
from helpers.checks.drivers import training_loops as drivers
from helpers.checks.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    RepairExercise,
    TrainingExercise,
    ValueExercise,
    case,
    exercise,
    mistake,
)
from helpers.checks.lessons.conclusions import training_loops as conclusions

LESSON = "06_training_loops"

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


class _Pairs(Dataset):
    """A right data set, taken apart so that the wrong ones differ from it in one place."""

    def __init__(self, limit):
        self.limit = limit

    def __len__(self):
        return self.limit**2

    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([a, b], dtype=torch.float32), torch.tensor([float(a + b)])

    def pair(self, i):
        return i // self.limit, i % self.limit


class _Whole(_Pairs):
    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([a, b]), torch.tensor([a + b])


class _NoList(_Pairs):
    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([float(a), float(b)]), torch.tensor(float(a + b))


class _Short(_Pairs):
    def __len__(self):
        return self.limit


class _Swapped(_Pairs):
    def pair(self, i):
        return i % self.limit, i // self.limit


class _Diagonal(_Pairs):
    def pair(self, i):
        return i, i


class _Divided(_Pairs):
    def pair(self, i):
        return i / self.limit, i % self.limit


class _TableOfPairs(Dataset):
    def __init__(self, limit):
        numbers = torch.arange(limit, dtype=torch.float32)
        self.X = torch.cartesian_prod(numbers, numbers)
        self.Y = self.X.sum(dim=1, keepdim=True)

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.Y[i]


class _ListOfPairs(Dataset):
    def __init__(self, limit):
        self.items = [
            (torch.Tensor([a, b]), torch.Tensor([a + b]))
            for a in range(limit)
            for b in range(limit)
        ]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


@exercise(LESSON, points=2)
class PairSums(Exercise):
    """Write a Dataset of all pairs (a, b) of the whole numbers below `limit`, with a + b as the target."""

    requirements = {"right length and items": 1, "a DataLoader makes right batches of it": 1}
    parts = {
        "len": "right length and items",
        "items": "right length and items",
        "first batch": "a DataLoader makes right batches of it",
    }
    driver = drivers.dataset
    wants = "class"

    def inputs(draw):
        yield {"limit": 3, "positions": [0, 1, 5, 8], "batch": 4}
        yield {"limit": 100, "positions": [307, 9999], "batch": 100}
        limit = draw.integer(4, 12)
        positions = draw.integers(5, low=0, high=limit**2).tolist()
        yield {"limit": limit, "positions": positions, "batch": draw.integer(2, 7)}

    reference = _Pairs
    mistakes = [
        mistake(
            _Whole,
            "These are whole numbers (int64). Layers want float32: `torch.tensor([...], dtype=torch.float32)`.",
        ),
        mistake(
            _NoList,
            "The target is a lone number, shape (). The model's output has shape (1,) for each pair: give "
            "the target the same, `torch.tensor([sum])`, or the loss will broadcast.",
        ),
        mistake(_Short, "That is the count of numbers. Each of them is paired with each."),
        mistake(
            _Swapped,
            "The order is (0, 0), (0, 1), (0, 2) …: the second number runs fastest. "
            "`//` and `%` have changed places.",
        ),
        mistake(
            _Diagonal,
            "You pair i with itself. Position i stands for the pair i // limit and i % limit.",
        ),
        mistake(
            _Divided,
            "The first numbers are fractions: `/` divides, `//` says how often limit goes into i.",
        ),
    ]
    alternatives = [_TableOfPairs, _ListOfPairs]
    hints = [
        "`__init__` keeps `limit`; `__len__` says how many pairs there are; `__getitem__` makes one item.",
        "With limit = 3, position 5 is the pair (1, 2). How do 5 // 3 and 5 % 3 help?",
        "Return `torch.tensor([a, b], dtype=torch.float32), torch.tensor([a + b], dtype=torch.float32)`.",
    ]


@exercise(LESSON, points=1)
class iterations(ValueExercise):
    """Work out how many batches there are, and how large the last one is."""

    requirements = {
        "batches of an even split": 0.25,
        "batches of an uneven split": 0.25,
        "the last batch": 0.25,
        "steps of a whole training": 0.25,
    }
    parts = {
        "A": "batches of an even split",
        "B": "batches of an uneven split",
        "C": "the last batch",
        "D": "steps of a whole training",
    }
    reference = {"A": 100, "B": 29, "C": 5, "D": 560}
    mistakes = [
        mistake({"B": 28}, "28 batches hold 28 · 64 = 1,792 pictures. Where do the others go?"),
        mistake({"C": 64}, "1,797 is no multiple of 64: the last batch gets what is left."),
        mistake({"C": 0}, "`%` gives what is left over: 1797 % 64 is not 0."),
        mistake(
            {"B": 1797 / 64},
            "There is no part of a batch: the digits that are left over make one more, smaller batch.",
        ),
        mistake({"C": 59}, "59 digits are missing in it to make it full. How many does it hold?"),
        mistake({"D": 28}, "28 steps make one epoch. How many epochs are there?"),
        mistake({"D": 580}, "With `drop_last=True` the small batch at the end is left out."),
        mistake({"A": 10_000}, "One iteration handles a whole batch of 100 samples."),
    ]
    hints = [
        "Divide the samples by the batch size. What if it does not come out even?",
        "`math.ceil(1797 / 64)` counts a started batch as a batch; `1797 % 64` is what it holds.",
        "D: batches of an epoch without the small one, times the number of epochs.",
    ]


def _scaled(parts, mean, std):
    return tuple((part - mean) / std for part in parts)


def _kind_std(x, correction=1):
    std = x.std(dim=0, correction=correction)
    return torch.where(std == 0, 1.0, std)


@exercise(LESSON, points=2)
class scale_splits(FunctionExercise):
    """Standardise the columns of three tables with the means and standard deviations of the first."""

    requirements = {"training rows alone set the scale": 1, "a constant column stays finite": 1}

    def inputs(draw):
        constant = "a constant column stays finite"
        yield (
            torch.tensor([[1.0, 20.0], [2.0, 60.0], [6.0, 10.0]]),
            torch.tensor([[4.0, 35.0], [9.0, 80.0]]),
            torch.tensor([[0.5, 15.0]]),
        )
        yield (
            draw.normal(7, 3, mean=4, std=0.3),
            draw.normal(4, 3, mean=6, std=0.2),
            draw.normal(5, 3, mean=1, std=0.5),
        )
        yield case(
            torch.tensor([[7.0, 1.0], [7.0, 3.0], [7.0, 8.0]]),
            torch.tensor([[7.0, 2.0], [9.0, 5.0]]),
            torch.tensor([[4.0, 4.0]]),
            requirement=constant,
        )
        train = draw.normal(5, 3, mean=2)
        train[:, 1] = 3.0
        yield case(train, draw.normal(3, 3, mean=2), draw.normal(2, 3), requirement=constant)

    def reference(train, validation, test):
        return _scaled((train, validation, test), train.mean(dim=0), _kind_std(train))

    def _in_place(train, validation, test):
        mean, std = train.mean(dim=0), train.std(dim=0)
        std[std == 0] = 1
        return (train - mean) / std, (validation - mean) / std, (test - mean) / std

    def _by_masked_fill(train, validation, test):
        centre = torch.stack([column.sum() / len(column) for column in train.T])
        spread = ((train - centre).square().sum(0) / (len(train) - 1)).sqrt()
        spread = spread.masked_fill(spread == 0, 1.0)
        return [table.sub(centre).div(spread) for table in (train, validation, test)]

    def _without_nan(train, validation, test):
        scaled = _scaled((train, validation, test), train.mean(0), train.std(0))
        return tuple(table.nan_to_num() for table in scaled)

    def _flattened(train, validation, test):
        std = train.std(0)
        scaled = _scaled((train, validation, test), train.mean(0), _kind_std(train))
        return tuple(torch.where(std == 0, 0.0, table) for table in scaled)

    def _to_the_unit_interval(train, validation, test):
        low, span = train.amin(0), train.amax(0) - train.amin(0)
        return _scaled((train, validation, test), low, torch.where(span == 0, 1.0, span))

    mistakes = [
        mistake(
            lambda train, validation, test: tuple(
                (part - part.mean(0)) / _kind_std(part) for part in (train, validation, test)
            ),
            "Each table is scaled by itself. The same value then means different things in training and "
            "test: use the mean and std of `train` for all three.",
        ),
        mistake(
            lambda train, validation, test: tuple(
                (part - part.mean(0)) / part.std(0) for part in (train, validation, test)
            ),
            "Each table is scaled by itself: use the mean and std of `train` for all three, and divide a "
            "column whose std is 0 by 1.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), train.mean(0), _kind_std(train, correction=0)
            ),
            "That is the standard deviation with n below the line. `.std(dim=0)` divides by n − 1.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), 0.0, _kind_std(train)
            ),
            "The columns are divided by std, but not shifted: subtract the mean of `train` first.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), train.mean(0), train.std(0).clamp(min=1)
            ),
            "Every std below 1 is now 1. Only a std of 0 is to be replaced.",
        ),
        mistake(
            _without_nan,
            "Replacing nan afterwards comes too late: a new value in a constant column was divided by 0 "
            "and is infinite. Divide such a column by 1.",
        ),
        mistake(
            _flattened,
            "In a constant column a new value is a difference worth keeping. Divide it by 1, do not erase it.",
        ),
        mistake(
            _to_the_unit_interval,
            "That brings the columns to 0 … 1. Asked for: mean 0 and standard deviation 1.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test),
                torch.cat([train, validation, test]).mean(0),
                _kind_std(torch.cat([train, validation, test])),
            ),
            "Mean and std come from all rows together, so the test rows leak into training. "
            "Take them from `train` alone.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), train.mean(0), train.std(0)
            ),
            "Right, until a column has one and the same value in all training rows: its std is 0, and "
            "dividing by 0 gives nan or inf. Divide such a column by 1.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), train.mean(0), train.std(0) + 1e-8
            ),
            "A tiny number added to std avoids nan, but turns a new value in a constant column into "
            "hundreds of millions. Divide such a column by 1.",
        ),
        mistake(
            lambda train, validation, test: _scaled(
                (train, validation, test), train.mean(), train.std()
            ),
            "That is one mean for the whole table. `dim=0` gives one for each column.",
        ),
        mistake(
            lambda train, validation, test: (
                *_scaled((train,), train.mean(0), _kind_std(train)),
                validation,
                test,
            ),
            "Validation and test rows have to go through the same scaling as the training rows.",
        ),
    ]
    alternatives = [_in_place, _by_masked_fill]
    hints = [
        "Work out `mean` and `std` once, from `train`, with `dim=0`. Use them three times.",
        "`std == 0` marks the constant columns. You may write into `std`: it is your own tensor.",
        "`std[std == 0] = 1`, then `(table - mean) / std` for each of the three.",
    ]


def _step(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise(LESSON, points=2)
class training_step(FunctionExercise):
    """Train a model on one batch, and return that batch's loss as a Python number."""

    requirements = {"the weights move as they should": 1, "returns the loss as a Python number": 1}
    parts = {
        "weights after each step": "the weights move as they should",
        "losses": "returns the loss as a Python number",
        "losses are Python floats": "returns the loss as a Python number",
    }
    driver = drivers.steps
    conclude = conclusions.steps
    seconds = 5

    def inputs(draw):
        yield REGRESSION | {"steps": 3}
        yield CLASSES | {"steps": 4}
        yield _drawn_setting(draw, steps=5)

    reference = _step

    def _no_zero(model, loss_function, optimizer, X, Y):
        loss = loss_function(model(X), Y)
        loss.backward()
        optimizer.step()
        return loss.item()

    def _tensor(model, loss_function, optimizer, X, Y):
        optimizer.zero_grad()
        loss = loss_function(model(X), Y)
        loss.backward()
        optimizer.step()
        return loss

    def _loss_afterwards(model, loss_function, optimizer, X, Y):
        _step(model, loss_function, optimizer, X, Y)
        return loss_function(model(X), Y).item()

    def _no_step(model, loss_function, optimizer, X, Y):
        optimizer.zero_grad()
        loss = loss_function(model(X), Y)
        loss.backward()
        return loss.item()

    def _always_mse(model, loss_function, optimizer, X, Y):
        Y = F.one_hot(Y, 2).float() if Y.dtype == torch.int64 else Y
        return _step(model, F.mse_loss, optimizer, X, Y)

    def _own_optimizer(model, loss_function, optimizer, X, Y):
        return _step(model, loss_function, torch.optim.SGD(model.parameters(), lr=0.1), X, Y)

    def _turned(model, loss_function, optimizer, X, Y):
        return _step(model, lambda output, target: loss_function(target, output), optimizer, X, Y)

    def _zero_at_the_end(model, loss_function, optimizer, X, Y):
        loss = loss_function(model(X), Y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return float(loss)

    def _by_hand(model, loss_function, optimizer, X, Y):
        loss = loss_function(model(X), Y)
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for p, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = slope
        optimizer.step()
        return loss.tolist()

    mistakes = [
        mistake(
            _no_zero,
            "The gradients of all batches so far add up. Clear them in each step: `optimizer.zero_grad()`.",
        ),
        mistake(
            _tensor,
            "The loss is returned as a tensor. It keeps its graph alive; `.item()` takes the number out.",
        ),
        mistake(
            _loss_afterwards,
            "That is the loss after the step, at the price of a second forward pass. Return the one that "
            "you called `backward` on.",
        ),
        mistake(
            _no_step,
            "The weights never move. `optimizer.step()` has to come after `backward()` has filled the "
            "gradients, and before `zero_grad()` clears them.",
        ),
        mistake(
            _always_mse,
            "You use a loss of your own choice. The caller hands one over: `loss_function(output, target)`.",
        ),
        mistake(
            _own_optimizer,
            "You make an optimizer of your own in each step. The caller hands one over, with its learning "
            "rate and its memory: use that.",
        ),
        mistake(
            _turned,
            "The loss wants the output first, then the target: `loss_function(model(X), Y)`.",
        ),
    ]
    alternatives = [_zero_at_the_end, _by_hand]
    hints = [
        "Five lines, in the order zero, forward, loss, backward, step; then a return.",
        "The loss wants the output first, then the target: `loss_function(model(X), Y)`.",
        "`optimizer.zero_grad()`, then the loss, `loss.backward()`, `optimizer.step()`, `return loss.item()`.",
    ]


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


def _fit_like(**changes):
    return lambda model, loader, loss_function, optimizer, epochs: _fit(
        model, loader, loss_function, optimizer, epochs, **changes
    )


@exercise(LESSON, points=3)
class fit(FunctionExercise):
    """Train a model for some epochs; return, for each epoch, the mean loss per sample."""

    requirements = {
        "the weights go the right way": 1,
        "the history is the mean loss per sample": 1,
        "trains in train mode": 1,
    }
    parts = {
        "weights": "the weights go the right way",
        "history": "the history is the mean loss per sample",
        "history holds Python floats": "the history is the mean loss per sample",
    }
    driver = drivers.loop
    conclude = conclusions.loop
    seconds = 5

    def inputs(draw):
        dropout = "trains in train mode"
        yield REGRESSION | {"epochs": 2}
        yield CLASSES | {"shuffle": True, "epochs": 3}
        yield _drawn_setting(draw, shuffle=True, epochs=4)
        yield case(REGRESSION | {"dropout": 0.5, "epochs": 2}, requirement=dropout)
        yield case(_drawn_setting(draw, dropout=0.4, epochs=3), requirement=dropout)

    def reference(model, loader, loss_function, optimizer, epochs):
        return _fit(model, loader, loss_function, optimizer, epochs)

    def _running(model, loader, loss_function, optimizer, epochs):
        means = []
        model.train()
        for _ in range(epochs):
            mean, seen = 0.0, 0
            for X, Y in loader:
                loss = loss_function(model(X), Y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                seen += len(Y)
                mean += (loss.item() - mean) * len(Y) / seen
            means.append(mean)
        return means

    def _by_length_of_dataset(model, loader, loss_function, optimizer, epochs):
        history = [0.0] * epochs
        for epoch in range(epochs):
            model.train()
            for batch in loader:
                loss = _step(model, loss_function, optimizer, *batch)
                history[epoch] += loss * batch[0].shape[0] / len(loader.dataset)
        return history

    def _one_epoch(model, loader, loss_function, optimizer, epochs):
        return _fit(model, loader, loss_function, optimizer, 1)

    def _no_zero(model, loss_function, optimizer, X, Y):
        loss = loss_function(model(X), Y)
        loss.backward()
        optimizer.step()
        return loss.item()

    def _each_batch(model, loader, loss_function, optimizer, epochs):
        history = []
        for _ in range(epochs):
            model.train()
            history += [_step(model, loss_function, optimizer, X, Y) for X, Y in loader]
        return history

    def _from_the_start(model, loader, loss_function, optimizer, epochs):
        means = _fit(model, loader, loss_function, optimizer, epochs)
        return [sum(means[: n + 1]) / (n + 1) for n in range(epochs)]

    def _over_batches(model, loader, loss_function, optimizer, epochs):
        means = _fit(model, loader, loss_function, optimizer, epochs)
        return [mean * len(loader.dataset) / len(loader) for mean in means]

    def _full_batches(model, loader, loss_function, optimizer, epochs):
        sums = _fit(model, loader, loss_function, optimizer, epochs, average="sum")
        return [total * loader.batch_size / len(loader.dataset) for total in sums]

    def _in_tensors(model, loader, loss_function, optimizer, epochs):
        return [
            torch.tensor(mean) for mean in _fit(model, loader, loss_function, optimizer, epochs)
        ]

    def _measured_again(model, loader, loss_function, optimizer, epochs):
        history = []
        for _ in range(epochs):
            _fit(model, loader, loss_function, optimizer, 1)
            losses = [loss_function(model(X), Y).item() * len(X) for X, Y in loader]
            history.append(sum(losses) / len(loader.dataset))
        return history

    mistakes = [
        mistake(
            _fit_like(average="sum"),
            "That is the sum of the batch losses: it grows with the number of batches. Divide.",
        ),
        mistake(
            _fit_like(average="batches"),
            "You average over batches, so a sample of the small last batch counts more than the others. "
            "Weigh each batch's loss with its size: `loss.item() * len(X)`, divided by the samples.",
        ),
        mistake(
            _fit_like(average="sum / samples"),
            "Each batch loss is already a mean over its samples. Multiply it with `len(X)` before you add, "
            "then divide by the number of samples.",
        ),
        mistake(
            _fit_like(average="last"), "That is the loss of the last batch alone, not of the epoch."
        ),
        mistake(
            _fit_like(mode=False),
            "The model came in eval mode, and you trained it so: dropout did nothing. `model.train()` first.",
        ),
        mistake(
            _fit_like(step=_no_zero),
            "The gradients of all batches so far add up: `optimizer.zero_grad()` belongs into each step.",
        ),
        mistake(
            _one_epoch,
            "One epoch only? Go through the loader `epochs` times; `return` stands outside both loops.",
        ),
        mistake(
            _each_batch, "One number for each epoch is asked for, and this is one for each batch."
        ),
        mistake(
            _from_the_start,
            "From the second epoch on, the losses of earlier epochs are still in the sum. Set the sum and "
            "the count to 0 at the start of each epoch.",
        ),
        mistake(
            _over_batches,
            "The losses are weighed with the size of their batch, but then divided by the number of "
            "batches, `len(loader)`. Divide by the number of samples.",
        ),
        mistake(
            _full_batches,
            "The last batch is smaller than `batch_size`. Weigh each loss with the size that its batch "
            "really has, `len(X)`.",
        ),
        mistake(
            _in_tensors,
            "The history holds tensors. Python floats are wanted, as `.item()` gives them.",
        ),
        mistake(
            _measured_again,
            "That is the loss measured anew after each epoch, in a second walk through the data. Use the "
            "losses that you trained with.",
        ),
    ]
    alternatives = [_running, _by_length_of_dataset]
    hints = [
        "Two loops: over epochs, and inside over the batches `for X, Y in loader`.",
        "`model.train()` at the start of an epoch; the inner body is your `training_step`.",
        "Inside: `total += loss * len(X)` and `samples += len(X)`; after the epoch: "
        "`history.append(total / samples)`.",
    ]


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


def _evaluate_like(**changes):
    return lambda model, loader, loss_function: _evaluate(model, loader, loss_function, **changes)


@exercise(LESSON, points=3)
class evaluate(FunctionExercise):
    """Return the mean loss per sample and the accuracy of a classifier, and leave no trace behind."""

    requirements = {
        "loss and accuracy are right": 1,
        "the model works in eval mode": 1,
        "no graph is recorded": 0.5,
        "the mode is put back": 0.5,
    }
    parts = {
        "loss and accuracy": "loss and accuracy are right",
        "both are Python floats": "loss and accuracy are right",
        "always in eval mode": "the model works in eval mode",
        "never recording a graph": "no graph is recorded",
        "mode as before": "the mode is put back",
    }
    driver = drivers.evaluation
    conclude = conclusions.evaluation
    seconds = 2

    def inputs(draw):
        yield {"samples": 10, "batch": 4, "model.training": True, "seed": 1}
        yield {"samples": 9, "batch": 4, "model.training": False, "seed": 2}
        yield {
            "samples": draw.choice([7, 11, 13]),
            "batch": 5,
            "model.training": draw.choice([True, False]),
            "seed": draw.integer(0, 100_000),
        }

    def reference(model, loader, loss_function):
        return _evaluate(model, loader, loss_function)

    def _at_once(model, loader, loss_function):
        was_training = model.training
        model.eval()
        with torch.inference_mode():
            scores = torch.cat([model(X) for X, _ in loader])
            y = torch.cat([y for _, y in loader])
            result = loss_function(scores, y).item(), (scores.argmax(1) == y).float().mean().item()
        if was_training:
            model.train()
        return result

    @torch.no_grad()
    def _decorated(model, loader, loss_function):
        mode, loss, hits = model.training, 0.0, 0.0
        model.train(False)
        for X, y in loader:
            out = model(X)
            loss += len(y) * float(loss_function(out, y))
            hits += float((out.max(dim=1).indices == y).sum())
        model.train(mode)
        return loss / len(loader.dataset), hits / len(loader.dataset)

    def _hits(model, loader, loss_function):
        loss, share = _evaluate(model, loader, loss_function)
        return loss, round(share * len(loader.dataset))

    def _last_batch(model, loader, loss_function):
        was_training = model.training
        model.eval()
        with torch.no_grad():
            for X, y in loader:
                scores, last = model(X), y
        model.train(was_training)
        return loss_function(scores, last).item(), _accuracy(scores.argmax(dim=1), last)

    def _in_tensors(model, loader, loss_function):
        loss, share = _evaluate(model, loader, loss_function)
        return loss, torch.tensor(share)

    mistakes = [
        mistake(
            _evaluate_like(mode="as it is"),
            "The model stayed in the mode it came in: dropout kept striking units out, and BatchNorm kept "
            "changing its statistics. `model.eval()` before the loop.",
        ),
        mistake(
            _evaluate_like(grad=True),
            "Right numbers, but torch recorded a graph for each batch. Wrap the loop in "
            "`with torch.no_grad():`.",
        ),
        mistake(
            _evaluate_like(back="train"),
            "A model that came in eval mode is in train mode now. Keep `was_training = model.training` and "
            "end with `model.train(was_training)`.",
        ),
        mistake(
            _evaluate_like(back="not"),
            "The model is left in eval mode, and whoever goes on training it trains without dropout. "
            "Put back the mode in which it came.",
        ),
        mistake(
            _evaluate_like(average="batches"),
            "You average over batches; the last one is smaller. Count hits and losses by sample.",
        ),
        mistake(_evaluate_like(percent=100), "The accuracy is a share from 0 to 1, not per cent."),
        mistake(
            _hits,
            "The accuracy is a share: divide the number of right answers by the number of samples.",
        ),
        mistake(
            lambda model, loader, loss_function: _evaluate(model, loader, loss_function)[::-1],
            "The two numbers have changed places: the loss comes first, then the accuracy.",
        ),
        mistake(
            _last_batch,
            "That is the last batch alone. Add up losses and hits inside the loop, over all batches.",
        ),
        mistake(
            _in_tensors,
            "A tensor comes back. Python floats are asked for: `.item()` takes the number out.",
        ),
    ]
    alternatives = [_at_once, _decorated]
    hints = [
        "Remember `model.training` first. Then `model.eval()`, and the loop under `torch.no_grad()`.",
        "Hits of a batch: `(scores.argmax(dim=1) == y).sum().item()`. Loss of a batch: times `len(X)`.",
        "Divide both sums by the number of samples; `model.train(was_training)` before you return.",
    ]


@exercise(LESSON, points=2)
class diagnosis(ChoiceExercise):
    """Say for each of five runs what its two curves tell."""

    requirements = {f"run {run}": 0.4 for run in "ABCDE"}
    parts = {run: f"run {run}" for run in "ABCDE"}
    options = {
        "healthy": "learns, and is as good on new examples",
        "overfits": "learns the training examples by heart: stop earlier, or find more data",
        "rate too low": "moves in the right direction, far too slowly: raise the learning rate",
        "rate too high": "jumps about and gets nowhere: lower the learning rate",
        "too small": "has come to rest at a high loss on both: give the model more units",
    }
    reference = {
        "A": "rate too low",
        "B": "overfits",
        "C": "rate too high",
        "D": "healthy",
        "E": "too small",
    }
    mistakes = [
        mistake(
            {"A": "too small"},
            "Run A has not come to rest: both curves still fall, in a nearly straight line.",
        ),
        mistake(
            {"B": "healthy"},
            "In run B the training loss goes to 0, and the validation loss rises again.",
        ),
        mistake(
            {"C": "overfits"},
            "In run C the training loss does not fall either. Nothing is learned by heart there.",
        ),
        mistake(
            {"E": "rate too low"},
            "Run E has become flat: ten times as many steps would change little.",
        ),
        mistake(
            {"D": "overfits"},
            "In run D the two curves lie close together to the end.",
        ),
        mistake(
            {"A": "healthy"},
            "Run A falls, but from 2.3 to little less: guessing among ten digits costs 2.3.",
        ),
        mistake(
            {"C": "too small"},
            "Run C does not come to rest: it jumps. A network that is too small gives a calm curve.",
        ),
        mistake(
            {"D": "rate too low"},
            "Run D falls at once, and is nearly at rest at the end.",
        ),
        mistake(
            {"E": "overfits"},
            "In run E no gap opens: training and validation rest at the same height.",
        ),
        mistake(
            {"E": "healthy"},
            "Look at the height at which run E rests, and compare it with run D.",
        ),
    ]
    hints = [
        "Look at the training curve first: does it fall, and does it come to rest?",
        "Then at the gap between the curves: does it open?",
        "A curve that is flat has found what this model can do; one that still falls has not.",
    ]


@exercise(LESSON, points=2)
class confusion(FunctionExercise):
    """Count how often class i was taken for class j: a table (classes, classes) of int64."""

    requirements = {"right for three classes": 1, "right for any number of classes": 1}

    def inputs(draw):
        more = "right for any number of classes"
        yield torch.tensor([0, 2, 1, 1, 0, 2, 2]), torch.tensor([0, 0, 1, 2, 0, 2, 0]), 3
        yield case(torch.tensor([1, 0, 1]), torch.tensor([0, 0, 1]), 5, requirement=more)
        yield draw.integers(12, low=0, high=3), draw.integers(12, low=0, high=3), 3
        yield case(
            draw.integers(40, low=0, high=4), draw.integers(40, low=0, high=4), 4, requirement=more
        )

    def reference(labels, predictions, classes):
        return torch.bincount(labels * classes + predictions, minlength=classes**2).reshape(
            classes, classes
        )

    def _loop(labels, predictions, classes):
        table = torch.zeros(classes, classes, dtype=torch.int64)
        for label, prediction in zip(labels, predictions, strict=True):
            table[label, prediction] += 1
        return table

    def _one_hot(labels, predictions, classes):
        return F.one_hot(labels, classes).T @ F.one_hot(predictions, classes)

    def _once(labels, predictions, classes):
        table = torch.zeros(classes, classes, dtype=torch.int64)
        table[labels, predictions] += 1
        return table

    mistakes = [
        mistake(
            lambda labels, predictions, classes: confusion.reference(
                labels, predictions, classes
            ).T.contiguous(),
            "Rows and columns have changed places: the row is the true class, the column the prediction.",
        ),
        mistake(
            _once,
            "`table[labels, predictions] += 1` counts a pair that comes twice only once. Loop over the "
            "pairs, or use `bincount`.",
        ),
        mistake(
            lambda labels, predictions, classes: confusion.reference(
                labels, predictions, classes
            ).float(),
            "Counts are whole numbers: int64.",
        ),
        mistake(
            lambda labels, predictions, classes: (
                confusion.reference(labels, predictions, classes)
                / torch.bincount(labels, minlength=classes)[:, None]
            ),
            "These are shares of each row. Counts are asked for.",
        ),
    ]

    def _errors_only(labels, predictions, classes):
        wrong = labels != predictions
        return confusion.reference(labels[wrong], predictions[wrong], classes)

    def _seen_classes(labels, predictions, classes):
        return confusion.reference(labels, predictions, int(labels.max()) + 1)

    mistakes += [
        mistake(
            _errors_only, "Right answers count, too: they stand on the diagonal, entry [i, i]."
        ),
        mistake(
            _seen_classes,
            "The table has `classes` rows and columns, also for classes that do not occur in `labels`.",
        ),
    ]
    alternatives = [_loop, _one_hot]
    hints = [
        "Begin with a table of zeros, int64. Each pair (label, prediction) adds 1 to one place.",
        "Without a loop: `labels * classes + predictions` numbers the places of the table row by row; "
        "`torch.bincount(..., minlength=classes * classes)` counts them.",
    ]


class _Stopper:
    """Right early stopping, taken apart so that wrong ones differ in one place."""

    def __init__(self, patience):
        self.patience, self.waited = patience, 0
        self.best, self.state = float("inf"), None

    def step(self, validation_loss, model):
        if self.is_better(validation_loss):
            self.best, self.waited = validation_loss, 0
            self.keep(model)
        else:
            self.waited += 1
        return self.is_over()

    def is_better(self, loss):
        return loss < self.best

    def is_over(self):
        return self.waited >= self.patience

    def keep(self, model):
        self.state = copy.deepcopy(model.state_dict())

    def restore(self, model):
        model.load_state_dict(self.state)


class _Alias(_Stopper):
    def keep(self, model):
        self.state = model.state_dict()


class _LateByOne(_Stopper):
    def is_over(self):
        return self.waited > self.patience


class _AgainstPrevious(_Stopper):
    previous = float("inf")

    def step(self, validation_loss, model):
        if validation_loss < self.best:
            self.best = validation_loss
            self.keep(model)
        self.waited = 0 if validation_loss < self.previous else self.waited + 1
        self.previous = validation_loss
        return self.is_over()


class _NeverResets(_Stopper):
    def step(self, validation_loss, model):
        if self.is_better(validation_loss):
            self.best = validation_loss
            self.keep(model)
        else:
            self.waited += 1
        return self.is_over()


class _AcceptsEqual(_Stopper):
    def is_better(self, loss):
        return loss <= self.best


class _StartsAtOne(_Stopper):
    def __init__(self, patience):
        super().__init__(patience)
        self.best = 1.0

    def restore(self, model):
        if self.state is not None:
            super().restore(model)


class _ParametersOnly(_Stopper):
    def keep(self, model):
        self.state = [p.detach().clone() for p in model.parameters()]

    def restore(self, model):
        with torch.no_grad():
            for mine, kept in zip(model.parameters(), self.state, strict=True):
                mine.copy_(kept)


class _KeepsLast(_Stopper):
    def step(self, validation_loss, model):
        over = super().step(validation_loss, model)
        self.state = copy.deepcopy(model.state_dict())
        return over


class _ListStopper:
    def __init__(self, patience):
        self.patience, self.losses, self.weights = patience, [], []

    def step(self, validation_loss, model):
        self.losses.append(validation_loss)
        self.weights.append({k: v.clone() for k, v in model.state_dict().items()})
        return len(self.losses) - 1 - self._best() >= self.patience

    def _best(self):
        return self.losses.index(min(self.losses))

    def restore(self, model):
        model.load_state_dict(self.weights[self._best()])


class _CopyingStopper:
    def __init__(self, patience):
        self.patience, self.left, self.best = patience, patience, None

    def step(self, validation_loss, model):
        self.left -= 1
        if self.best is None or validation_loss < self.lowest:
            self.lowest, self.best, self.left = validation_loss, copy.deepcopy(model), self.patience
        return not self.left

    def restore(self, model):
        with torch.no_grad():
            for name, mine in model.state_dict().items():
                mine.copy_(self.best.state_dict()[name])


def _losses(patience, losses):
    return {"patience": patience, "validation losses": losses}


@exercise(LESSON, points=3)
class EarlyStopping(Exercise):
    """Write a class that says when validation has not improved for `patience` epochs, and keeps the best weights."""

    requirements = {"stops at the right moment": 1.5, "brings back the best weights": 1.5}
    parts = {
        "epochs run": "stops at the right moment",
        "weights of epoch": "brings back the best weights",
        "running statistics of epoch": "brings back the best weights",
    }
    driver = drivers.stopping
    conclude = conclusions.stopping
    wants = "class"

    def inputs(draw):
        yield _losses(2, [0.9, 0.7, 0.8, 0.75, 0.6, 0.5])
        yield _losses(3, [0.9, 0.7, 0.8, 0.75, 0.6, 0.65, 0.63, 0.62, 0.2])
        yield _losses(2, [0.8, 0.5, 0.5, 0.5, 0.4])
        yield _losses(1, [0.5, 0.4, 0.3])
        yield _losses(2, [2.3, 1.9, 2.0, 1.6, 1.7, 1.8, 0.2])
        for _ in range(4):  # falling, and uneven, so that the end may come early or late
            uneven = [1.2 - 0.05 * k + draw.number(-0.2, 0.2) for k in range(12)]
            yield _losses(draw.integer(1, 4), uneven)

    reference = _Stopper
    mistakes = [
        mistake(
            _Alias,
            "The weights that come back are not those of the best epoch. Either they were kept without a "
            "copy: `state_dict()` hands out the living tensors, and training goes on writing into them; "
            "`copy.deepcopy(model.state_dict())` keeps them. Or `restore` never wrote into the model: "
            "`model = …` gives a name to another object, `model.load_state_dict(…)` fills this one.",
        ),
        mistake(
            _AcceptsEqual,
            "A loss equal to the best one is no improvement: `<`, not `<=`.",
        ),
        mistake(
            _StartsAtOne,
            "A loss may be larger than the number you begin with, and then the first epochs count as bad. "
            "Begin with `float('inf')`: everything is better than that.",
        ),
        mistake(
            _ParametersOnly,
            "The parameters come back, but BatchNorm also keeps running statistics, which are no "
            "parameters. `model.state_dict()` holds both.",
        ),
        mistake(
            _LateByOne,
            "You stop one epoch late: after `patience` epochs without a new best, not one more.",
        ),
        mistake(
            _AgainstPrevious,
            "You compare with the epoch before. A loss that goes up and comes part of the way back has "
            "not improved: compare with the best so far.",
        ),
        mistake(
            _NeverResets,
            "The count of bad epochs has to start again at 0 whenever a new best comes.",
        ),
        mistake(
            _KeepsLast,
            "You keep the weights of each epoch, so the last ones come back. Keep them only at a new best.",
        ),
    ]
    alternatives = [_ListStopper, _CopyingStopper]
    hints = [
        "Keep four things in `self`: patience, the best loss so far (start: `float('inf')`), how many epochs "
        "have passed since, and a copy of the best weights.",
        "A new best: note it, copy the weights, set the count to 0. Otherwise add 1 to the count.",
        "`return self.waited >= self.patience`; and `restore` is `model.load_state_dict(self.best_state)`.",
    ]


def _resumable(
    model,
    loader,
    loss_function,
    optimizer,
    epochs,
    path,
    *,
    keeps=("model", "optimizer", "random"),
    counts=True,
    saves="each epoch",
    ahead=1,
    mode=True,
    zero=True,
):
    """Training with checkpoints, taken apart so that wrong ones differ in one place."""
    done = 0
    if os.path.exists(path) and saves != "never loads":
        found = torch.load(path)
        if "model" in keeps:
            model.load_state_dict(found["model"])
        if "optimizer" in keeps:
            optimizer.load_state_dict(found["optimizer"])
        if "random" in keeps:
            torch.set_rng_state(found["random"])
        done = found["epoch"] if counts else 0
    if mode:
        model.train()

    def save(number):
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "epoch": number,
        }
        torch.save(state, path)

    for epoch in range(done, epochs):
        for X, Y in loader:
            if zero:
                optimizer.zero_grad()
            loss_function(model(X), Y).backward()
            optimizer.step()
            if saves == "each batch":
                save(epoch)
        if saves != "at the end" or epoch == epochs - 1:
            save(epoch + ahead)


def _resumable_like(**changes):
    return lambda model, loader, loss_function, optimizer, epochs, path: _resumable(
        model, loader, loss_function, optimizer, epochs, path, **changes
    )


@exercise(LESSON, points=3)
class train_with_checkpoints(FunctionExercise):
    """Train up to `epochs` epochs, write a checkpoint after each, and go on from one that lies at `path`."""

    requirements = {
        "goes on with plain descent": 1,
        "goes on with momentum and Adam": 1,
        "goes on with shuffling and dropout": 1,
    }
    driver = drivers.power_cut
    conclude = conclusions.power_cut
    seconds = 5

    def inputs(draw):
        adam, chance = "goes on with momentum and Adam", "goes on with shuffling and dropout"
        yield REGRESSION | {"epochs": 3, "cut after batches": 5}
        yield case(CLASSES | {"epochs": 3, "cut after batches": 7}, requirement=adam)
        cut = {"epochs": 2, "cut after batches": 3}
        yield _drawn_setting(draw, options={"lr": draw.number(0.05, 0.2)}, samples=7) | cut
        adam_rate = {"optimizer": "Adam", "options": {"lr": draw.number(0.02, 0.1)}}
        yield case(_drawn_setting(draw, samples=7) | adam_rate | cut, requirement=adam)
        setting = _drawn_setting(draw, samples=7, shuffle=True, dropout=0.4)
        cut = {"epochs": 4, "cut after batches": draw.choice([3, 5])}
        yield case(setting | cut, requirement=chance)

    def reference(model, loader, loss_function, optimizer, epochs, path):
        return _resumable(model, loader, loss_function, optimizer, epochs, path)

    def _a_list(model, loader, loss_function, optimizer, epochs, path):
        epoch = 0
        try:
            epoch, weights, state, random = torch.load(path, weights_only=False)
        except FileNotFoundError:
            pass
        else:
            model.load_state_dict(weights)
            optimizer.load_state_dict(state)
            torch.random.set_rng_state(random)
        while epoch < epochs:
            model.train()
            for X, Y in loader:
                optimizer.zero_grad(set_to_none=False)
                loss_function(model(X), Y).backward()
                optimizer.step()
            epoch += 1
            torch.save(
                [epoch, model.state_dict(), optimizer.state_dict(), torch.random.get_rng_state()],
                path,
            )

    def _two_files(model, loader, loss_function, optimizer, epochs, path):
        first = 0
        if os.path.isfile(path):
            both = torch.load(path)
            first = both.pop("epoch")
            torch.set_rng_state(both.pop("rng"))
            for name, part in (("net", model), ("opt", optimizer)):
                part.load_state_dict(both[name])
        for number in range(first + 1, epochs + 1):
            _fit(model, loader, loss_function, optimizer, 1)
            both = {"net": model.state_dict(), "opt": optimizer.state_dict()}
            torch.save(both | {"epoch": number, "rng": torch.get_rng_state()}, str(path) + ".new")
            os.replace(str(path) + ".new", path)

    mistakes = [
        mistake(
            _resumable_like(keeps=("model", "random")),
            "The optimizer starts from nothing after the cut. Momentum and Adam carry a memory from step to "
            "step: save and load `optimizer.state_dict()` too.",
        ),
        mistake(
            _resumable_like(keeps=("model", "optimizer")),
            "Weights and optimizer are back, but shuffling and dropout draw other numbers than without the "
            "cut. Save `torch.get_rng_state()` and put it back with `torch.set_rng_state(...)`.",
        ),
        mistake(
            _resumable_like(counts=False),
            "After the cut you train `epochs` more epochs. `epochs` is the total: save how many are done, "
            "and go on from there.",
        ),
        mistake(
            _resumable_like(saves="at the end"),
            "The checkpoint is written only when all is done, so a cut before that loses everything. Save "
            "after each epoch.",
        ),
        mistake(
            _resumable_like(saves="never loads"),
            "You write checkpoints, but a new call does not look for one. If a file lies at `path`, load it.",
        ),
        mistake(
            _resumable_like(ahead=0),
            "The last finished epoch is trained a second time after the cut. When the epoch with index "
            "`epoch` is done, `epoch + 1` epochs are done.",
        ),
        mistake(
            _resumable_like(saves="each batch"),
            "A checkpoint written in the midst of an epoch holds weights of that epoch, and the epoch is "
            "then begun again. Save when an epoch is complete.",
        ),
        mistake(
            _resumable_like(mode=False),
            "The model came in eval mode, and you trained it so: dropout did nothing. `model.train()` first.",
        ),
        mistake(
            _resumable_like(zero=False),
            "The gradients of all batches so far add up: `optimizer.zero_grad()` belongs into each step.",
        ),
    ]
    alternatives = [_a_list, _two_files]
    hints = [
        "First: `if os.path.exists(path):` load and put everything back, and note how many epochs are done. "
        "Then `for epoch in range(done, epochs):`, with a `torch.save` at the end of each epoch.",
        "What must be in the dict for the next step to be the same? Weights, the optimizer's memory, the "
        "number of epochs done, and the state of torch's random numbers.",
        "`torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch + 1, "
        "'random': torch.get_rng_state()}, path)`.",
    ]


def _pick(
    make_model,
    rates,
    train,
    validation,
    test,
    epochs,
    *,
    fresh_batch=True,
    fresh_targets=True,
    zero="each step",
    mode=True,
    eval_first=False,
    number=True,
    chooser="validation",
    reporter="test",
):
    """The program of `pick_rate`, with each of its five bugs to be switched on."""
    loss_function = nn.CrossEntropyLoss()
    first, first_targets = next(iter(train))
    best_loss, history = float("inf"), []
    for rate in rates:
        model = make_model()
        model.train(not eval_first)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        for _ in range(epochs):
            total, samples = 0.0, 0
            if zero == "each epoch":
                optimizer.zero_grad()
            for feature, target in train:
                if zero == "each step":
                    optimizer.zero_grad()
                output = model(feature if fresh_batch else first)
                loss = loss_function(output, target if fresh_targets else first_targets)
                loss.backward()
                optimizer.step()
                total = total + (loss.item() if number else loss) * len(feature)
                samples += len(feature)
            history.append(total / samples)
        model.train(not mode)
        held_out = validation if chooser == "validation" else test
        with torch.no_grad():
            loss = sum(loss_function(model(X), y).item() for X, y in held_out)
        if loss < best_loss:
            best_loss, best_rate, best_model = loss, rate, model
    with torch.no_grad():
        reported = test if reporter == "test" else validation
        right = [(best_model(X).argmax(dim=1) == y).float() for X, y in reported]
    return best_rate, history, torch.cat(right).mean().item()


def _pick_like(**changes):
    return lambda make_model, rates, train, validation, test, epochs: _pick(
        make_model, rates, train, validation, test, epochs, **changes
    )


@exercise(LESSON, points=3)
class pick_rate(RepairExercise):
    """Mend the program that tries several learning rates: it holds five bugs."""

    requirements = {
        "each batch is fed to the model": 0.5,
        "each step uses one batch's gradient": 0.5,
        "held-out data are judged in eval mode": 0.5,
        "the history holds numbers, no graphs": 0.5,
        "the test set is kept for the end": 0.5,
        "all results are right": 0.5,
    }
    parts = {
        "every batch reaches the model": "each batch is fed to the model",
        "each gradient is of one batch": "each step uses one batch's gradient",
        "held-out rows in eval mode, training rows in train mode": (
            "held-out data are judged in eval mode"
        ),
        "the history holds numbers": "the history holds numbers, no graphs",
        "the test rows are used once, at the end": "the test set is kept for the end",
        "rate, history, accuracy": "all results are right",
    }
    driver = drivers.search
    conclude = conclusions.search
    seconds = 5
    rtol = 1e-3

    def inputs(draw):
        # With seed 11 the test set would choose the other rate.
        yield {"rates": [0.0001, 0.2], "epochs": 4, "seed": 11}
        yield {"rates": [0.2, 0.02, 0.0002], "epochs": 4, "seed": draw.integer(0, 100_000)}

    def broken(make_model, rates, train, validation, test, epochs):
        loss_function = nn.CrossEntropyLoss()
        features, targets = next(iter(train))
        print("one batch:", tuple(features.shape), tuple(targets.shape))
        best_loss, history = float("inf"), []
        for rate in rates:
            model = make_model()
            optimizer = torch.optim.SGD(model.parameters(), lr=rate)
            for _ in range(epochs):
                total, samples = 0.0, 0
                for feature, target in train:
                    loss = loss_function(model(features), target)
                    loss.backward()
                    optimizer.step()
                    total = total + loss * len(feature)
                    samples += len(feature)
                history.append(total / samples)
            with torch.no_grad():
                held_out = sum(loss_function(model(X), y).item() for X, y in test)
            if held_out < best_loss:
                best_loss, best_rate, best_model = held_out, rate, model
        with torch.no_grad():
            right = [(best_model(X).argmax(dim=1) == y).float() for X, y in test]
        return best_rate, history, torch.cat(right).mean().item()

    def reference(make_model, rates, train, validation, test, epochs):
        return _pick(make_model, rates, train, validation, test, epochs)

    def _with_functions(make_model, rates, train, validation, test, epochs):
        loss_function = nn.CrossEntropyLoss()
        runs, history = [], []
        for rate in rates:
            model = make_model()
            optimizer = torch.optim.SGD(model.parameters(), lr=rate)
            for _ in range(epochs):
                model.train()
                losses = [_step(model, loss_function, optimizer, X, y) for X, y in train]
                history.append(sum(losses) / len(losses))
            loss, _ = _evaluate(model, validation, loss_function, back="not")
            runs.append((loss, rate, model))
        _, rate, model = min(runs, key=lambda run: run[0])
        return rate, history, _evaluate(model, test, loss_function, back="not")[1]

    mistakes = [
        mistake(
            _pick_like(fresh_batch=False),
            "Four bugs are mended. Look at what goes into the model in the inner loop: always the first batch.",
        ),
        mistake(
            _pick_like(zero="never"),
            "Four bugs are mended. The gradients of the batches still add up.",
        ),
        mistake(
            _pick_like(mode=False),
            "Four bugs are mended. The model still judges held-out data in train mode.",
        ),
        mistake(
            _pick_like(number=False),
            "Four bugs are mended. `total` is still a tensor with the graphs of all batches behind it.",
        ),
        mistake(
            _pick_like(chooser="test"),
            "Four bugs are mended. The test set still chooses the learning rate, so its accuracy is no "
            "longer an honest estimate.",
        ),
    ]
    mistakes += [
        mistake(
            _pick_like(fresh_batch=False, fresh_targets=False),
            "Inputs and targets fit together now, but they are those of the first batch each time. The loop "
            "hands you `feature` and `target`.",
        ),
        mistake(
            _pick_like(zero="each epoch"),
            "The gradients are cleared once an epoch, so those of its batches still add up. Clear them in "
            "each step.",
        ),
        mistake(
            _pick_like(eval_first=True),
            "The model is in eval mode while it trains, so dropout does nothing there. Switch to eval mode "
            "after the epochs, before held-out data are judged.",
        ),
        mistake(
            _pick_like(reporter="validation"),
            "The accuracy at the end comes from the validation set, by which the rate was chosen. The test "
            "set is for that last number.",
        ),
    ]
    alternatives = [_with_functions, _pick_like(mode=True)]
    hints = [
        "Go through the inner loop with the five words: zero, forward, loss, backward, step. Two are wrong.",
        "`total + loss * …` adds tensors. And in which mode is the model when it judges held-out data?",
        "Who chooses the learning rate, and who may only report the result at the end?",
    ]


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


@functools.cache
def _shrunk_digits():
    """MNIST at half the size, (5000, 196): small enough to hand over in a plan."""
    digits = data.mnist()
    return F.avg_pool2d(digits.pixels[:, None], 2).flatten(1), digits.labels


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


def _accuracy(predictions, truth):
    return (predictions == truth).float().mean().item()


# Over 30 draws, penguins and digits: networks and a linear layer 0.96 to 1 and 0.94 to 0.99, nearest neighbours 0.98 to
# 1 and 0.94 to 0.98, an untrained network at most 0.66 and 0.16. Look-ups of the nearest row of a file: 0.7 and 0.25 on
# average, on digits never above 0.48; whole clusters of penguins may fall on each other by luck.
@exercise(LESSON, points=4)
class train_classifier(TrainingExercise):
    """Train a classifier on raw rows X and classes y, and return a model that takes raw rows."""

    requirements = {"penguins it has not seen": 2, "digits it has not seen": 2}
    driver = drivers.class_predictions
    at_least = 0.8
    score_name = "accuracy on held-out rows"
    seconds = 12

    def inputs(draw):
        X, y = _penguins_of_no_file(draw, 333)
        yield case(X[:233], y[:233], X[233:], truth=y[233:])
        X, y = _digits_of_no_file(draw, 1400)
        digits = "digits it has not seen"
        yield case(X[:1000], y[:1000], X[1000:], truth=y[1000:], requirement=digits)

    score = _accuracy

    def reference(X, y):
        return _trained(X, y, epochs=30 if len(X) < 500 else 12)

    def _with_batch_norm(X, y):
        model = nn.Sequential(
            nn.BatchNorm1d(X.shape[1]), nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Linear(64, 10)
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
    ]
    alternatives = [_with_batch_norm, _linear]
    hints = [
        "What you need is all in this lesson: standardise with the training rows, a network with "
        "`X.shape[1]` inputs and `int(y.max()) + 1` outputs, cross-entropy, Adam, batches.",
        "The judge feeds raw rows. Write a small `nn.Module` that keeps mean and std, and whose `forward` "
        "is `self.net((X - self.mean) / self.std)`; or let `nn.BatchNorm1d` be the first layer.",
        "30 epochs with learning rate 3e-3 and batches of 32 are enough. End with `model.eval()`.",
    ]


def _ahead_of_the_line(predictions, truth):
    """Return by what share the error (RMSE) is smaller than the straight line's."""
    mine = (predictions - truth["y"]).square().mean().sqrt()
    line = (truth["line"] - truth["y"]).square().mean().sqrt()
    return 1 - (mine / line).item()


def _broadcasting_mse(outputs, targets):
    return (
        (outputs - targets).square().mean()
    )  # (n, 1) − (n,) is (n, n), without mse_loss's warning


def _regressor(X, y, **settings):
    mean, std = y.mean(), y.std()
    model = _trained(X, ((y - mean) / std)[:, None], loss=F.mse_loss, **settings)
    return _Scaled(model, 0.0, 1.0, mean, std)


def _cars_of_no_file(draw, n):
    """Return n made-up cars (n, 7) and a drawn curved function of them, about as large as miles per gallon.

    The target is not in the file either: it bends along a direction that is drawn, by more than a line can follow.
    """
    cars = data.auto_mpg().features
    scaled = (cars - cars.mean(0)) / cars.std(0)
    X, _ = _between(draw, scaled, torch.zeros(len(cars), dtype=torch.int64), n)
    U, _, _ = torch.linalg.svd(X - X.mean(0), full_matrices=False)
    main = U[:, :3] * n**0.5  # the three directions in which cars differ most, each with spread 1
    way, other = torch.linalg.qr(draw.normal(3, 2)).Q.T
    y = torch.exp(-0.7 * (main @ way)) + 0.6 * (main @ other).abs() + 0.3 * main @ other
    y = (y - y.mean()) / y.std() + draw.normal(n) * 0.1
    sizes = [1.7, 105.0, 38.0, 850.0, 2.8, 3.7, 0.8]
    centres = [5.5, 194.0, 104.0, 2980.0, 15.5, 76.0, 1.6]
    return _spread(draw, _turned(draw, X), sizes, centres), y * 7.8 + 23.4


# Over 30 draws: two-layer networks 0.22 to 0.73, a batch norm before one layer 0.26 to 0.67, five nearest neighbours
# -0.16 to 0.51, the line itself 0, mean and untrained network below -0.6, look-ups of cars below -0.29.
@exercise(LESSON, points=3)
class train_regressor(TrainingExercise):
    """Train a network that predicts a value better than the best straight line does on the same rows."""

    requirements = {"beats the straight line": 2, "beats it on another split": 1}
    driver = drivers.value_predictions
    at_least = 0.05
    score_name = "share by which the error (RMSE) is smaller than the straight line's"
    seconds = 8

    def inputs(draw):
        for requirement in ("beats the straight line", "beats it on another split"):
            X, y = _cars_of_no_file(draw, 392)
            ones = torch.cat([X, torch.ones(len(X), 1)], dim=1).double()
            weights = torch.linalg.lstsq(ones[:292], y[:292, None].double()).solution
            line = (ones[292:] @ weights)[:, 0].float()
            truth = {"y": y[292:], "line": line}
            yield case(X[:292], y[:292], X[292:], truth=truth, requirement=requirement)

    score = _ahead_of_the_line

    def reference(X, y):
        return _regressor(X, y, epochs=40, width=32)

    def _with_weight_decay(X, y):
        model = nn.Sequential(
            nn.BatchNorm1d(X.shape[1]), nn.Linear(X.shape[1], 64), nn.Tanh(), nn.Linear(64, 1)
        )
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-2)
        target = ((y - y.mean()) / y.std())[:, None]
        for _ in range(60):
            for rows in torch.randperm(len(X)).split(64):
                optimizer.zero_grad()
                F.mse_loss(model(X[rows]), target[rows]).backward()
                optimizer.step()
        return _Scaled(model.eval(), 0.0, 1.0, y.mean(), y.std())

    def _wider(X, y):
        return _regressor(X, y, epochs=30, width=64)

    mistakes = [
        mistake(
            lambda X, y: _regressor(X, y, epochs=10, scale="training"),
            "The returned model wants scaled rows, but gets raw ones. Put the scaling into the model.",
        ),
        mistake(
            lambda X, y: _trained(
                X, ((y - y.mean()) / y.std())[:, None], loss=F.mse_loss, epochs=10
            ),
            "These are scaled values: the target's scaling has to be undone, `* std + mean`, in the "
            "model that you return.",
        ),
        mistake(
            lambda X, y: _trained(X, y, loss=_broadcasting_mse, epochs=10, rate=1e-2),
            "The model says about the same for every car: the mean of its batch. Output (n, 1) against "
            "target (n,) broadcasts to (n, n) in the loss: give the target the shape (n, 1).",
        ),
        mistake(
            lambda X, y: _regressor(X, y, epochs=1, learn=False),
            "The model is as it was at the start: no step was taken.",
        ),
    ]
    alternatives = [_with_weight_decay, _wider]
    hints = [
        "Scale both: the columns of X, and y. A network learns targets near 0 with spread 1 far sooner.",
        "y has shape (n,), the output (n, 1): `y[:, None]` makes them equal.",
        "Two hidden layers of 32 units, ReLU, Adam with 3e-3, batches of 32, 40 epochs. Return a module "
        "whose `forward` scales X, runs the network, and gives `output * y_std + y_mean`.",
    ]
