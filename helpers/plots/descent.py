"""Going downhill: the loss valley with the path of descent, in one dimension and on a map."""

import itertools
from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots import canvas
from helpers.plots.style import BLUE, INK, ORANGE, axes_or_new, look, numbers, styled

__all__ = ["contour_paths", "rate_panels", "valley"]

Curve = Callable[[torch.Tensor], torch.Tensor]
Surface = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@styled
def valley(
    loss: Curve,
    path: ArrayLike = (),
    *,
    span: tuple[float, float] = (-3.0, 3.0),
    title: str = "",
    axis_labels: tuple[str, str] = ("weight w", "loss L(w)"),
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss over one weight, and the steps that a descent took on it.

    Example: `valley(lambda w: (w - 1) ** 2, [-2.5, -1.1, -0.26], title="Steps shrink as the slope does")`.

    Args:
        loss: maps weights (n,) to losses (n,). path: weights (steps,) in order; those outside `span` leave the picture.

    Raises:
        ValueError: the path is no list of weights, or loss changes the shape.
    """
    w = torch.linspace(*span, 401)
    heights = _apply(loss, w)
    ax = axes_or_new(ax)
    ax.plot(w, heights, color=BLUE, linewidth=2.6, zorder=2)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1], xlim=span)
    room = 0.1 * (float(heights.max() - heights.min()) or 1)
    ax.set_ylim(heights.min() - room, heights.max() + room)
    steps = numbers(path, "path", 1).astype(np.float32)
    if steps.size:
        on = _apply(loss, torch.from_numpy(steps))
        # An arrow to a step outside the picture is left out; this line shows where it went.
        ax.plot(steps, on, color=ORANGE, linewidth=1.2, zorder=2)
        for a, b in itertools.pairwise(zip(steps, on, strict=True)):
            shape = {"shrinkA": 3, "shrinkB": 3}
            style = {"colour": ORANGE, "linewidth": 1.5, "zorder": 3, "annotation_clip": True}
            canvas.arrow(ax, a, b, shape=shape, **style)
        ax.plot(
            steps,
            on,
            "o",
            color=ORANGE,
            markersize=6.5,
            markeredgecolor="white",
            zorder=4,
            label="steps",
        )
        ax.plot(steps[:1], on[:1], "D", color=INK, markersize=8, zorder=5, label="start")
        ax.legend(loc="upper center")
    ax.set_title(title)
    return ax


@styled
def rate_panels(
    loss: Curve,
    paths: Mapping[str, ArrayLike],
    *,
    span: tuple[float, float] = (-3.0, 3.0),
    title: str = "",
    axis_labels: tuple[str, str] = ("weight w", "loss L(w)"),
) -> Figure:
    """Draw the same valley once per path, a panel each, such as for learning rates low, good, too high.

    Example: `rate_panels(f, {"η = 0.02: slow": slow, "η = 0.3: good": good, "η = 1.02: diverges": wild})`.
    """
    if not paths:
        raise ValueError("rate_panels needs at least one path")
    size = (min(9.0, 3.1 * len(paths)), 3.3)
    fig, axes = plt.subplots(
        1, len(paths), figsize=size, sharey=True, squeeze=False, layout="constrained"
    )
    for number, (ax, (name, path)) in enumerate(zip(axes[0], paths.items(), strict=True)):
        labels = (axis_labels[0], axis_labels[1] if number == 0 else "")
        valley(loss, path, span=span, title=name, axis_labels=labels, ax=ax)
    for ax in axes[0, 1:]:
        if ax.get_legend() is not None:
            ax.get_legend().remove()  # one says it for all
    fig.suptitle(title)
    return fig


@styled
def contour_paths(
    loss: Surface,
    paths: Mapping[str, ArrayLike],
    *,
    span: tuple[tuple[float, float], tuple[float, float]] = ((-3.0, 3.0), (-3.0, 3.0)),
    minimum: tuple[float, float] | None = None,
    title: str = "",
    axis_labels: tuple[str, str] = ("weight w₁", "weight w₂"),
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss of two weights as a map with height lines, and the paths of descent on it.

    Example: `contour_paths(lambda u, v: u**2 + 10 * v**2, {"plain": plain, "momentum 0.9": heavy})`.

    Args:
        loss: maps two tensors of one shape to losses of that shape. paths: name → (steps, 2).
        minimum: where to put a star.

    Raises:
        ValueError: a path is no table with two columns.
    """
    u, v = torch.meshgrid(
        torch.linspace(*span[0], 161), torch.linspace(*span[1], 161), indexing="xy"
    )
    with torch.no_grad():
        heights = numbers(loss(u, v), "loss", 2).astype(float)
    low = heights.min()
    # Height lines at equal steps of the square root: as near to one another at the floor as on the slope.
    levels = low + (np.linspace(0, 1, 18) ** 2) * ((heights.max() - low) or 1.0)
    ax = axes_or_new(ax, 6.2, 4.6)
    ax.contourf(u, v, heights, levels=levels, cmap="Greys", alpha=0.55)
    ax.contour(u, v, heights, levels=levels[1:], colors="#8A8A8A", linewidths=0.6)
    for number, (name, path) in enumerate(paths.items()):
        steps = numbers(path, name, 2)
        if steps.shape[1] != 2:
            raise ValueError(f"path {name!r} must have shape (steps, 2), not {steps.shape}")
        style = {"markersize": 4.5, "linewidth": 1.7, "markeredgecolor": "white"}
        own = look(number)
        ax.plot(*steps.T, label=name, marker=own.marker, **own.line, **style)
        ax.plot(*steps[:1].T, "D", color=INK, markersize=7, zorder=5)
    if minimum is not None:
        ax.plot(
            *minimum,
            "*",
            color=INK,
            markersize=15,
            markeredgecolor="white",
            label="minimum",
            zorder=6,
        )
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1], xlim=span[0], ylim=span[1])
    ax.set_title(title)
    if paths or minimum is not None:
        ax.legend(loc="upper right", frameon=True, framealpha=0.92, edgecolor="none")
    return ax


def _apply(loss: Curve, w: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        heights = numbers(loss(w), "loss").astype(float)
    if heights.shape != tuple(w.shape):
        raise ValueError(f"loss must keep the shape: {tuple(w.shape)} in, {heights.shape} out")
    return heights
