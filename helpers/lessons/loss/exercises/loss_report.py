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
atol = 1e-4  # float32 holds scores of 300 to 3e-5
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


def _class_means(losses, groups, classes):
    return torch.stack([losses[groups == c].mean() for c in range(classes)])


def _report_of(losses, scores, labels, k):
    return {
        "mean": losses.mean(),
        "per class": _class_means(losses, labels, scores.shape[1]),
        "suspects": losses.topk(k).indices,
    }


def _from_probabilities(scores, labels, k):
    losses = -_picked(torch.softmax(scores, 1), labels).log()
    return _report_of(losses, scores, labels, k)


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


def _by_plain_formula(scores, labels, k):
    powers = scores.exp()
    losses = -_picked(powers / powers.sum(dim=1, keepdim=True), labels).log()
    return _report_of(losses, scores, labels, k)


def _report_by_single_losses(scores, labels, k):
    classes = range(scores.shape[1])
    single = torch.stack([F.cross_entropy(s, y) for s, y in zip(scores, labels, strict=True)])
    return {
        "mean": F.cross_entropy(scores, labels),
        "per class": torch.stack(
            [F.cross_entropy(scores[labels == c], labels[labels == c]) for c in classes]
        ),
        "suspects": single.sort(descending=True).indices[:k],
    }


def _report_by_scatter(scores, labels, k):
    losses = F.nll_loss(F.log_softmax(scores, dim=1), labels, reduction="none")
    empty = torch.zeros(scores.shape[1])
    return {
        "mean": losses.mean(),
        "per class": empty.scatter_reduce(0, labels, losses, reduce="mean", include_self=False),
        "suspects": losses.topk(k)[1],
    }


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
            lambda z, y, k, losses: {"per class": _class_means(losses, z.argmax(1), z.shape[1])}
        ),
        "You grouped by the predicted class. Group by the label.",
    ),
    mistake(
        _from_probabilities,
        "With scores of 300 the probability of the true class is rounded to 0 and its logarithm is −inf. "
        'Use `F.log_softmax`, or `F.cross_entropy` with `reduction="none"`.',
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"per class": _class_means(losses, y, k)}),
        "`k` is the number of suspects and not of classes. There are as many classes as the scores have columns.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": losses.argsort()[-k:]}),
        "These are the right examples, the lowest of their losses first. The highest comes first.",
    ),
    mistake(
        lambda z, y, k: reference(torch.softmax(z, 1), y, k),
        "There is a softmax before `F.cross_entropy`, which applies its own: hand it the raw scores.",
    ),
    mistake(
        _by_plain_formula,
        "exp(300) overflows to inf, and inf divided by inf is nan. `F.cross_entropy` with "
        '`reduction="none"` takes the maximum out.',
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"mean": _class_means(losses, y, z.shape[1]).mean()}),
        "You averaged each class first, so rare classes count as much as frequent ones: one mean over all examples.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": y[losses.topk(k).indices]}),
        "You listed the labels of the suspects. Their places in the batch are wanted.",
    ),
    mistake(
        _changed(
            lambda z, y, k, losses: {
                "per class": losses.sum() / torch.bincount(y, minlength=z.shape[1])
            }
        ),
        "You divided the sum over all examples by the count of each class. Add up the losses of that class alone.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"mean": losses.sum()}),
        'Under "mean" stands the sum of the losses. Divide it by the number of examples.',
    ),
    mistake(
        _report_of_predictions,
        "The labels have no effect: you took the loss of the class that the model prefers. A wrong label must "
        "surprise it.",
    ),
    mistake(
        _changed(lambda z, y, k, losses: {"suspects": z.softmax(1).amax(1).argsort()[:k]}),
        "You listed the examples of which the model is least sure. Wanted are those whose label has the highest loss; "
        "the model may be very sure of another class.",
    ),
    mistake(
        _changed(
            lambda z, y, k, losses: {
                "per class": torch.stack(
                    [z.log_softmax(1)[:, c].neg().mean() for c in range(z.shape[1])]
                )
            }
        ),
        "You averaged each column over all examples. Class c has its own examples: those with the label c.",
    ),
]
alternatives = [
    _by_matrix,
    _by_bincount,
    _report_by_loop,
    _report_by_single_losses,
    _report_by_scatter,
]
also_wrong = [
    _report_with(mean=lambda losses, y, k: losses.median()),
    _report_with(mean=lambda losses, y, k: losses.mean().item()),
    _report_with(suspects=lambda losses, y, k: losses.topk(k).indices.tolist()),
    _report_with(per_class=lambda losses, y, k: losses.mean().expand(3)),
    _report_as_tuple,
]
hints = [
    'All three answers come from the n losses one by one: `reduction="none"`.',
    "`losses[labels == c].mean()` is the mean loss of class c; `torch.stack` makes a tensor of the list.",
    "`losses.topk(k).indices` are the places of the k largest, the largest first.",
]
