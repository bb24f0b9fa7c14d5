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


def _softmax_by_slices(z, dim):
    parts = [torch.exp(part) for part in torch.unbind(z, dim)]
    total = sum(parts)
    return torch.stack([part / total for part in parts], dim=dim)


def _transposed(z, dim):
    e = torch.exp(z)
    return (e.T / e.sum(dim=dim)).T


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
        "Where `dim` is 0 you sum along `dim=1` all the same, which a single list of scores does not even have. Hand "
        "the argument on to `sum` as it is (`dim or 1` makes 1 of a 0).",
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
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z.sum(dim=dim, keepdim=True)),
        "You divide by the exponential of the sum. First the exponentials, then their sum.",
    ),
    mistake(
        _transposed,
        "The two transposes work for one list and for a table along `dim=1`, and for nothing else. `keepdim=True` lets "
        "the sums meet their entries along any `dim`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).amax(dim=dim, keepdim=True),
        "You divide by the largest entry, so the largest becomes 1. The shares add up to 1: divide by the sum.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).mean(dim=dim, keepdim=True),
        "You divide by the mean, so what comes out adds up to the number of scores. Divide by the sum.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).norm(dim=dim, keepdim=True),
        "You divide by the length (`norm`), so the squares add up to 1. The entries themselves have to: divide by the "
        "sum.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).cumsum(dim=dim),
        "You divide by a running sum, which holds only the entries so far. All entries along `dim` share one sum.",
    ),
    mistake(
        lambda z, dim: 2**z / (2**z).sum(dim, keepdim=True),
        "Those are powers of 2. Softmax takes powers of e: `torch.exp`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z),
        "Positive now, but not yet divided by the sum along `dim`.",
    ),
    mistake(
        lambda z, dim: torch.exp(-z) / torch.exp(-z).sum(dim, keepdim=True),
        "With e⁻ᶻ the smallest score gets the largest share. The minus belongs to the sigmoid.",
    ),
    mistake(
        lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim, keepdim=True).detach(),
        "The values are right, but the sum is cut off from z (`detach`, `.data`): each share depends on all scores by "
        "way of the sum, and that part of its gradient is missing.",
    ),
    mistake(
        lambda z, dim: (torch.exp(z) / torch.exp(z).sum(dim, keepdim=True)).detach(),
        "The values are right, and they are cut off from z, so no gradient can flow back. `detach`, `.data`, "
        "`torch.no_grad()`, `.item()`, `.tolist()`, NumPy and `torch.tensor(…)` all do that.",
    ),
    mistake(
        lambda z, dim: torch.exp(z / z.sum(dim, keepdim=True)),
        "You divide the scores by their sum before the exponential. First the exponentials, then divide them by their "
        "sum.",
    ),
]
alternatives = [
    lambda z, dim: z.exp() / z.exp().sum(dim).unsqueeze(dim),
    lambda z, dim: (
        torch.exp(z - z.amax(dim, True)) / torch.exp(z - z.amax(dim, True)).sum(dim, True)
    ),
    _softmax_by_movedim,
    _softmax_by_slices,
    lambda z, dim: torch.exp(z - torch.log(torch.sum(torch.exp(z), dim, keepdim=True))),
    lambda z, dim: torch.div(z.exp(), z.exp().sum(dim, True)),
]
also_wrong = [
    torch.softmax,
    lambda z, dim: F.log_softmax(z, dim).exp(),
    _softmax_with_math,
    lambda z, dim: torch.exp(z / torch.exp(z).sum(dim, keepdim=True)),
]
hints = [
    "Two steps: e = torch.exp(z), then divide e by sums of e.",
    "The sums have to broadcast against e: `e.sum(dim=dim, keepdim=True)` keeps the axis.",
]
