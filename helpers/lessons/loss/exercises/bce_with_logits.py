"""Return the mean binary cross-entropy of raw scores, finite for every score."""

import torch
from torch.nn import functional as F

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES
from helpers.lessons.loss.exercises._common import OTHER_SIZES

kind = FunctionExercise
FINITE_RIGHT = "finite and right for ±200"
requirements = {"right for a few scores": 1, OTHER_SIZES: 1, FINITE_RIGHT: 1}
gradients = ("scores",)
forbidden = forbid(
    *CLASS_LOSSES,
    *("softplus", "logsigmoid", "logaddexp"),
    *ready_made.NORMALISERS,
    rule="Closed here: torch's own losses, softmax and `logsumexp`, and the ready-made "
    "`F.softplus`, `F.logsigmoid` and `torch.logaddexp`.",
    why="It hides the stable formula, which is your work here: `clamp`, `abs`, `exp` and `log1p`.",
)


def inputs(draw):
    yield torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 0.0, 0.0])
    n = draw.integer(4, 9)
    yield case(
        draw.normal(n, 2, mean=0.3, std=2),
        draw.integers(n, 2, low=0, high=2).float(),
        requirement=OTHER_SIZES,
    )
    yield case(
        torch.tensor([200.0, -150.0, 120.0, 1.5]),
        torch.tensor([0.0, 1.0, 1.0, 0.0]),
        requirement=FINITE_RIGHT,
    )
    far = draw.uniform(4, low=120, high=200) * torch.tensor([1.0, -1.0, 1.0, -1.0])
    labels = torch.tensor([0.0, 1.0, 1.0, 0.0])
    yield case(far, labels, requirement=FINITE_RIGHT)
    yield draw.normal(3, std=2), draw.integers(3, low=0, high=2).float()


def reference(scores, targets):
    return (F.softplus(scores) - scores * targets).mean()


def _textbook(scores, targets):
    p = torch.sigmoid(scores)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


def _stable(scores, targets):
    return (scores.clamp(min=0) - scores * targets + torch.log1p(torch.exp(-scores.abs()))).mean()


def _with_maximum(scores, targets):
    top = torch.relu(scores)
    return (top + torch.log(torch.exp(-top) + torch.exp(scores - top)) - scores * targets).mean()


def _clipped(scores, targets):
    p = torch.sigmoid(scores).clamp(1e-7, 1 - 1e-7)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


def _half(scores, targets):
    return -(targets * torch.sigmoid(scores).log()).mean()


def _bce_by_where(z, y):
    positive = z + torch.log1p(torch.exp(-z.clamp(min=0)))
    negative = torch.log1p(torch.exp(z.clamp(max=0)))
    return (torch.where(z > 0, positive, negative) - z * y).mean()


def _bce_by_maximum(z, y):
    return torch.mean(torch.maximum(z, torch.zeros(())) - y * z + torch.exp(-torch.abs(z)).log1p())


def _bce_minus_forgotten(z, y):
    p = torch.sigmoid(z)
    return (y * p.log() + (1 - y) * (1 - p).log()).mean()


def _bce_clamped_scores(z, y):
    z = z.clamp(-60, 60)
    return (z.clamp(min=0) - z * y + torch.log1p(torch.exp(-z.abs()))).mean()


def _bce_nan_to_num(z, y):
    p = torch.sigmoid(z)
    loss = -(y * p.log() + (1 - y) * (1 - p).log())
    return torch.nan_to_num(loss, nan=0.0, posinf=100.0).mean()


def _bce_without_abs(z, y):
    return (z.clamp(min=0) - z * y + torch.log1p(torch.exp(-z))).mean()


def _bce_through_torch(z, y):
    return F.binary_cross_entropy(torch.sigmoid(z), y)


def _guarded(epsilon):
    def loss(z, y):
        p = torch.sigmoid(z)
        return -(y * (p + epsilon).log() + (1 - y) * (1 - p + epsilon).log()).mean()

    return loss


def _log_of_either_sigmoid(z, y):
    return torch.where(y == 1, -torch.sigmoid(z).log(), -torch.sigmoid(-z).log()).mean()


def _bce_of_two_classes(z, y):
    both = torch.stack([z, torch.zeros_like(z)])
    top = both.amax(dim=0)
    return (top + (both - top).exp().sum(dim=0).log() - z * y).mean()


def _bce_of_wrongness(z, y):
    wrongness = torch.where(y == 1, -z, z)
    return torch.mean(torch.relu(wrongness) + torch.log1p(torch.exp(-wrongness.abs())))


