"""Figures on losses: errors as squares, one prediction as it moves, surprise, shares and their pull."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.plots import canvas
from helpers.plots.style import BLUE, GREY, INK, ORANGE, axes_or_new, look, numbers, styled

LossOfErrors = Callable[[torch.Tensor], torch.Tensor]


@styled
def lines_through(
    x: ArrayLike,
    y: ArrayLike,
    lines: Mapping[str, tuple[float, float]],
    *,
    axis_labels: tuple[str, str] = ("x", "y"),
    wrong: ArrayLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw measurements (n,) and straight lines, given as name → (slope, intercept).

    Args:
        wrong: bool (n,): measurements to set off, because they are wrong; None for none.

    Raises:
        ValueError: x, y and wrong are not equally long.
    """
    ax = axes_or_new(ax, 8.2, 4.0)
    x, y = numbers(x, "x", 1), numbers(y, "y", 1)
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} entries, y has {len(y)}")
    bad = np.zeros(len(x), dtype=bool) if wrong is None else _flags(wrong, "wrong", len(x))
    ax.scatter(x[~bad], y[~bad], s=14, color="0.72", label="measured")
    if bad.any():
        ax.scatter(x[bad], y[bad], s=46, color=INK, marker="X", label="typing error")
    ends = np.array([x.min(), x.max()])
    for number, (name, (slope, intercept)) in enumerate(lines.items()):
        heights = slope * ends + intercept
        ax.plot(ends, heights, linewidth=2.6, label=name, **look(number).line)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    ax.set_title(title)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return ax


