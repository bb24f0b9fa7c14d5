"""Give a linear layer fresh weights after Xavier or He, drawn evenly from −bound to bound, and a bias of 0."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions


def _bound(layer, kind):
    n_out, n_in = layer.weight.shape
    return (6 / (n_in + n_out if kind == "xavier" else n_in)) ** 0.5


kind = FunctionExercise
HE = "He"
requirements = {"Xavier": 1, HE: 1}
driver = drivers.initialised
conclude = conclusions.initialised
rtol, atol = 0.03, 0.03
reveal = True


def inputs(draw):
    yield case(600, 100, "xavier")
    yield case(600, 100, "he", requirement=HE)
    n_in, n_out = draw.integer(500, 700), draw.integer(100, 120)
    yield case(n_in, n_out, "xavier")
    yield case(n_in, n_out, "he", requirement=HE)


def reference(layer, kind):
    bound = _bound(layer, kind)
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _torchs_own(layer, kind):
    if kind == "xavier":
        nn.init.xavier_uniform_(layer.weight)
    else:
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.constant_(layer.bias, 0.0)


def _by_hand(layer, kind):
    with torch.no_grad():
        drawn = torch.rand_like(layer.weight) * 2 - 1
        layer.weight.copy_(drawn * _bound(layer, kind))
        layer.bias.zero_()


def _std_as_bound(layer, kind):
    bound = _bound(layer, kind) / 3**0.5
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _no_root(layer, kind):
    nn.init.uniform_(layer.weight, -(_bound(layer, kind) ** 2), _bound(layer, kind) ** 2)
    nn.init.zeros_(layer.bias)


def _normal(layer, kind):
    nn.init.normal_(layer.weight, 0.0, _bound(layer, kind) / 3**0.5)
    nn.init.zeros_(layer.bias)


def _keeps_bias(layer, kind):
    nn.init.uniform_(layer.weight, -_bound(layer, kind), _bound(layer, kind))


def _swapped(layer, kind):
    bound = _bound(layer, "he" if kind == "xavier" else "xavier")
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _positive(layer, kind):
    nn.init.uniform_(layer.weight, 0.0, _bound(layer, kind))
    nn.init.zeros_(layer.bias)


def _n_out(layer, kind):
    n_out, n_in = layer.weight.shape
    bound = (6 / (n_in + n_out if kind == "xavier" else n_out)) ** 0.5
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _new_tensor(layer, kind):
    drawn = torch.rand_like(layer.weight) * 2 - 1
    layer.weight = nn.Parameter(drawn * _bound(layer, kind))
    nn.init.zeros_(layer.bias)


def _half_bound(layer, kind):
    n_out, n_in = layer.weight.shape
    bound = (6 / (n_in + n_out if kind == "xavier" else n_in)) ** 0.5 / 2
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _leaky_he(layer, kind):
    if kind == "xavier":
        nn.init.xavier_uniform_(layer.weight)
    else:
        nn.init.kaiming_uniform_(layer.weight, a=5**0.5)
    nn.init.zeros_(layer.bias)


def _always_he(layer, kind):
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)


def _frozen_layer(layer, kind):
    reference(layer, kind)
    layer.requires_grad_(False)


def _numpy_init(layer, kind):
    n_out, n_in = layer.weight.shape
    bound = (6 / (n_in + (n_out if kind == "xavier" else 0))) ** 0.5
    layer.weight.data = torch.empty(n_out, n_in).uniform_(-bound, bound)
    layer.bias.data.fill_(0)


mistakes = [
    mistake(
        _std_as_bound,
        "2/n is the variance, and √(2/n) the standard deviation. Values spread evenly from −bound to "
        "bound have the variance bound²/3, so bound = √(6/n).",
    ),
    mistake(_no_root, "6 / n is the square of the bound. Take the root."),
    mistake(_normal, "These are normal values. Asked for are values spread evenly: `uniform_`."),
    mistake(_keeps_bias, "The bias still has its old values: `nn.init.zeros_(layer.bias)`."),
    mistake(_swapped, "Xavier divides by n_in + n_out, He by n_in alone. You have them swapped."),
    mistake(_positive, "All weights are positive. Draw from −bound to +bound."),
    mistake(
        _n_out,
        "For He, n is the number of inputs. `layer.weight` has the shape (n_out, n_in).",
    ),
    mistake(
        _new_tensor,
        "You put a new tensor in the place of the old one. An optimizer that was built before holds "
        "the old one: write into `layer.weight`, as `nn.init.uniform_` does.",
    ),
]
alternatives = [
    _torchs_own,
    _by_hand,
    _numpy_init,
]
also_wrong = [
    _half_bound,
    _leaky_he,
    _always_he,
    _frozen_layer,
]
hints = [
    "`n_out, n_in = layer.weight.shape`. Work out the bound first.",
    "Xavier: bound = √(6 / (n_in + n_out)). He: bound = √(6 / n_in).",
    "`nn.init.uniform_(layer.weight, -bound, bound)` and `nn.init.zeros_(layer.bias)`.",
]
