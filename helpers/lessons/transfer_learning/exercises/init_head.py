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
seconds = 3


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


def _linear_he(layer, kind):
    reference(layer, kind)
    if kind == "he":
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="linear")


def _xavier_with_gain(layer, kind):
    reference(layer, kind)
    if kind == "xavier":
        nn.init.xavier_uniform_(layer.weight, gain=2**0.5)


def _no_brackets(layer, kind):
    reference(layer, kind)
    n_out, n_in = layer.weight.shape
    if kind == "xavier":
        bound = (6 / n_in + n_out) ** 0.5
        nn.init.uniform_(layer.weight, -bound, bound)


def _always(one):
    return lambda layer, kind: reference(layer, one)


def _sizes_of_the_lesson(layer, kind):
    bound = (6 / (1284 if kind == "xavier" else 1280)) ** 0.5
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def _seeded(layer, kind):
    torch.manual_seed(0)
    reference(layer, kind)


def _variance_first(layer, kind):
    fans = [layer.in_features, layer.out_features] if kind == "xavier" else [layer.in_features]
    limit = (3 * 2 / sum(fans)) ** 0.5
    layer.weight.detach().uniform_(-limit, limit)
    layer.bias.detach().zero_()


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
    mistake(_keeps_bias, "The bias is not 0 yet: `nn.init.zeros_(layer.bias)`."),
    mistake(
        _always("he"),
        "The bound is that of He for both kinds. The text in `kind` is 'xavier' or 'he', in small letters.",
    ),
    mistake(_always("xavier"), "The bound is that of Xavier for both kinds. Look at `kind`."),
    mistake(
        _leaky_he,
        "For He your bound is 1/√n_in. That is the start of a fresh nn.Linear, or `kaiming_uniform_` with `a=√5`; "
        "the bound here is √6 times as large.",
    ),
    mistake(
        _linear_he,
        "For He your bound is √(3 / n_in), as `nonlinearity='linear'` gives it. A layer before ReLU gets twice "
        "the variance.",
    ),
    mistake(
        _xavier_with_gain,
        "For Xavier the bound is too large by √2: a `gain`, or n_in + n_out halved. Xavier is for tanh and linear "
        "layers and has none.",
    ),
    mistake(
        _no_brackets,
        "For Xavier the bound is far too large: `6 / n_in + n_out` divides first. Put the sum in brackets.",
    ),
    mistake(
        _sizes_of_the_lesson,
        "The bound does not follow the layer: 1280 and 4 are the sizes in the lesson. Read n_out and n_in from "
        "`layer.weight.shape`.",
    ),
    mistake(
        _frozen_layer,
        "The values are right, but the weight is frozen now. To write into it without a graph, use "
        "`torch.no_grad()` or `nn.init`, and leave `requires_grad` on.",
    ),
    mistake(
        _seeded,
        "Two layers get one and the same values: a seed inside the function takes the chance out, and sets everybody's "
        "random numbers back. Fresh values are asked for: no seed here.",
    ),
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
    _variance_first,
]
also_wrong = [
    _half_bound,
]
hints = [
    "`n_out, n_in = layer.weight.shape`. Work out the bound first.",
    "Xavier: bound = √(6 / (n_in + n_out)). He: bound = √(6 / n_in).",
    "`nn.init.uniform_(layer.weight, -bound, bound)` and `nn.init.zeros_(layer.bias)`.",
]
