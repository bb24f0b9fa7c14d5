"""Mend the function that turns pictures into class probabilities."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import RepairExercise, case, mistake, recipe
from helpers.lessons.activations import drivers

ADDS_UP = "each row adds up to 1"

KEEPS_SIGN = "negative scores keep their sign"

WHOLE_PIXELS = "takes pictures of whole-number pixels"

kind = RepairExercise
requirements = {ADDS_UP: 1, KEEPS_SIGN: 1, WHOLE_PIXELS: 1}


def broken(X, layers):
    a = X
    for layer in layers:
        a = torch.relu(layer(a))
    return torch.softmax(a, dim=0)


def inputs(draw):
    positive = recipe(drivers.frozen_stack, sizes=[3, 4, 3], seed=3, positive=True)
    signed = recipe(drivers.frozen_stack, sizes=[3, 4, 3], seed=5)
    yield torch.tensor([[1.0, 2.0, 0.5], [0.2, 1.5, 3.0]]), positive
    yield case(torch.tensor([[1.0, -2.0, 0.5], [0.2, 1.5, -3.0]]), signed, requirement=KEEPS_SIGN)
    deep = recipe(drivers.frozen_stack, sizes=[4, 6, 5, 5], seed=draw.integer(1, 10_000))
    yield case(draw.normal(12, 4, std=3), deep, requirement=KEEPS_SIGN)
    yield case(torch.tensor([[3, 0, 1], [2, 5, 4]]), positive, requirement=WHOLE_PIXELS)
    whole = draw.integers(6, 3, low=0, high=9)
    yield case(whole, positive, requirement=WHOLE_PIXELS)
    yield case(whole.to(torch.uint8), positive, requirement=WHOLE_PIXELS)
    seed = draw.integer(1, 10_000)
    other = recipe(drivers.frozen_stack, sizes=[3, 4, 3], seed=seed, positive=True)
    yield draw.uniform(3, 3, low=0.1, high=2), other


def reference(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=1)


def _dim_and_type(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.relu(layer(a))
    return torch.softmax(a, dim=1)


def _type_only(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.relu(layer(a))
    return torch.softmax(a, dim=0)


def _no_relu_at_all(X, layers):
    a = X.float()
    for layer in layers:
        a = layer(a)
    return torch.softmax(a, dim=1)


def _not_the_type(X, layers):
    a = X
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=1)


def _not_the_dim(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=0)


def _scores(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return layers[-1](a)


def _without_last_layer(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(a, dim=1)


def _digit_probabilities_by_index(X, layers):
    X = X.to(layers[0].weight.dtype)
    for i in range(len(layers) - 1):
        X = F.relu(layers[i](X))
    return F.softmax(layers[-1](X), dim=-1)


def _probabilities_by_sigmoid(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.sigmoid(layers[-1](a))


def _probabilities_hard(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=1).round()


def _probabilities_normalised_twice(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.relu(layer(a))
    p = torch.softmax(a, dim=0)
    return p / p.sum(dim=1, keepdim=True)


def _probabilities_softmax_in_the_loop(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.softmax(layer(a), dim=1)
    return a


mistakes = [
    mistake(
        _dim_and_type,
        "One bug is left: the last layer's scores go through ReLU, which makes all negative scores equal.",
    ),
    mistake(
        _type_only,
        "Integers work now. Two bugs are left: along which `dim` must the shares add up, and which layer should "
        "have no ReLU?",
    ),
    mistake(
        _no_relu_at_all,
        "Now no layer has an activation, and all of them together are one linear layer. Only the last one goes "
        "without.",
    ),
    mistake(
        _not_the_type,
        "One bug is left: pixels often come as integers, and `nn.Linear` wants floats.",
    ),
    mistake(
        _not_the_dim,
        "One bug is left: with `dim=0` each column adds up to 1, so the pictures share out each class among them.",
    ),
    mistake(_scores, "Those are the scores; the softmax at the end is missing."),
    mistake(
        _without_last_layer,
        "The last layer is left out. Only its ReLU has to go: its scores go straight to softmax.",
    ),
]


def _with_a_counter(X, layers):
    a = X.to(torch.float32)
    for number, layer in enumerate(layers):
        a = layer(a)
        if number < len(layers) - 1:
            a = a.clamp(min=0)
    return a.softmax(-1)


def _unpacked(X, layers):
    *hidden, last = layers
    a = X * 1.0
    for layer in hidden:
        a = layer(a).relu()
    return torch.exp(torch.log_softmax(last(a), dim=1))


alternatives = [
    _with_a_counter,
    _unpacked,
    _digit_probabilities_by_index,
]
also_wrong = [
    _probabilities_by_sigmoid,
    _probabilities_hard,
    _probabilities_normalised_twice,
    _probabilities_softmax_in_the_loop,
    lambda X, layers: torch.softmax(layers[-1](X.float()), dim=1),
]
hints = [
    "Add up a row of the result, and a column. Which one gives 1, and which one should?",
    "ReLU stands between layers. What does it do to the last scores [-3, -1, -2]?",
    "Try it with X = torch.tensor([[3, 0, 1]]): the error names a dtype. `.float()` mends that.",
]
