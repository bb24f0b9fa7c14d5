"""Return the gradient of the mean cross-entropy with respect to the scores, by its formula."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES
from helpers.lessons.loss.exercises._common import _picked

kind = FunctionExercise
RIGHT_BATCH = "right for a batch"
requirements = {"right for one example": 1, RIGHT_BATCH: 2}
forbidden = forbid(
    *CLASS_LOSSES,
    *("backward", "grad", "autograd", "requires_grad_", "jacobian", "vjp", "func"),
    rule="Closed here: autograd in every form (`backward`, `torch.autograd`, `torch.func`) and torch's own losses.",
    why="Torch's automatic gradient is what you compare with; write the formula ŷ − y.",
)


def inputs(draw):
    yield torch.tensor([[2.0, 5.0, 0.5]]), torch.tensor([0])
    for n, classes in ((draw.integer(4, 8), 3), (3, 5)):
        labels = draw.integers(n, low=0, high=classes)
        yield case(draw.normal(n, classes, std=2), labels, requirement=RIGHT_BATCH)
    yield case(
        torch.tensor([[500.0, 499.0], [-300.0, 2.0]]), torch.tensor([1, 1]), requirement=RIGHT_BATCH
    )
    yield draw.normal(1, 3, std=2), draw.integers(1, low=0, high=3)


def reference(scores, labels):
    truth = F.one_hot(labels, scores.shape[1])
    return (torch.softmax(scores, dim=1) - truth) / len(labels)


def _subtracting_one(scores, labels):
    slope = scores.softmax(1)
    slope[torch.arange(len(labels)), labels] -= 1
    return slope / len(labels)


def _by_hand(scores, labels):
    powers = (scores - scores.amax(1, keepdim=True)).exp()
    shares = powers / powers.sum(1, keepdim=True)
    return (shares - torch.eye(scores.shape[1])[labels]) / scores.shape[0]


def _gradient_by_outer_loop(scores, labels):
    rows = []
    for row, label in zip(scores, labels, strict=True):
        share = torch.softmax(row, dim=0)
        share = share.clone()
        share[label] -= 1.0
        rows.append(share / len(scores))
    return torch.stack(rows)


def _gradient_by_log_softmax(z, y):
    return (z.log_softmax(1).exp() - (y[:, None] == torch.arange(z.shape[1])).float()) / y.numel()


def _gradient_for_one_row(z, y):
    return torch.softmax(z, 1) - F.one_hot(y, z.shape[1]) / len(y)


def _gradient_times_n(z, y):
    return (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) * len(y)


def _gradient_of_true_class_only(z, y):
    truth = F.one_hot(y, z.shape[1])
    return (torch.softmax(z, 1) - 1) * truth / len(y)


def _gradient_by_autograd(z, y):
    z = z.clone().requires_grad_(True)
    lse = torch.logsumexp(z, 1)
    return torch.autograd.grad((lse - _picked(z, y)).mean(), z)[0]


def _gradient_in_place(z, y):
    z.copy_(torch.softmax(z, 1))
    z[torch.arange(len(y)), y] -= 1
    return z / len(y)


def _all_columns(z, y):
    slope = torch.softmax(z, 1)
    slope[:, y] -= 1
    return slope / len(y)


def _without_the_trick(z, y):
    powers = z.exp()
    return (powers / powers.sum(1, keepdim=True) - F.one_hot(y, z.shape[1])) / len(y)


def _through_the_sigmoid(z, y):
    p = torch.softmax(z, 1)
    return (p - F.one_hot(y, z.shape[1])) * p * (1 - p) / len(y)


def _gradient_by_scatter(z, y):
    n = len(y)
    shares = F.log_softmax(z, dim=1).exp() / n
    return shares.scatter_add(1, y[:, None], torch.full((n, 1), -1.0 / n))


def _gradient_by_where(z, y):
    p = z.softmax(1)
    return torch.where(y[:, None] == torch.arange(z.shape[1]), p - 1, p) / z.shape[0]


mistakes = [
    mistake(
        lambda z, y: torch.softmax(z, 1) - F.one_hot(y, z.shape[1]),
        "That is the gradient of the sum. The loss is a mean over n examples, so each row is divided by n.",
    ),
    mistake(
        lambda z, y: (F.one_hot(y, z.shape[1]) - torch.softmax(z, 1)) / len(y),
        "The sign is turned round: it is ŷ − y. Raising a wrong class's score raises the loss.",
    ),
    mistake(
        lambda z, y: torch.softmax(z, 1) - y,
        "You subtracted the class numbers themselves. The truth y is a row per example: make it one-hot.",
    ),
    mistake(
        lambda z, y: torch.softmax(z, 1) / len(y),
        "The true class is missing: its entry must be lowered by 1 before you divide.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 0) - F.one_hot(y, z.shape[1])) / len(y),
        "Softmax runs along the classes of one example: `dim=1`.",
    ),
    mistake(
        lambda z, y: (z - F.one_hot(y, z.shape[1])) / len(y),
        "ŷ stands for the probabilities, not for the raw scores. Softmax first.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) / z.numel(),
        "You divided by the number of entries. The mean runs over the n examples only.",
    ),
    mistake(
        _all_columns,
        "With the colon the 1 is subtracted in the columns of all labels, in every row. Each row has one true class: "
        "`[torch.arange(n), labels]`.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - y.unsqueeze(1)) / len(y),
        "You subtracted the class number from every entry of its row. A class number is a name: subtract the one-hot "
        "row of the label.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) / 2,
        "You divided by 2, as in the example. Divide by the number of examples, whatever it is.",
    ),
    mistake(
        _gradient_of_true_class_only,
        "Only the true class has a slope in your answer. The others are pushed down, each by its probability: ŷ − 0.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) / z.shape[1],
        "You divided by the number of classes. The mean runs over the examples: `len(labels)`.",
    ),
    mistake(
        lambda z, y: (torch.sigmoid(z) - F.one_hot(y, z.shape[1])) / len(y),
        "You took the sigmoid of each score. That goes with binary cross-entropy; here the classes of a row share one "
        "softmax.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - F.one_hot(z.argmax(1), z.shape[1])) / len(y),
        "You subtract the 1 from the class that the network prefers. It belongs to the true class: the label.",
    ),
    mistake(
        _through_the_sigmoid,
        "The factor ŷ·(1 − ŷ) is too much. It is what the squared error carries along; with cross-entropy it has "
        "cancelled.",
    ),
    mistake(
        _without_the_trick,
        "Right for small scores; exp(500) is inf, and inf divided by inf is nan. `torch.softmax` is allowed and "
        "takes the maximum out.",
    ),
    mistake(
        _gradient_for_one_row,
        "Mind the brackets: only the truth is divided by n. The whole difference ŷ − y belongs over n.",
    ),
    mistake(
        lambda z, y: torch.softmax(z, 1) / len(y) - F.one_hot(y, z.shape[1]),
        "Mind the brackets: only the probabilities are divided by n. The whole difference ŷ − y belongs over n.",
    ),
    mistake(
        lambda z, y: (torch.softmax(z, 1) - 1) / len(y),
        "You subtract 1 everywhere. Only the entry of the true class is lowered by 1.",
    ),
    mistake(
        lambda z, y: (torch.log_softmax(z, 1) - F.one_hot(y, z.shape[1])) / len(y),
        "ŷ stands for the probabilities; you took their logarithms. Softmax without the log.",
    ),
    mistake(
        _gradient_times_n,
        "You multiplied by n. A mean over n examples divides each row by n.",
    ),
]
alternatives = [
    _subtracting_one,
    _by_hand,
    _gradient_by_outer_loop,
    _gradient_by_log_softmax,
    _gradient_by_scatter,
    _gradient_by_where,
]
also_wrong = [
    _gradient_by_autograd,
    _gradient_in_place,
]
hints = [
    "ŷ is `torch.softmax(scores, dim=1)`. What has the same shape and holds the truth?",
    "`F.one_hot(labels, classes)`, or your own `one_hot`, gives y.",
    "The loss is a mean over the batch. What does that do to the gradient of each row?",
]
