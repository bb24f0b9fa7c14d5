"""Train a perceptron, sample by sample, and count its mistakes in each epoch."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import GIVES_UP, STOPS, _step
from helpers.lessons.linear_layers.exercises._more_trainings import _of_epochs

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
    yield draw.normal(2, 3), torch.tensor([1.0, 0.0]), 0
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


def _without_bias(X, y, epochs):
    return _train(X, y, epochs, lambda x, t, w, b: (_step(x, t, w, b)[0], b))


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


def _counts_first(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        mistakes.append(_wrong(X, y, w, b))
        if mistakes[-1] == 0:
            break
        for x, target in zip(X, y, strict=True):
            w, b = _step(x, target, w, b)
    return w, b, mistakes


def _counts_last(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            w, b = _step(x, target, w, b)
        mistakes.append(_wrong(X, y, w, b))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def _wrong(X, y, w, b):
    return int(((X @ w + b > 0).float() != y).sum())


def _epoch_by_epoch(
    X, y, epochs, count, ends=lambda mistakes: mistakes[-1] == 0, start=torch.zeros
):
    """Train with `count(X, y, w, b)`, which makes an epoch and returns what it counts and the new weights."""
    w, b, mistakes = start(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        wrong, w, b = count(X, y, w, b)
        mistakes.append(wrong)
        if ends(mistakes):
            break
    return w, b, mistakes


def _an_epoch(X, y, w, b):
    wrong = 0
    for x, target in zip(X, y, strict=True):
        before = b
        w, b = _step(x, target, w, b)
        wrong += int(b != before)
    return wrong, w, b


def _weights_compared(X, y, w, b):
    wrong = 0
    for x, target in zip(X, y, strict=True):
        before = w
        w, b = _step(x, target, w, b)
        wrong += int(not torch.equal(w, before))
    return wrong, w, b


def _errors_cancel(X, y, w, b):
    _, after, bias = _an_epoch(X, y, w, b)
    return abs(int(bias - b)), after, bias


def _shuffled(X, y, w, b):
    order = torch.randperm(len(X))
    return _an_epoch(X[order], y[order], w, b)


def _backwards(X, y, w, b):
    return _an_epoch(X.flip(0), y.flip(0), w, b)


def _until_one_is_right(X, y, w, b):
    wrong = 0
    for x, target in zip(X, y, strict=True):
        before = b
        w, b = _step(x, target, w, b)
        if b == before:
            break
        wrong += 1
    return wrong, w, b


def _no_better(mistakes):
    return mistakes[-1] == 0 or (len(mistakes) > 1 and mistakes[-1] >= mistakes[-2])


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
        _without_bias,
        "The weights learn, the bias stays 0. `perceptron_step` gives you both: `w, b = perceptron_step(...)`.",
    ),
    mistake(
        _counts_last,
        "You count at the end of an epoch, with the weights that it arrived at. Count while it learns: each sample "
        "that is wrong when its turn comes.",
    ),
    mistake(
        _counts_first,
        "You count before the epoch, with the old weights. Count while it learns: each sample that is wrong when its "
        "turn comes.",
    ),
    mistake(
        _counts_after_the_step,
        "You ask whether a sample is wrong after the step that it has caused. Ask before.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _weights_compared),
        "A sample of zeros moves the bias alone, so changed weights do not tell every mistake. Look at the bias: each "
        "mistake moves it by 1.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _errors_cancel),
        "You add up errors with their signs, so a miss (1) and a false alarm (−1) cancel. Each of them is a mistake.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _shuffled),
        "You shuffle the samples. Take them in the order in which they are given.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _backwards),
        "You go through the samples from the last to the first. Take them in the order in which they are given.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _until_one_is_right),
        "Your epoch breaks off at the first sample that is right. It goes on to the last one: look at which loop your "
        "`break` stands in.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _an_epoch, _no_better),
        "You stop when an epoch is no better than the one before. Mistakes go up and down on the way: only an epoch "
        "without any ends it.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _an_epoch, start=torch.randn),
        "You start from random weights. Here `w` and `b` start from 0.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(X, y, epochs, _an_epoch, start=torch.ones),
        "You start from weights of 1. Here `w` and `b` start from 0.",
    ),
    mistake(
        lambda X, y, epochs: _epoch_by_epoch(
            X, y, epochs, _an_epoch, start=lambda d: torch.zeros(2)
        ),
        "You made two weights, whatever comes in. There are as many as X has columns: `X.shape[1]`.",
    ),
    *_of_epochs(reference, (3, 2), 100),
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


def _from_the_track(X, y, epochs):
    w, b, mistakes = torch.zeros_like(X[0]), torch.zeros(()), []
    for _ in range(epochs):
        biases = [b]
        for x, target in zip(X, y, strict=True):
            w, b = _step(x, target, w, b)
            biases.append(b)
        track = torch.stack(biases)
        mistakes.append((track[1:] != track[:-1]).sum().item())
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


alternatives = [
    _from_the_track,
    _with_a_while,
    _by_comparing,
    _by_index,
]
also_wrong = [
    _counts_as_tensors,
    lambda X, y, epochs: (torch.zeros(X.shape[1]), torch.tensor(0.0), [0]),
]
hints = [
    "Two loops, one inside the other: epochs, and in each the samples with `for x, target in zip(X, y)`.",
    "A sample counts as a mistake when `(x @ w + b > 0).float() != target`, before its step.",
    "After the samples of an epoch: append the count (an int), and `break` if it is 0.",
]
