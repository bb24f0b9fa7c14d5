"""Put a new linear layer for `classes` classes in the place of the model's `_fc`, and return the model."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions

kind = FunctionExercise
NEW_HEAD = "a new head of the right size"
ALL_ELSE = "all else stays, and comes back"
requirements = {NEW_HEAD: 1, ALL_ELSE: 1}
parts = {
    "shape of the scores": NEW_HEAD,
    "the head is one nn.Linear": NEW_HEAD,
    "the head has a bias": NEW_HEAD,
    "the head is new and trains": NEW_HEAD,
    "size that the head notes": NEW_HEAD,
    "the rest is as before": ALL_ELSE,
    "the rest trains or rests as before": ALL_ELSE,
    "returns the model": ALL_ELSE,
}
driver = drivers.new_head
conclude = conclusions.new_head


def inputs(draw):
    yield 3, 10, 4, torch.tensor([[0.5, -1.5, 2.5], [1.0, 0.3, -0.7]])
    yield 4, 4, 4, draw.normal(3, 3)
    yield draw.integer(0, 10_000), draw.integer(5, 9), draw.integer(2, 5), draw.normal(1, 3)


def reference(model, classes):
    model._fc = nn.Linear(model._fc.in_features, classes)
    return model


def _setattr(model, classes):
    size = model.get_submodule("_fc").weight.shape[1]
    setattr(model, "_fc", nn.Linear(size, classes))  # noqa: B010 - another way on purpose
    return model


def _drawn_by_hand(model, classes):
    head = nn.Linear(model._fc.in_features, classes)
    nn.init.xavier_uniform_(head.weight)
    nn.init.zeros_(head.bias)
    model.add_module("_fc", head)
    return model


def _other_name(model, classes):
    model.fc = nn.Linear(model._fc.in_features, classes)
    return model


def _only_the_number(model, classes):
    model._fc.out_features = classes
    return model


def _stacked(model, classes):
    model._fc = nn.Sequential(model._fc, nn.Linear(model._fc.out_features, classes))
    return model


def _around(model, classes):
    return nn.Sequential(model, nn.Linear(model._fc.out_features, classes))


def _without_bias(model, classes):
    model._fc = nn.Linear(model._fc.in_features, classes, bias=False)
    return model


def _freezes_too(model, classes):
    model.requires_grad_(False)
    model._fc = nn.Linear(model._fc.in_features, classes)
    return model


def _no_return(model, classes):
    model._fc = nn.Linear(model._fc.in_features, classes)


def _head_of_fixed_size(model, classes):
    model._fc = nn.Linear(1280, classes)
    return model


def _head_in_a_sequence(model, classes):
    model._fc = nn.Sequential(nn.Linear(model._fc.in_features, classes))
    return model


def _softmax_head(model, classes):
    model._fc = nn.Sequential(nn.Linear(model._fc.in_features, classes), nn.Softmax(dim=1))
    return model


def _fresh_network(model, classes):
    new = type(model)(classes)
    return new


def _replace_in_modules(model, classes):
    model._modules["_fc"] = nn.Linear(model._modules["_fc"].weight.size(1), classes)
    return model


mistakes = [
    mistake(
        _other_name,
        "`forward` calls `_fc`. A layer under another name is never used: assign to `model._fc`.",
    ),
    mistake(
        _only_the_number,
        "`out_features` is a note about the layer; its weight keeps the old shape. Make a new nn.Linear.",
    ),
    mistake(
        _stacked,
        "The old head is still there, below yours. Its 1,000 scores belong to the old task: replace it.",
    ),
    mistake(
        _around,
        "You put a layer behind the whole model, old head included. Replace `model._fc` itself.",
    ),
    mistake(_without_bias, "The new head has no bias. The old one had: leave `bias` as it is."),
    mistake(
        _freezes_too,
        "The head is right, but the rest of the model has been frozen. Here nothing else is to change; "
        "freezing comes next.",
    ),
    mistake(
        _no_return,
        "The new head is in place. The function has to return the whole model: `return model`.",
    ),
]
alternatives = [
    _setattr,
    _drawn_by_hand,
    _replace_in_modules,
]
also_wrong = [
    _head_of_fixed_size,
    _head_in_a_sequence,
    _softmax_head,
    _fresh_network,
]
hints = [
    "How many inputs does the old head have? It knows: `model._fc.in_features`.",
    "A module's attribute can be assigned like any other: `model._fc = nn.Linear(...)`.",
]
