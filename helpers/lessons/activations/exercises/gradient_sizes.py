"""Measure the mean size of the gradient that arrives at each layer's weights."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake, recipe
from helpers.lessons.activations import drivers


def _mean_size(layer):
    """Return what is asked of one layer after `backward()`."""
    return layer.weight.grad.abs().mean().item()


def _walk(layers, activation, X, size, reset=True, result=torch.sum):
    """Run forward and backward with gradient_sizes' inputs and return `size(layer)` for each layer."""
    a = X
    for layer in layers:
        if reset:
            layer.zero_grad()
        a = activation(layer(a))
    result(a).backward()
    return [size(layer) for layer in layers]


MEASURED = "one right size for each layer"

AGAIN = "the same when measured a second time"

kind = FunctionExercise
requirements = {MEASURED: 2, AGAIN: 1}
parts = {"first": MEASURED, "again": AGAIN}
driver = drivers.measured_twice
rtol, atol = 1e-3, 0.0
seconds = 3


def inputs(draw):
    yield (
        recipe(drivers.stack, sizes=[2, 3, 3], seed=1),
        recipe(drivers.activation, name="sigmoid"),
        torch.tensor([[0.5, -1.5], [2.0, 0.3]]),
    )
    yield (
        recipe(drivers.stack, sizes=[3, 3, 3], seed=2),
        recipe(drivers.activation, name="tanh"),
        torch.tensor([[1.5, -0.4, 0.6], [-0.7, 0.9, 2.0]]),
    )
    for name, depth in (("sigmoid", 6), ("tanh", 4)):
        sizes = [5] + [7] * depth
        yield (
            recipe(drivers.stack, sizes=sizes, seed=draw.integer(1, 10_000)),
            recipe(drivers.activation, name=name),
            draw.normal(6, 5),
        )
    yield case(
        recipe(drivers.stack, sizes=[4, 3, 3], seed=draw.integer(1, 10_000), used=True),
        recipe(drivers.activation, name="tanh"),
        draw.normal(5, 4),
        requirement=AGAIN,
    )


def reference(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    weights = [layer.weight for layer in layers]
    return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), weights)]


def _without_reset(layers, activation, X):
    return _walk(layers, activation, X, _mean_size, reset=False)


def _no_activation(layers, activation, X):
    return _walk(layers, lambda z: z, X, _mean_size)


def _backwards(layers, activation, X):
    return _walk(layers, activation, X, _mean_size)[::-1]


def _signed(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.mean().item())


def _weights(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.abs().mean().item())


def _biases(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.bias.grad.abs().mean().item())


def _absolute_of_mean(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.mean().abs().item())


def _of_the_mean(layers, activation, X):
    return _walk(layers, activation, X, _mean_size, result=torch.mean)


def _one_activation(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
        a = layer(a)
    activation(a).sum().backward()
    return [layer.weight.grad.abs().mean().item() for layer in layers]


def _totals(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.abs().sum().item())


def _gradient_sizes_by_sequential(layers, activation, X):
    for layer in layers:
        layer.weight.grad = layer.bias.grad = None
    a = X
    for layer in layers:
        a = activation(a @ layer.weight.T + layer.bias)
    torch.sum(a).backward()
    return [torch.mean(torch.abs(layer.weight.grad)).item() for layer in layers]


def _of_the_activations(layers, activation, X):
    a, kept = X, []
    for layer in layers:
        a = activation(layer(a))
        kept.append(a)
    return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), kept)]


def _of_each_z(layers, activation, X):
    a, zs = X, []
    for layer in layers:
        zs.append(layer(a))
        a = activation(zs[-1])
    return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), zs)]


