"""Figures that only the lesson on activations needs."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import BLUE, ORANGE, QUIET, axes_or_new, numbers, styled


@styled
def pulls(pairs: Mapping[str, ArrayLike], *, title: str = "") -> Figure:
    """Draw, in a panel for each name, how n examples pull at two weights of one unit: (n, 2) each."""
    figure, axes = plt.subplots(
        1, len(pairs), figsize=(4.4 * len(pairs), 4.0), layout="constrained", squeeze=False
    )
    for ax, (name, pair) in zip(axes[0], pairs.items(), strict=True):
        pair = numbers(pair, name, 2)
        reach = 1.1 * np.abs(pair).max()
        agree = pair[:, 0] * pair[:, 1] >= 0
        for quadrant in ((0, 0), (-reach, -reach)):
            ax.add_patch(plt.Rectangle(quadrant, reach, reach, color="#EAF2F8", zorder=0))
        ax.scatter(*pair[agree].T, s=16, color=BLUE, label="same sign")
        ax.scatter(*pair[~agree].T, s=20, color=ORANGE, marker="x", label="opposite signs")
        ax.axhline(0, color="black", linewidth=0.8)
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        ax.set(xlabel="pull at weight 1", ylabel="pull at weight 2")
        ax.set_title(f"{name}: {agree.mean():.0%} same sign")
        ax.legend(loc="lower right")
    figure.suptitle(title)
    return figure


@styled
def hinge_curve(
    x: ArrayLike,
    y: ArrayLike,
    fitted: ArrayLike,
    hinges: ArrayLike,
    *,
    axis_labels: tuple[str, str] = ("x", "y"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw measurements (n,), a curve through them made of straight pieces, and where its hinges are."""
    ax = axes_or_new(ax, 8.6, 3.6)
    x, y = numbers(x, "x", 1), numbers(y, "y", 1)
    fitted, hinges = numbers(fitted, "fitted", 1), numbers(hinges, "hinges", 1)
    ax.plot(x, y, "o", color=QUIET, markersize=4, label="measured")
    ax.plot(x, fitted, color=BLUE, linewidth=2.4, label="sum of the ReLUs")
    at = np.interp(hinges, x, fitted)
    ax.plot(hinges, at, "D", color=ORANGE, markersize=6, label="a hinge: one hidden unit")
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    ax.set_ylim(top=1.25 * y.max())  # room for the legend
    ax.set_title(title)
    ax.legend(loc="upper left", ncols=3)
    return ax
