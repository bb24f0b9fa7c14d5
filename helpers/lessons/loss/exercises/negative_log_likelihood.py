"""Return the mean surprise: minus the log-probability of each true class, averaged."""

import numpy as np
import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES
from helpers.lessons.loss.exercises._common import OTHER_SIZES, _picked

kind = FunctionExercise
requirements = {"right for two examples": 1, OTHER_SIZES: 1}
gradients = ("log_probabilities",)
forbidden = forbid(
    *CLASS_LOSSES,
    rule="Closed here: torch's own losses.",
    why="That is torch's own. Pick the entries yourself.",
)


def inputs(draw):
    yield torch.tensor([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1]]).log(), torch.tensor([0, 2])
    for n in (draw.integer(4, 9), 1):
        scores = draw.normal(n, 4, std=1.5)
        labels = draw.integers(n, low=0, high=4)
        yield case(torch.log_softmax(scores, dim=1), labels, requirement=OTHER_SIZES)
    many = torch.tensor([[0.55, 0.45]]).log().repeat(300, 1)  # the product is 0 in float32
    yield case(many, torch.arange(300) % 2, requirement=OTHER_SIZES)
    sure = torch.log_softmax(torch.tensor([[0.0, 200.0, 1.0]]), dim=1)
    yield case(sure, torch.tensor([0]), requirement=OTHER_SIZES)
    scores = draw.normal(2, 3, std=1.5)
    yield torch.log_softmax(scores, dim=1), draw.integers(2, low=0, high=3)


def reference(log_probabilities, labels):
    return -log_probabilities[torch.arange(len(labels)), labels].mean()


def _by_loop(log_probabilities, labels):
    total = 0.0
    for row, label in zip(log_probabilities, labels, strict=True):
        total = total - row[label]
    return total / len(labels)


def _by_mask(log_probabilities, labels):
    truth = labels.unsqueeze(1) == torch.arange(log_probabilities.shape[1])
    return -log_probabilities[truth].mean()


def _nll_by_trace(log_probabilities, labels):
    return -log_probabilities[:, labels].diagonal().mean()


def _nll_by_take(log_probabilities, labels):
    n, k = log_probabilities.shape
    return -log_probabilities.reshape(-1)[torch.arange(n) * k + labels].mean()


def _nll_of_largest(logp, y):
    return -logp.max(dim=1).values.mean()


def _nll_median(logp, y):
    return -_picked(logp, y).median()


def _nll_of_first_column(logp, y):
    return -logp[:, 0].mean()


def _nll_over_all_entries(logp, y):
    return -_picked(logp, y).sum() / logp.numel()


def _nll_not_averaged(logp, y):
    return -_picked(logp, y)


def _nll_in_bits(logp, y):
    return -_picked(logp, y).mean() / np.log(2)


def _by_product(logp, y):
    return -_picked(logp, y).exp().prod().log() / len(y)


mistakes = [
    mistake(
        lambda logp, y: logp[torch.arange(len(y)), y].mean(),
        "The minus is missing. Logarithms of probabilities are negative, and a loss should fall as things "
        "get better.",
    ),
    mistake(
        lambda logp, y: -logp[torch.arange(len(y)), y].sum(),
        "That is the sum over the examples; the mean is wanted.",
    ),
    mistake(
        lambda logp, y: -logp[:, y].mean(),
        "`[:, labels]` takes these columns from every row. Each row has its own label: "
        "`[torch.arange(n), labels]`.",
    ),
    mistake(
        lambda logp, y: -logp.mean(),
        "You averaged over all classes. Only the log-probability of the true class counts.",
    ),
    mistake(
        lambda logp, y: -logp.amax(dim=1).mean(),
        "You took the largest entry of each row. What counts is the entry of the class that is true.",
    ),
    mistake(
        lambda logp, y: -(F.one_hot(y, logp.shape[1]) * logp).mean(),
        "You divided by all n·k entries. Add up each row first; the mean is taken over the n examples.",
    ),
    mistake(
        lambda logp, y: -logp[torch.arange(len(y)), y].exp().mean(),
        "You averaged the probabilities. Their logarithms come in already: leave `exp` out.",
    ),
    mistake(
        lambda logp, y: -logp.exp()[torch.arange(len(y)), y].mean().log(),
        "You took the logarithm of the mean. Each example has its own surprise, and these are averaged.",
    ),
    mistake(
        lambda logp, y: -logp[torch.arange(len(y)), y].log().mean(),
        "The input holds logarithms already; a second `log` of a negative number is nan.",
    ),
    mistake(
        lambda logp, y: -logp[y].mean(),
        "One index picks whole rows, the label taken as a row number. From each row you want one entry: index with the "
        "row's number and the label, in pairs.",
    ),
    mistake(
        lambda logp, y: -logp[[0, 1], y[:2]].sum() / 2,
        "You look at the first two rows only, as many as the example has. Go through all n.",
    ),
    mistake(
        lambda logp, y: -logp.gather(0, y.unsqueeze(1)).mean(),
        "You gathered along dimension 0, so a label is taken as a row number. The classes lie along dimension 1.",
    ),
    mistake(
        lambda logp, y: -_picked(logp, y).exp().log().mean(),
        "The way over `exp` and back loses small probabilities: exp(−200) is rounded to 0, and its logarithm is "
        "−inf. Take the log-probabilities as they are.",
    ),
    mistake(
        _by_product,
        "The product of many probabilities is rounded to 0. Add up the log-probabilities: that is what they are for.",
    ),
    mistake(
        lambda logp, y: -_picked(logp, y).sum() / logp.shape[1],
        "You divided by the number of classes. The mean runs over the examples: `len(labels)`.",
    ),
    mistake(
        _nll_of_first_column,
        "You always take the first column. Each row has its own true class: its label.",
    ),
    mistake(
        _nll_not_averaged,
        "These are the surprises one by one. The answer is one number, their mean.",
    ),
    mistake(
        _nll_in_bits,
        "You measured in bits, as `log2` does. The natural logarithms come in as they are wanted.",
    ),
]
alternatives = [
    lambda logp, y: -logp.gather(1, y.unsqueeze(1)).mean(),
    lambda logp, y: -(F.one_hot(y, logp.shape[1]) * logp).sum() / len(y),
    _by_loop,
    _by_mask,
    _nll_by_trace,
    _nll_by_take,
    lambda logp, y: logp.take_along_dim(y[:, None], dim=1).neg().mean(),
]
also_wrong = [
    _nll_of_largest,
    _nll_median,
    _nll_over_all_entries,
]
hints = [
    "From each row one entry counts: the one in the column of its label.",
    "`torch.arange(len(labels))` numbers the rows. Use it together with `labels` as an index.",
    "Mean of the picked entries, and a minus before it.",
]
