"""What diagrams are made of: an empty sheet, boxes, words and arrows. Places and sizes are in units of the axes."""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from matplotlib.text import Text

from helpers.plots.style import INK

Point = tuple[float, float]


def sheet(ax: Axes | None, width: float, height: float, *, unit: float, least: float) -> Axes:
    """Return `ax`, or the axes of a new figure with room for width × height units and a title.

    Args:
        unit: inches of one unit, at most; wide drawings get smaller ones, so that they fit on a page.
        least: the figure's least width in inches.
    """
    if ax is not None:
        return ax
    size = (max(least, unit * width), unit * height + 0.5)
    return plt.subplots(figsize=size, layout="constrained")[1]


def box(
    ax: Axes,
    corner: Point,
    width: float,
    height: float,
    *,
    face: str | tuple[float, ...],
    edge: str,
    rounding: str | None = None,
    **look: Any,
) -> Patch:
    """Draw a box from its lower left corner, with round corners where `rounding` says how round."""
    colours = {"facecolor": face, "edgecolor": edge}
    if rounding is None:
        patch: Patch = Rectangle(corner, width, height, **colours, **look)
    else:
        patch = FancyBboxPatch(corner, width, height, f"round,{rounding}", **colours, **look)
    return ax.add_patch(patch)


def write(ax: Axes, x: float, y: float, words: str, **look: Any) -> Text:
    """Write words, with their middle at (x, y) where `ha` and `va` say nothing else."""
    return ax.text(x, y, words, **({"ha": "center", "va": "center"} | look))


def arrow(
    ax: Axes,
    start: Point,
    end: Point,
    *,
    colour: str = INK,
    head: str = "-|>",
    linewidth: float = 1.6,
    shape: dict[str, Any] | None = None,
    **look: Any,
) -> None:
    """Draw an arrow from `start` to `end`; `shape` holds more of matplotlib's `arrowprops`."""
    props = {"arrowstyle": head, "color": colour, "lw": linewidth} | (shape or {})
    ax.annotate("", end, start, arrowprops=props, **look)


def finish(ax: Axes, title: str, *, equal: bool = True, **look: Any) -> Axes:
    """Take the axes' frame away and set the title; with `equal` a unit is as high as it is wide."""
    if equal:
        ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(title, **look)
    return ax
