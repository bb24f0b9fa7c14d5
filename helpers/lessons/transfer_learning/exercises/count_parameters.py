"""Return how many numbers of a model train and how many are frozen."""

import torch

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
        _layer_by_layer,
        "A layer that is used twice has one set of parameters. `model.parameters()` gives each of "
        "them once.",
    ),
]
alternatives = [_loop, _vectors]
also_wrong = [
    _counts_shapes,
    _no_bias,
]
hints = [
    "`model.parameters()` gives each parameter once; `.numel()` and `.requires_grad` tell about it.",
    "`sum(p.numel() for p in model.parameters() if p.requires_grad)` is the first number.",
]