def _last_layer_bare(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
    for layer in layers[:-1]:
        a = activation(layer(a))
    layers[-1](a).sum().backward()
    return [_mean_size(layer) for layer in layers]


def _always_relu(layers, activation, X):
    return _walk(layers, torch.relu, X, _mean_size)


def _no_chain(layers, activation, X):
    sizes = []
    for layer in layers:
        layer.zero_grad()
        activation(layer(X)).sum().backward()
        sizes.append(_mean_size(layer))
    return sizes


def _first_layer_reset(layers, activation, X):
    layers[0].zero_grad()
    return _walk(layers, activation, X, _mean_size, reset=False)


def _turns_the_list(layers, activation, X):
    sizes = _walk(layers, activation, X, _mean_size)
    layers.reverse()
    return sizes


def _trains(layers, activation, X):
    sizes = _walk(layers, activation, X, _mean_size)
    with torch.no_grad():
        for layer in layers:
            layer.weight -= 0.1 * layer.weight.grad
    return sizes


def _reset_before_reading(layers, activation, X):
    def size(layer):
        layer.zero_grad()
        return _mean_size(layer)

    return _walk(layers, activation, X, size)


def _frozen_afterwards(layers, activation, X):
    sizes = _walk(layers, activation, X, _mean_size)
    for layer in layers:
        layer.requires_grad_(False)
    return sizes


def _rounded(layers, activation, X):
    return [round(size, 4) for size in _walk(layers, activation, X, _mean_size)]


def _root_mean_square(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.pow(2).mean().sqrt().item())


def _per_example(layers, activation, X):
    return _walk(layers, activation, X, _mean_size, result=lambda a: a.sum() / len(a))


def _largest(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.abs().max().item())


def _lengths(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.norm().item())


def _last_alone(layers, activation, X):
    return _walk(layers, activation, X, _mean_size)[-1:]


def _gradient_sizes_as_tensors(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    grads = torch.autograd.grad(a.sum(), [layer.weight for layer in layers])
    return torch.stack([g.abs().mean() for g in grads])


def _reset_afterwards(layers, activation, X):
    sizes = _walk(layers, activation, X, _mean_size, reset=False)
    nn.Sequential(*layers).zero_grad()
    return sizes


mistakes = [
    mistake(
        _without_reset,
        "`.grad` is added to, not replaced: your measurement holds what earlier ones left, too. Reset it with "
        "`layer.zero_grad()` before `backward()`.",
    ),
    mistake(_no_activation, "The activation is missing: a = activation(layer(a)) in each turn."),
    mistake(_backwards, "The right sizes from the last layer to the first: turn the list around."),
    mistake(
        _signed,
        "Positive and negative gradients cancel in that mean. Take `.abs()` before `.mean()`.",
    ),
    mistake(_weights, "That is the size of the weights. Their gradient is in `layer.weight.grad`."),
    mistake(_biases, "Those are the gradients of the biases; the weights are asked for."),
    mistake(_totals, "That is the sum of the sizes; the mean is asked for."),
    mistake(
        _absolute_of_mean,
        "Positive and negative gradients cancel before `.abs()` sees them: first `.abs()`, then `.mean()`.",
    ),
    mistake(
        _of_the_mean,
        "Every gradient is too small by one factor: the result is the sum of the last activations, not their mean.",
    ),
    mistake(
        _one_activation,
        "The activation comes once, at the end. Every layer is followed by it: a = activation(layer(a)).",
    ),
    mistake(
        _last_layer_bare,
        "The last layer has no activation behind it. Here every layer is followed by it, the last one too.",
    ),
    mistake(
        _always_relu,
        "There is a ReLU behind every layer. The function comes from the caller, as `activation`: use that one.",
    ),
    mistake(
        _no_chain,
        "Every layer gets X. The layers chain: what one of them gives, after the activation, goes into the next.",
    ),
    mistake(
        _first_layer_reset,
        "The first layer is right each time, the others hold what earlier measurements left, too: `.grad` has to be "
        "emptied in all layers.",
    ),
    mistake(
        _reset_afterwards,
        "You empty `.grad` after the measurement. What somebody else's `backward()` left there is in your first "
        "measurement: empty it before.",
    ),
    mistake(
        _turns_the_list,
        "Right the first time. Then the caller's list of layers is turned around for good: `reverse()` works in place. "
        "PyTorch walks backward by itself, so leave `layers` as it is.",
    ),
    mistake(
        _trains,
        "Right the first time. Then you changed the weights by a step of training, so the second measurement is one of "
        "another network. Measure only.",
    ),
    mistake(
        _frozen_afterwards,
        "What you call `backward()` on hangs on no weight that wants a gradient. Did the forward pass run under "
        "`torch.no_grad()`, was something detached, or were the weights frozen (`requires_grad_(False)`), perhaps at "
        "the end of an earlier measurement?",
    ),
    mistake(
        _rounded,
        "You rounded the sizes, so the smallest become 0. Those are what is to be seen here: round when you print.",
    ),
    mistake(
        _root_mean_square,
        "You squared the gradients, took the mean and then the root. Asked for is the mean of the absolute values.",
    ),
    mistake(
        _per_example,
        "You divided the result by the number of examples. It is the sum of all activations of the last layer.",
    ),
    mistake(
        _of_each_z,
        "Those are the gradients of each layer's z. Asked for are those of its weights.",
    ),
    mistake(
        _of_the_activations,
        "Those are the gradients of the activations. Asked for are those of each layer's weights.",
    ),
    mistake(_largest, "That is the largest size in each layer; the mean is asked for."),
    mistake(
        _lengths,
        "`norm()` gives the length of the whole gradient, which grows with the number of weights. Take the mean of the "
        "absolute values.",
    ),
    mistake(
        _last_alone,
        "That is the last layer alone. The list needs a size for each layer, the first one first.",
    ),
]


def _by_grad_attribute(layers, activation, X):
    a = X
    for layer in layers:
        layer.weight.grad = None
        a = activation(layer(a))
    a.sum().backward()
    sizes = []
    for layer in layers:
        sizes.append(float(layer.weight.grad.abs().mean()))
    return sizes


def _through_sequential(layers, activation, X):
    network = torch.nn.Sequential(*layers)
    network.zero_grad()
    a = X
    for layer in network:
        a = activation(layer(a))
    a.sum().backward()
    return [p.grad.abs().mean().item() for p in network.parameters() if p.dim() == 2]


def _on_a_copy(layers, activation, X):
    a, own = X, copy.deepcopy(layers)
    for layer in own:
        layer.zero_grad()
        a = activation(layer(a))
    torch.sum(a).backward()
    grads = [layer.weight.grad for layer in own]
    return [(g.abs().sum() / g.numel()).item() for g in grads]


def _with_copied_weights(layers, activation, X):
    weights = [layer.weight.detach().clone().requires_grad_() for layer in layers]
    a = X
    for layer, W in zip(layers, weights, strict=True):
        a = activation(F.linear(a, W, layer.bias))
    return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), weights)]


alternatives = [
    _on_a_copy,
    _with_copied_weights,
    _by_grad_attribute,
    _through_sequential,
    _gradient_sizes_by_sequential,
]
also_wrong = [
    _reset_before_reading,
    _gradient_sizes_as_tensors,
    lambda layers, activation, X: [0.0] * len(layers),
]
hints = [
    "First forward: a = X, then a = activation(layer(a)) for each layer. Then `a.sum().backward()`.",
    "Afterwards `layer.weight.grad` holds the gradient: `.abs().mean().item()` is its mean size.",
    "`.grad` adds up over calls: `layer.zero_grad()` for each layer before `backward()`.",
]