mistakes = [
    mistake(
        _textbook,
        "This is the textbook formula. At a score of 200 the sigmoid is rounded to 1, at −200 to 0, and log 0 is −inf: "
        "put the sigmoid into the formula on paper and simplify.",
    ),
    mistake(
        _clipped,
        "Clipping the probability keeps the loss finite, and wrong: at a score of 200 it should be 200, and "
        "where the clip holds the gradient is 0, so nothing is learned from the worst errors.",
    ),
    mistake(
        _half,
        "Examples with target 0 cost nothing in your loss. They need the other half, (1 − y)·log(1 − p).",
    ),
    mistake(
        lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum"),
        "That is the sum; the mean over all entries is wanted.",
    ),
    mistake(
        lambda z, y: F.binary_cross_entropy_with_logits(z, 1 - y),
        "Your targets are swapped: a high score with target 1 should cost little.",
    ),
    mistake(
        lambda z, y: F.binary_cross_entropy_with_logits(torch.sigmoid(z), y),
        "The sigmoid was applied twice: the stable formula takes the raw score.",
    ),
    mistake(
        lambda z, y: (torch.log(1 + torch.exp(z)) - z * y).mean(),
        "Right on paper, and for a score of 200 exp overflows to inf. Use max(z, 0) and exp(−|z|), which "
        "never exceeds 1.",
    ),
    mistake(
        lambda z, y: (z.max() - z * y + torch.log1p(torch.exp(-z.abs()))).mean(),
        "`max` over the tensor gives one number for all. max(z, 0) is meant entry by entry: "
        "`scores.clamp(min=0)`.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - z * y + torch.log1p(1 + torch.exp(-z.abs()))).mean(),
        "`torch.log1p` adds the 1 itself, and you added another.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - z * y + torch.exp(-z.abs())).mean(),
        "The last part is log(1 + exp(−|z|)); `torch.log1p` takes that logarithm.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - z * y + torch.log1p(torch.exp(z.abs()))).mean(),
        "The minus before |z| is missing: exp(|z|) grows, and overflows for ±200. exp(−|z|) never exceeds 1.",
    ),
    mistake(
        _bce_without_abs,
        "The bars are missing: for a negative score exp(−z) is large, and at −200 it overflows. The formula has "
        "exp(−|z|).",
    ),
    mistake(
        lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(z),
        "You divided by the number of rows. A table (n, k) has n·k entries: `.mean()` counts them all.",
    ),
    mistake(
        lambda z, y: (y * F.softplus(-z)).mean(),
        "Your formula has the half for yes alone: where the target is 0 nothing is added. A high score must cost "
        "something there.",
    ),
    mistake(
        lambda z, y: F.binary_cross_entropy_with_logits(z.clamp(-80, 80), y),
        "You cut the scores off, and that changes the loss: a score of 200 counts as if it were the limit. The "
        "form with exp(−|z|) needs no limit.",
    ),
    mistake(
        _log_of_either_sigmoid,
        "The sigmoid of −200 is rounded to 0, too, and its logarithm is −inf. Put the sigmoid into the formula on "
        "paper and simplify, so that no logarithm of a probability is left.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - z * y).mean(),
        "The last part is missing, log(1 + exp(−|z|)). A score of 0 says nothing and must cost log 2.",
    ),
    mistake(
        _guarded(1e-8),
        "The small number within the logarithm hides the infinity: at a score of 200 the loss stops at "
        "−log(1e-8) = 18.4, and 200 is right. Put the sigmoid into the formula on paper.",
    ),
    mistake(
        lambda z, y: -F.binary_cross_entropy_with_logits(z, y),
        "The sign is turned round: the worse the score, the lower your loss.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))).mean(),
        "The targets have no effect: z·y is missing, so each example counts as a no.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - y + torch.log1p(torch.exp(-z.abs()))).mean(),
        "The middle part is z·y, the score times the target. You subtract the target alone.",
    ),
    mistake(
        lambda z, y: (z.clamp(min=0) - z * y + torch.exp(-z.abs()).log()).mean(),
        "`log` of exp(−|z|) is −|z| again. The logarithm of 1 + exp(−|z|) is meant: `torch.log1p`.",
    ),
]
alternatives = [
    _stable,
    _with_maximum,
    _bce_by_where,
    _bce_by_maximum,
    lambda z, y: torch.where(
        y == 1,
        (1 + (-z.abs()).exp()).log() + (-z).clamp(min=0),
        (1 + (-z.abs()).exp()).log() + z.clamp(min=0),
    ).mean(),
    lambda z, y: _stable(z, y.bool().float()),
    _bce_of_two_classes,
    _bce_of_wrongness,
]
also_wrong = [
    _bce_minus_forgotten,
    _bce_clamped_scores,
    _bce_nan_to_num,
    _bce_through_torch,
    _guarded(1e-9),
]
hints = [
    "Translate the formula above piece by piece: max(z, 0), then z·y, then log(1 + exp(−|z|)).",
    "`scores.clamp(min=0)` is max(z, 0).",
    "`torch.log1p(x)` is log(1 + x), exact for small x too.",
]
