"""Two names and one memory, or two: what `torch.from_numpy` shares and `torch.tensor` copies."""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

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


@styled
def memory_sharing(
    array: np.ndarray,
    tensor: torch.Tensor,
    *,
    title: str = "",
    names=("array", "tensor"),
    ax: Axes | None = None,
) -> Axes:
    """Draw whether an array and a tensor look at the same numbers in memory, as they really do.

    Example: `memory_sharing(a, torch.from_numpy(a))` draws one row of cells; with `torch.tensor(a)` two.

    Args:
        array, tensor: one dimension, at most 8 entries.

    Raises:
        ValueError: too large to draw, or more than one dimension.
    """
    if array.ndim != 1 or tensor.dim() != 1 or max(len(array), len(tensor)) > 8 or not len(array):
        raise ValueError(
            f"both must be (n,) with n ≤ 8: got {array.shape} and {tuple(tensor.shape)}"
        )
    shared = np.shares_memory(array, tensor.detach().numpy())
    ax = axes_or_new(ax, 6.4, 2.9)
    rows = ((array, 1.1 if not shared else 0.5, PALE_GREY if not shared else PALE_BLUE, 1.1),)
    rows += () if shared else ((tensor, -0.3, PALE_ORANGE, -0.3),)
    for values, low, face, _ in rows:
        for place, value in enumerate(values.tolist()):
            ax.add_patch(Rectangle((3 + place, low), 1, 0.8, facecolor=face, edgecolor=INK))
            ax.text(3.5 + place, low + 0.4, f"{value:g}", ha="center", va="center")
    for name, y, colour, goal in (
        (names[0], 1.5, QUIET, 0.95 if shared else 1.5),
        (names[1], 0.1, ORANGE, 0.85 if shared else 0.1),
    ):
        box = FancyBboxPatch(
            (0, y - 0.25), 1.5, 0.5, "round,pad=0.06", fc="white", ec=colour, lw=1.8
        )
        ax.add_patch(box)
        ax.text(0.75, y, name, ha="center", va="center", fontweight="bold")
        arrow = {"arrowstyle": "-|>", "color": BLUE if shared else colour, "lw": 1.8}
        ax.annotate("", (2.95, goal), (1.6, y), arrowprops=arrow)
    ax.set(xlim=(-0.3, 3.3 + max(len(array), len(tensor))), ylim=(-0.6, 2.2))
    ax.set_axis_off()
    ax.set_title(
        title or ("Two names, one memory" if shared else "Two names, two memories: a copy")
    )
    return ax
