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


def _hidden(X, layers):
    """Return what all layers but the last make of X, with a ReLU behind each."""
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return a


def _dim_and_type(X, layers):
    return torch.softmax(torch.relu(layers[-1](_hidden(X, layers))), dim=1)


def _type_only(X, layers):
    return torch.softmax(torch.relu(layers[-1](_hidden(X, layers))), dim=0)


def _dim_only(X, layers):
    a = X
    for layer in layers:
        a = torch.relu(layer(a))
    return torch.softmax(a, dim=1)


def _sign_only(X, layers):
    a = X
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=0)


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
    return torch.softmax(layers[-1](_hidden(X, layers)), dim=0)


def _scores(X, layers):
    return layers[-1](_hidden(X, layers))


def _without_last_layer(X, layers):
    return torch.softmax(_hidden(X, layers), dim=1)


def _relu_before_each_layer(X, layers):
    a = X.float()
    for layer in layers:
        a = layer(torch.relu(a))
    return torch.softmax(a, dim=1)


def _two_layers(X, layers):
    return torch.softmax(layers[1](torch.relu(layers[0](X.float()))), dim=1)


def _bare_first_layer(X, layers):
    a = layers[0](X.float())
    for layer in layers[1:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=1)


def _leaky_everywhere(X, layers):
    a = X.float()
    for layer in layers:
        a = F.leaky_relu(layer(a))
    return torch.softmax(a, dim=1)


def _softmax_in_the_loop(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.softmax(layer(a), dim=1)
    return a


def _only_int64(X, layers):
    a = X.float() if X.dtype == torch.int64 else X
    return _not_the_type(a, layers)


def _last_by_width(X, layers):
    a = X.float()
    for layer in layers:
        a = layer(a)
        if layer.out_features != layers[-1].out_features:
            a = torch.relu(a)
    return torch.softmax(a, dim=1)


def _sigmoid_scores(X, layers):
    return torch.sigmoid(_scores(X, layers))


def _digit_probabilities_by_index(X, layers):
    X = X.to(layers[0].weight.dtype)
    for i in range(len(layers) - 1):
        X = F.relu(layers[i](X))
    return F.softmax(layers[-1](X), dim=-1)


def _probabilities_hard(X, layers):
    return torch.softmax(_scores(X, layers), dim=1).round()


def _normalised_twice(X, layers):
    p = _type_only(X, layers)
    return p / p.sum(dim=1, keepdim=True)


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
        _dim_only,
        "The rows add up to 1 now. Two bugs are left: the ReLU on the last layer's scores, and pictures whose pixels "
        "are integers.",
    ),
    mistake(
        _sign_only,
        "The last scores keep their sign now. Two bugs are left: along which `dim` must the shares add up, and what "
        "does a linear layer say to integers?",
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
    mistake(
        _only_int64,
        "Pictures of int64 work, those of other whole numbers do not: pixels often come as uint8. Convert whatever "
        "comes in.",
    ),
    mistake(
        _last_by_width,
        "A hidden layer that is as wide as the output loses its ReLU. The last layer is the one at the end of the "
        "list, whatever its width.",
    ),
    mistake(
        _relu_before_each_layer,
        "The ReLU stands before the first layer, too, and takes the negative entries of X away. It stands between the "
        "layers only.",
    ),
    mistake(
        _two_layers,
        "You use two layers, whatever is in the list. All of its layers are to be used, the last one without ReLU.",
    ),
    mistake(
        _bare_first_layer,
        "There is no ReLU behind the first layer. Only the last layer goes without.",
    ),
    mistake(
        _leaky_everywhere,
        "You put a leaky ReLU in place of every ReLU. Scores of −1 and −5 become −0.01 and −0.05, still nearly equal. "
        "Between the layers ReLU stays, and the last scores go to softmax as they are.",
    ),
    mistake(
        _softmax_in_the_loop,
        "Every layer is followed by a softmax. It belongs behind the last layer only; between the layers stands ReLU.",
    ),
    mistake(
        _sigmoid_scores,
        "You put a sigmoid on each score, so the rows do not add up to 1. A picture shows one digit: softmax.",
    ),
    mistake(
        lambda X, layers: torch.softmax(layers[-1](_hidden(X / 255, layers)), dim=1),
        "You divided X by 255. That is another picture, and nobody asked for it: for whole-number pixels the dtype has "
        "to change, not the values.",
    ),
    mistake(
        lambda X, layers: torch.softmax(layers[-1](_hidden(X.long(), layers)), dim=1),
        "You made whole numbers of all pixels, so 0.5 became 0. The conversion has to go the other way: integers to "
        "floats.",
    ),
    mistake(
        lambda X, layers: _scores(X, layers).argmax(dim=1),
        "Those are the classes. Asked for are the probabilities, a row of k for each picture: leave out the argmax.",
    ),
    mistake(
        lambda X, layers: torch.log_softmax(_scores(X, layers), dim=1),
        "Those are the logarithms of the probabilities: softmax itself is asked for.",
    ),
    mistake(
        _normalised_twice,
        "You let the columns add up to 1, and then divide each row by its sum. That is no softmax of the row, and the "
        "last scores still go through ReLU.",
    ),
    mistake(
        _probabilities_hard,
        "The probabilities are rounded to 0 and 1. Leave them as softmax gives them.",
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


def _as_one_sequential(X, layers):
    steps = []
    for layer in layers[:-1]:
        steps += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*steps, layers[-1], torch.nn.Softmax(dim=1))(X.float())


def _scores_beside_activations(X, layers):
    a = X.to(torch.float32)
    for layer in layers:
        scores = layer(a)
        a = F.relu(scores)
    return F.softmax(scores, dim=1)


alternatives = [
    _as_one_sequential,
    _scores_beside_activations,
    _with_a_counter,
    _unpacked,
    _digit_probabilities_by_index,
]
also_wrong = [
    lambda X, layers: torch.softmax(layers[-1](X.float()), dim=1),
    lambda X, layers: torch.softmax(_scores(X, layers), dim=1) / 2,
]
hints = [
    "Add up a row of the result, and a column. Which one gives 1, and which one should?",
    "ReLU stands between layers. What does it do to the last scores [-3, -1, -2]?",
    "Try it with X = torch.tensor([[3, 0, 1]]): the error names a dtype. `.float()` mends that.",
]
