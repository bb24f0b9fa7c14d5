"""Figures on activations: curves and slopes, shares, gradients by layer, silent units."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.plots.style import (
    BLUE,
    INK,
    ORANGE,
    PALE_ORANGE,
    QUIET,
    axes_or_new,
    look,
    minus,
    numbers,
    styled,
)

__all__ = [
    "activation_gallery",
    "activation_histograms",
    "curve_and_slope",
    "gradient_lines",
    "gradient_strips",
    "shares",
    "silent_units",
]

GRADIENT_MAP = "magma"  # its brightness rises all the way: it reads in grey too

Function = Callable[[torch.Tensor], torch.Tensor]


@styled
def curve_and_slope(
    function: Function,
    *,
    at: Sequence[float] = (),
    span: tuple[float, float] = (-6.0, 6.0),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function with its slope, and a tangent at each place of `at`.

    Args:
        function: maps a tensor (n,) to a tensor (n,), entry by entry.
        span: the lowest and the highest number that comes in.
        at: where to lay tangents; their slopes are written beside them.
    """
    ax = axes_or_new(ax, 6.4, 3.6)
    x = torch.linspace(*span, 601)
    height, slope = _with_slope(function, x)
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.plot(x, height, color=BLUE, linewidth=2.4, label="a = f(z)")
    ax.plot(x, slope, color=ORANGE, linewidth=1.8, linestyle="--", label="slope f'(z)")
    for place in at:
        _tangent(ax, function, place)
    ax.set(xlabel="z, what comes in", ylabel="a, what goes out", xlim=span)
    ax.set_title(title)
    ax.legend(loc="upper left")
    return ax


@styled
def activation_gallery(functions: Mapping[str, Function], *, title: str = "") -> Figure:
    """Draw each function with its slope in a panel of its own, three in a row, on shared axes.

    Raises:
        ValueError: no functions.
    """
    if not functions:
        raise ValueError("activation_gallery needs at least one function")
    rows = -(-len(functions) // 3)
    figure, axes = plt.subplots(
        rows, 3, figsize=(9.6, 2.9 * rows), sharex=True, sharey=True, layout="constrained"
    )
    x = torch.linspace(-4, 4, 601)
    panels = list(np.ravel(axes))
    for ax, (name, function) in zip(panels, functions.items(), strict=False):
        height, slope = _with_slope(function, x)
        ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
        ax.plot(x, height, color=BLUE, linewidth=2.4, label="a = f(z)")
        ax.plot(x, slope, color=ORANGE, linewidth=1.8, linestyle="--", label="slope f'(z)")
        ax.set_title(name)
        ax.set(ylim=(-1.6, 2.6))
    for ax in panels[len(functions) :]:
        ax.axis("off")
    for ax in panels[-3:]:
        ax.set_xlabel("z")
    panels[0].legend(loc="upper left")
    figure.suptitle(title)
    return figure


@styled
def shares(scores: ArrayLike, probabilities: ArrayLike, *, title: str = "") -> Figure:
    """Draw scores (k,) beside the probabilities (k,) that softmax makes of them, in two panels of bars."""
    scores, probabilities = numbers(scores, "scores", 1), numbers(probabilities, "probabilities", 1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.8, 3.2), layout="constrained")
    places = np.arange(len(scores))
    left.bar(places, scores, color=QUIET)
    left.axhline(0, color="black", linewidth=0.8)
    left.set(ylabel="score z", xlabel="class", xticks=places)
    left.margins(y=0.18)
    right.bar(places, probabilities, color=BLUE)
    right.set(ylabel="probability", xlabel="class", xticks=places, ylim=(0, 1.05))
    for place, score, probability in zip(places, scores, probabilities, strict=True):
        side = "bottom" if score >= 0 else "top"
        left.text(place, score, minus(f"{score:g}"), ha="center", va=side)
        right.text(place, probability + 0.01, f"{probability:.3f}", ha="center", va="bottom")
    figure.suptitle(title)
    return figure


@styled
def gradient_strips(gradients: Mapping[str, Sequence[ArrayLike]], *, title: str = "") -> Figure:
    """Draw how large the gradient is at each unit of each layer, a panel for each network and one of means.

    Args:
        gradients: name of the network → one array (units,) per layer, from the first layer to the last;
            the sizes of the gradients. Sizes of 0 are drawn in the darkest colour.
    """
    sizes = {name: [numbers(g, name, 1) for g in layers] for name, layers in gradients.items()}
    everything = np.concatenate([g for layers in sizes.values() for g in layers])
    positive = everything[everything > 0]
    norm = LogNorm(np.quantile(positive, 0.02), positive.max(), clip=True)
    figure = plt.figure(figsize=(9.6, 2.1 * len(sizes) + 2.9), layout="constrained")
    axes = figure.subplots(
        len(sizes) + 1, 1, sharex=True, height_ratios=[1.0] * len(sizes) + [1.25], squeeze=False
    )[:, 0]
    for ax, (name, layers) in zip(axes, sizes.items(), strict=False):
        shown = _strip(ax, layers, norm)
        ax.set_ylabel(name, fontsize=12, fontweight="bold")
    figure.colorbar(shown, ax=list(axes[:-1]), label="size of the gradient", pad=0.01)
    _mean_lines(axes[-1], sizes)
    figure.suptitle(title)
    return figure


