"""Pictures that only this lesson needs; what several lessons share is in `helpers.plots`."""

import torch
from matplotlib.axes import Axes

from helpers.plots.style import BLUE, ORANGE, axes_or_new, numbers, styled


@styled
def smoothed(
    heights: torch.Tensor,
    means: torch.Tensor,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw measured heights (n,) in cm and their moving means (n - width + 1,), each at its middle.

    Raises:
        ValueError: there are more means than heights.
    """
    measured, mean = numbers(heights, "heights", 1), numbers(means, "means", 1)
    lost = len(measured) - len(mean)
    if lost < 0:
        raise ValueError(f"{len(mean)} means of {len(measured)} heights")
    ax = axes_or_new(ax)
    ax.plot(range(len(measured)), measured, "o", color=ORANGE, label="measured")
    days = [lost / 2 + day for day in range(len(mean))]
    ax.plot(days, mean, color=BLUE, label=f"mean of {lost + 1} days")
    ax.set(xlabel="day", ylabel="height (cm)", title=title)
    ax.legend()
    return ax
