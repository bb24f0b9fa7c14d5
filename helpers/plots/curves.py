"""Curves and bars: training and validation, losses as a prediction moves, comparisons, spread."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plots.style import (
    BLUE,
    INK,
    PALE_GREY,
    QUIET,
    TRAINING,
    VALIDATION,
    axes_or_new,
    look,
    minus,
    numbers,
    styled,
)

__all__ = ["accuracy_by_size", "bars", "histogram", "learning_curves", "lines"]


@styled
def lines(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    title: str = "",
    axis_labels: tuple[str, str] = ("x", "y"),
    log: bool = False,
    mark: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw curves over one x, each with a colour and a dash of its own.

    Example: `lines(prediction, {"squared": e**2, "absolute": e.abs()}, axis_labels=("prediction ŷ", "loss"))`.

    Args:
        x: (n,). curves: name → (n,).
        log: make the y axis logarithmic.
        mark: an x to mark with a dotted line, such as the true value.

    Raises:
        ValueError: a curve is not as long as x.
    """
    places = numbers(x, "x", 1)
    ax = axes_or_new(ax)
    if mark is not None:
        ax.axvline(mark, color=QUIET, linewidth=1.2, linestyle=":")
    for number, (name, curve) in enumerate(curves.items()):
        heights = numbers(curve, name)
        if heights.shape != places.shape:
            raise ValueError(f"{name} has shape {heights.shape}, x has {places.shape}")
        ax.plot(places, heights, label=name, **look(number).line)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1], yscale="log" if log else "linear")
    ax.set_title(title)
    if curves:
        ax.legend()
    return ax


