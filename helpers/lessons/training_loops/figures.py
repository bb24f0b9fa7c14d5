"""Figures of lesson 06: which rows go into which batch, stopping early, runs to diagnose, two dials."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import (
    GREY,
    INK,
    PALE,
    PALE_GREY,
    PALE_ORANGE,
    QUIET,
    TRAINING,
    VALIDATION,
    axes_or_new,
    look,
    numbers,
    styled,
)


@styled
def batches(
    orders: Sequence[ArrayLike], batch_size: int, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw in which batch each row of a data set is used, one strip for each epoch.

    Args:
        orders: for each epoch the numbers of the rows in the order of their use, (n,).
        batch_size: rows in a batch; the last one may be smaller.

    Raises:
        ValueError: batch_size is below 1.
    """
    size = batch_size
    if size < 1:
        raise ValueError(f"a batch holds at least one row, not {size}")
    ax = axes_or_new(ax, 8.2, 0.9 + 0.62 * len(orders))
    for epoch, order in enumerate(orders):
        for place, row in enumerate(numbers(order, "order", 1)):
            batch = place // size
            left = place + 0.6 * batch
            ax.barh(epoch, 0.94, left=left, height=0.72, color=look(batch).pale, edgecolor=QUIET)
            ax.text(left + 0.47, epoch, str(int(row)), ha="center", va="center", fontsize=10)
    count = len(orders[0])
    ax.set_xlim(
        -0.1, count + 0.6 * ((count - 1) // size) + 0.1
    )  # else half the first edge is cut off
    starts = range(0, count, size)
    middles = [
        (start + min(start + size, count)) / 2 + 0.6 * batch for batch, start in enumerate(starts)
    ]
    ax.set_xticks(middles, [f"batch {batch + 1}" for batch in range(len(middles))])
    ax.set_yticks(range(len(orders)), [f"epoch {epoch + 1}" for epoch in range(len(orders))])
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    ax.set_title(title)
    return ax


@styled
def early_stopping(
    train: ArrayLike,
    validation: ArrayLike,
    *,
    patience: int,
    axis_label: str = "mean loss per sample",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw both curves, the epoch that is kept, the epochs of waiting, and what is never trained.

    Args:
        train, validation: (epochs,), a whole run; where it would have been stopped is found out here.
        patience: epochs without a new lowest validation loss after which training stops.
    """
    seen, unseen = numbers(train, "train", 1), numbers(validation, "validation", 1)
    best, stop = stopping_point(unseen, patience)
    epochs = np.arange(1, len(seen) + 1)
    ax = axes_or_new(ax, 7.6, 4.4)
    ax.axvspan(best, stop, color=PALE_ORANGE, zorder=0, label=f"waiting: patience {patience}")
    ax.axvspan(stop, max(len(seen), stop), color=PALE_GREY, zorder=0, label="never trained")
    for name, curve, own in (("training", seen, TRAINING), ("validation", unseen, VALIDATION)):
        ax.plot(epochs[:stop], curve[:stop], label=name, linewidth=2.2, **own.line)
        ax.plot(epochs[stop - 1 :], curve[stop - 1 :], alpha=0.35, linewidth=2.2, **own.line)
    ax.axvline(stop, color=INK, linewidth=1.6)
    lowest = float(unseen[best - 1])
    ax.plot([best], [lowest], "o", color=INK, markersize=10, zorder=5)
    top = max(seen.max(), unseen.max())
    arrow = {"arrowstyle": "->", "color": INK, "lw": 1.2}
    style = {"arrowprops": arrow, "fontweight": "bold", "va": "center"}
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 2}
    words = f"kept: epoch {best}\nloss {lowest:.2f}"
    left = best > 0.25 * len(seen)  # further left the training curve is in the way
    place = (best - 0.2 if left else stop + 0.04 * len(seen), lowest + 0.3 * top)
    side = "right" if left else "left"
    ax.annotate(words, (best, lowest), place, bbox=box, ha=side, **style)
    words = f"stop: after epoch {stop}"
    ax.annotate(words, (stop, 0.75 * top), (stop + 0.04 * len(seen), 0.75 * top), bbox=box, **style)
    ax.set(xlabel="epoch", ylabel=axis_label, xlim=(1, len(seen)), ylim=(0, 1.05 * top))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_title(title)
    ax.legend(loc="upper right", ncols=2, fontsize=9)
    return ax


def stopping_point(validation: ArrayLike, patience: int) -> tuple[int, int]:
    """Return the number of the best epoch, and of the epoch after which training stops, from 1.

    Without a stop that is the last epoch.

    Raises:
        ValueError: patience below 1.
    """
    if patience < 1:
        raise ValueError(f"patience is at least 1 epoch, not {patience}")
    losses = numbers(validation, "validation", 1)
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best + 1, epoch + 1
    return best + 1, len(losses)


@styled
def run_panels(
    runs: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    axis_label: str = "mean loss per sample",
    top: float | None = None,
    log: bool = False,
    columns: int = 3,
    title: str = "",
) -> Figure:
    """Draw training and validation loss of several runs in panels with one scale.

    Args:
        runs: name → (train, validation), each (epochs,).
        top: upper end of the loss axis; higher losses leave the picture.
        log: make the loss axis logarithmic.
        columns: how many panels stand side by side.
    """
    rows = -(-len(runs) // columns)
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(3.0 * columns, 2.5 * rows + 0.8),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for ax, (name, (train, validation)) in zip(axes.flat, runs.items(), strict=False):
        seen, unseen = numbers(train, "train", 1), numbers(validation, "validation", 1)
        epochs = np.arange(1, len(seen) + 1)
        ax.plot(epochs, seen, label="training", **TRAINING.line)
        ax.plot(epochs, unseen, label="validation", **VALIDATION.line)
        ax.set_title(name)
        ax.set_xlabel("epoch")
        if log:
            ax.set_yscale("log")
            ax.minorticks_off()  # in a small panel they are a smear
        else:
            ax.set_ylim(0, top)
    for ax in axes[:, 0]:
        ax.set_ylabel(axis_label)
    for ax in axes.flat[len(runs) :]:
        ax.set_axis_off()
    fig.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    fig.suptitle(title)
    return fig


@styled
def extrapolation(
    x: ArrayLike,
    predictions: Mapping[str, ArrayLike],
    targets: ArrayLike,
    *,
    seen: tuple[float, float],
    axis_labels: tuple[str, str] = ("x", "answer"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw what models answer inside and outside the range they were trained on, beside the truth.

    Args:
        x: (n,). predictions: name → (n,). targets: (n,), what is true.
        seen: the range of x in the training data, shaded.
    """
    places = numbers(x, "x", 1)
    ax = axes_or_new(ax, 6.8, 4.0)
    ax.axvspan(*seen, color=PALE[0], zorder=0, label="seen in training")
    true = numbers(targets, "targets", 1)
    ax.plot(places, true, color=GREY, linewidth=5, alpha=0.45, label="truth")
    for number, (name, values) in enumerate(predictions.items()):
        ax.plot(places, numbers(values, name, 1), linewidth=2, label=name, **look(number).line)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    ax.set_title(title)
    ax.legend()
    return ax


@styled
def predicted_and_true(
    targets: ArrayLike,
    predictions: Mapping[str, ArrayLike],
    *,
    unit: str = "",
    title: str = "",
) -> Figure:
    """Draw predictions over true values, a panel for each model; on the diagonal they are equal.

    Args:
        targets: (n,), what is true. predictions: name of the model → (n,).
    """
    values = numbers(targets, "targets", 1)
    fig, axes = plt.subplots(
        1,
        len(predictions),
        figsize=(3.5 * len(predictions), 3.7),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for number, (ax, (name, said)) in enumerate(zip(axes[0], predictions.items(), strict=True)):
        guesses = numbers(said, name, 1)
        span = [min(values.min(), guesses.min()), max(values.max(), guesses.max())]
        ax.plot(span, span, color=QUIET, linewidth=1.2)
        ax.scatter(values, guesses, s=18, alpha=0.7, **look(number).points)
        ax.set_title(name)
        ax.set_xlabel(f"true value{unit and f' ({unit})'}")
    axes[0, 0].set_ylabel(f"prediction{unit and f' ({unit})'}")
    fig.suptitle(title)
    return fig
