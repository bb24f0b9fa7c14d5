"""Figures of lesson 07: what a filter answers, what a network names, neighbours, drifting statistics."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    PALE_BLUE,
    look,
    numbers,
    styled,
)


@styled
def filter_response(
    image: ArrayLike, weights: ArrayLike, response: ArrayLike, *, title: str = ""
) -> Figure:
    """Draw a photograph, a filter and the feature map that the filter makes of the photograph: three panels.

    Args:
        image: (3, h, w), 0 to 255. weights: (3, k, k) of one filter. response: (h', w'), its feature map.

    Raises:
        ValueError: another number of dimensions or of colours.
    """
    picture = _colours_last(image, "image", 3) / 255
    kernel = _colours_last(weights, "weights", 3).astype(float)
    values = numbers(response, "response", 2)
    span = kernel.max() - kernel.min()
    figure, axes = plt.subplots(
        1, 3, figsize=(9.6, 3.7), width_ratios=(3, 1.1, 3.35), layout="constrained"
    )
    axes[0].imshow(np.clip(picture, 0, 1))
    axes[1].imshow((kernel - kernel.min()) / (span or 1), interpolation="nearest")
    limit = float(np.abs(values).max()) or 1.0
    shown = axes[2].imshow(values, cmap="PuOr", vmin=-limit, vmax=limit)
    figure.colorbar(shown, ax=axes[2], label="answer of the filter", shrink=0.85)
    size = "{} × {}"
    names = (
        f"photograph, {size.format(*picture.shape[:2])}",
        f"filter, {size.format(*kernel.shape[:2])}",
        f"feature map, {size.format(*values.shape)}",
    )
    for ax, name in zip(axes, names, strict=True):
        ax.set(xticks=[], yticks=[])
        ax.set_title(name, fontweight="normal")
    figure.suptitle(title)
    return figure


def _colours_last(x: ArrayLike, name: str, dims: int) -> np.ndarray:
    """Return (…, 3, h, w) as (…, h, w, 3), as matplotlib draws it."""
    values = numbers(x, name, dims)
    if values.shape[-3] != 3:
        first = "n, " if dims == 4 else ""
        raise ValueError(f"{name} must be ({first}3, h, w), not {values.shape}")
    return np.moveaxis(values, -3, -1)


@styled
def named_photos(
    images: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str],
    *,
    right: Sequence[bool] | None = None,
    count: int = 3,
    title: str = "",
) -> Figure:
    """Draw photographs, a panel each, above the class names that a network finds most likely.

    Args:
        images: (n, 3, h, w), 0 to 255. probabilities: (n, classes).
        count: how many names stand below a photograph.
        right: for each photograph, whether the first name fits; a wrong one is drawn in orange, with a cross.

    Raises:
        ValueError: the numbers of photographs, classes or names differ.
    """
    pictures = _colours_last(images, "images", 4) / 255
    shares = numbers(probabilities, "probabilities", 2)
    if shares.shape != (len(pictures), len(class_names)):
        raise ValueError(
            f"probabilities have shape {shares.shape}; expected {(len(pictures), len(class_names))}"
        )
    across = len(pictures)
    figure, axes = plt.subplots(
        2, across, figsize=(2.15 * across, 3.9), height_ratios=(2, 1.1), squeeze=False
    )
    for n in range(across):
        best = np.argsort(-shares[n], kind="stable")[:count]
        fits = right is None or right[n]
        axes[0, n].imshow(np.clip(pictures[n], 0, 1))
        axes[0, n].set_axis_off()
        if right is not None:
            axes[0, n].set_title("✓ fits" if fits else "✗ wrong", color=GREEN if fits else ORANGE)
        bar = axes[1, n]
        bar.barh(range(len(best)), shares[n, best], color=BLUE if fits else ORANGE, alpha=0.35)
        for place, k in enumerate(best):
            name = class_names[k]
            words = name if len(name) <= 17 else name[:16] + "…"
            bar.text(0.02, place, f"{words} {shares[n, k]:.2f}", va="center", fontsize=9)
        bar.set(xlim=(0, 1), yticks=[], xticks=[0, 1])
        bar.invert_yaxis()
        bar.tick_params(labelsize=9)
    axes[1, 0].set_xlabel("probability")
    figure.suptitle(title)
    figure.tight_layout(h_pad=0.4, w_pad=0.8)
    return figure


@styled
def neighbours(
    images: ArrayLike,
    classes: ArrayLike,
    class_names: Sequence[str],
    rows: Mapping[str, ArrayLike],
    chosen: int,
    *,
    count: int = 5,
    title: str = "",
) -> Figure:
    """Draw a photograph and, in each of several spaces, the others that lie nearest to it, a panel each.

    Args:
        images: (n, 3, h, w), 0 to 255. classes: (n,).
        rows: name of the space → (n, d), a point for each photograph. chosen: which photograph.

    Raises:
        ValueError: a space with another number of rows, or no such photograph.
    """
    pictures = _colours_last(images, "images", 4) / 255
    truth = numbers(classes, "classes", 1)
    if not 0 <= chosen < len(pictures):
        raise ValueError(f"chosen={chosen}: there are {len(pictures)} photographs, counted from 0")
    figure, axes = plt.subplots(
        len(rows), count + 1, figsize=(1.5 * (count + 1), 1.9 * len(rows) + 0.5), squeeze=False
    )
    for line, (name, table) in zip(axes, rows.items(), strict=True):
        points = numbers(table, name, 2).astype(float)
        if len(points) != len(pictures):
            raise ValueError(
                f"{name} has {len(points)} rows for {len(pictures)} photographs; one each is needed"
            )
        distance = np.linalg.norm(points - points[chosen], axis=1)
        distance[chosen] = -1  # before all others, even before its equal
        for place, (ax, other) in enumerate(
            zip(line, np.argsort(distance, kind="stable"), strict=False)
        ):
            ax.imshow(np.clip(pictures[other], 0, 1))
            ax.set(xticks=[], yticks=[])
            same = truth[other] == truth[chosen]
            mark = "" if place == 0 else "✓ " if same else "✗ "
            colour = "black" if place == 0 else GREEN if same else ORANGE
            ax.set_title(mark + class_names[truth[other]], fontsize=9, color=colour)
            for side in ax.spines.values():
                side.set(visible=True, color=colour, linewidth=2.5)
        line[0].set_ylabel(f"nearest by\n{name}")
    figure.suptitle(title)
    figure.tight_layout()
    return figure


@styled
def score_spread(
    scores: Mapping[str, ArrayLike], *, axis_label: str = "score", title: str = ""
) -> Figure:
    """Draw a histogram for each name, a panel each, on the same axis, with its standard deviation.

    Raises:
        ValueError: nothing to draw.
    """
    if not scores:
        raise ValueError("score_spread needs at least one set of scores")
    values = {name: numbers(v, name).reshape(-1) for name, v in scores.items()}
    limit = max(float(np.abs(v).max()) for v in values.values()) * 1.05
    figure, axes = plt.subplots(
        len(values), 1, figsize=(7.2, 1.35 * len(values) + 0.9), sharex=True, squeeze=False
    )
    edges = np.linspace(-limit, limit, 80)
    for ax, (name, v) in zip(axes[:, 0], values.items(), strict=True):
        ax.hist(v, bins=edges, color=PALE_BLUE, edgecolor=BLUE, linewidth=0.6)
        ax.text(0.01, 0.92, name, transform=ax.transAxes, va="top", fontweight="bold")
        ax.text(0.99, 0.92, f"std {v.std():.2g}", transform=ax.transAxes, va="top", ha="right")
        ax.set(yticks=[])
    axes[-1, 0].set_xlabel(axis_label)
    figure.suptitle(title)
    figure.tight_layout()
    return figure


@styled
def drift(
    before: ArrayLike, after: Mapping[str, ArrayLike], *, axis_label: str = "value", title: str = ""
) -> Figure:
    """Draw values after training against the same values before: points off the diagonal have moved.

    Args:
        before: (n,). after: name → (n,), a panel each.

    Raises:
        ValueError: another number of values.
    """
    start = numbers(before, "before", 1)
    figure, axes = plt.subplots(
        1, len(after), figsize=(3.9 * len(after), 3.9), squeeze=False, sharey=True
    )
    ends = {name: numbers(v, name, 1) for name, v in after.items()}
    low = min(start.min(), *(v.min() for v in ends.values()))
    high = max(start.max(), *(v.max() for v in ends.values()))
    for n, (ax, (name, end)) in enumerate(zip(axes[0], ends.items(), strict=True)):
        if end.shape != start.shape:
            raise ValueError(f"{name} has shape {end.shape}, before has {start.shape}")
        ax.plot([low, high], [low, high], color="#8A8A8A", linewidth=1, linestyle="--")
        ax.plot(start, end, linestyle="none", markersize=4, alpha=0.6, **look(n).points)
        ax.set(xlabel=f"{axis_label} before", aspect="equal")
        ax.set_title(name, fontweight="normal")
    axes[0, 0].set_ylabel(f"{axis_label} after")
    figure.suptitle(title)
    figure.tight_layout()
    return figure
