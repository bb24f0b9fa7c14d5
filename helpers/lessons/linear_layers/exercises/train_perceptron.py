"""Train a perceptron, sample by sample, and count its mistakes in each epoch."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import GIVES_UP, STOPS, _step

AND = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([0.0, 0, 0, 1])

XOR = AND[0], torch.tensor([0.0, 1, 1, 0])


def _train(X, y, epochs, step=_step):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            wrong += int((x @ w + b > 0).float() != target)
            w, b = step(x, target, w, b)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def _separable(draw, n, d):
    """A batch whose classes a line separates with some room, so that the training ends."""
    w, X = draw.normal(d), draw.normal(n, d)
    z = X @ w
    far = z.abs() > 0.3 * w.norm()
    return X[far], (z[far] > 0).float()


kind = FunctionExercise
requirements = {
    "right after one pass over the data": 1,
    STOPS: 1,
    GIVES_UP: 1,
}


def inputs(draw):
    yield torch.tensor([[2.0, 1.0], [-1.0, 3.0], [1.0, -2.0]]), torch.tensor([1.0, 0, 1]), 1
    yield case(*AND, 20, requirement=STOPS)
    yield case(*XOR, 6, requirement=GIVES_UP)
    yield draw.normal(9, 3), draw.integers(9, low=0, high=2).float(), 1
    yield case(*_separable(draw, 20, 2), 60, requirement=STOPS)
    yield case(
        draw.normal(40, 2), draw.integers(40, low=0, high=2).float(), 4, requirement=GIVES_UP
    )


reference = _train


def _all_at_once(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        error = y - (X @ w + b > 0).float()
        w, b = w + error @ X, b + error.sum()
        mistakes.append(int(error.abs().sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def _never_stops(X, y, epochs):
    w, b, mistakes = _train(X, y, epochs)
    return w, b, mistakes + [0] * (epochs - len(mistakes))


def _last_zero_missing(X, y, epochs):
    w, b, mistakes = _train(X, y, epochs)
    return w, b, [m for m in mistakes if m]


def _forgets(X, y, epochs):
    w, b, _ = _train(X, y, 1)
    first = _train(X, y, 1)[2]
    return w, b, first if first == [0] else first * epochs


def _sums_up(X, y, epochs):
    w, b, mistakes = _train(X, y, epochs)
    return w, b, [sum(mistakes[: k + 1]) for k in range(len(mistakes))]


def _without_bias(X, y, epochs):
    return _train(X, y, epochs, lambda x, t, w, b: (_step(x, t, w, b)[0], b))


def _one_epoch_too_many(X, y, epochs):
    return reference(X, y, epochs + 1)


def _only_the_final_count(X, y, epochs):
    w, b, mistakes = reference(X, y, epochs)
    return w, b, mistakes[-1]


def _counts_as_tensors(X, y, epochs):
    w, b, mistakes = reference(X, y, epochs)
    return w, b, torch.tensor(mistakes)


def _counts_after_the_step(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            error = target - (x @ w + b > 0).float()
            w, b = w + error * x, b + error
            wrong += int((x @ w + b > 0).float() != target)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def _in_reverse_order(X, y, epochs):
    return reference(X.flip(0), y.flip(0), epochs)


def _by_index(X, y, epochs):
    n, d = X.shape
    weights, mistakes = torch.zeros(d + 1), []
    samples = torch.hstack([X, torch.ones(n, 1)])
    for _epoch in range(epochs):
        mistakes.append(0)
        for i in range(n):
            if (samples[i].dot(weights) > 0) != (y[i] == 1):
                weights = weights + (2 * y[i] - 1) * samples[i]
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            break
    return weights[:d], weights[d], mistakes


mistakes = [
    mistake(
        _all_at_once,
        "You judge all samples with the same weights and move once per epoch. The perceptron learns sample by "
        "sample: the next one already meets the new weights.",
    ),
    mistake(
        _never_stops,
        "The weights are right, but the training goes on after an epoch without mistakes. `break` ends the "
        "loop.",
    ),
    mistake(
        _last_zero_missing,
        "The weights are right, but the list lacks the last epoch, the one without mistakes. Append first, "
        "then ask whether to stop.",
    ),
    mistake(
        _forgets,
        "Each epoch starts again from weights of 0. Make `w` and `b` once, before the first epoch.",
    ),
    mistake(
        _sums_up,
        "Your count goes on growing from epoch to epoch. Set it back to 0 at the start of each.",
    ),
    mistake(
        _without_bias,
        "The weights learn, the bias stays 0. `perceptron_step` gives you both: `w, b = perceptron_step(...)`.",
    ),
]


def _with_a_while(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.zeros(()), []
    while len(mistakes) < epochs and 0 not in mistakes:
        errors = []
        for i in range(len(y)):
            error = y[i] - (w @ X[i] + b > 0).float()
            w, b = w + error * X[i], b + error
            errors.append(error.item())
        mistakes.append(sum(e != 0 for e in errors))
    return w, b, mistakes


def _by_comparing(X, y, epochs):
    w, b, history = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        count = 0
        for i in range(X.shape[0]):
            old = b
            w, b = _step(X[i], y[i], w, b)
            count += int(b.item() != old.item())
        history += [count]
        if not count:
            return w, b, history
    return w, b, history


alternatives = [
    _with_a_while,
    _by_comparing,
    _by_index,
]
also_wrong = [
    _one_epoch_too_many,
    _only_the_final_count,
    _counts_as_tensors,
    _counts_after_the_step,
    _in_reverse_order,
    lambda X, y, epochs: (torch.zeros(X.shape[1]), torch.tensor(0.0), [0]),
]
hints = [
    "Two loops, one inside the other: epochs, and in each the samples with `for x, target in zip(X, y)`.",
    "A sample counts as a mistake when `(x @ w + b > 0).float() != target`, before its step.",
    "After the samples of an epoch: append the count (an int), and `break` if it is 0.",
]