@styled
def learning_curves(
    train: ArrayLike,
    validation: ArrayLike | None = None,
    *,
    best: int | None = None,
    title: str = "",
    axis_label: str = "mean loss per example",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a value of the training set by epoch, beside that of the validation set, and the best epoch.

    Example: `learning_curves(train, validation, best=int(validation.argmin()), title="From here on it memorises")`.

    Args:
        train, validation: (epochs,); the first entry is epoch 1.
        best: index (from 0) of the epoch whose weights are kept; what comes after is shaded.
        axis_label: what is drawn, with its unit. A sum of batch losses is no mean: say so here.

    Raises:
        ValueError: curves of different length, or no such epoch.
    """
    seen = numbers(train, "train", 1)
    epochs = np.arange(1, len(seen) + 1)
    ax = axes_or_new(ax)
    ax.plot(epochs, seen, label="training", **TRAINING.line)
    if validation is not None:
        unseen = numbers(validation, "validation", 1)
        if unseen.shape != seen.shape:
            raise ValueError(f"train has shape {seen.shape}, validation has {unseen.shape}")
        ax.plot(epochs, unseen, label="validation", **VALIDATION.line)
    if best is not None:
        if not 0 <= best < len(seen):
            raise ValueError(f"best={best}: there are {len(seen)} epochs, counted from 0")
        kept = (seen if validation is None else unseen)[best]
        ax.axvspan(best + 1, max(len(seen), best + 1), color=PALE_GREY, zorder=0)
        ax.axvline(best + 1, color=INK, linewidth=1.2, linestyle=":")
        ax.plot([best + 1], [kept], "o", color=INK, markersize=8, zorder=4)
        late = best > 0.6 * len(seen)
        ax.annotate(
            f"kept: epoch {best + 1}",
            (best + 1, kept),
            xytext=(-10 if late else 10, 16),
            textcoords="offset points",
            ha="right" if late else "left",
            fontweight="bold",
        )
    ax.set(xlabel="epoch", ylabel=axis_label, yscale="log" if log else "linear")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_title(title)
    ax.legend()
    return ax


@styled
def bars(
    values: Mapping[str, float],
    *,
    title: str = "",
    axis_label: str = "value",
    pattern: str = ",.3g",
    highlight: str | None = None,
    errors: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Compare a few numbers as horizontal bars with their values written beside them.

    Example: `bars({"baseline": 0.63, "network": 0.97}, axis_label="accuracy", highlight="network")`.

    Args:
        axis_label: what is compared, with its unit.
        highlight: name of the bar to set off in colour.
        errors: name → half length of the line that shows the spread.

    Raises:
        ValueError: nothing to draw, or a highlight that is no name.
    """
    if not values or (highlight is not None and highlight not in values):
        raise ValueError(f"bars has {list(values)}; highlight is {highlight!r}")
    ax = axes_or_new(ax, 6.4, min(8.0, 1.3 + 0.42 * len(values)))
    heights = [float(value) for value in values.values()]
    chosen = [BLUE if highlight in (None, name) else "#B5B5B5" for name in values]
    spread = None if errors is None else [errors.get(name, 0.0) for name in values]
    ax.barh(range(len(values)), heights, color=chosen, xerr=spread, capsize=4)
    for place, height in enumerate(heights):
        reach = height + (spread[place] if spread else 0) * (1 if height >= 0 else -1)
        text = f" {minus(format(height, pattern))} "
        ax.text(reach, place, text, va="center", ha="left" if height >= 0 else "right")
    ax.set_yticks(range(len(values)), list(values))
    ax.invert_yaxis()
    ax.margins(x=0.16)
    ax.axvline(0, color=QUIET, linewidth=0.9)
    ax.set(xlabel=axis_label)
    ax.set_title(title)
    return ax


@styled
def accuracy_by_size(
    sizes: Sequence[int],
    runs: Mapping[str, ArrayLike],
    *,
    title: str = "",
    chance: float | None = None,
    axis_label: str = "test accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Draw accuracy over the number of examples, the mean of several seeds with their spread.

    Example: `accuracy_by_size([2, 5, 10], {"frozen": frozen, "scratch": scratch}, chance=0.25)`.

    Args:
        sizes: examples per class. runs: name → (seeds, len(sizes)); the band spans lowest to highest.
        chance: accuracy of guessing, drawn as a dotted line.

    Raises:
        ValueError: a table with another number of columns.
    """
    ax = axes_or_new(ax)
    for number, (name, table) in enumerate(runs.items()):
        values = numbers(table, name, 2)
        if values.shape[1] != len(sizes) or not len(values):
            raise ValueError(f"{name} has shape {values.shape}; expected (seeds, {len(sizes)})")
        own, ends = look(number), (values.min(axis=0), values.max(axis=0))
        ax.fill_between(sizes, *ends, color=own.colour, alpha=0.16, linewidth=0)
        ax.plot(sizes, values.mean(axis=0), label=name, **own.line, marker=own.marker)
    if chance is not None:
        ax.axhline(chance, color=QUIET, linestyle=":", linewidth=1.4, label="guessing")
    ax.set(xlabel="training examples per class", ylabel=axis_label, xscale="log", ylim=(0, 1.03))
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    ax.set_title(title)
    ax.legend(loc="lower right")
    return ax


@styled
def histogram(
    values: ArrayLike,
    *,
    title: str = "",
    axis_label: str = "value",
    bins: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the entries of a tensor of any shape are spread, as shares in %.

    Example: `histogram(model[0].weight, axis_label="weight", title="Weights start within ±0.35")`.

    Raises:
        ValueError: nothing finite to draw.
    """
    flat = numbers(values, "values").reshape(-1).astype(float)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        raise ValueError(f"values of shape {np.shape(values)} hold no finite number")
    ax = axes_or_new(ax, 6.0, 3.4)
    share = np.full(flat.size, 100 / flat.size)
    ax.hist(flat, bins=bins, weights=share, color=BLUE, edgecolor="white", linewidth=0.4)
    ax.set(xlabel=axis_label, ylabel="share of all values in %")
    ax.set_title(title)
    return ax
