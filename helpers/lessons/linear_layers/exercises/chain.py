"""Mend a network 10 → 18 → 20 → 5 whose sizes do not chain."""

from collections import OrderedDict
from itertools import pairwise

import torch
from torch import nn

from helpers.checks.exercise import RepairExercise, mistake
from helpers.lessons.linear_layers import drivers as linear_layers
from helpers.lessons.linear_layers.exercises import _conclusions as conclusions

kind = RepairExercise
driver = linear_layers.built
conclude = conclusions.built
BATCH_RUNS = "a batch runs through, and 5 numbers come out"
LAYERS = "the layers are 10 → 18 → 20 → 5"
requirements = {
    BATCH_RUNS: 1,
    LAYERS: 1,
}
parts = {
    "output shape": BATCH_RUNS,
    "parameters": LAYERS,
    "layers": LAYERS,
    "output": LAYERS,
}


def broken():
    return nn.Sequential(
        nn.Linear(18, 10),
        nn.Linear(10, 20),
        nn.Linear(5, 20),
    )


def inputs(draw):
    yield torch.linspace(-2, 2, 30).reshape(3, 10)
    yield draw.normal(4, 10)
    yield draw.normal(10, 10)


def reference():
    return nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5))


def _swapped_sizes():
    return nn.Sequential(nn.Linear(18, 10), nn.Linear(20, 18), nn.Linear(5, 20))


def _one_layer():
    return nn.Sequential(nn.Linear(10, 5))


def _with_biases(*biases):
    sizes = ((10, 18), (18, 20), (20, 5))
    return lambda: nn.Sequential(
        *(nn.Linear(*s, bias=b) for s, b in zip(sizes, biases, strict=True))
    )


def _with_a_relu():
    return nn.Sequential(nn.Linear(10, 18), nn.ReLU(), nn.Linear(18, 20), nn.Linear(20, 5))


def _with_relus():
    hidden = nn.Linear(10, 18), nn.ReLU(), nn.Linear(18, 20), nn.ReLU()
    return nn.Sequential(*hidden, nn.Linear(20, 5))


def _a_list_of_layers():
    return [nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5)]


mistakes = [
    mistake(
        lambda: nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(5, 20)),
        "Two sizes still do not fit. Read the layers one by one: the second number of each must be the first "
        "number of the next, and the first of all is 10.",
    ),
    mistake(
        lambda: nn.Sequential(nn.Linear(10, 10), nn.Linear(10, 20), nn.Linear(20, 5)),
        "It runs, but as 10 → 10 → 20 → 5. The first hidden layer is to have 18 neurons.",
    ),
    mistake(
        lambda: nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 5)),
        "It runs, but one hidden layer is gone: 10 → 18 → 20 → 5 has three layers of weights.",
    ),
    mistake(
        lambda: nn.Sequential(nn.Linear(10, 20), nn.Linear(20, 18), nn.Linear(18, 5)),
        "It runs, but the hidden layers stand in the wrong order: first 18 neurons, then 20.",
    ),
    mistake(
        lambda: nn.Sequential(nn.Linear(10, 20), nn.Linear(20, 5)),
        "It runs, but the hidden layer of 18 is gone: 10 → 18 → 20 → 5 has three layers of weights.",
    ),
    mistake(
        _one_layer,
        "It runs, but this is one layer, 10 → 5. The two hidden layers, 18 and 20, are gone: keep three layers and "
        "mend their sizes.",
    ),
    mistake(
        lambda: nn.Sequential(
            nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5), nn.Linear(5, 5)
        ),
        "A fourth layer hangs on the end, 5 → 5. 10 → 18 → 20 → 5 has three arrows, and each arrow is one layer.",
    ),
    mistake(
        _with_relus,
        "There are ReLUs between your layers. The network is to be of three linear layers and nothing else.",
    ),
    mistake(
        _with_biases(False, False, True),
        "Your two hidden layers have lost their biases. Only sizes are to be mended: leave out `bias=False`.",
    ),
    mistake(
        _with_biases(False, True, True),
        "Your first layer has lost its bias. Only sizes are to be mended: leave out `bias=False`.",
    ),
    mistake(
        _with_biases(False, False, False),
        "Your layers have no biases. Only sizes are to be mended: leave out `bias=False`.",
    ),
    mistake(
        lambda: None,
        "What comes back is no model. The function is to `return` it, and all three layers in one "
        "`nn.Sequential(...)`.",
    ),
]


def _appended():
    model, sizes = nn.Sequential(), [10, 18, 20, 5]
    for n_in, n_out in pairwise(sizes):
        model.append(nn.Linear(n_in, n_out))
    return model


def _nested():
    front = nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20))
    return nn.Sequential(front, nn.Linear(in_features=20, out_features=5))


class _AsASequential(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5))


def _with_names():
    layers = {"first": nn.Linear(10, 18), "second": nn.Linear(18, 20), "output": nn.Linear(20, 5)}
    return nn.Sequential(OrderedDict(layers))


alternatives = [
    _with_names,
    lambda: _AsASequential(),
    _appended,
    _nested,
    lambda: nn.Sequential(*(nn.Linear(*s) for s in ((10, 18), (18, 20), (20, 5)))),
]
also_wrong = [
    _swapped_sizes,
    _with_a_relu,
    _with_biases(True, True, False),
    _a_list_of_layers,
]
hints = [
    "Write the sizes that you want in one line, 10 → 18 → 20 → 5. Each arrow is one layer.",
    "`nn.Linear(in, out)`: the second number of a layer is the first of the next.",
    "Two layers have their numbers swapped, and one waits for the wrong number.",
]