@styled
def error_squares(
    targets: ArrayLike,
    prediction: float,
    *,
    unit: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw each target (n,) as a point, and the square over its distance from one prediction.

    Both axes have the same scale, so an area in the picture is a squared error.
    """
    targets = numbers(targets, "targets", 1)
    errors = targets - prediction
    step = np.abs(errors).max() * 1.15 + 1e-9
    ax = axes_or_new(ax, 8.4, 3.6)
    for place, (target, error) in enumerate(zip(targets, errors, strict=True)):
        left, low = place * step, min(target, prediction)
        ax.add_patch(
            Rectangle((left, low), abs(error), abs(error), facecolor=BLUE, alpha=0.25, linewidth=0)
        )
        ax.plot([left, left], [prediction, target], color=BLUE, linewidth=2)
        ax.plot(left, target, "o", color=INK, markersize=7)
        inside = abs(error) > step / 2
        ax.text(
            left + abs(error) * (0.5 if inside else 1.0) + (0 if inside else step * 0.05),
            low + abs(error) / 2,
            f"{abs(error):g}² = {error**2:,.0f}",
            ha="center" if inside else "left",
            va="center",
            fontsize=9,
        )
    ax.axhline(prediction, color=ORANGE, linewidth=2, linestyle="--")
    ax.text(-0.15 * step, prediction, f"prediction {prediction:g}", color=ORANGE, va="bottom")
    ax.set_aspect("equal")
    ax.set(xlim=(-0.2 * step, len(targets) * step), xticks=[], xlabel="one column per house")
    ax.set_ylabel(f"price {unit}".strip())
    ax.margins(y=0.12)
    ax.set_title(title)
    return ax


@styled
def moving_prediction(
    targets: Mapping[str, ArrayLike],
    losses: Mapping[str, LossOfErrors],
    *,
    span: tuple[float, float],
    axis_label: str = "prediction",
    title: str = "",
) -> Figure:
    """Draw how each loss changes as one prediction for all targets moves, a panel per loss.

    Each curve is shown as the height above its own lowest point, as a share of what it climbs within the
    span: losses have different units, and only the place of the lowest point is compared.

    Args:
        targets: name of a set of targets → its numbers (n,); one curve in each panel.
        losses: name of a loss → function of the errors (m, n) that gives the loss of each error.
        span: the lowest and highest prediction drawn. Targets beyond it are told by an arrow.
    """
    figure, axes = plt.subplots(
        1,
        len(losses),
        figsize=(3.2 * len(losses), 3.9),
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    for ax, (name, loss) in zip(axes[0], losses.items(), strict=True):
        best = [
            _valley(ax, torch.as_tensor(values).double(), loss, span, number, of)
            for number, (of, values) in enumerate(targets.items())
        ]
        if max(best) - min(best) > 0.1 * (span[1] - span[0]):
            canvas.arrow(ax, (best[0], 0), (best[-1], 0), colour="black")
        ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        ax.set(xlabel=axis_label, xlim=span, ylim=(-0.2 - 0.13 * len(targets), 1.04))
        ax.set_yticks([0, 0.5, 1], ["lowest", "", "highest"])
        ax.set_title(name)
    axes[0, 0].set_ylabel("loss")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.suptitle(title)
    return figure


def _valley(
    ax: Axes,
    targets: torch.Tensor,
    loss: LossOfErrors,
    span: tuple[float, float],
    number: int,
    name: str,
) -> float:
    """Draw one curve, its lowest point, and below it the targets as marks; returns where it is lowest."""
    own = look(number)
    predictions = torch.linspace(*span, 2001, dtype=torch.double)
    height = loss(predictions[:, None] - targets).mean(dim=1)
    share = (height - height.min()) / (height.max() - height.min())
    ax.plot(predictions, share, linewidth=2.4, label=name, **own.line)
    best = float(predictions[height.argmin()])
    ax.plot(best, 0, markersize=9, zorder=4, **own.points)
    ax.text(
        best,
        -0.1,
        f" {best:.0f} ",
        ha=("left", "right", "center")[min(number, 2)],
        va="center",
        color=own.colour,
        fontweight="bold",
    )
    row = -0.13 * (number + 1) - 0.1
    near = targets[(targets >= span[0]) & (targets <= span[1])]
    ax.plot(near, np.full(len(near), row), "|", color=own.colour, markersize=11, markeredgewidth=2)
    for far in targets[targets > span[1]].tolist():
        ax.text(
            span[1],
            row,
            f"{far:,.0f} →",
            ha="right",
            va="center",
            color=own.colour,
            fontweight="bold",
        )
    return best


@styled
def losses_and_slopes(
    losses: Mapping[str, LossOfErrors],
    *,
    span: tuple[float, float] = (-4.0, 4.0),
    title: str = "",
) -> Figure:
    """Draw the loss of a single error, and in a second panel the slope of each loss.

    Args:
        losses: name of a loss → function of the errors (m,) that gives the loss of each error.
        span: the lowest and the highest error drawn.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8), layout="constrained")
    error = torch.linspace(*span, 801, dtype=torch.double)
    for number, (name, loss) in enumerate(losses.items()):
        style = {"label": name, "linewidth": 2.4} | look(number).line
        with torch.enable_grad():
            at = error.clone().requires_grad_(True)
            height = loss(at)
            (slope,) = torch.autograd.grad(height.sum(), at)
        left.plot(error, height.detach(), **style)
        right.plot(error, slope, **style)
    reach = max(map(abs, span))
    left.set(xlabel="error ŷ − y", ylabel="loss of one example", ylim=(-0.2, reach**2 / 2))
    right.set(xlabel="error ŷ − y", ylabel="slope: how hard the error pulls", ylim=(-reach, reach))
    left.set_title("Loss")
    right.set_title("Slope")
    for ax in (left, right):
        ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
    left.legend(loc="upper center")
    figure.suptitle(title)
    return figure


