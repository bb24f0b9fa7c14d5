"""Put a model in train mode, but leave all its BatchNorm layers in eval mode."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions

kind = FunctionExercise
BATCHNORM_EVAL = "BatchNorm in eval mode, the rest in train mode"
ALL_ELSE = "all else stays"
requirements = {BATCHNORM_EVAL: 1, ALL_ELSE: 1}
parts = {
    "in train mode": BATCHNORM_EVAL,
    "statistics as before": ALL_ELSE,
    "parameters that train": ALL_ELSE,
}
driver = drivers.modes
conclude = conclusions.modes


def inputs(draw):
    yield torch.tensor([[0.5, -1.5, 2.5], [1.0, 0.3, -0.7]]), 1, False
    yield draw.normal(4, 3), 2, True
    yield draw.normal(6, 3), draw.integer(0, 10_000), False


def reference(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eval()


def _by_what_it_has(model):
    for layer in model.modules():
        layer.training = not hasattr(layer, "running_mean")


def _apply(model):
    model.train()
    model.apply(lambda m: m.eval() if "BatchNorm" in type(m).__name__ else m)


def _train(model):
    model.train()


def _eval(model):
    model.eval()


def _first_level(model):
    model.train()
    for layer in model.children():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eval()


def _two_d_only(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()


def _frozen(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.requires_grad_(False)


def _frozen_too(model):
    reference(model)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.requires_grad_(False)


def _batchnorm_alone(model):
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eval()


def _wrong_order(model):
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eval()
    model.train()


def _only_dropout(model):
    model.eval()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.train()


def _dropout_too(model):
    reference(model)
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()


def _all_norms(model):
    model.train()
    for layer in model.modules():
        if "Norm" in type(layer).__name__:
            layer.eval()


def _one_d_only(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.eval()


def _resets(model):
    reference(model)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.reset_running_stats()


def _wakes_all(model):
    reference(model)
    model.requires_grad_(True)


def _down_by_hand(model):
    model.training = True
    for part in model.children():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.eval()
        else:
            _down_by_hand(part)


def _no_tracking(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.track_running_stats = False


def _zero_momentum(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.momentum = 0.0


def _modes_by_type_name(model):
    for layer in model.modules():
        layer.train(True) if not list(layer.children()) else None
        if type(layer).__name__.startswith("BatchNorm"):
            layer.train(False)


mistakes = [
    mistake(
        _frozen,
        "`requires_grad_(False)` keeps the weight and bias of BatchNorm. Its running mean and variance "
        "are no parameters: they move in every forward pass in train mode. `layer.eval()` stops that.",
    ),
    mistake(_eval, "Now dropout is asleep, too. Only the BatchNorm layers are to be in eval mode."),
    mistake(
        _frozen_too,
        "The modes are right. But the weight and bias of BatchNorm have been frozen as well, and no "
        "`requires_grad` was to change.",
    ),
    mistake(
        _batchnorm_alone,
        "BatchNorm is in eval mode, but so may be the rest: a model that comes in eval mode stays there. "
        "`model.train()` first.",
    ),
    mistake(
        _two_d_only,
        "There is BatchNorm1d as well as BatchNorm2d.",
    ),
    mistake(
        _one_d_only,
        "One BatchNorm layer is in eval mode and another is not: it is a BatchNorm2d, comes later, and lies "
        "deeper inside. Do you ask for both kinds, go through all of `model.modules()`, and to the end of the loop?",
    ),
    mistake(
        _only_dropout,
        "BatchNorm is in eval mode and dropout in train mode, but other layers are in eval mode, too. The whole "
        "model is to be in train mode but for BatchNorm.",
    ),
    mistake(
        _dropout_too,
        "Dropout is in eval mode with BatchNorm. It is to be in train mode.",
    ),
    mistake(
        _all_norms,
        "Another norm layer is in eval mode, too. Only BatchNorm1d and BatchNorm2d are meant: LayerNorm has "
        "no running statistics.",
    ),
    mistake(
        _resets,
        "The running mean and variance have been set back to 0 and 1. They are to stay as they were: `eval()` "
        "is enough.",
    ),
    mistake(
        _wakes_all,
        "The modes are right. But parameters that came frozen train now, and no `requires_grad` was to change.",
    ),
    mistake(
        _wrong_order,
        "BatchNorm is still in train mode. Is `eval()` called on it, with brackets, and is it found by its type, not "
        "by its name? `train()` reaches every layer inside: if it comes later, it undoes your `eval()`. And "
        "`model.children()` sees the outer layers only, `model.modules()` all.",
    ),
]
alternatives = [
    _by_what_it_has,
    _apply,
    _modes_by_type_name,
    _down_by_hand,
]
also_wrong = [
    _no_tracking,
    _zero_momentum,
]
hints = [
    "`model.train()` first; it sets every layer inside, however deep.",
    "`model.modules()` walks through all layers. `isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)` "
    "picks those that matter; `layer.eval()` is for one of them.",
]
