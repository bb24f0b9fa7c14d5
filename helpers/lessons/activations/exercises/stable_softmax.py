"""Turn scores of any size into probabilities along `dim`, with no overflow on the way."""

import numpy as np
import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import CLASS_LOSSES, NORMALISERS
from helpers.lessons.activations.exercises._common import BY_HAND


def _shares(e, dim):
    """Divide by the sums along `dim`."""
    return e / e.sum(dim=dim, keepdim=True)


OVERFLOW = "no overflow for scores in the thousands"

OWN_MAXIMUM = "each row leans on its own maximum"

kind = FunctionExercise
requirements = {"right for ordinary scores": 1, OVERFLOW: 1, OWN_MAXIMUM: 1}
gradients = ("z",)
forbidden = forbid(
    *NORMALISERS,
    *CLASS_LOSSES,
    rule="Closed here: torch's own softmax and `logsumexp`, and what is built on them, losses too.",
    why=BY_HAND,
)


def inputs(draw):
    yield torch.tensor([[1.0, -6.0, 2.5], [-0.3, 1.2, 0.8]]), 1
    yield draw.normal(4, 3), 0
    yield case(torch.tensor([1000.0, 1001.0, 1003.0]), 0, requirement=OVERFLOW)
    yield case(torch.tensor([-1002.0, -1000.5, -1001.0]), 0, requirement=OVERFLOW)
    yield case(torch.tensor([-1500.0, 0.5, 2.0]), 0, requirement=OVERFLOW)
    yield case(draw.normal(6, std=500), 0, requirement=OVERFLOW)
    rows = torch.tensor([[2.0, 3.0, 0.5], [2001.0, 1999.0, 2000.0]])
    yield case(rows, 1, requirement=OWN_MAXIMUM)
    shifts = draw.integers(5, 1, low=-3, high=4) * 500
    yield case(draw.normal(5, 4) + shifts, 1, requirement=OWN_MAXIMUM)
    yield case((draw.normal(5, 4) + shifts).T.contiguous(), 0, requirement=OWN_MAXIMUM)


def reference(z, dim):
    e = torch.exp(z - z.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)


def _stable_softmax_row_by_row(z, dim):
    rows = [torch.exp(row - row.max()) for row in z.unbind(1 - dim)] if z.dim() == 2 else None
    if rows is None:
        e = torch.exp(z - z.max())
        return e / e.sum()
    return torch.stack([e / e.sum() for e in rows], dim=1 - dim)


def _stable_softmax_by_logarithms(z, dim):
    shifted = z - z.amax(dim, keepdim=True)
    return (shifted - shifted.exp().sum(dim, keepdim=True).log()).exp()


def _stable_softmax_with_epsilon(z, dim):
    e = torch.exp(z)
    return e / (e.sum(dim, keepdim=True) + 1e-8)


def _stable_softmax_nan_to_num(z, dim):
    e = torch.exp(z)
    return torch.nan_to_num(e / e.sum(dim, keepdim=True), nan=1.0)


def _stable_softmax_by_mean(z, dim):
    e = torch.exp(z - z.mean())
    return e / e.sum(dim, keepdim=True)


def _stable_softmax_by_a_fixed_number(z, dim):
    e = torch.exp(z - 1000)
    return e / e.sum(dim, keepdim=True)


def _stable_softmax_by_half_the_maximum(z, dim):
    e = torch.exp(z - z.amax(dim, keepdim=True) / 2)
    return e / e.sum(dim, keepdim=True)


def _stable_softmax_detours_by_numpy(z, dim):
    shifted = np.exp(z.numpy() - z.numpy().max(axis=dim, keepdims=True))
    return torch.from_numpy(shifted / shifted.sum(axis=dim, keepdims=True))


mistakes = [
    mistake(
        lambda z, dim: _shares(torch.exp(z), dim),
        "e¹⁰⁰⁰ is inf in float32, and inf / inf is nan. Subtract the maximum along `dim` first.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.max()), dim),
        "You subtracted the largest score of the whole table. A row far below it becomes 0 / 0: "
        "each row needs its own maximum (`amax` with `dim` and `keepdim=True`).",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z / z.amax(dim, True)), dim),
        "Dividing by the maximum changes the result; subtracting it does not. Use a minus.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.amin(dim, True)), dim),
        "You subtracted the smallest score. If the scores lie far apart, the largest still overflows: subtract "
        "that one.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.mean(dim, True)), dim),
        "You subtracted the mean. If the scores lie far apart, the largest still overflows: subtract that one.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z.clamp(max=80)), dim),
        "Cutting the scores off makes all large ones equal. Shift them instead: subtract the maximum.",
    ),
    mistake(
        lambda z, dim: z - z.max(dim, keepdim=True),
        "`z.max(dim)` gives two things, the values and their positions. Take `.values`, or use `z.amax`.",
    ),
    mistake(
        lambda z, dim: torch.exp(z - z.amax(dim=dim, keepdim=True)),
        "Shifted rightly, but not yet divided by the sum along `dim`.",
    ),
]
alternatives = [
    lambda z, dim: _shares((z - z.max(dim, keepdim=True).values).exp(), dim),
    lambda z, dim: torch.div(
        (z - z.amax(dim, True)).exp(), (z - z.amax(dim, True)).exp().sum(dim).unsqueeze(dim)
    ),
    _stable_softmax_row_by_row,
    _stable_softmax_by_logarithms,
]
also_wrong = [
    _stable_softmax_with_epsilon,
    _stable_softmax_nan_to_num,
    _stable_softmax_by_mean,
    _stable_softmax_by_a_fixed_number,
    _stable_softmax_by_half_the_maximum,
    _stable_softmax_detours_by_numpy,
    lambda z, dim: F.softmax(z, dim=dim),
    lambda z, dim: torch.exp(z - torch.logsumexp(z, dim, keepdim=True)),
]
hints = [
    "Adding one number to all scores of a row changes nothing. Which number makes them all ≤ 0?",
    "`z.amax(dim=dim, keepdim=True)` is the largest score along `dim`, in a shape that broadcasts.",
    "m = z.amax(dim=dim, keepdim=True); e = torch.exp(z - m); then divide by the sums as before.",
]
