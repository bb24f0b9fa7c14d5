"""Send a batch through a list of layers and keep every intermediate: [a[0], a[1], …]."""

from itertools import accumulate

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import SQUARE, _forward, _layers

kind = FunctionExercise
_KEPT = []
requirements = {"right for layers of any sizes": 1, SQUARE: 1}


def inputs(draw):
    small = [
        (torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]), torch.tensor([0.1, 0.2, 0.3])),
        (torch.tensor([[2.0, -1.0, 0.5]]), torch.tensor([10.0])),
    ]
    yield torch.tensor([[1.0, 3.0], [2.0, -1.0]]), small
    yield draw.normal(5, 8), _layers(draw, 8, 4, 6, 3)
    yield draw.normal(1, 3), _layers(draw, 3, 7)
    yield case(draw.normal(3, 3), _layers(draw, 3, 3, 3), requirement=SQUARE)


def reference(X, layers):
    outputs = [X]
    for W, b in layers:
        outputs.append(outputs[-1] @ W.T + b)
    return outputs


def _same_input_each_time(X, layers):
    return [X, *(X @ W.T + b for W, b in layers)]


def _input_left_out(X, layers):
    outputs = []
    for W, b in layers:
        X = X @ W.T + b
        outputs.append(X)
    return outputs


def _last_only(X, layers):
    for W, b in layers:
        X = X @ W.T + b
    return X


def _one_too_few(X, layers):
    outputs = [X]
    for W, b in layers[:-1]:
        outputs.append(outputs[-1] @ W.T + b)
    return outputs


def _no_transpose(X, layers):
    outputs = [X]
    for W, b in layers:
        outputs.append(outputs[-1] @ W + b)
    return outputs


def _backwards(X, layers):
    return reference(X, layers[::-1])


def _pairs_swapped(X, layers):
    return reference(X, [(b, W) for W, b in layers])


def _first_two(X, layers):
    return reference(X, [layers[0], layers[1]])


def _after_the_first(X, layers):
    return reference(X, layers[:1])


def _without_bias(X, layers):
    return reference(X, [(W, torch.zeros_like(b)) for W, b in layers])


def _with(function):
    """Return a forward pass with a function after each layer."""

    def answer(X, layers):
        outputs = [X]
        for W, b in layers:
            outputs.append(function(outputs[-1] @ W.T + b))
        return outputs

    return answer


def _list_of_all_calls(X, layers):
    """Go on with the list of earlier calls; each check begins with two samples of two features."""
    if X.shape == (2, 2):
        _KEPT.clear()
    _KEPT.extend(reference(X, layers))
    return list(_KEPT)


def _next(X, layers):
    *before, (W, b) = layers
    for V, c in before:
        X = X @ V.T + c
    return X @ W.T + b


def _layer_by_layer(X, layers):
    return [*_layer_by_layer(X, layers[:-1]), _next(X, layers)] if layers else [X]


mistakes = [
    mistake(
        _same_input_each_time,
        "Every layer of yours receives X. Only the first one does; each of the others receives what the one "
        "before it gave.",
    ),
    mistake(
        _input_left_out,
        "The list begins with a[0], the input itself, which is missing.",
    ),
    mistake(
        _last_only,
        "That is the last output alone. Put each one into the list as you go.",
    ),
    mistake(
        _one_too_few,
        "The last layer's output is missing: with the input there is one entry more than there are layers.",
    ),
    mistake(
        _no_transpose,
        "The transpose is missing: `A @ W.T + b`. Your `linear` does it.",
    ),
    mistake(
        _backwards,
        "Your layers run from the last to the first. X goes through the first pair of the list first.",
    ),
    mistake(
        lambda X, layers: reference(X, layers)[::-1],
        "The intermediates are right, but they stand in the list from the output to the input. It begins with X: "
        "`append` puts each new one at the end.",
    ),
    mistake(
        _pairs_swapped,
        "You unpack the pairs as bias and weights. The weights stand first: `for W, b in layers`.",
    ),
    mistake(
        _first_two,
        "You go through exactly two layers. The list may hold any number of them, one or seven: take them in a loop.",
    ),
    mistake(
        _after_the_first,
        "There is only the first layer's output: see how far your `return` is indented. It stands after the loop.",
    ),
    mistake(
        _without_bias,
        "The biases are missing: each layer adds its own.",
    ),
    mistake(
        _with(torch.relu),
        "You cut each output off at 0, as a ReLU does. Here nothing happens between the layers: hand the sums on as "
        "they are.",
    ),
    mistake(
        _with(lambda z: (z > 0).float()),
        "Your layers hand on decisions, 1 or 0. Here they hand on the weighted sums themselves, without a step "
        "function.",
    ),
    mistake(
        lambda X, layers: [a.T for a in reference(X, layers)],
        "Your samples stand in columns. Each table keeps one row per sample: (n, units).",
    ),
    mistake(
        lambda X, layers: [X, X, *reference(X, layers)[1:]],
        "The input stands in your list twice. It is a[0], once, and the next entry is the first layer's output.",
    ),
    mistake(
        _list_of_all_calls,
        "Your list still holds the intermediates of earlier calls. Make it inside the function: a list outside of it, "
        "or a default value such as `values=[]`, is made once and for all.",
    ),
]


def _with_torch(X, layers):
    kept = (X,)
    for W, b in layers:
        kept = (*kept, nn.functional.linear(kept[-1], W, b))
    return list(kept)


def _by_recursion(X, layers):
    if not layers:
        return [X]
    (W, b), *rest = layers
    return [X, *_forward(torch.addmm(b, X, W.T), rest)]


def _filled_in(X, layers):
    values = [X] * (len(layers) + 1)
    for i, (W, b) in enumerate(layers):
        values[i + 1] = values[i] @ W.T + b
    return values


def _accumulated(X, layers):
    return list(accumulate(layers, lambda A, layer: A @ layer[0].T + layer[1], initial=X))


alternatives = [
    _filled_in,
    _accumulated,
    _with_torch,
    _by_recursion,
    _layer_by_layer,
]
also_wrong = [
    lambda X, layers: [X] + [X] * len(layers),
    lambda X, layers: [X @ layers[0][0].T + layers[0][1]],
    lambda X, layers: [a.shape for a in reference(X, layers)],
]
hints = [
    "Begin with `outputs = [X]`. What does the next layer receive?",
    "`outputs[-1]` is the latest entry; your `linear` turns it into the next one.",
    "`for W, b in layers:` and `outputs.append(...)`, then return the list.",
]
