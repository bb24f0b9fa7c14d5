"""Train a layer with one neuron per class by the perceptron rule."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises import _more_train_layer as more
from helpers.lessons.linear_layers.exercises._common import GIVES_UP, STOPS
from helpers.lessons.linear_layers.exercises._more_trainings import _of_epochs


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


mistakes = [
    mistake(
        more._only_up,
        "You raise the score of the right class. Lower that of the class that was guessed too: subtract x and 1 "
        "from its row and bias.",
    ),
    mistake(
        more._only_down,
        "You lower the class that was guessed. Raise the right one too: its row gains x, its bias 1.",
    ),
    mistake(
        more._without_bias,
        "The biases stay 0. Each moves with its row, by 1.",
    ),
    mistake(
        more._bias_not_asked,
        "You guess without the biases. The scores are `W @ x + b`, and the largest of them wins.",
    ),
    mistake(
        more._turned_round,
        "The signs are turned round: the right class's row gains x, the guessed one's loses it.",
    ),
    mistake(
        more._all_others_down,
        "You lower all other classes. Only the one that was wrongly guessed loses x.",
    ),
    mistake(
        more._all_above_down,
        "You correct every class whose score is at least as large as that of the right one. Only one class was "
        "guessed, that with the largest score: it alone loses x, and the right one gains x once.",
    ),
    mistake(
        more._small_steps,
        "Your steps are too small by a factor of 10. The rule has no learning rate: a row moves by x itself, "
        "its bias by 1.",
    ),
    mistake(
        more._last_of_equals,
        "Of equal scores the last wins here. `argmax` takes the first; in a loop of your own compare with `>`, not "
        "`>=`.",
    ),
    mistake(
        more._smallest_wins,
        "The smallest score wins here. The guess is the class with the largest: `argmax`.",
    ),
    mistake(
        more._perceptrons,
        "Your neurons learn each by itself, by whether its own sum is above 0. Here the scores compete: only when the "
        "largest is not that of the right class do two rows move, and these two alone.",
    ),
    mistake(
        more._perceptrons_counted_one_by_one,
        "Your neurons are perceptrons that are judged each by itself, and a sample counts as a mistake if any of them "
        "is wrong. Here the scores compete: ask once per sample which is the largest.",
    ),
    mistake(
        more._fixed_sizes,
        "Your W has always 3 rows and 4 columns. The rows come from `classes`, the columns from `X.shape[1]`.",
    ),
    mistake(
        more._classes_of_y,
        "You take the number of classes from y. A class that does not occur in it has a neuron all the same: "
        "`classes` says how many there are.",
    ),
    mistake(
        more._random_start,
        "You start from random weights. Here `W` and `b` start from zeros.",
    ),
    mistake(
        more._in_any_order,
        "You shuffle the samples. Take them in the order in which they are given.",
    ),
    mistake(
        more._standardised_again,
        "You standardise X once more inside the function, and so learn other data than those that were handed over. "
        "Take X as it is.",
    ),
    mistake(
        more._guessed_at_once,
        "You guess all samples at the start of the epoch, with the old weights. Guess sample by sample: the next one "
        "already meets the new `W` and `b`.",
    ),
    mistake(
        more._counted_afterwards,
        "You count at the end of an epoch, with the weights that it arrived at. Count while it learns: each sample "
        "that is wrong when its turn comes.",
    ),
    *_of_epochs(reference, (4, 2), 50),
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


def _without_a_condition(X, y, classes, epochs):
    W, b, unit = torch.zeros(classes, X.shape[1]), torch.zeros(classes), torch.eye(classes)
    mistakes = []
    for _ in range(epochs):
        count = 0
        for x, k in zip(X, y, strict=True):
            j = torch.argmax(W @ x + b)
            change = unit[k] - unit[j]  # 0 where the guess is right
            W, b = W + torch.outer(change, x), b + change
            count += int(j != k)
        mistakes.append(count)
        if count == 0:
            break
    return W, b, mistakes


def _in_lists(X, y, classes, epochs):
    rows, biases, mistakes = [torch.zeros(X.shape[1])] * classes, [torch.tensor(0.0)] * classes, []
    while len(mistakes) < epochs and 0 not in mistakes:
        wrong = 0
        for x, k in zip(X, y.tolist(), strict=True):
            scores = [float(row @ x + bias) for row, bias in zip(rows, biases, strict=True)]
            j = max(range(classes), key=scores.__getitem__)
            if j != k:
                wrong += 1
                rows[k], rows[j] = rows[k] + x, rows[j] - x
                biases[k], biases[j] = biases[k] + 1, biases[j] - 1
        mistakes.append(wrong)
    return torch.stack(rows), torch.stack(biases), mistakes


alternatives = [_with_one_hot, _with_a_while, _without_a_condition, _in_lists]
also_wrong = [
    more._always_corrects,
    more._turned_tables,
    more._starts_at_random,
    more._signs_at_the_end,
    lambda X, y, classes, epochs: (torch.zeros(classes, X.shape[1]), torch.zeros(classes), [0]),
]
hints = [
    "Start from `W = torch.zeros(classes, X.shape[1])` and `b = torch.zeros(classes)`; the two loops are "
    "those of `train_perceptron`.",
    "One sample: `guess = (W @ x + b).argmax()`. Only if it differs from the target does anything change.",
    "Then four lines: `W[target] += x`, `b[target] += 1`, and the same with `-=` for `guess`.",
]
