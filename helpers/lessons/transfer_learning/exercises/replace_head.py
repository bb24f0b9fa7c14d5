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
    "the rest trains": ALL_ELSE,
    "train or eval mode as before": ALL_ELSE,
    "returns the model": ALL_ELSE,
}
driver = drivers.new_head
conclude = conclusions.new_head


def inputs(draw):
    yield 3, 10, 4, torch.tensor([[0.5, -1.5, 2.5], [1.0, 0.3, -0.7]])
    yield 4, 5, 5, draw.normal(3, 3)
    yield draw.integer(0, 10_000), draw.integer(7, 9), draw.integer(2, 5), draw.normal(1, 3)


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


def _wakes_all(model, classes):
    model._fc = nn.Linear(model._fc.in_features, classes)
    return model.requires_grad_(True)


def _freezes_after(model, classes):
    return reference(model, classes).requires_grad_(False)


def _cut_to_size(model, classes):
    model._fc.weight = nn.Parameter(model._fc.weight[:classes].detach().clone())
    model._fc.bias = nn.Parameter(model._fc.bias[:classes].detach().clone())
    model._fc.out_features = classes
    return model


def _only_where_it_differs(model, classes):
    return model if model._fc.out_features == classes else reference(model, classes)


def _always_four(model, classes):
    return reference(model, 4)


def _inputs_from_the_scores(model, classes):
    model._fc = nn.Linear(model._fc.out_features, classes)
    return model


def _exchanged(model, classes):
    model._fc = nn.Linear(classes, model._fc.in_features)
    return model


def _registered_last(model, classes):
    setattr(model, list(model._modules)[-1], nn.Linear(model._fc.in_features, classes))
    return model


def _by_type(model, classes):
    old = model._fc
    model._fc = type(old)(old.weight.shape[-1], classes, bias=old.bias is not None)
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
        "`_fc` is to be one nn.Linear and nothing more, and yours is several layers. If the old head is one of them: "
        "its scores belong to the old task.",
    ),
    mistake(
        _around,
        "The model that was handed over still has its old head. What you return is another one: a copy, a new network, "
        "or a layer behind the whole. Assign to `model._fc` itself.",
    ),
    mistake(_without_bias, "The new head has no bias. The old one had: leave `bias` as it is."),
    mistake(
        _freezes_too,
        "The head is right, but the rest of the model has been frozen. Here nothing else is to change; "
        "freezing comes next.",
    ),
    mistake(
        _wakes_all,
        "The head is right, but parameters that came frozen train now. Here nothing else is to change.",
    ),
    mistake(
        _freezes_after,
        "The new head is frozen, and the rest with it. A new nn.Linear trains by itself: leave `requires_grad` alone.",
    ),
    mistake(
        lambda model, classes: reference(model, classes).train(),
        "The head is right, but the whole model is in train mode now. Nothing else is to change: leave the mode alone.",
    ),
    mistake(
        lambda model, classes: reference(model, classes).eval(),
        "The head is right, but the whole model is in eval mode now. Nothing else is to change: leave the mode alone.",
    ),
    mistake(
        _cut_to_size,
        "You kept rows of the old head, whose classes are others, and for more classes than before there are none. "
        "Make a new nn.Linear.",
    ),
    mistake(
        _only_where_it_differs,
        "If the old head has as many classes, it stays in your program. Its classes are others all the same: a new "
        "head is wanted in every case.",
    ),
    mistake(_always_four, "The head has four classes whatever was asked for: use `classes`."),
    mistake(
        _head_of_fixed_size,
        "The new head does not fit what comes in. `nn.Linear` takes the number of inputs first, and that is the number "
        "of inputs of the old head, which knows it: 1,280 holds for the network of the lesson alone.",
    ),
    mistake(
        _registered_last,
        "The part that was registered last need not be the head. Its name is `_fc`.",
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
    _by_type,
]
also_wrong = [
    _inputs_from_the_scores,
    _exchanged,
    _head_in_a_sequence,
    _softmax_head,
    _fresh_network,
]
hints = [
    "How many inputs does the old head have? It knows: `model._fc.in_features`.",
    "A module's attribute can be assigned like any other: `model._fc = nn.Linear(...)`.",
]
