"""What is concluded in lesson 05: what an optimizer does to gradients and parameters."""

from typing import Any

import torch
from torch import Tensor

from helpers.checks.conclusions import close
from helpers.lessons.backprop import drivers


def optimizer_path(
    seen: dict[str, Any], start: list[Tensor], learning_rate: float, rounds: int, unused: int | None
) -> dict[str, Any]:
    """Say whether gradients are cleared when they should be, and whether the parameters stay leaves.

    Only leaves get a gradient. It is the slope at the place where the path has come to, where the old one was
    cleared; else the sum of all slopes so far.
    """
    used = [number for number in range(len(start)) if number != unused]
    ends = [torch.cat([t.reshape(-1) for t in start]), *seen["path"]]
    slopes = [_slopes(end, start, used) for end in ends]
    sums = [list(map(sum, zip(*slopes[: n + 1], strict=True))) for n in range(len(slopes))]
    found, after = seen["gradients"], seen["after step"]
    is_slope, is_sum = (
        [_all_close(got, wanted) for got, wanted in zip(found, way, strict=True)]
        for way in (slopes, sums)
    )
    return {
        "path": seen["path"],
        "kept": all(map(_all_close, after, found)) and len(after) == rounds,
        "cleared": all(is_slope),
        "leaves": all(a or b for a, b in zip(is_slope, is_sum, strict=True)),
    }


def _slopes(end: Tensor, start: list[Tensor], used: list[int]) -> list[Tensor]:
    """Return the slopes of the loss at a place, one for each used parameter."""
    sizes = [t.numel() for t in start]
    parts = end[: sum(sizes)].split(sizes)
    places = [parts[n].reshape(start[n].shape).clone().requires_grad_(True) for n in used]
    return list(torch.autograd.grad(drivers.hilly(places), places))


def _all_close(got: list, wanted: list) -> bool:
    return len(got) == len(wanted) and all(
        close(g, w, 1e-3) for g, w in zip(got, wanted, strict=True)
    )
