"""Return the mean cross-entropy of raw scores, by hand, with the log-sum-exp trick."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES
from helpers.lessons.loss.exercises._common import _picked


def _naive_cross_entropy(scores, labels):
    powers = scores.exp()
    return -_picked(powers / powers.sum(dim=1, keepdim=True), labels).log().mean()


STABLE = "finite and right for scores of 1000"

kind = FunctionExercise
RIGHT_BATCH = "right for a batch"
requirements = {"right for one example": 1, RIGHT_BATCH: 1, STABLE: 1}
gradients = ("scores",)
forbidden = forbid(
    *CLASS_LOSSES,
    *ready_made.NORMALISERS,
    rule="Closed here: torch's own losses, softmax and `logsumexp`.",
    why="Here the trick itself is the exercise: `amax`, `exp`, `sum` and `log` are all you need.",
)


def inputs(draw):
    yield torch.tensor([[2.0, 5.0]]), torch.tensor([1])
    yield torch.tensor([[1.5, 1.1]]), torch.tensor([1])
    scores, labels = draw.normal(4, 3, std=2), torch.tensor([2, 0, 1, 1])
    yield case(scores, labels, requirement=RIGHT_BATCH)
    n = draw.integer(5, 9)
    yield case(
        draw.normal(n, 6, mean=1.5, std=2), draw.integers(n, low=0, high=6), requirement=RIGHT_BATCH
    )
    big = torch.tensor([[1000.0, 998.5, 990.0], [-1000.0, -998.5, -1001.0]])
    yield case(big, torch.tensor([1, 0]), requirement=STABLE)
    yield case(torch.tensor([[0.5, 200.0]]), torch.tensor([0]), requirement=STABLE)
    far = draw.normal(2, 3, std=2) + torch.tensor([[1000.0], [-1000.0]])
    yield case(far, draw.integers(2, low=0, high=3), requirement=STABLE)
    yield draw.normal(1, 2, std=2), draw.integers(1, low=0, high=2)


def reference(scores, labels):
    return (torch.logsumexp(scores, dim=1) - _picked(scores, labels)).mean()


def _by_hand(scores, labels):
    top = scores.amax(dim=1, keepdim=True)
    lse = top.squeeze(1) + (scores - top).exp().sum(dim=1).log()
    return (lse - scores[torch.arange(len(labels)), labels]).mean()


def _shifted(scores, labels):
    shifted = scores - scores.max(dim=1, keepdim=True).values
    log_probabilities = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -log_probabilities.gather(1, labels.view(-1, 1)).mean()


def _by_rows(scores, labels):
    losses = []
    for row, label in zip(scores, labels, strict=True):
        top = row.max().detach()
        losses.append(top + torch.log(torch.sum(torch.exp(row - top))) - row[label])
    return torch.stack(losses).mean()


def _one_maximum(scores, labels):
    top = scores.max()
    lse = top + (scores - top).exp().sum(dim=1).log()
    return (lse - _picked(scores, labels)).mean()


def _maximum_not_given_back(scores, labels):
    top = scores.amax(dim=1, keepdim=True)
    return ((scores - top).exp().sum(dim=1).log() - _picked(scores, labels)).mean()


def _wrong_way(scores, labels):
    return (torch.logsumexp(scores, dim=0).mean() - _picked(scores, labels)).mean()


def _down_the_batch(scores, labels):
    return (torch.logsumexp(scores, dim=0) - _picked(scores, labels)).mean()


def _cross_entropy_from_gaps(scores, labels):
    gaps = scores - _picked(scores, labels).unsqueeze(1)
    top = gaps.amax(dim=1)
    return (top + (gaps - top[:, None]).exp().sum(dim=1).log()).mean()


def _cross_entropy_by_logaddexp(scores, labels):
    total = scores[:, 0]
    for column in scores.T[1:]:
        total = torch.logaddexp(total, column)
    return torch.mean(total - _picked(scores, labels))


def _cross_entropy_keepdim_broadcast(scores, labels):
    # (n, 1) + (n,) is n × n here, and the mean of all sums is still the right number.
    top = scores.amax(dim=1, keepdim=True)
    return (top + (scores - top).exp().sum(dim=1).log() - _picked(scores, labels)).mean()


def _cross_entropy_with_epsilon(scores, labels):
    shifted = scores - scores.amax(dim=1, keepdim=True)
    shares = shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)
    return -(_picked(shares, labels) + 1e-8).log().mean()


def _cross_entropy_without_picking(scores, labels):
    top = scores.amax(dim=1, keepdim=True)
    return (top.squeeze(1) + (scores - top).exp().sum(dim=1).log()).mean()


def _cross_entropy_clamped(scores, labels):
    powers = scores.clamp(-80, 80).exp()
    return (powers.sum(dim=1).log() - _picked(scores, labels)).mean()


def _cross_entropy_subtracting_mean(scores, labels):
    middle = scores.mean(dim=1, keepdim=True)
    lse = middle.squeeze(1) + (scores - middle).exp().sum(dim=1).log()
    return (lse - _picked(scores, labels)).mean()


def _cross_entropy_detached(scores, labels):
    return torch.tensor(float(F.softplus(torch.tensor(0.0)))) + 0 * scores.detach().sum()


def _cross_entropy_through_torch(scores, labels):
    loss = nn.CrossEntropyLoss()
    return loss(scores, labels)


def _cross_entropy_hidden_name(scores, labels):
    return getattr(F, "cross_" + "entropy")(scores, labels)


mistakes = [
    mistake(
        _naive_cross_entropy,
        "The formula is right on paper; on a computer exp(1000) is inf. Subtract each row's largest score "
        "before `exp`.",
    ),
    mistake(
        lambda z, y: -_picked(torch.softmax(z, 1), y).log().mean(),
        "Softmax and then log: a probability of exp(−200) is rounded to 0, and its logarithm is −inf. Do "
        "not take `exp` of the true class at all: log-sum-exp minus its score.",
    ),
    mistake(
        _one_maximum,
        "You subtract the largest score of the whole batch. In a row far below it everything becomes "
        "exp(−2000) = 0. Each row needs its own maximum: `amax(dim=1, keepdim=True)`.",
    ),
    mistake(
        _maximum_not_given_back,
        "You subtracted the maximum within the log-sum-exp; add it again outside the logarithm.",
    ),
    mistake(
        lambda z, y: F.cross_entropy(torch.softmax(z, 1), y),
        "These are the losses of probabilities taken for scores: softmax was applied twice.",
    ),
    mistake(
        lambda z, y: -_picked(z, y).mean(),
        "You picked the scores themselves. They are no log-probabilities yet: the log-sum-exp is missing.",
    ),
    mistake(
        lambda z, y: F.cross_entropy(z, y, reduction="sum"),
        "That is the sum over the batch; the mean is wanted.",
    ),
    mistake(
        lambda z, y: -F.cross_entropy(z, y),
        "The sign is turned round: log-sum-exp minus the score of the true class, not the other way.",
    ),
    mistake(
        lambda z, y: (torch.logsumexp(z, 1) - z.amax(dim=1)).mean(),
        "You used the largest score of each row. The loss asks for the score of the true class.",
    ),
    mistake(
        _wrong_way,
        "You summed over the batch. The classes of one example compete with each other: `dim=1`.",
    ),
    mistake(
        _down_the_batch,
        "`dim=0` runs down the batch. Maximum and sum belong to one example, along its classes: `dim=1`.",
    ),
]
alternatives = [
    _by_hand,
    _shifted,
    _by_rows,
    _cross_entropy_from_gaps,
    _cross_entropy_by_logaddexp,
    _cross_entropy_keepdim_broadcast,
]
also_wrong = [
    _cross_entropy_with_epsilon,
    _cross_entropy_without_picking,
    _cross_entropy_clamped,
    _cross_entropy_subtracting_mean,
    _cross_entropy_detached,
    _cross_entropy_through_torch,
    _cross_entropy_hidden_name,
]
hints = [
    "For one row: loss = log-sum-exp of the row − score of the true class.",
    "`top = scores.amax(dim=1, keepdim=True)` is each row's largest score. "
    "`(scores - top).exp()` cannot overflow.",
    "Log-sum-exp is `top.squeeze(1) + (scores - top).exp().sum(dim=1).log()`.",
    "Pick the true scores as in `negative_log_likelihood`: `scores[torch.arange(len(labels)), labels]`.",
]
