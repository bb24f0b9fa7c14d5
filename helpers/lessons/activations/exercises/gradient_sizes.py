"""Measure the mean size of the gradient that arrives at each layer's weights."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, mistake, recipe
from helpers.lessons.activations import drivers


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
    for name, depth in (("sigmoid", 6), ("tanh", 4)):
        sizes = [5] + [7] * depth
        yield (
            recipe(drivers.stack, sizes=sizes, seed=draw.integer(1, 10_000), used=True),
            recipe(drivers.activation, name=name),
            draw.normal(6, 5),
        )


def reference(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    weights = [layer.weight for layer in layers]
    return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), weights)]


def _without_reset(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.abs().mean().item(), False)


def _no_activation(layers, activation, X):
    return _walk(layers, lambda z: z, X, lambda m: m.weight.grad.abs().mean().item())


def _backwards(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.abs().mean().item())[::-1]


def _signed(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.mean().item())


def _weights(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.abs().mean().item())


def _biases(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.bias.grad.abs().mean().item())


def _absolute_of_mean(layers, activation, X):
    return _walk(layers, activation, X, lambda m: m.weight.grad.mean().abs().item())


def _of_the_mean(layers, activation, X):
    return _walk(
        layers, activation, X, lambda m: m.weight.grad.abs().mean().item(), result=torch.mean
    )


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


def _gradient_sizes_of_the_activations(layers, activation, X):
    a, kept = X, []
    for layer in layers:
        a = activation(layer(a))
        a.retain_grad()
        kept.append(a)
    a.sum().backward()
    return [a.grad.abs().mean().item() for a in kept]


def _gradient_sizes_of_the_mean(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
        a = activation(layer(a))
    a.mean().backward()
    return [layer.weight.grad.abs().mean().item() for layer in layers]


def _gradient_sizes_last_layer_bare(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
    for layer in layers[:-1]:
        a = activation(layer(a))
    layers[-1](a).sum().backward()
    return [layer.weight.grad.abs().mean().item() for layer in layers]


def _gradient_sizes_as_tensors(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    grads = torch.autograd.grad(a.sum(), [layer.weight for layer in layers])
    return torch.stack([g.abs().mean() for g in grads])


def _gradient_sizes_resets_inside_the_answer(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    a.sum().backward()
    nn.Sequential(*layers).zero_grad()
    return [0.0 if layer.weight.grad is None else 1.0 for layer in layers]


mistakes = [
    mistake(
        _without_reset,
        "Right the first time. `.grad` is added to, not replaced: the second measurement holds both. Reset it "
        "with `layer.zero_grad()` before `backward()`.",
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
    return tuple(p.grad.abs().mean().item() for p in network.parameters() if p.dim() == 2)


alternatives = [
    _by_grad_attribute,
    _through_sequential,
    _gradient_sizes_by_sequential,
]
also_wrong = [
    _gradient_sizes_of_the_activations,
    _gradient_sizes_of_the_mean,
    _gradient_sizes_last_layer_bare,
    _gradient_sizes_as_tensors,
    _gradient_sizes_resets_inside_the_answer,
    lambda layers, activation, X: [0.0] * len(layers),
]
hints = [
    "First forward: a = X, then a = activation(layer(a)) for each layer. Then `a.sum().backward()`.",
    "Afterwards `layer.weight.grad` holds the gradient: `.abs().mean().item()` is its mean size.",
    "`.grad` adds up over calls: `layer.zero_grad()` for each layer before `backward()`.",
]
