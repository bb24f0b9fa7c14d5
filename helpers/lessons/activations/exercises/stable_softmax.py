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


def _shifted(z, dim):
    """Return the exponentials of the scores below their maximum along `dim`."""
    return torch.exp(z - z.amax(dim=dim, keepdim=True))


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
    yield case(torch.tensor([100.0, 99.0, 97.5]), 0, requirement=OVERFLOW)
    yield case(torch.tensor([298.0, 300.0, 299.5]), 0, requirement=OVERFLOW)
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


def _stable_softmax_standardized(z, dim):
    spread = z.std(dim=dim, keepdim=True) + 1e-6
    return _shares(torch.exp((z - z.mean(dim=dim, keepdim=True)) / spread), dim)


def _stable_softmax_by_half_the_maximum(z, dim):
    e = torch.exp(z - z.amax(dim, keepdim=True) / 2)
    return e / e.sum(dim, keepdim=True)


def _stable_softmax_detours_by_numpy(z, dim):
    shifted = np.exp(z.numpy() - z.numpy().max(axis=dim, keepdims=True))
    return torch.from_numpy(shifted / shifted.sum(axis=dim, keepdims=True))


def _stable_softmax_by_slices(z, dim):
    slices = z.unbind(dim)
    top = slices[0].detach()
    for one in slices[1:]:
        top = torch.maximum(top, one.detach())
    powers = [torch.exp(one - top) for one in slices]
    return torch.stack([p / sum(powers) for p in powers], dim)


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
        _shifted,
        "Shifted rightly, but not yet divided by the sum along `dim`.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.amax(dim=dim)), dim),
        "The maxima or the sums have lost the axis `dim`, so they do not meet their rows: `keepdim=True` keeps it, and "
        "both need it.",
    ),
    mistake(
        lambda z, dim: _shifted(z, dim) / _shifted(z, dim).sum(),
        "Each row leans on its own maximum, but you divide by the sum over the whole table. The sum runs along `dim`, "
        "too.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.amax(dim=-1, keepdim=True)), dim),
        "The maximum is taken along the last axis, and the sum along `dim`. Within one row, all scores have to be "
        "shifted by the same number: take the maximum along `dim`, too.",
    ),
    mistake(
        lambda z, dim: _shares(_shifted(z, 1), 1),
        "Where `dim` is 0 you work along `dim=1` all the same, which a single list of scores does not even have. Hand "
        "the argument `dim` on.",
    ),
    mistake(
        lambda z, dim: _shares(_shifted(z, 0), 0),
        "You always work along the first axis. Hand the argument `dim` on, to the maximum and to the sum.",
    ),
    mistake(
        lambda z, dim: _shares(_shifted(z, -1), -1),
        "You always work along the last axis. Hand the argument `dim` on, to the maximum and to the sum.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - 1000), dim),
        "You subtract 1000, whatever comes in. Ordinary scores then become 0 / 0, and larger ones overflow: subtract "
        "a number that is found in the scores.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z.double()), dim).to(z.dtype),
        "float64 only moves the border: beyond about 709 its exponential is inf as well. Shift the scores instead.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.abs().amax(dim, keepdim=True)), dim),
        "You subtract the largest absolute value. If all scores are far below 0, that pushes them down even further, "
        "and 0 / 0 is nan: subtract the largest score, with its sign.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp(z - z.amax(dim, True).clamp(min=0)), dim),
        "You shift only where the largest score is positive. Scores far below 0 all become 0, and 0 / 0 is nan: they "
        "want to be shifted up.",
    ),
    mistake(
        lambda z, dim: torch.nan_to_num(_shares(torch.exp(z), dim)),
        "`nan_to_num` puts 0 where the overflow was, so the row no longer adds up to 1. Keep the overflow from "
        "happening: shift the scores.",
    ),
    mistake(
        _stable_softmax_with_epsilon,
        "A tiny number in the denominator helps against 0 / 0, but all shares are 0 then; and inf / inf stays nan. "
        "Shift the scores.",
    ),
    mistake(
        lambda z, dim: _shares(torch.exp((z - z.amax(dim, True)).clamp(min=-5)), dim),
        "You cut the shifted scores off at −5, so a hopeless class still gets a share. There is no need: e to the "
        "power of a very negative number is 0, and does no harm.",
    ),
    mistake(
        _stable_softmax_standardized,
        "You divide the scores by their spread. That changes the result; only adding or subtracting one number leaves "
        "it as it is.",
    ),
    mistake(
        lambda z, dim: _shares(_shifted(z, dim), dim).detach(),
        "The values are right, and they are cut off from z, so no gradient can flow back. `detach`, `.data`, "
        "`torch.no_grad()`, `.item()`, `.tolist()`, NumPy and `torch.tensor(…)` all do that.",
    ),
    mistake(
        _stable_softmax_by_mean,
        "You subtracted the mean of the whole table. What lies far above it still overflows: each row needs its own "
        "maximum.",
    ),
    mistake(
        _stable_softmax_by_half_the_maximum,
        "You subtracted half of the maximum. The other half is left, and may still overflow.",
    ),
]
alternatives = [
    lambda z, dim: _shares((z - z.max(dim, keepdim=True).values).exp(), dim),
    lambda z, dim: torch.div(
        (z - z.amax(dim, True)).exp(), (z - z.amax(dim, True)).exp().sum(dim).unsqueeze(dim)
    ),
    _stable_softmax_row_by_row,
    _stable_softmax_by_logarithms,
    _stable_softmax_by_slices,
    lambda z, dim: _shares(torch.exp(z - z.topk(1, dim=dim).values), dim),
]
also_wrong = [
    _stable_softmax_nan_to_num,
    _stable_softmax_detours_by_numpy,
    lambda z, dim: F.softmax(z, dim=dim),
    lambda z, dim: torch.exp(z - torch.logsumexp(z, dim, keepdim=True)),
]
hints = [
    "Adding one number to all scores of a row changes nothing. Which number makes them all ≤ 0?",
    "`z.amax(dim=dim, keepdim=True)` is the largest score along `dim`, in a shape that broadcasts.",
    "m = z.amax(dim=dim, keepdim=True); e = torch.exp(z - m); then divide by the sums as before.",
]
