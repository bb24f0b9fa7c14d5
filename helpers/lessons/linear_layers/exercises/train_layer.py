"""Train a layer with one neuron per class by the perceptron rule."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import GIVES_UP, STOPS


def _train_layer(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            guess = (W @ x + b).argmax()
            if guess != target:
                W[target] += x
                b[target] += 1
                W[guess] -= x
                b[guess] -= 1
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _three_classes(draw, n, d):
    """A batch of three classes that three linear scores tell apart with some room."""
    W, X = draw.normal(3, d), draw.normal(n, d)
    scores = (X @ W.T).sort(dim=1, descending=True)
    far = scores.values[:, 0] - scores.values[:, 1] > 0.6
    return X[far], scores.indices[far, 0]


kind = FunctionExercise
requirements = {"right after one pass over the data": 2, STOPS: 1, GIVES_UP: 1}


def inputs(draw):
    X = torch.tensor([[2.0, 1.0], [-1.0, 3.0], [1.0, -2.0], [-2.0, -1.5]])
    yield X, torch.tensor([1, 2, 0, 2]), 3, 1
    yield case(X, torch.tensor([1, 2, 0, 2]), 3, 50, requirement=STOPS)
    yield draw.normal(12, 4), draw.integers(12, low=0, high=5), 5, 1
    yield case(*_three_classes(draw, 30, 4), 3, 60, requirement=STOPS)
    yield case(draw.normal(40, 2), draw.integers(40, low=0, high=3), 3, 4, requirement=GIVES_UP)
    yield draw.normal(9, 3), draw.integers(9, low=0, high=1), 4, 1  # two classes that do not occur


reference = _train_layer


def _only_up(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            if (W @ x + b).argmax() != target:
                W[target] += x
                b[target] += 1
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _without_bias(X, y, classes, epochs):
    W, mistakes = torch.zeros(classes, X.shape[1]), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            guess = (W @ x).argmax()
            if guess != target:
                W[target] += x
                W[guess] -= x
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, torch.zeros(classes), mistakes


def _turned_round(X, y, classes, epochs):
    W, b, mistakes = _train_layer(X, y, classes, epochs)
    return -W, -b, mistakes


def _all_others_down(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            if (W @ x + b).argmax() != target:
                W -= x
                b -= 1
                W[target] += 2 * x
                b[target] += 2
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _never_stops(X, y, classes, epochs):
    W, b, mistakes = _train_layer(X, y, classes, epochs)
    return W, b, mistakes + [0] * (epochs - len(mistakes))


def _one_row_per_pass(X, y, classes, epochs):
    """Three perceptrons, one against the rest, are another algorithm."""
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            fired = W @ x + b > 0
            error = (torch.arange(classes) == target).float() - fired.float()
            W, b = W + error[:, None] * x, b + error
            wrong += int(error.any())
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _always_corrects(X, y, classes, epochs):
    W, b = torch.zeros(classes, X.shape[1]), torch.zeros(classes)
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            W[target] += x
            b[target] += 1
    return W, b, [0] * epochs


def _turned_tables(X, y, classes, epochs):
    W, b, mistakes = reference(X, y, classes, epochs)
    return W.T, b, mistakes


def _last_of_equals(X, y, classes, epochs):
    W, b, mistakes = reference(X, classes - 1 - y, classes, epochs)
    return W.flip(0), b.flip(0), mistakes


def _starts_at_random(X, y, classes, epochs):
    W, b = torch.randn(classes, X.shape[1]), torch.zeros(classes)
    return W, b, reference(X, y, classes, epochs)[2]


mistakes = [
    mistake(
        _only_up,
        "You raise the score of the right class. Lower that of the class that was guessed too: subtract x and 1 "
        "from its row and bias.",
    ),
    mistake(
        _without_bias,
        "The biases stay 0. Each moves with its row, by 1.",
    ),
    mistake(
        _turned_round,
        "The signs are turned round: the right class's row gains x, the guessed one's loses it.",
    ),
    mistake(
        _all_others_down,
        "You lower all other classes. Only the one that was wrongly guessed loses x.",
    ),
    mistake(
        _never_stops,
        "The weights are right, but the training goes on after an epoch without mistakes. `break` ends the "
        "loop.",
    ),
]


def _with_one_hot(X, y, classes, epochs):
    table, mistakes = torch.zeros(X.shape[1] + 1, classes), []
    ones = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(ones, y.tolist(), strict=True):
            guess = int(torch.argmax(x @ table))
            move = torch.zeros(classes)
            move[target] += 1
            move[guess] -= 1
            wrong += guess != target
            table = table + torch.outer(x, move)
        mistakes.append(wrong)
        if not wrong:
            break
    return table[:-1].T, table[-1], mistakes


def _with_a_while(X, y, classes, epochs):
    W, b, mistakes = torch.zeros((classes, X.size(1))), torch.zeros(classes), []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        mistakes.append(0)
        for i in range(len(X)):
            k, g = int(y[i]), int(nn.functional.linear(X[i], W, b).argmax())
            if k != g:
                W[k], W[g] = W[k] + X[i], W[g] - X[i]
                b[k], b[g] = b[k] + 1, b[g] - 1
                mistakes[-1] += 1
    return W, b, mistakes


alternatives = [_with_one_hot, _with_a_while]
also_wrong = [
    _one_row_per_pass,
    _always_corrects,
    _turned_tables,
    _last_of_equals,
    _starts_at_random,
    lambda X, y, classes, epochs: (torch.zeros(classes, X.shape[1]), torch.zeros(classes), [0]),
]
hints = [
    "Start from `W = torch.zeros(classes, X.shape[1])` and `b = torch.zeros(classes)`; the two loops are "
    "those of `train_perceptron`.",
    "One sample: `guess = (W @ x + b).argmax()`. Only if it differs from the target does anything change.",
    "Then four lines: `W[target] += x`, `b[target] += 1`, and the same with `-=` for `guess`.",
]
