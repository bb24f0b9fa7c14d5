"""Train up to `epochs` epochs, write a checkpoint after each, and go on from one that lies at `path`."""

import copy
import os
from pathlib import Path

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises import _conclusions as conclusions
from helpers.lessons.training_loops.exercises._answers import _step_with_closure
from helpers.lessons.training_loops.exercises._common import (
    CLASSES,
    REGRESSION,
    _drawn_setting,
    _fit,
)


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
        if saves == "before each epoch":
            save(epoch)
        for X, Y in loader:
            if zero:
                optimizer.zero_grad()
            loss_function(model(X), Y).backward()
            optimizer.step()
            if saves == "each batch":
                save(epoch)
        if _is_saved(epoch, epochs, saves):
            save(epoch + ahead)
    if saves == "removed at the end":
        os.remove(path)


def _is_saved(epoch, epochs, saves):
    """Say whether a checkpoint follows the epoch with this index."""
    if saves == "at the end":
        return epoch == epochs - 1
    if saves in ("first of two", "second of two"):
        return epoch % 2 == ("first of two", "second of two").index(saves)
    return saves != "before each epoch"


def _resumable_like(**changes):
    return lambda model, loader, loss_function, optimizer, epochs, path: _resumable(
        model, loader, loss_function, optimizer, epochs, path, **changes
    )


kind = FunctionExercise
GOES_ON = "goes on with momentum and Adam"
GOES_ON_WITH = "goes on with shuffling and dropout"
requirements = {
    "goes on with plain descent": 1,
    GOES_ON: 1,
    GOES_ON_WITH: 1,
}
driver = drivers.power_cut
conclude = conclusions.power_cut
seconds = 5


def inputs(draw):
    adam, chance = GOES_ON, GOES_ON_WITH
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


def _checkpoints_with_a_seed_for_each_epoch(model, loader, loss_function, optimizer, epochs, path):
    start = 0
    if os.path.exists(path):
        start, weights, state = torch.load(path)
        model.load_state_dict(weights)
        optimizer.load_state_dict(state)
    for epoch in range(start, epochs):
        model.train()
        torch.manual_seed(epoch)
        for X, Y in loader:
            _step_with_closure(model, loss_function, optimizer, X, Y)
        torch.save((epoch + 1, model.state_dict(), optimizer.state_dict()), path)


def _checkpoints(
    model,
    loader,
    loss_function,
    optimizer,
    epochs,
    path,
    *,
    before=False,
    number=1,
    every=1,
    load=True,
):
    start = 0
    if os.path.exists(path):
        start, weights, state, chance = torch.load(path)
        model.load_state_dict(weights)
        optimizer.load_state_dict(state)
        if load:
            torch.set_rng_state(chance)
    for epoch in range(start, epochs):
        if not before:
            _epoch(model, loader, loss_function, optimizer)
        if epoch % every == 0:
            state = model.state_dict(), optimizer.state_dict(), torch.get_rng_state()
            torch.save((epoch + number, *state), path)
        if before:
            _epoch(model, loader, loss_function, optimizer)


def _epoch(model, loader, loss_function, optimizer):
    for X, Y in loader:
        _step_with_closure(model, loss_function, optimizer, X, Y)


def _checkpoints_with(**changes):
    return lambda *arguments: _checkpoints(*arguments, **changes)


def _checkpoints_for_another_optimizer(model, loader, loss_function, optimizer, epochs, path):
    mine = torch.optim.SGD(model.parameters(), lr=0.1)
    _checkpoints(model, loader, loss_function, mine, epochs, path)


def _checkpoints_of_nothing(model, loader, loss_function, optimizer, epochs, path):
    torch.save((epochs, model.state_dict(), optimizer.state_dict(), torch.get_rng_state()), path)


def _with_another(make_optimizer):
    return lambda model, loader, loss_function, optimizer, epochs, path: _resumable(
        model, loader, loss_function, make_optimizer(model.parameters()), epochs, path
    )


def _into_a_copy(model, loader, loss_function, optimizer, epochs, path):
    mine = copy.deepcopy(model) if os.path.exists(path) else model
    _resumable(mine, loader, loss_function, optimizer, epochs, path)


def _one_epoch_alone(model, loader, loss_function, optimizer, epochs, path):
    _fit(model, loader, loss_function, optimizer, 1)


