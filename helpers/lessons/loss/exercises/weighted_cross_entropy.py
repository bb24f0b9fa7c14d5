"""Return the cross-entropy as a weighted mean, with one weight per class."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES
from helpers.lessons.loss.exercises._common import OTHER_SIZES, _picked

kind = FunctionExercise
requirements = {"right for a small batch": 1, OTHER_SIZES: 1}
gradients = ("scores",)
forbidden = forbid(
    *CLASS_LOSSES,
    rule="Closed here: torch's own losses; `F.log_softmax` is allowed.",
    why="`F.log_softmax` is allowed; picking and weighting is your part.",
)


def inputs(draw):
    scores = torch.tensor([[1.0, 0.2, -0.5], [0.3, 2.0, 0.1], [0.4, -1.0, 0.6], [2.0, 1.5, 0.3]])
    yield scores, torch.tensor([0, 1, 2, 0]), torch.tensor([1.0, 3.0, 0.5])
    for n in (draw.integer(5, 9), 2):
        labels, weights = draw.integers(n, low=0, high=4), draw.uniform(4, low=0.3, high=4)
        yield case(draw.normal(n, 4, std=2), labels, weights, requirement=OTHER_SIZES)
    far = torch.tensor([[200.0, 0.0, 3.0], [-5.0, 150.0, 2.0]])
    yield case(far, torch.tensor([1, 2]), torch.tensor([1.0, 0.5, 2.0]), requirement=OTHER_SIZES)
    labels = torch.tensor([0, 1, 2, 0])[draw.permutation(4)]
    yield draw.normal(4, 3, std=2), labels, draw.uniform(3, low=0.3, high=4)


def reference(scores, labels, weights):
    losses = -_picked(torch.log_softmax(scores, dim=1), labels)
    return (weights[labels] * losses).sum() / weights[labels].sum()


def _by_table(scores, labels, weights):
    table = F.one_hot(labels, scores.shape[1]) * weights
    return -(table * F.log_softmax(scores, 1)).sum() / table.sum()


def _by_loop(scores, labels, weights):
    above, below = 0.0, 0.0
    for row, label in zip(scores, labels, strict=True):
        above = above + weights[label] * (torch.logsumexp(row, 0) - row[label])
        below = below + weights[label]
    return above / below


def _every_class(scores, labels, weights):
    losses = -_picked(torch.log_softmax(scores, dim=1), labels)
    return (losses.unsqueeze(1) * weights).mean()


def _weighted_by_normalised_weights(scores, labels, weights):
    share = weights[labels] / weights[labels].sum()
    return (share * (torch.logsumexp(scores, 1) - _picked(scores, labels))).sum()


def _weighted_by_gather(scores, labels, weights):
    logp = scores.log_softmax(-1).gather(1, labels[:, None]).squeeze(1)
    w = weights.gather(0, labels)
    return -torch.dot(w, logp) / torch.sum(w)


def _weighted_by_probability(z, y, w):
    return F.nll_loss(torch.log_softmax(z, 1) * w, y)


def _weighted_normalised_first(z, y, w):
    losses = -_picked(torch.log_softmax(z, 1), y)
    return ((w / w.sum())[y] * losses).mean()


def _weighted_with_index_order(z, y, w):
    losses = -_picked(torch.log_softmax(z, 1), y)
    used = w[z.argmax(dim=1)]
    return (used * losses).sum() / used.sum()


def _weighted_squared(z, y, w):
    losses = -_picked(torch.log_softmax(z, 1), y)
    return (w[y] ** 2 * losses).sum() / (w[y] ** 2).sum()


def _weighted_softmax_of_batch(z, y, w):
    losses = -_picked(torch.log_softmax(z, 0), y)
    return (w[y] * losses).sum() / w[y].sum()


def _weighted_by_log_of_softmax(z, y, w):
    losses = -_picked(torch.softmax(z, 1), y).log()
    return (w[y] * losses).sum() / w[y].sum()


def _weighted_class_means(z, y, w):
    losses = F.cross_entropy(z, y, reduction="none")
    present = y.unique()
    means = torch.stack([losses[y == c].mean() for c in present])
    return (w[present] * means).sum() / w[present].sum()


def _weighted_by_means(z, y, w):
    losses = torch.logsumexp(z, 1, keepdim=True) - z
    used = w.index_select(0, y)
    return (used * losses.gather(1, y[:, None])[:, 0]).mean() / used.mean()


def _weighted_class_by_class(z, y, w):
    losses = -_picked(F.log_softmax(z, 1), y)
    above = sum(w[c] * losses[y == c].sum() for c in range(len(w)))
    return above / sum(w[c] * (y == c).sum() for c in range(len(w)))


mistakes = [
    mistake(
        lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).mean(),
        "You divided by the number of examples. A weighted mean divides by the sum of the weights that "
        "were used.",
    ),
    mistake(
        lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).sum() / w.sum(),
        "You divided by the sum of the class weights. Each example brings its weight: "
        "`weights[labels].sum()`.",
    ),
    mistake(
        lambda z, y, w: F.cross_entropy(z, y),
        "The weights have no effect. If you used them, they cancelled, since it was the mean loss that you weighted: "
        "each example needs its own loss first.",
    ),
    mistake(
        lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).sum(),
        "That is the weighted sum. Divide by the weights' sum, so that doubling all weights changes nothing.",
    ),
    mistake(
        lambda z, y, w: F.cross_entropy(z * w, y),
        "You multiplied the scores. That changes the probabilities; the weight belongs to the loss of an example.",
    ),
    mistake(
        _every_class,
        "Each loss met all the weights. An example has one weight, that of its class: `weights[labels]`.",
    ),
    mistake(
        lambda z, y, w: F.cross_entropy(z, y) * w[y].mean(),
        "A mean loss times a mean weight is no weighted mean. Weight each loss on its own, before anything is "
        "averaged.",
    ),
    mistake(
        _weighted_with_index_order,
        "You looked up the weight of the class that the network prefers. It is the true class whose weight counts: "
        "`weights[labels]`.",
    ),
    mistake(
        _weighted_by_log_of_softmax,
        "Softmax and then log: for scores far apart the probability is rounded to 0 and the loss is infinite. "
        "`F.log_softmax` does both in one step.",
    ),
    mistake(
        lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).mean() / w.mean(),
        "You divided by n times the mean weight of the classes, as if all were equally frequent. Add up the weights "
        "that the examples brought along.",
    ),
    mistake(
        _weighted_class_means,
        "You averaged each class first, so rare classes count as much as frequent ones: one weighted mean over "
        "all examples.",
    ),
    mistake(
        lambda z, y, w: F.cross_entropy(z, y, weight=1 / w),
        "You divided by the weights, which turns them round: a class with a large weight counts less.",
    ),
    mistake(
        _weighted_squared,
        "Each weight counts twice. Multiply a loss by its weight once, and divide by the sum of the weights.",
    ),
    mistake(
        _weighted_normalised_first,
        "You brought the class weights to the sum 1 and then averaged over n. Only the weights that the examples "
        "brought along belong into the denominator: `weights[labels]`.",
    ),
    mistake(
        _weighted_softmax_of_batch,
        "Your softmax runs down the batch. The classes of one example share a sum: `dim=1`.",
    ),
    mistake(
        lambda z, y, w: -F.cross_entropy(z, y, weight=w),
        "The minus is missing: the loss is minus the log-probability of the true class.",
    ),
]
alternatives = [
    _by_table,
    _by_loop,
    _weighted_by_normalised_weights,
    _weighted_by_gather,
    lambda z, y, w: _by_table(z, y, w.detach()),
    lambda z, y, w: _by_table(z, y, torch.tensor(w.tolist())),
    _weighted_by_means,
    _weighted_class_by_class,
]
also_wrong = [
    lambda z, y, w: (w[y] * F.cross_entropy(z, y)).sum() / w[y].sum(),
    _weighted_by_probability,
]
hints = [
    "`weights[labels]` holds one weight per example.",
    "First the losses one by one: minus `F.log_softmax(scores, dim=1)`, picked at the labels.",
    "Multiply, sum, and divide by `weights[labels].sum()`.",
]
