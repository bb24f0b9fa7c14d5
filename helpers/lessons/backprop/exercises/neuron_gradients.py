"""Return (dL/dw, dL/db) of one sigmoid neuron with several inputs and the loss L = (a − y)²."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.backprop.exercises._common import BY_HAND

kind = FunctionExercise
SEVERAL_INPUTS = "several inputs, other targets"
requirements = {"one input": 1, SEVERAL_INPUTS: 1}
forbidden = BY_HAND


def inputs(draw):
    yield torch.tensor([3.0]), torch.tensor([-0.5]), torch.tensor(0.7), torch.tensor(1.0)
    yield case(
        torch.tensor([2.0, -1.5]),
        torch.tensor([0.4, 0.9]),
        torch.tensor(0.3),
        torch.tensor(0.25),
        requirement=SEVERAL_INPUTS,
    )
    for size in (1, 3, 6):
        yield case(
            draw.normal(size),
            draw.normal(size),
            draw.normal(),
            draw.uniform(low=0.1, high=0.9),
            requirement=SEVERAL_INPUTS,
        )
    yield draw.normal(1), draw.normal(1), draw.normal(), torch.tensor(1.0)


def reference(x, w, b, y):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    (torch.sigmoid(w @ x + b) - y).square().backward()
    return w.grad, b.grad


def _slopes(
    x,
    w,
    b,
    y,
    outer=lambda a, y: 2 * (a - y),
    inner=lambda z, a: a * (1 - a),
    forward=lambda x, w, b: (w * x).sum() + b,
):
    z = forward(x, w, b)
    a = torch.sigmoid(z)
    dz = outer(a, y) * inner(z, a)
    return dz * x, dz


def _neuron_by_parts(x, w, b, y):
    z = torch.dot(w, x) + b
    e = torch.exp(-z)
    a = 1 / (1 + e)
    dz = (2 * a - 2 * y) * e / (1 + e) ** 2
    return torch.stack([dz * value for value in x]), dz


def _neuron_with_cross_entropy(x, w, b, y):
    dz = torch.sigmoid(w @ x + b) - y
    return dz * x, dz


def _neuron_summed(x, w, b, y):
    dw, db = _neuron_by_parts(x, w, b, y)
    return dw.sum().reshape(1), db


def _one_neuron_for_each_input(x, w, b, y):
    dw, dz = _slopes(x, w, b, y, forward=lambda x, w, b: w * x + b)
    return dw, dz.sum()


def _neuron_bias_for_each_input(x, w, b, y):
    dw, db = _neuron_by_parts(x, w, b, y)
    return dw, db * torch.ones_like(x)


def _neuron_by_tanh(x, w, b, y):
    t = torch.tanh((torch.dot(w, x) + b) / 2)
    dz = (1 + t - 2 * y) * (1 - t * t) / 4
    return torch.stack([dz * value for value in x]), dz


def _neuron_with_bias_as_weight(x, w, b, y):
    inputs, weights = torch.cat([x, torch.ones_like(x[:1])]), torch.cat([w, b.reshape(1)])
    a = (inputs @ weights).sigmoid()
    both = 2 * (a - y) * a * (1 - a) * inputs
    return both[:-1], both[-1]


def _neuron_bias_as_vector(x, w, b, y):
    dw, db = _neuron_by_parts(x, w, b, y)
    return dw, db.reshape(1)


mistakes = [
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: 1),
        "The slope of the sigmoid is missing: on the way from a to z multiply with a(1 − a).",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, outer=lambda a, y: a - y),
        "The square brings a factor 2 down: dL/da = 2(a − y).",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, outer=lambda a, y: 2 * (y - a)),
        "The sign is wrong: dL/da = 2(a − y), positive where the neuron says too much.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: z * (1 - z)),
        "The slope of the sigmoid is a(1 − a), with a = σ(z); you put z in the place of a.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y)[::-1],
        "You return them the other way round: first dL/dw, then dL/db.",
    ),
    mistake(
        lambda x, w, b, y: (
            _slopes(x, w, b, y)[1] * w,
            _slopes(x, w, b, y)[1],
        ),
        "That is dL/dx. The slope of wx with respect to w is x.",
    ),
    mistake(
        _one_neuron_for_each_input,
        "Right for one input. With several, z = w · x + b is one number, with a sum over all products; yours is a "
        "vector, as if there were a neuron for each input.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, forward=lambda x, w, b: (w * x).mean() + b),
        "Right for one input. With several, z is the sum of the products, not their mean.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, forward=lambda x, w, b: (w * x).sum()),
        "The forward pass leaves out b: z = w · x + b.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: a.sigmoid() * (1 - a.sigmoid())),
        "The slope of the sigmoid is a(1 − a), and a is its result already; you take the sigmoid once more.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: 1 - a**2),
        "1 − a² is the slope of tanh. This neuron bends with the sigmoid, whose slope is a(1 − a).",
    ),
    mistake(
        _neuron_bias_for_each_input,
        "dL/db has an entry for each input. There is one b, so it is one number.",
    ),
    mistake(
        _neuron_with_cross_entropy,
        "a − y in place of all of dz belongs to another loss, the cross-entropy. Here L = (a − y)², so there is a "
        "factor 2, and the slope of the sigmoid.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: a),
        "The slope of the sigmoid is a(1 − a); yours has lost the 1 − a.",
    ),
    mistake(
        lambda x, w, b, y: _slopes(x, w, b, y, inner=lambda z, a: 1 - a),
        "The slope of the sigmoid is a(1 − a); yours has lost the first a.",
    ),
]
alternatives = [
    _slopes,
    lambda x, w, b, y: (
        2
        * (torch.sigmoid(x @ w + b) - y)
        * torch.sigmoid(x @ w + b)
        * torch.sigmoid(-x @ w - b)
        * x,
        2 * (torch.sigmoid(x @ w + b) - y) * torch.sigmoid(x @ w + b) * torch.sigmoid(-x @ w - b),
    ),
    _neuron_by_parts,
    _neuron_by_tanh,
    _neuron_with_bias_as_weight,
    lambda x, w, b, y: list(_neuron_by_parts(x, w, b, y)),
    lambda x, w, b, y: _neuron_by_parts(x.double(), w.double(), b.double(), y.double()),
]
also_wrong = [
    _neuron_summed,
    _neuron_bias_as_vector,
    lambda x, w, b, y: torch.cat([_neuron_by_parts(x, w, b, y)[0], b[None]]),
]
hints = [
    "Forward first, and keep what you will need: z = w · x + b (a sum of products), a = σ(z).",
    "dz = 2(a − y) · a(1 − a) is one number. What does a small change of w[k] do to z?",
    "z changes by x[k] for each unit of w[k], and by 1 for each unit of b: return `dz * x, dz`.",
]
