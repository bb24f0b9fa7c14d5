"""Report the mean loss, the mean loss of each class, and the k examples with the highest loss."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.loss.exercises._common import _picked

kind = FunctionExercise
MEAN = "the mean"
CLASSES = "the classes"
SUSPECTS = "the suspects"
SCORES = "scores of 300"
requirements = {MEAN: 1, CLASSES: 1, SUSPECTS: 1, SCORES: 1}
parts = {"mean": MEAN, "per class": CLASSES, "suspects": SUSPECTS}


def inputs(draw):
    scores = torch.tensor(
        [[2.0, 0.1, 0.3], [0.2, 0.4, 1.9], [0.5, 1.5, 0.2], [1.8, 0.6, 0.3], [0.4, 0.1, 0.9]]
    )
    yield scores, torch.tensor([0, 2, 1, 2, 0]), 2
    scores = torch.tensor(
        [[300.0, -80.5, 20.0], [0.5, 150.0, 0.2], [9.0, 1.5, -250.0], [70.0, 2.0, 68.5]]
    )
    far = case(scores, torch.tensor([1, 1, 2, 0]), 3, requirement=SCORES)
    yield far
    n, classes = draw.integer(9, 15), 4
    labels = torch.cat([draw.permutation(classes), draw.integers(n, low=0, high=classes)])
    scores = draw.normal(n + classes, classes, std=2)
    yield scores, labels, 5
    order = draw.permutation(4)
    scores = (far.inputs[0] + draw.normal(4, 3))[order]
    yield case(scores, far.inputs[1][order], 3, requirement=SCORES)


def reference(scores, labels, k):
    losses = F.cross_entropy(scores, labels, reduction="none")
    classes = range(scores.shape[1])
    return {
        "mean": losses.mean(),
        "per class": torch.stack([losses[labels == c].mean() for c in classes]),
        "suspects": losses.topk(k).indices,
    }


def _by_matrix(scores, labels, k):
    losses = torch.logsumexp(scores, 1) - _picked(scores, labels)
    truth = F.one_hot(labels, scores.shape[1]).float()
    return {
        "suspects": losses.argsort(descending=True)[:k],
        "per class": losses @ truth / truth.sum(0),
        "mean": losses.sum() / len(losses),
    }


def _by_bincount(scores, labels, k):
    losses = -F.log_softmax(scores, 1).gather(1, labels[:, None])[:, 0]
    sums = torch.bincount(labels, weights=losses, minlength=scores.shape[1])
    return {
        "mean": losses.mean(),
        "per class": sums / torch.bincount(labels, minlength=scores.shape[1]),
        "suspects": torch.sort(losses, descending=True).indices[:k],
    }


def _changed(change):
    def answer(scores, labels, k):
        losses = F.cross_entropy(scores, labels, reduction="none")
        return reference(scores, labels, k) | change(scores, labels, k, losses)

    return answer


def _from_probabilities(scores, labels, k):
    losses = -_picked(torch.softmax(scores, 1), labels).log()
    report = {"mean": losses.mean(), "suspects": losses.topk(k).indices}
    means = [losses[labels == c].mean() for c in range(scores.shape[1])]
    return report | {"per class": torch.stack(means)}


def _report_by_loop(scores, labels, k):
    losses = nn.CrossEntropyLoss(reduction="none")(scores, labels)
    classes = sorted(set(labels.tolist()))
    means = [sum(losses[i] for i in range(len(labels)) if labels[i] == c) for c in classes]
    counts = [int((labels == c).sum()) for c in classes]
    return {
        "mean": losses.mean(),
        "per class": torch.tensor([m / n for m, n in zip(means, counts, strict=True)]),
        "suspects": torch.tensor(sorted(range(len(labels)), key=lambda i: -losses[i])[:k]),
    }


def _report_with(**changes):
    def report(scores, labels, k):
        losses = F.cross_entropy(scores, labels, reduction="none")
        right = reference(scores, labels, k)
        return right | {key.replace("_", " "): f(losses, labels, k) for key, f in changes.items()}

    return report


def _report_of_predictions(scores, labels, k):
    return reference(scores, scores.argmax(dim=1), k)


def _report_as_tuple(scores, labels, k):
    return tuple(reference(scores, labels, k).values())


mistakes = [
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": losses.argsort()[:k]}),
        "You listed the lowest losses: these are the examples that the model is surest of.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": losses.topk(k).values}),
        "`topk` returns values and places; the places are wanted: `.indices`.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": tuple(losses.topk(k))}),
        "`topk` returns a pair, the values and their places. Take the places from it: `.indices`.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": losses.topk(k).indices.sort().values}),
        "The right examples, in the order of the table. The worst comes first.",
    ),
    mistake(
        _changed(
            lambda z, y, k, losses: {
                "per class": torch.bincount(y, weights=losses, minlength=z.shape[1]).float()
            }
        ),
        "You summed the losses of each class. Divide each by the number of its examples.",
    ),
    mistake(
        _changed(
            lambda z, y, k, losses: {
                "per class": torch.bincount(y, weights=losses, minlength=z.shape[1]).float()
                / len(y)
            }
        ),
        "You divided each class's sum by the number of all examples. Each class has its own count.",
    ),
    mistake(
        _changed(
            lambda z, y, k, losses: {
                "per class": torch.stack(
                    [losses[z.argmax(1) == c].mean() for c in range(z.shape[1])]
                )
            }
        ),
        "You grouped by the predicted class. Group by the label.",
    ),
    mistake(
        _from_probabilities,
        "With scores of 300 the probability of the true class is rounded to 0 and its logarithm is −inf. "
        'Use `F.log_softmax`, or `F.cross_entropy` with `reduction="none"`.',
    ),
]
alternatives = [
    _by_matrix,
    _by_bincount,
    _report_by_loop,
]
also_wrong = [
    _report_with(mean=lambda losses, y, k: losses.sum()),
    _report_with(mean=lambda losses, y, k: losses.median()),
    _report_with(mean=lambda losses, y, k: losses.mean().item()),
    _report_with(suspects=lambda losses, y, k: losses.topk(k).indices.tolist()),
    _report_with(suspects=lambda losses, y, k: losses.topk(k).indices.flip(0)),
    _report_with(suspects=lambda losses, y, k: y[losses.topk(k).indices]),
    _report_with(per_class=lambda losses, y, k: losses.mean().expand(3)),
    _report_of_predictions,
    _report_as_tuple,
]
hints = [
    'All three answers come from the n losses one by one: `reduction="none"`.',
    "`losses[labels == c].mean()` is the mean loss of class c; `torch.stack` makes a tensor of the list.",
    "`losses.topk(k).indices` are the places of the k largest, the largest first.",
]