def _random_of_the_start(model, loader, loss_function, optimizer, epochs, path):
    done = 0
    if os.path.exists(path):
        done, weights, memory, random = torch.load(path)
        model.load_state_dict(weights)
        optimizer.load_state_dict(memory)
        torch.set_rng_state(random)
    for epoch in range(done, epochs):
        random = torch.get_rng_state()
        _fit(model, loader, loss_function, optimizer, 1)
        torch.save((epoch + 1, model.state_dict(), optimizer.state_dict(), random), path)


def _seeded_anew(model, loader, loss_function, optimizer, epochs, path):
    torch.manual_seed(0)
    _resumable(model, loader, loss_function, optimizer, epochs, path, keeps=("model", "optimizer"))


def _with_a_loop_that_skips(model, loader, loss_function, optimizer, epochs, path):
    file, parts = Path(path), {"model": model, "optimizer": optimizer}
    state = torch.load(file) if file.exists() else {"epochs": 0}
    for name in parts if file.exists() else ():
        parts[name].load_state_dict(state[name])
    if "random" in state:
        torch.random.set_rng_state(state["random"])
    for number in range(1, epochs + 1):
        if number <= state["epochs"]:
            continue
        _fit(model, loader, loss_function, optimizer, 1)
        saved = {name: part.state_dict() for name, part in parts.items()}
        torch.save({**saved, "random": torch.random.get_rng_state(), "epochs": number}, file)


mistakes = [
    mistake(
        _resumable_like(keeps=("model", "random")),
        "The optimizer starts from nothing after the cut. Momentum and Adam carry a memory from step to "
        "step: save and load `optimizer.state_dict()` too.",
    ),
    mistake(
        _resumable_like(keeps=("model", "optimizer")),
        "Weights and optimizer are back, but shuffling and dropout draw other numbers than without the "
        "cut. Save `torch.get_rng_state()` as it stands at the end of the epoch, in the file, and put it back "
        "with `torch.set_rng_state(...)`.",
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
    mistake(
        _resumable_like(ahead=2),
        "One epoch is skipped after the cut. What you save, and where the loop starts from it, have to fit: when one "
        "epoch is done, the epoch with index 1 is next.",
    ),
    mistake(
        _resumable_like(saves="first of two"),
        "You save after every other epoch, and a cut in between loses a finished one. Save after each.",
    ),
    mistake(
        _resumable_like(saves="second of two"),
        "After some epochs no checkpoint is written, the first among them. Save after each.",
    ),
    mistake(
        _resumable_like(saves="before each epoch"),
        "The checkpoint is written before the epoch, so the last epoch is in no file and is trained again by the next "
        "call. Save when the epoch is complete.",
    ),
    mistake(
        _resumable_like(saves="removed at the end"),
        "When the training is done, its checkpoint is gone, and the next call begins anew. Leave the file there.",
    ),
    mistake(
        _with_another(torch.optim.Adam),
        "You train with an Adam of your own. The caller hands an optimizer over, with its rule and its rate.",
    ),
    mistake(
        _into_a_copy,
        "After the cut the caller's model stays untrained: what you load and train is a copy of it. Load into `model` "
        "itself.",
    ),
    mistake(
        _resumable_like(keeps=("optimizer", "random")),
        "After the cut the model goes on from fresh weights. Load `model.state_dict()` back into it.",
    ),
    mistake(
        _one_epoch_alone,
        "A new run gave out fewer batches than its epochs hold. Do both loops go on to their end, over the epochs and "
        "over the batches? And is the file that you look for the one at `path`?",
    ),
]
alternatives = [
    _a_list,
    _two_files,
    _checkpoints_with_a_seed_for_each_epoch,
    _with_a_loop_that_skips,
]
also_wrong = [
    _checkpoints_with(before=True),
    _checkpoints_with(number=0),
    _checkpoints_with(every=3),
    _checkpoints_with(load=False),
    _checkpoints_for_another_optimizer,
    _checkpoints_of_nothing,
    _seeded_anew,
    _random_of_the_start,
]
hints = [
    "First: `if os.path.exists(path):` load and put everything back, and note how many epochs are done. "
    "Then `for epoch in range(done, epochs):`, with a `torch.save` at the end of each epoch.",
    "What must be in the dict for the next step to be the same? Weights, the optimizer's memory, the "
    "number of epochs done, and the state of torch's random numbers.",
    "`torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch + 1, "
    "'random': torch.get_rng_state()}, path)`.",
]
