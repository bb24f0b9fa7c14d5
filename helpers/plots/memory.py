"""Two names and one memory, or two: what `torch.from_numpy` shares and `torch.tensor` copies."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes

from helpers.plots import canvas
from helpers.plots.style import (
    BLUE,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    QUIET,
    axes_or_new,
    styled,
)

__all__ = ["memory_sharing"]


@styled
def memory_sharing(
    array: np.ndarray,
    tensor: torch.Tensor,
    *,
    labels: Sequence[str] = ("array", "tensor"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw whether an array and a tensor look at the same numbers in memory, as they really do.

    Example: `memory_sharing(a, torch.from_numpy(a))` draws one row of cells; with `torch.tensor(a)` two.

    Args:
        array, tensor: one dimension, at most 8 entries.
        labels: what the two are called.

    Raises:
        ValueError: too large to draw, or more than one dimension.
    """
    if array.ndim != 1 or tensor.dim() != 1 or max(len(array), len(tensor)) > 8 or not len(array):
        raise ValueError(
            f"both must be (n,) with n ≤ 8: got {array.shape} and {tuple(tensor.shape)}"
        )
    shared = np.shares_memory(array, tensor.detach().numpy())
    ax = axes_or_new(ax, 6.4, 2.9)
    rows = ((array, 0.5, PALE_BLUE),)
    if not shared:
        rows = ((array, 1.1, PALE_GREY), (tensor, -0.3, PALE_ORANGE))
    for values, low, face in rows:
        for place, value in enumerate(values.tolist()):
            canvas.box(ax, (3 + place, low), 1, 0.8, face=face, edge=INK)
            canvas.write(ax, 3.5 + place, low + 0.4, f"{value:g}")
    for label, y, colour, goal in (
        (labels[0], 1.5, QUIET, 0.95 if shared else 1.5),
        (labels[1], 0.1, ORANGE, 0.85 if shared else 0.1),
    ):
        look = {"face": "white", "edge": colour, "rounding": "pad=0.06", "linewidth": 1.8}
        canvas.box(ax, (0, y - 0.25), 1.5, 0.5, **look)
        canvas.write(ax, 0.75, y, label, fontweight="bold")
        colour = BLUE if shared else colour
        canvas.arrow(ax, (1.6, y), (2.95, goal), colour=colour, linewidth=1.8)
    ax.set(xlim=(-0.3, 3.3 + max(len(array), len(tensor))), ylim=(-0.6, 2.2))
    words = "Two names, one memory" if shared else "Two names, two memories: a copy"
    return canvas.finish(ax, title or words, equal=False)
