"""Turn scores into probabilities along `dim`: e to the power of each, divided by their sum."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES, NORMALISERS
from helpers.lessons.activations.exercises._common import BY_HAND

kind = FunctionExercise
RIGHT_ALONG = "right along any dim"
requirements = {"right for one list of scores": 1, RIGHT_ALONG: 1}
gradients = ("z",)
forbidden = forbid(
    *NORMALISERS,
    *CLASS_LOSSES,
    rule="Closed here: torch's own softmax and `logsumexp`, and what is built on them, losses too.",
    why=BY_HAND,
)


def inputs(draw):
    yield torch.tensor([1.0, -6.0, 2.5, -0.3, 1.2, 0.8]), 0
    for shape, dim in (((3, 4), 1), ((4, 3), 0), ((2, 3, 4), 1), ((3, 3), -1)):
        yield case(draw.normal(*shape), dim, requirement=RIGHT_ALONG)
    yield draw.normal(6, std=2), 0


def reference(z, dim):
    e = torch.exp(z)
    return e / e.sum(dim=dim, keepdim=True)


def _softmax_by_movedim(z, dim):
    e = z.movedim(dim, -1).exp()
    return (e / e.sum(-1, keepdim=True)).movedim(-1, dim)


def _softmax_without_keepdim(z, dim):
    return torch.exp(z) / torch.exp(z).sum(dim)


def _softmax_with_math(z, dim):
    total = sum(math.exp(v) for v in z.flatten())
    return torch.tensor([math.exp(v) / total for v in z.flatten()]).reshape(z.shape)


mistakes = [
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(),
        "You divided by the sum over the whole table. Only the entries along `dim` share one sum.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=-1, keepdim=True),
        "That always takes the last axis. Hand the argument `dim` on to `sum`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=0, keepdim=True),
        "That always takes the first axis. Hand the argument `dim` on to `sum`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=1, keepdim=True),
        "That always takes `dim=1`, which a single list of scores does not even have. Hand the argument `dim` on "
        "to `sum`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=dim),
        "The sums have lost the axis `dim`, so they meet the wrong entries or none: `keepdim=True` keeps it.",
    ),
    mistake(
        lambda z, dim: z / z.sum(dim=dim, keepdim=True),
        "Without the exponential, negative scores give negative shares. `torch.exp` comes first.",
    ),
    mistake(
        lambda z, dim: torch.sigmoid(z),
        "That squashes every score by itself; the results need not add up to 1.",
    ),
    mistake(
        lambda z, dim: torch.exp(z - torch.logsumexp(z, dim, keepdim=True)).log(),
        "Those are the logarithms of the probabilities: leave out the last log.",
    ),
]
alternatives = [
    lambda z, dim: z.exp() / z.exp().sum(dim).unsqueeze(dim),
    lambda z, dim: (
        torch.exp(z - z.amax(dim, True)) / torch.exp(z - z.amax(dim, True)).sum(dim, True)
    ),
    _softmax_by_movedim,
    lambda z, dim: torch.div(z.exp(), z.exp().sum(dim, True)),
]
also_wrong = [
    torch.softmax,
    lambda z, dim: F.log_softmax(z, dim).exp(),
    _softmax_without_keepdim,
    _softmax_with_math,
    lambda z, dim: 2**z / (2**z).sum(dim, keepdim=True),
    lambda z, dim: torch.exp(z) / torch.exp(z).norm(dim=dim, keepdim=True),
    lambda z, dim: torch.exp(z / z.sum(dim, keepdim=True)),
]
hints = [
    "Two steps: e = torch.exp(z), then divide e by sums of e.",
    "The sums have to broadcast against e: `e.sum(dim=dim, keepdim=True)` keeps the axis.",
]
