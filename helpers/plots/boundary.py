"""Where a classifier changes its mind: points of the classes over the regions it gives them."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plots import canvas
from helpers.plots.style import COLOURS, INK, PALE, axes_or_new, look, numbers, styled

__all__ = ["decision_boundary", "separating_line"]

Scores = Callable[[torch.Tensor], torch.Tensor]


@styled
def decision_boundary(
    score: Scores,
    X: ArrayLike,
    y: ArrayLike,
    *,
    threshold: float = 0.0,
    class_names: Sequence[str] | None = None,
    axis_labels: tuple[str, str] = ("x₁", "x₂"),
    margin: float = 0.25,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the regions that a classifier gives its classes, and the points on top.

    Example: `decision_boundary(model, X, y, title="One line parts the two kinds")`.

    Args:
        score: maps points (m, 2) float32 to scores (m,) or (m, 1), class 1 where they are above `threshold`, or to
            scores (m, k) of k classes, of which the largest wins. Called without gradients; a module is used in
            the mode it is in.
        X: points (n, 2). y: classes (n,), whole numbers from 0 to 5.
        threshold: 0 for scores, 0.5 for probabilities.
        margin: room around the points, as a part of their range.

    Raises:
        ValueError: X, y or the scores have another shape.
    """
    X, y = _points(X, y)
    low, high = _window(X, margin)
    across, up = np.meshgrid(np.linspace(low[0], high[0], 241), np.linspace(low[1], high[1], 241))
    grid = torch.from_numpy(np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32))
    with torch.no_grad():
        values = numbers(score(grid), "the score of the points", (1, 2))
    if len(values) != len(grid):
        raise ValueError(f"score must give one row per point: {len(grid)} in, {values.shape} out")
    many = values.ndim == 2 and values.shape[1] > 1
    found = values.argmax(axis=1) if many else (values.reshape(-1) > threshold).astype(int)
    found = found.reshape(across.shape)
    ax = axes_or_new(ax, 6.0, 4.2)
    kinds = max(int(y.max()), int(found.max())) + 1
    ax.contourf(across, up, found, levels=np.arange(kinds + 1) - 0.5, colors=PALE[:kinds])
    edges = np.arange(kinds - 1) + 0.5
    if found.min() < found.max():
        ax.contour(across, up, found, levels=edges, colors=INK, linewidths=1.6)
    return _finish(ax, X, y, low, high, title, class_names, axis_labels)


@styled
def separating_line(
    weight: ArrayLike,
    bias: float | ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    class_names: Sequence[str] | None = None,
    axis_labels: tuple[str, str] = ("x₁", "x₂"),
    margin: float = 0.25,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the line w·x + b = 0 of a perceptron, its weight vector, and the points of two classes.

    Example: `separating_line([1.0, 1.0], -1.5, X, y, title="AND: one line is enough")`.

    Args:
        weight: (2,). bias: one number. X: points (n, 2). y: classes (n,), 0 or 1.

    Raises:
        ValueError: the weight has no two entries, or X and y have another shape.
    """
    w = numbers(weight, "weight").reshape(-1).astype(float)
    if w.shape != (2,):
        raise ValueError(f"weight must have two entries, but its shape is {np.shape(weight)}")
    offset = numbers(bias, "bias").reshape(-1)
    if offset.shape != (1,):
        raise ValueError(f"bias must be one number, but its shape is {np.shape(bias)}")
    b = float(offset[0])
    slope = torch.tensor(w, dtype=torch.float32)
    options = {"class_names": class_names, "axis_labels": axis_labels, "margin": margin}
    ax = decision_boundary(lambda points: points @ slope + b, X, y, title=title, ax=ax, **options)
    if length := float(w @ w):
        foot = -b * w / length  # the point of the line that is nearest to the origin
        reach = 0.16 * min(np.diff(ax.get_xlim())[0], np.diff(ax.get_ylim())[0])
        tip = foot + reach * w / np.sqrt(length)
        canvas.arrow(ax, tuple(foot), tuple(tip), linewidth=1.8)
        ax.annotate(
            "w",
            tip,
            xytext=(4, 4),
            textcoords="offset points",
            fontweight="bold",
            annotation_clip=True,
        )
    return ax


def _points(X: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    points, classes = numbers(X, "X", 2), numbers(y, "y", (1, 2)).reshape(-1)
    if points.shape[1] != 2 or not len(points) or len(points) != len(classes):
        raise ValueError(f"X must be (n, 2) and y (n,): got {points.shape} and {classes.shape}")
    if (classes != classes.astype(int)).any() or classes.min() < 0 or classes.max() >= len(COLOURS):
        raise ValueError(
            f"y must hold classes 0 to {len(COLOURS) - 1}, got {np.unique(classes)[:8]}"
        )
    return points.astype(float), classes.astype(int)


def _window(X: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
    low, high = X.min(axis=0), X.max(axis=0)
    room = margin * np.where(high > low, high - low, 1.0)
    return low - room, high + room


def _finish(ax, X, y, low, high, title, class_names, axis_labels) -> Axes:
    present = np.unique(y)
    names = class_names or [f"class {kind}" for kind in range(present.max() + 1)]
    if len(names) <= present.max():
        raise ValueError(
            f"class_names has {len(names)} names, but y goes up to class {present.max()}"
        )
    for kind in present:
        style = {"s": 50, "edgecolor": "white", "linewidth": 0.8, "zorder": 3}
        ax.scatter(*X[y == kind].T, label=names[kind], **style, **look(kind).points)
    ax.set(
        xlabel=axis_labels[0], ylabel=axis_labels[1], xlim=(low[0], high[0]), ylim=(low[1], high[1])
    )
    ax.set_title(title)
    # Beside the axes: within them it could hide a point.
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, handletextpad=0.1)
    return ax
