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
    "parameters train as before": ALL_ELSE,
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
        _wrong_order,
        "BatchNorm is in train mode. `model.train()` reaches every layer inside: if it comes last, it "
        "undoes your `eval()`; and `model.children()` sees the outer layers only, `model.modules()` all.",
    ),
]
alternatives = [
    _by_what_it_has,
    _apply,
    _modes_by_type_name,
]
also_wrong = [
    _only_dropout,
    _no_tracking,
    _zero_momentum,
]
hints = [
    "`model.train()` first; it sets every layer inside, however deep.",
    "`model.modules()` walks through all layers. `isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)` "
    "picks those that matter; `layer.eval()` is for one of them.",
]
