"""Write a class that says when validation has not improved for `patience` epochs, and keeps the best weights."""

import copy
import io

import torch

from helpers.checks.exercise import Exercise, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises import _conclusions as conclusions
from helpers.lessons.training_loops.exercises._more_EarlyStopping import (
    _AcceptsEqual,
    _AgainstPrevious,
    _Alias,
    _AlwaysTwo,
    _BestIsPrevious,
    _CountsAll,
    _CountsUpTo,
    _EarlyByOne,
    _HigherIsBetter,
    _KeepsLast,
    _LateByOne,
    _LeavesEval,
    _NeverResets,
    _OnlyTrue,
    _ParametersOnly,
    _StartsAtOne,
    _StartsAtOneAndFails,
    _Stopper,
    _WantsMore,
    _WithoutPatience,
    _ZeroIsNothing,
)


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


kind = Exercise
STOPS_AT = "stops at the right moment"
BRINGS_BACK = "brings back the best weights"
requirements = {STOPS_AT: 1.5, BRINGS_BACK: 1.5}
parts = {
    "epochs run": STOPS_AT,
    "left in train mode": BRINGS_BACK,
    "weights of epoch": BRINGS_BACK,
    "running statistics of epoch": BRINGS_BACK,
}
driver = drivers.stopping
conclude = conclusions.stopping
answer_kind = "class"


def inputs(draw):
    yield _losses(2, [0.9, 0.7, 0.8, 0.75, 0.6, 0.5])
    yield _losses(3, [0.9, 0.7, 0.8, 0.75, 0.6, 0.65, 0.63, 0.62, 0.2])
    yield _losses(2, [0.8, 0.5, 0.5, 0.5, 0.4])
    yield _losses(1, [0.5, 0.4, 0.3])
    yield _losses(2, [2.3, 1.9, 2.0, 1.6, 1.7, 1.8, 0.2])
    yield _losses(2, [0.5, 0.4996, 0.4991, 0.4988, 0.4985, 0.6])  # a little better is better
    yield _losses(2, [0.3, 0.0, 0.2, 0.1, 0.05])  # and 0 is the best there is
    for _ in range(4):  # falling, and uneven, so that the end may come early or late
        uneven = [1.2 - 0.05 * k + draw.number(-0.2, 0.2) for k in range(12)]
        yield _losses(draw.integer(1, 4), uneven)


reference = _Stopper


class _StopperWithFile:
    def __init__(self, patience):
        self.patience, self.history = patience, []

    def step(self, validation_loss, model):
        if all(validation_loss < loss for loss in self.history):
            self.file = io.BytesIO()
            torch.save(model.state_dict(), self.file)
        self.history.append(validation_loss)
        recent = self.history[-self.patience :]
        return len(self.history) > self.patience and min(recent) >= min(
            self.history[: -self.patience]
        )

    def restore(self, model):
        self.file.seek(0)
        model.load_state_dict(torch.load(self.file))


class _StopperWithShallowCopy:
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


class _StopperThatAcceptsEqual(_StopperWithShallowCopy):
    def better(self, loss):
        return loss <= self.best

    def keep(self, model):
        self.weights = copy.deepcopy(model.state_dict())


class _StopperThatRebinds(_StopperThatAcceptsEqual):
    def better(self, loss):
        return loss < self.best

    def keep(self, model):
        self.model = copy.deepcopy(model)

    def restore(self, model):
        model = self.model  # noqa: F841


class _StopperThatCounts(_StopperThatRebinds):
    def step(self, validation_loss, model):
        super().step(validation_loss, model)
        return self.waited


class _StopperOfEpochs(_StopperThatAcceptsEqual):
    def step(self, validation_loss, model):
        self.waited += 1
        self.keep(model)
        return self.waited > self.patience


mistakes = [
    mistake(
        _Alias,
        "The weights that come back are not those of the best epoch. Either they were kept without a "
        "copy: `state_dict()` hands out the living tensors, and training goes on writing into them; "
        "`copy.deepcopy(model.state_dict())` keeps them. Or `restore` never wrote into the model: "
        "`model = …` gives a name to another object, `model.load_state_dict(…)` fills this one. Or it "
        "handed the kept tensors themselves to the model, and what was trained after that spoiled them.",
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
    mistake(
        _StartsAtOneAndFails,
        "There is a run of which no weights were kept, so `restore` has nothing to bring back: its losses are large. "
        "Does any first loss count as a new best? Begin with `float('inf')`.",
    ),
    mistake(
        _EarlyByOne,
        "You stop one epoch early: `patience` epochs without a new best have to pass, and the last of them counts.",
    ),
    mistake(
        _AlwaysTwo,
        "You always wait two epochs, as in the example. How many they are is `patience`: keep it in `self`.",
    ),
    mistake(
        _WithoutPatience,
        "The first epoch without a new best ends the training. Count such epochs, and wait for `patience` of them in "
        "a row.",
    ),
    mistake(
        _CountsAll,
        "You count all epochs, good ones too. Count those since the last new best.",
    ),
    mistake(
        _CountsUpTo,
        "The training ends after `patience` epochs, whatever they bring. Count the epochs since the last new best.",
    ),
    mistake(
        _OnlyTrue,
        "`step` returns True or False, at every call. An `if …: return True` alone returns None else, and a count is "
        "no answer either: return the comparison itself.",
    ),
    mistake(
        _WantsMore,
        "You ask for an improvement of a certain size. Any lower loss is a new best, however little lower.",
    ),
    mistake(
        _ZeroIsNothing,
        "A best loss of 0 counts as none seen yet: `not 0.0` is True. Begin with `float('inf')`, or ask `is None`.",
    ),
    mistake(
        _HigherIsBetter,
        "You keep the highest loss. A lower loss is better.",
    ),
    mistake(
        _LeavesEval,
        "The model is in eval mode afterwards, and whoever goes on training it trains without dropout. Leave its mode "
        "as it is.",
    ),
    mistake(
        _BestIsPrevious,
        "Your best loss is overwritten by worse ones, so a loss counts as better when it is below that of the epoch "
        "before. Change it only at a new best.",
    ),
]
alternatives = [
    _ListStopper,
    _CopyingStopper,
    _StopperWithFile,
]
also_wrong = [
    _StopperWithShallowCopy,
    _StopperThatAcceptsEqual,
    _StopperThatRebinds,
    _StopperThatCounts,
    _StopperOfEpochs,
]
hints = [
    "Keep four things in `self`: patience, the best loss so far (start: `float('inf')`), how many epochs "
    "have passed since, and a copy of the best weights.",
    "A new best: note it, copy the weights, set the count to 0. Otherwise add 1 to the count.",
    "`return self.waited >= self.patience`; and `restore` is `model.load_state_dict(self.best_state)`.",
]
