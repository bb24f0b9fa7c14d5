"""Figures on the perceptron and on linear layers: a line that learns, a forward pass, a grid that stays straight."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.matrix import heat_map
from helpers.plots.style import BLUE, INK, ORANGE, axes_or_new, look, minus, numbers, styled

PATH_MAP = "viridis"  # its brightness rises all the way: it reads in grey too


@styled
def learning_lines(
    weights: ArrayLike,
    biases: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    class_names: Sequence[str] = ("class 0", "class 1"),
    axis_labels: tuple[str, str] = ("x₁", "x₂"),
    title: str = "",
) -> Figure:
    """Draw the line w·x + b = 0 after each correction of a perceptron, and how many points each gets wrong.

    Two panels: left the lines, dark where few points are on the wrong side, the last one black; right the count of
    those points, correction by correction.

    Args:
        weights: (k, 2). biases: (k,). X: points (n, 2). y: classes (n,), 0 or 1.

    Raises:
        ValueError: no corrections, or shapes that do not fit.
    """
    w, b = numbers(weights, "weights", 2).astype(float), numbers(biases, "biases", 1).astype(float)
    if not len(w) or w.shape != (len(b), 2):
        raise ValueError(f"weights must be (k, 2) and biases (k,): got {w.shape} and {b.shape}")
    points, classes = numbers(X, "X", 2), numbers(y, "y", 1)
    if points.shape != (len(classes), 2):
        raise ValueError(f"X must be (n, 2) and y (n,): got {points.shape} and {classes.shape}")
    wrong = ((points @ w.T + b > 0) != classes[:, None]).sum(axis=0)
    fig, (left, right) = plt.subplots(
        1, 2, figsize=(10.4, 4.5), width_ratios=[1.25, 1], layout="constrained"
    )
    _swinging_lines(left, w, b, wrong, points)
    for kind in (0, 1):
        style = {"s": 34, "edgecolor": "white", "linewidth": 0.6, "zorder": 2}
        own = points[classes == kind]
        left.scatter(*own.T, label=class_names[kind], **style, **look(kind).points)
    left.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    left.set_title("every line it tried; black: the last")
    left.legend(loc="lower right")
    order = np.arange(1, len(b) + 1)
    right.plot(order, wrong, color="#B5B5B5", linewidth=1, zorder=1)
    right.scatter(order, wrong, c=_shades(wrong), edgecolor=INK, linewidth=0.5, s=26, zorder=2)
    right.set(xlabel="correction", ylabel=f"points on the wrong side, of {len(classes)}")
    right.set_ylim(bottom=-0.04 * max(wrong.max(), 1))
    right.set_title("how wrong each of them was")
    fig.suptitle(title or f"{len(b)} corrections: hardly a steady climb, and yet it arrives")
    return fig


def _shades(wrong: np.ndarray) -> np.ndarray:
    """A colour for each line: the darker, the fewer points are on the wrong side."""
    return plt.get_cmap(PATH_MAP)(0.05 + 0.9 * wrong / max(wrong.max(), 1))


def _swinging_lines(
    ax: Axes, w: np.ndarray, b: np.ndarray, wrong: np.ndarray, points: np.ndarray
) -> None:
    room = 0.12 * np.ptp(points, axis=0)
    low, high = points.min(axis=0) - room, points.max(axis=0) + room
    for weight, bias, colour in zip(w, b, _shades(wrong), strict=True):
        ax.plot(*_line(weight, bias, low, high), color=colour, linewidth=1.1, zorder=1)
    ax.plot(*_line(w[-1], b[-1], low, high), color="black", linewidth=3.4, zorder=3)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def _line(w: np.ndarray, b: float, low: np.ndarray, high: np.ndarray) -> tuple[list, list]:
    """Two points of w·x + b = 0 at the borders of the window; nothing where w is 0."""
    if w[1]:
        across = [low[0], high[0]]
        return across, [-(w[0] * x + b) / w[1] for x in across]
    if w[0]:
        return [-b / w[0]] * 2, [low[1], high[1]]
    return [], []


@styled
def forward_maps(outputs: Sequence[ArrayLike], labels: Sequence[str], *, title: str = "") -> Figure:
    """Draw the intermediates of a forward pass, each (n, n[l]), as heat maps, a panel each, a row per sample.

    Raises:
        ValueError: no intermediates, or not one label for each.
    """
    if len(outputs) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(outputs)} outputs; one each is needed")
    tables = [numbers(table, label, 2) for table, label in zip(outputs, labels, strict=True)]
    if not tables:
        raise ValueError("outputs is empty: nothing to draw")
    widths = [max(table.shape[1], 2) for table in tables]
    size = (min(10.5, 1.2 * len(tables) + 0.34 * sum(widths)), 1.9 + 0.36 * len(tables[0]))
    fig, axes = plt.subplots(
        1, len(tables), figsize=size, width_ratios=widths, squeeze=False, layout="constrained"
    )
    for ax, table, label in zip(axes[0], tables, labels, strict=True):
        heat_map(
            table.round(1) + 0.0,  # + 0.0 makes 0 of −0
            title=f"{label}\n{tuple(table.shape)}",
            axis_labels=("unit", "sample"),
            pattern=".1f",
            symmetric=True,
            ax=ax,
        )
    fig.suptitle(title or "One row per sample all the way; the width is that of the layer")
    return fig


@styled
def warped_grids(
    maps: Sequence[tuple[str, Callable[[torch.Tensor], torch.Tensor]]], *, title: str = ""
) -> Figure:
    """Draw a square grid and what each map of the plane makes of it, a panel for each.

    Args:
        maps: pairs (name, map); a map takes points (m, 2) float32 to points (m, 2).
    """
    fig, axes = plt.subplots(
        1, len(maps), figsize=(3.3 * len(maps), 3.6), squeeze=False, layout="constrained"
    )
    for ax, (name, function) in zip(axes[0], maps, strict=True):
        for fixed in torch.linspace(-1, 1, 9):
            run = torch.linspace(-1, 1, 41)
            still = torch.full_like(run, float(fixed))
            for x1, x2, number in ((still, run, 0), (run, still, 1)):
                with torch.no_grad():
                    line = function(torch.stack([x1, x2], dim=1))
                ax.plot(*line.T, linewidth=1.3, **look(number).line)
        with torch.no_grad():
            corner = function(torch.tensor([[1.0, 1.0]]))[0]
        ax.plot(*corner, "o", color=INK, markersize=7)
        ax.set(xlabel="first number", ylabel="second number")
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_title(name)
    fig.suptitle(title or "Straight lines stay straight, parallel ones parallel")
    return fig


@styled
def weighted_sum(
    contributions: ArrayLike,
    bias: float,
    labels: Sequence[str],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how a weighted sum comes about: each wᵢ·xᵢ and the bias as a step from 0 to z.

    Args:
        contributions: (d,), the products wᵢ·xᵢ. labels: one for each.

    Raises:
        ValueError: not one label for each contribution.
    """
    steps = numbers(contributions, "contributions", 1).astype(float)
    if len(steps) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(steps)} contributions")
    steps = np.append(steps, float(bias))
    ends = np.cumsum(steps)
    ax = axes_or_new(ax, 7.2, 1.5 + 0.45 * (len(steps) + 1))
    for place, (step, end) in enumerate(zip(steps, ends, strict=True)):
        colour = ORANGE if step < 0 else BLUE
        ax.barh(place, step, left=end - step, color=colour, height=0.6)
        _beside(ax, max(end, end - step), place, f"{step:+.2f}")
    ax.barh(len(steps), ends[-1], color=INK, height=0.6)
    _beside(ax, max(ends[-1], 0), len(steps), f"z = {ends[-1]:.2f}")
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(range(len(steps) + 1), [*labels, "bias b", "their sum z"])
    ax.invert_yaxis()
    ax.use_sticky_edges = False
    ax.margins(x=0.15)
    ax.set(xlabel="contribution to z")
    ax.set_title(title or "Each feature pushes z up or down; the bias shifts the start")
    return ax


def _beside(ax: Axes, x: float, y: float, text: str) -> None:
    ax.text(x, y, minus(f"  {text}"), va="center", ha="left")