@styled
def surprise(points: Mapping[str, float], *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw −log p over the probability p of what came true, with named points (name → p)."""
    ax = axes_or_new(ax, 7.2, 3.9)
    p = np.linspace(0.004, 1, 600)
    ax.plot(p, -np.log(p), color=BLUE, linewidth=2.4)
    for name, share in points.items():
        ax.plot(share, -np.log(share), "o", color=ORANGE, markersize=8, zorder=3)
        ax.annotate(
            f"{name}: {-np.log(share):.2f}",
            (share, -np.log(share)),
            xytext=(10, 20) if share > 0.7 else (9, 7),
            textcoords="offset points",
            ha="right" if share > 0.7 else "left",
        )
    ax.set(xlabel="probability given to what came true", ylabel="loss −log p")
    ax.set(xlim=(0, 1.02), ylim=(-0.15, 5.6), xticks=np.linspace(0, 1, 6))
    ax.set_title(title)
    return ax


@styled
def shares_and_pull(
    scores: ArrayLike,
    target: int,
    *,
    class_names: Sequence[str] | None = None,
    title: str = "",
) -> Figure:
    """Draw scores (k,), the probabilities that softmax makes of them beside the truth, and ŷ − y: three panels.

    Raises:
        ValueError: `target` is not the number of a class.
    """
    scores = torch.as_tensor(scores, dtype=torch.double)
    if not 0 <= target < len(scores):
        raise ValueError(f"target is {target}; the classes are 0 to {len(scores) - 1}")
    names = class_names or [f"class {c}" for c in range(len(scores))]
    probabilities = torch.softmax(scores, dim=0)
    truth = torch.zeros_like(scores)
    truth[target] = 1
    pull = probabilities - truth
    figure, (a, b, c) = plt.subplots(1, 3, figsize=(10.4, 3.5), layout="constrained")
    places = np.arange(len(scores))
    a.bar_label(a.bar(places, scores, color=GREY), fmt="%.2g", padding=3)
    a.set_title("scores z")
    bars = b.bar(places - 0.2, probabilities, 0.38, color=BLUE, label="network ŷ")
    b.bar(places + 0.2, truth, 0.38, facecolor="white", edgecolor=INK, hatch="//", label="truth y")
    b.bar_label(bars, fmt="%.2f", padding=3)
    b.set(ylim=(0, 1.3))
    b.legend(loc="upper center", ncols=2)
    b.set_title("probabilities")
    c.bar_label(c.bar(places, pull, color=ORANGE), fmt="%+.2f", padding=3)
    c.set(ylim=(-1.25, 1.25))
    c.set_title("gradient ŷ − y")
    for ax in (a, c):
        ax.axhline(0, color=INK, linewidth=0.8)
    a.margins(y=0.2)
    for ax in (a, b, c):
        ax.set_xticks(places, names)
    figure.suptitle(title)
    return figure


@styled
def all_pairs(
    predictions: ArrayLike, targets: ArrayLike, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the n × n differences of n predictions and n targets; those meant to be compared are framed.

    Raises:
        ValueError: there are not as many predictions as targets.
    """
    predictions = numbers(predictions, "predictions").ravel()
    targets = numbers(targets, "targets").ravel()
    if len(predictions) != len(targets):
        raise ValueError(f"{len(predictions)} predictions for {len(targets)} targets")
    table = predictions[:, None] - targets
    reach = np.abs(table).max()
    n = len(targets)
    ax = axes_or_new(ax, 1.15 * n + 2.6, 0.62 * n + 1.5)
    ax.imshow(table, cmap="PuOr", vmin=-2.2 * reach, vmax=2.2 * reach, aspect="auto")
    for i in range(n):
        ax.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, linewidth=3))
        for j in range(n):
            weight = "bold" if i == j else "normal"
            ax.text(j, i, f"{table[i, j]:+g}", ha="center", va="center", fontweight=weight)
    ax.set_xticks(range(n), [f"{t:g}" for t in targets])
    ax.set_yticks(range(n), [f"{p:g}" for p in predictions])
    ax.set(xlabel="target y", ylabel="prediction ŷ")
    ax.set_title(title)
    return ax


@styled
def ranked(
    losses: ArrayLike,
    wrong: ArrayLike,
    *,
    labels: tuple[str, str] = ("right label", "wrong label"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw losses (n,) from the highest to the lowest; examples with `wrong` (n,) bool are set off.

    Args:
        labels: what the examples are called that are not set off, and those that are.

    Raises:
        ValueError: `wrong` is not as long as the losses.
    """
    ax = axes_or_new(ax, 8.4, 3.6)
    losses = numbers(losses, "losses", 1)
    flags = _flags(wrong, "wrong", len(losses))
    order = np.argsort(-losses, kind="stable")
    places, heights, bad = np.arange(1, len(losses) + 1), losses[order], flags[order]
    ax.vlines(places[~bad], 0, heights[~bad], color="0.75", linewidth=4, label=labels[0])
    ax.vlines(places[bad], 0, heights[bad], color=ORANGE, linewidth=4)
    ax.plot(places[bad], heights[bad], "X", color=ORANGE, markersize=8, label=labels[1])
    ax.set(xlabel="place by loss, the highest first", ylabel="loss of one example", ylim=(0, None))
    ax.set_title(title)
    ax.legend(loc="upper right")
    return ax


def _flags(x: ArrayLike, name: str, n: int) -> np.ndarray:
    """Return n yes-or-no entries as an array of bool."""
    flags = np.asarray(x, dtype=bool)
    if flags.shape != (n,):
        raise ValueError(f"{name} has shape {flags.shape}; ({n},) is wanted")
    return flags
