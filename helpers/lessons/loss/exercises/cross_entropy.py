"""Return the mean cross-entropy of raw scores, by hand, with the log-sum-exp trick."""

import numpy as np
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
atol = 1e-4  # float32 holds scores of 1000 to 6e-5
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
    yield case(torch.tensor([[0.5, 110.5]]), torch.tensor([0]), requirement=STABLE)
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


def _maximum_twice(scores, labels):
    shifted = scores - scores.amax(dim=1, keepdim=True)
    return (torch.logsumexp(scores, dim=1) - _picked(shifted, labels)).mean()


def _clamped(scores, labels):
    return F.cross_entropy(scores.clamp(-80, 80), labels)


def _guarded(epsilon):
    def loss(scores, labels):
        return -(_picked(torch.softmax(scores, 1), labels) + epsilon).log().mean()

    return loss


def _against_the_opposite_class(scores, labels):
    rivals = scores[torch.arange(len(labels)), 1 - labels]
    return F.softplus(rivals - _picked(scores, labels)).mean()


def _in_doubles(scores, labels):
    wide = scores.double()
    return (wide.exp().sum(dim=1).log() - _picked(wide, labels)).mean().float()


def _with_one_hot(scores, labels):
    shifted = scores - scores.detach().amax(dim=1, keepdim=True)
    truth = F.one_hot(labels, scores.shape[1])
    return (shifted.exp().sum(1).log() - (truth * shifted).sum(1)).mean()


def _transposed(scores, labels):
    columns = scores.T
    top = columns.amax(dim=0)
    lse = top + (columns - top).exp().sum(dim=0).log()
    return lse.mean() - columns[labels, torch.arange(len(labels))].mean()


mistakes = [
    mistake(
        _naive_cross_entropy,
        "The formula is right on paper; on a computer exp(1000) is inf. Subtract each row's largest score "
        "before `exp`.",
    ),
    mistake(
        lambda z, y: -_picked(torch.softmax(z, 1), y).log().mean(),
        "Where another score lies 200 above the true one, a probability of exp(−200) is rounded to 0, and the `exp` of "
        "the gap overflows. Do not take `exp` of the true class at all, and only the largest score out of the sum: "
        "log-sum-exp minus the true score.",
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
    mistake(
        _maximum_twice,
        "The maximum counts twice: you added it to the log-sum-exp again, and the true score that you subtract is "
        "still a shifted one. Take both shifted, or both as they were.",
    ),
    mistake(
        lambda z, y: -_picked(torch.log_softmax(z, 0), y).mean(),
        "You share out each column among the examples. The classes of one example share a sum: maximum and sum "
        "run along `dim=1`.",
    ),
    mistake(
        _clamped,
        "You cut the scores off, and that changes the loss: beyond the limit all scores are alike. Subtract each row's "
        "largest score instead; that keeps the gaps.",
    ),
    mistake(
        _guarded(1e-8),
        "The small number within the logarithm hides the infinity: where the loss should be 199.5 it stops at "
        "−log(1e-8) = 18.4. Work without the probability: log-sum-exp minus the true score.",
    ),
    mistake(
        _guarded(1e-12),
        "The small number within the logarithm puts a lid on the loss, at −log(1e-12) = 27.6, where 199.5 is right. "
        "Work without the probability: log-sum-exp minus the true score.",
    ),
    mistake(
        lambda z, y: torch.logsumexp(z, 1).mean() - z[:, y].mean(),
        "With the colon every example meets the labels of all. Pick the true scores in pairs: "
        "`scores[torch.arange(n), labels]`.",
    ),
    mistake(
        _against_the_opposite_class,
        "You compare the true class with one other, `1 - labels`. That is right for two classes; with more of "
        "them all belong into the sum.",
    ),
    mistake(
        _in_doubles,
        "float64 moves the border only: its exp overflows from about 709 on. Subtract each row's largest score "
        "before `exp`, then float32 will do.",
    ),
    mistake(
        lambda z, y: (torch.logsumexp(z.detach(), 1) - _picked(z, y)).mean(),
        "The value is right, but no gradient flows back through the log-sum-exp: it was computed under "
        "`no_grad` or detached. At most the maximum may be.",
    ),
    mistake(
        lambda z, y: F.cross_entropy(z, y) / np.log(2),
        "Your loss is measured in bits, as `log2` gives it. The natural logarithm is meant: `log`.",
    ),
    mistake(
        lambda z, y: torch.logsumexp(z, 1).mean(),
        "You stopped at the log-sum-exp, which is the same for all labels. Subtract the score of the true class.",
    ),
    mistake(
        _cross_entropy_subtracting_mean,
        "You subtract the mean of each row, and a score far above the mean still overflows. With the largest score no "
        "exponent is above 0.",
    ),
    mistake(
        lambda z, y: F.cross_entropy(z, y, reduction="sum") / z.numel(),
        "You divided by all n·k entries. There is one loss per example: the mean is taken over n.",
    ),
    mistake(
        lambda z, y: (torch.logsumexp(z, 1) - z[:, 0]).mean(),
        "You subtract the score of the first class, whatever the labels say.",
    ),
]
alternatives = [
    _by_hand,
    _shifted,
    _by_rows,
    _cross_entropy_from_gaps,
    _cross_entropy_by_logaddexp,
    _cross_entropy_keepdim_broadcast,
    _with_one_hot,
    _transposed,
]
also_wrong = [
    _cross_entropy_clamped,
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