def _strip(ax: Axes, layers: Sequence[np.ndarray], norm: LogNorm):
    """One column of cells per layer, with a gap between columns; returns what a colour bar needs."""
    for number, sizes in enumerate(layers, start=1):
        # Sorting the units turns noise into a smooth glow; a unit's place in a layer has no meaning.
        column = np.sort(sizes)[:, None]
        shown = ax.imshow(
            np.maximum(column, norm.vmin),
            cmap=GRADIENT_MAP,
            norm=norm,
            aspect="auto",
            extent=(number - 0.44, number + 0.44, 0, 1),
            origin="lower",
        )
    ax.set(xlim=(0.4, len(layers) + 0.6), ylim=(0, 1), yticks=[])
    ax.tick_params(bottom=False)
    for side in ax.spines.values():
        side.set_visible(False)
    return shown


def _mean_lines(ax: Axes, sizes: Mapping[str, Sequence[np.ndarray]]) -> None:
    depth = len(next(iter(sizes.values())))
    places = np.arange(1, depth + 1)
    for number, (name, layers) in enumerate(sizes.items()):
        means = [layer.mean() for layer in layers]
        ax.plot(places, means, linewidth=2, label=name, **look(number).points)
    ax.set(yscale="log", xticks=places, ylabel="mean size")
    ax.set_xlabel("layer (1 stands next to the input; the gradient comes in from the right)")
    ax.legend(loc="lower right")


@styled
def gradient_lines(
    sizes: Mapping[str, Sequence[float]], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the mean size of the gradient by layer, one line per network, on a logarithmic axis.

    Args:
        sizes: name of the network → one size per layer, from the first layer to the last. A size of 0
            has no place on a logarithmic axis and leaves a gap.
    """
    ax = axes_or_new(ax, 7.6, 3.8)
    _mean_lines(
        ax, {name: [np.array([float(s)]) for s in layers] for name, layers in sizes.items()}
    )
    ax.set_title(title)
    return ax


@styled
def silent_units(A: ArrayLike, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw which units of a layer answer to which examples; units that never answer are marked.

    Args:
        A: activations (examples, units) after ReLU.
    """
    ax = axes_or_new(ax, 8.6, 3.6)
    alive = numbers(A, "A", 2) > 0
    order = np.argsort(-alive.sum(axis=0), kind="stable")
    alive = alive[:, order]
    ax.imshow(alive, aspect="auto", cmap="Blues", vmin=-0.12, vmax=1.25, interpolation="nearest")
    dead = int((~alive.any(axis=0)).sum())
    if dead:
        start = alive.shape[1] - dead - 0.5
        ax.axvspan(start, alive.shape[1] - 0.5, color=PALE_ORANGE, linewidth=0)
        ax.annotate(
            f"{dead} dead",
            (start + dead / 2, len(alive) / 2),
            ha="center",
            va="center",
            rotation=90 if dead < alive.shape[1] / 8 else 0,
            fontweight="bold",
        )
    ax.set(xlabel="unit, from the busiest to the most silent", ylabel="example")
    ax.set_title(title)
    return ax


@styled
def activation_histograms(activations: Mapping[str, ArrayLike], *, title: str = "") -> Figure:
    """Draw a histogram of all activations of a layer, a panel for each name."""
    figure, axes = plt.subplots(
        1, len(activations), figsize=(3.3 * len(activations), 3.2), layout="constrained"
    )
    for ax, (name, values) in zip(np.ravel(axes), activations.items(), strict=True):
        values = numbers(values, name).ravel()
        ax.hist(values, bins=40, color=BLUE, weights=np.full(len(values), 100 / len(values)))
        ax.set(xlabel="activation a")
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.set_title(name)
    np.ravel(axes)[0].set_ylabel("share of all activations in %")
    figure.suptitle(title)
    return figure


def _tangent(ax: Axes, function: Function, place: float) -> None:
    (height,), (slope,) = _with_slope(function, torch.tensor([float(place)]))
    run = np.array([place - 1.4, place + 1.4])
    ax.plot(run, height + slope * (run - place), color=INK, linewidth=1.4)
    ax.plot([place], [height], "o", color=INK, markersize=6)
    below = {"xytext": (6, -7), "ha": "left", "va": "top"}
    above = {"xytext": (0, 9), "ha": "center", "va": "bottom"}
    ax.annotate(
        minus(f"slope {slope:.3f}"),
        (place, height),
        textcoords="offset points",
        **(above if slope < 0.02 else below),
    )


def _with_slope(function: Function, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """The heights and the slopes of an entry-by-entry function at x (n,)."""
    with torch.enable_grad():
        x = x.clone().requires_grad_(True)
        height = function(x)
        (slope,) = torch.autograd.grad(height.sum(), x)
    return height.detach().numpy(), slope.numpy()
