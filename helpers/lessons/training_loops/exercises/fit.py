"""Train a model for some epochs; return, for each epoch, the mean loss per sample."""

import torch
from torch.utils.data import DataLoader

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises import _conclusions as conclusions
from helpers.lessons.training_loops.exercises._answers import _step_with_closure
from helpers.lessons.training_loops.exercises._common import (
    CLASSES,
    REGRESSION,
    _drawn_setting,
    _fit,
    _step,
)


def _fit_like(**changes):
    return lambda model, loader, loss_function, optimizer, epochs: _fit(
        model, loader, loss_function, optimizer, epochs, **changes
    )


kind = FunctionExercise
WEIGHTS_GO = "the weights go the right way"
HISTORY_MEAN = "the history is the mean loss per sample"
TRAINS_TRAIN = "trains in train mode"
requirements = {
    WEIGHTS_GO: 1,
    HISTORY_MEAN: 1,
    TRAINS_TRAIN: 1,
}
parts = {
    "weights": WEIGHTS_GO,
    "history": HISTORY_MEAN,
    "history holds Python floats": HISTORY_MEAN,
}
driver = drivers.loop
conclude = conclusions.loop
seconds = 5


def inputs(draw):
    yield REGRESSION | {"epochs": 2}
    yield CLASSES | {"shuffle": True, "epochs": 3}
    yield _drawn_setting(draw, shuffle=True, epochs=4)
    yield case(REGRESSION | {"dropout": 0.5, "epochs": 2}, requirement=TRAINS_TRAIN)
    yield case(_drawn_setting(draw, dropout=0.4, epochs=3), requirement=TRAINS_TRAIN)


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
    return [torch.tensor(mean) for mean in _fit(model, loader, loss_function, optimizer, epochs)]


def _measured_again(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        _fit(model, loader, loss_function, optimizer, 1)
        losses = [loss_function(model(X), Y).item() * len(X) for X, Y in loader]
        history.append(sum(losses) / len(loader.dataset))
    return history


def _fit_with_lists(model, loader, loss_function, optimizer, epochs):
    model.train()
    epochs_losses = []
    while len(epochs_losses) < epochs:
        pairs = []
        for X, Y in loader:
            pairs.append((_step_with_closure(model, loss_function, optimizer, X, Y), Y.shape[0]))
        epochs_losses.append(sum(loss * n for loss, n in pairs) / sum(n for _, n in pairs))
    return epochs_losses


def _fit_one_step_an_epoch(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        total, count = 0.0, 0
        for X, Y in loader:
            loss = loss_function(model(X), Y)
            loss.backward()
            total, count = total + loss.item() * len(X), count + len(X)
        optimizer.step()
        history.append(total / count)
    return history


def _fit_with_full_last_batch(model, loader, loss_function, optimizer, epochs):
    model.train()
    history = []
    for _ in range(epochs):
        total = sum(
            _step_with_closure(model, loss_function, optimizer, X, Y) * loader.batch_size
            for X, Y in loader
        )
        history.append(total / len(loader.dataset))
    return history


def _fit_measured_afterwards(model, loader, loss_function, optimizer, epochs):
    model.train()
    history = []
    for _ in range(epochs):
        for X, Y in loader:
            _step_with_closure(model, loss_function, optimizer, X, Y)
        with torch.no_grad():
            X, Y = loader.dataset.tensors
            history.append(loss_function(model(X), Y).item())
    return history


def _fit_with_tensors(model, loader, loss_function, optimizer, epochs):
    return [
        torch.tensor(h) for h in _fit_with_lists(model, loader, loss_function, optimizer, epochs)
    ]


def _fit_leaving_eval(model, loader, loss_function, optimizer, epochs):
    history = _fit_with_lists(model, loader, loss_function, optimizer, 1)
    model.eval()
    for _ in range(epochs - 1):
        history += [0.0]
        for X, Y in loader:
            _step_with_closure(model, loss_function, optimizer, X, Y)
    return history


def _one_epoch_too_few(model, loader, loss_function, optimizer, epochs):
    return _fit(model, loader, loss_function, optimizer, epochs - 1)


def _zero_once_an_epoch(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        optimizer.zero_grad()
        history += _fit(model, loader, loss_function, optimizer, 1, step=_no_zero)
    return history


def _adam_of_its_own(model, loader, loss_function, optimizer, epochs):
    return _fit(model, loader, loss_function, torch.optim.Adam(model.parameters()), epochs)


def _adam_for_each_epoch(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        history += _adam_of_its_own(model, loader, loss_function, optimizer, 1)
    return history


def _train_mode_once(model, loader, loss_function, optimizer, epochs):
    first = _fit(model, loader, loss_function, optimizer, 1)
    return first + _fit(model, loader, loss_function, optimizer, epochs - 1, mode=False)


def _last_epoch(model, loader, loss_function, optimizer, epochs):
    return _fit(model, loader, loss_function, optimizer, epochs)[-1]


def _without_last_batch(model, loader, loss_function, optimizer, epochs):
    whole = DataLoader(loader.dataset, loader.batch_size, sampler=loader.sampler, drop_last=True)
    return _fit(model, whole, loss_function, optimizer, epochs)


def _in_a_table(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        model.train(True)
        rows = [(len(X), _step(model, loss_function, optimizer, X, Y)) for X, Y in loader]
        table = torch.tensor(rows, dtype=torch.float64)
        history.append((table.prod(dim=1).sum() / table[:, 0].sum()).item())
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
    mistake(_each_batch, "One number for each epoch is asked for, and this is one for each batch."),
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
    mistake(
        _one_epoch_too_few,
        "You train one epoch too few. `range(epochs)` gives `epochs` rounds, `range(1, epochs)` one fewer.",
    ),
    mistake(
        _zero_once_an_epoch,
        "The gradients are cleared once an epoch, so those of its batches add up. Clear them before each `backward`.",
    ),
    mistake(
        _adam_of_its_own,
        "You train with an Adam of your own. The caller hands an optimizer over, with its rule and its rate.",
    ),
    mistake(
        _adam_for_each_epoch,
        "You make a new Adam in each epoch. The caller hands over an optimizer, which also remembers: use that one.",
    ),
    mistake(
        _train_mode_once,
        "The first epoch is trained in train mode, the later ones in eval mode. Call `model.train()` at the start of "
        "each epoch.",
    ),
    mistake(
        _last_epoch,
        "One number comes back, the last epoch's. Collect one for each epoch in a list.",
    ),
    mistake(
        _fit_one_step_an_epoch,
        "You step once an epoch, with the gradients of all its batches. Each batch gets its own step.",
    ),
    mistake(
        _without_last_batch,
        "The smaller batch at the end of an epoch is left out. It trains, and counts, like the others.",
    ),
]
alternatives = [
    _running,
    _by_length_of_dataset,
    _fit_with_lists,
    _in_a_table,
]
also_wrong = [
    _fit_with_full_last_batch,
    _fit_measured_afterwards,
    _fit_with_tensors,
    _fit_leaving_eval,
]
hints = [
    "Two loops: over epochs, and inside over the batches `for X, Y in loader`.",
    "`model.train()` at the start of an epoch; the inner body is your `training_step`.",
    "Inside: `total += loss * len(X)` and `samples += len(X)`; after the epoch: "
    "`history.append(total / samples)`.",
]
