"""Return how many numbers of a model train and how many are frozen."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake, recipe
from helpers.lessons.transfer_learning import drivers


def _stack(sizes, frozen, **changes):
    return recipe(drivers.stack, sizes=sizes, frozen=frozen, **changes)


kind = FunctionExercise
RIGHT_ANY = "right for any model"
requirements = {"right for a small stack": 1, RIGHT_ANY: 1}


def inputs(draw):
    yield _stack([8, 4, 2], [0])
    yield case(_stack([5, 3, 3], [], shared=True), requirement=RIGHT_ANY)
    yield case(_stack([5, 3, 2], [], still=["2.bias"]), requirement=RIGHT_ANY)
    yield case(_stack([4, 3, 2], [0], own=5), requirement=RIGHT_ANY)
    yield _stack([draw.integer(3, 30), draw.integer(3, 30), 2], [0])
    yield case(_stack([draw.integer(3, 9), 7, 6, 2], [1]), requirement=RIGHT_ANY)
    yield case(_stack([draw.integer(3, 9), 2], [0]), requirement=RIGHT_ANY)


def reference(model):
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return trainable, sum(p.numel() for p in model.parameters()) - trainable


def _loop(model):
    counts = {True: 0, False: 0}
    for _, parameter in model.named_parameters():
        counts[parameter.requires_grad] += parameter.shape.numel()
    return [counts[True], counts[False]]


def _vectors(model):
    def size(wanted):
        sizes = [len(p.flatten()) for p in model.parameters() if p.requires_grad is wanted]
        return int(torch.tensor(sizes).sum()) if sizes else 0

    return size(True), size(False)


def _tensors(model):
    flags = [p.requires_grad for p in model.parameters()]
    return sum(flags), len(flags) - sum(flags)


def _total_first(model):
    trainable, frozen = reference(model)
    return trainable + frozen, trainable


def _total_second(model):
    trainable, frozen = reference(model)
    return trainable, trainable + frozen


def _swapped(model):
    return reference(model)[::-1]


def _with_buffers(model):
    trainable, frozen = reference(model)
    return trainable, frozen + sum(b.numel() for b in model.buffers())


def _layer_by_layer(model):
    counts = [0, 0]
    for layer in model:
        for p in layer.parameters():
            counts[not p.requires_grad] += p.numel()
    return tuple(counts)


def _counts_shapes(model):
    trains = sum(p.shape[0] for p in model.parameters() if p.requires_grad)
    return trains, sum(p.shape[0] for p in model.parameters()) - trains


def _no_bias(model):
    weights = [p for n, p in model.named_parameters() if n.endswith("weight")]
    trains = sum(p.numel() for p in weights if p.requires_grad)
    return trains, sum(p.numel() for p in weights) - trains


def _each_place(model):
    counts = [0, 0]
    for _, p in model.named_parameters(remove_duplicate=False):
        counts[not p.requires_grad] += p.numel()
    return tuple(counts)


def _whole_state(model):
    trainable = reference(model)[0]
    return trainable, sum(t.numel() for t in model.state_dict().values()) - trainable


def _by_the_first(model):
    counts = [0, 0]
    for layer in model.modules():
        own = list(layer.parameters(recurse=False))
        if own:
            counts[not own[0].requires_grad] += sum(p.numel() for p in own)
    return tuple(counts)


def _children_only(model):
    found = {p for child in model.children() for p in child.parameters()}
    trains = sum(p.numel() for p in found if p.requires_grad)
    return trains, sum(p.numel() for p in found) - trains


def _linear_only(model):
    found = {p for m in model.modules() if isinstance(m, nn.Linear) for p in m.parameters()}
    trains = sum(p.numel() for p in found if p.requires_grad)
    return trains, sum(p.numel() for p in found) - trains


def _all_frozen(model):
    return 0, sum(reference(model))


def _set_of_sizes(model):
    def size(wanted):
        return sum({p.numel() for p in model.parameters() if p.requires_grad is wanted})

    return size(True), size(False)


def _once_by_identity(model):
    found = {id(p): p for m in model.modules() for p in m.parameters(recurse=False)}
    sizes = torch.tensor([[p.numel() * p.requires_grad, p.numel()] for p in found.values()])
    trains, total = sizes.sum(0).tolist()
    return trains, total - trains


mistakes = [
    mistake(_tensors, "You counted tensors. `parameter.numel()` says how many numbers one holds."),
    mistake(_total_first, "Asked for are (trainable, frozen), not (all, trainable)."),
    mistake(_total_second, "The second number counts all. Asked for are those that are frozen."),
    mistake(_swapped, "The order is (trainable, frozen)."),
    mistake(
        _with_buffers,
        "Running means and variances are buffers: no gradient ever reaches them, frozen or not. "
        "Count `model.parameters()`.",
    ),
    mistake(
        _each_place,
        "A layer that is used twice has one set of parameters. `model.parameters()` gives each of "
        "them once.",
    ),
    mistake(
        _layer_by_layer,
        "Layer by layer, one that is used twice is counted twice, and a parameter that lies in the model itself not at "
        "all. `model.parameters()` gives each of them once.",
    ),
    mistake(
        _whole_state,
        "A state dict holds buffers, too, and a layer that is used twice stands in it twice. "
        "Count `model.parameters()`.",
    ),
    mistake(
        _by_the_first,
        "You judge a whole layer by its first parameter. Weight and bias have a switch each: ask every parameter.",
    ),
    mistake(
        _children_only,
        "A parameter can lie in the model itself, in none of its children. `model.parameters()` knows it as well.",
    ),
    mistake(
        _linear_only,
        "You counted linear layers only. BatchNorm has a weight and a bias, too: go through all parameters.",
    ),
    mistake(
        _all_frozen,
        "You find nothing that trains. Tensors from `state_dict()` are cut off from the graph, and `.grad` is None "
        "until `backward()` has run: ask `requires_grad` of the parameters themselves.",
    ),
    mistake(
        _set_of_sizes,
        "A set holds each number once, so of two tensors of one size one is lost. Take the sum over a list.",
    ),
    mistake(
        _counts_shapes,
        "You counted the rows of each tensor, as `len` does. `parameter.numel()` counts all its numbers.",
    ),
    mistake(_no_bias, "Biases are parameters, too. You have counted the weights alone."),
]
alternatives = [_loop, _vectors, _once_by_identity]
hints = [
    "`model.parameters()` gives each parameter once; `.numel()` and `.requires_grad` tell about it.",
    "`sum(p.numel() for p in model.parameters() if p.requires_grad)` is the first number.",
]
