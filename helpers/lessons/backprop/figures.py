"""Figures on descent and gradients: slopes, the loss valley, a neuron as a graph."""

import math
from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from helpers.plots.graph import Edge, computational_graph
from helpers.plots.style import BLUE, GREY, ORANGE, look, minus, styled

HEIGHTS = "cividis"  # its brightness rises all the way: it reads in grey too

Function = Callable[[torch.Tensor], torch.Tensor]


def _height_and_slope(function: Function, at: float) -> tuple[float, float]:
    w = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    height = function(w)
    return height.item(), torch.autograd.grad(height, w)[0].item()


@styled
def line_fits(
    x: torch.Tensor,
    y: torch.Tensor,
    lines: Mapping[str, tuple[float, float]],
    *,
    axis_labels: tuple[str, str] = ("x", "y"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw points (n,) and (n,), and the line w·x + b for each (w, b), with its mean squared error.

    Args:
        lines: name → (w, b).
    """
    ax = ax if ax is not None else plt.subplots(figsize=(6.8, 4.2))[1]
    ax.scatter(x, y, s=14, color=GREY, alpha=0.55, linewidths=0)
    ends = torch.stack([x.min(), x.max()])
    for number, (name, (w, b)) in enumerate(lines.items()):
        loss = (w * x + b - y).square().mean().item()
        text = f"{name}: loss {loss:.2f}"
        ax.plot(ends, w * ends + b, linewidth=2.2, label=text, **look(number).line)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1], title=title)
    ax.legend(loc="upper left")
    return ax


@styled
def tangents(
    function: Function,
    at: Sequence[float],
    *,
    span: tuple[float, float],
    axis_labels: tuple[str, str] = ("w", "L(w)"),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one weight with its tangent at each place of `at`, and the slopes beside them.

    Args:
        function: maps weights (n,) to numbers (n,), entry by entry.
    """
    ax = ax if ax is not None else plt.subplots(figsize=(6.8, 4))[1]
    w = torch.linspace(*span, 300, dtype=torch.float64)
    height = function(w)
    ax.plot(w, height, color=GREY, linewidth=2)
    reach = (span[1] - span[0]) / 9
    lift = (height.max() - height.min()).item() / 16
    for number, place in enumerate(at):
        top, slope = _height_and_slope(function, place)
        ends, own = torch.tensor([-reach, reach]), look(number)
        ax.plot(place + ends, top + slope * ends, color=own.colour, linewidth=2)
        ax.plot(place, top, markersize=8, **own.points)
        flat = abs(slope) < 0.01
        side = "center" if flat else "left" if slope < 0 else "right"
        gap = 0 if flat else -math.copysign(reach / 3, slope)
        words = minus(f"slope {abs(slope) if flat else slope:.2f}")
        ax.text(place + gap, top + lift, words, ha=side, color=own.colour, weight="bold")
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1], title=title)
    return ax


@styled
def landscape(
    w: torch.Tensor,
    b: torch.Tensor,
    losses: torch.Tensor,
    path: torch.Tensor,
    path_losses: torch.Tensor,
    *,
    title: str = "",
) -> Figure:
    """Draw a loss over two parameters as a landscape and as a map, a panel each, with a path of descent on both.

    Args:
        w, b: the grid's values, shapes (m,) and (n,).
        losses: the loss at each pair, shape (n, m): rows go with b, columns with w.
        path: the places visited, shape (steps, 2), columns w and b.
        path_losses: the loss at each, shape (steps,).

    Raises:
        ValueError: the shapes do not go together.
    """
    if losses.shape != (len(b), len(w)):
        raise ValueError(
            f"losses has shape {tuple(losses.shape)}; {(len(b), len(w))} goes with b and w"
        )
    figure = plt.figure(figsize=(11.5, 5))
    land = figure.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    grid = torch.meshgrid(w, b, indexing="xy")
    scale = LogNorm(losses.min(), losses.max())
    land.plot_surface(
        *(g.numpy() for g in grid), losses.numpy(), cmap=HEIGHTS, norm=scale, alpha=0.9, rcount=60
    )
    lifted = path_losses + 0.02 * (losses.max() - losses.min())
    land.plot(path[:, 0], path[:, 1], lifted, color=ORANGE, linewidth=2, marker="o", markersize=3)
    land.plot(*path[0], lifted[0], "s", color="white", markeredgecolor="black", markersize=8)
    land.plot(*path[-1], lifted[-1], "*", color="white", markeredgecolor="black", markersize=14)
    land.set(xlabel="w", ylabel="b", zlabel="loss")
    land.view_init(elev=44, azim=26)
    land.set_box_aspect(None, zoom=1.1)
    contours(w, b, losses, path, ax=figure.add_subplot(1, 2, 2))
    figure.suptitle(title)
    figure.subplots_adjust(left=0.0, right=0.98, wspace=0.12, bottom=0.12)
    return figure


@styled
def contours(
    w: torch.Tensor,
    b: torch.Tensor,
    losses: torch.Tensor,
    path: torch.Tensor | None = None,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the map of a loss over two parameters; arguments as in `landscape`."""
    ax = ax if ax is not None else plt.subplots(figsize=(5.5, 4.5))[1]
    levels = torch.logspace(losses.min().log10(), losses.max().log10(), 14)
    filled = ax.contourf(w, b, losses, levels=levels, cmap=HEIGHTS, norm=LogNorm())
    ax.contour(w, b, losses, levels=levels, colors="white", linewidths=0.5, alpha=0.6)
    bar = ax.figure.colorbar(filled, ax=ax, ticks=levels[::3].tolist(), format="%.3g")
    bar.minorticks_off()
    bar.set_label("loss (kg²)")
    if path is not None:
        ax.plot(path[:, 0], path[:, 1], color=ORANGE, linewidth=1.5, marker="o", markersize=3)
        ax.plot(*path[0], "s", color="white", markeredgecolor="black", markersize=8, label="start")
        ax.plot(*path[-1], "*", color="white", markeredgecolor="black", markersize=14, label="end")
        ax.legend(loc="upper right")
    ax.set(xlabel="w (kg per cm)", ylabel="b (kg)", title=title or "seen from above")
    return ax


@styled
def neuron_graph(
    x: float,
    w: float,
    b: float,
    y: float,
    *,
    sigmoid: bool = True,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the graph of L = (a − y)², a = σ(wx + b) (or a = wx + b), with all values and slopes."""
    leaves = [torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for v in (x, w, b, y)]
    tx, tw, tb, ty = leaves
    product = tx * tw
    z = product + tb
    a = torch.sigmoid(z) if sigmoid else z
    loss = (a - ty) ** 2
    slopes = dict(
        zip("xwbpza", torch.autograd.grad(loss, [tx, tw, tb, product, z, a]), strict=True)
    )
    places = {"w": (0, 1), "x": (0, 0), "×": (1, 0.5), "b": (1, -0.5), "+": (2, 0.5)}
    if sigmoid:
        places["σ"] = (3, 0.5)
    last = 3 if sigmoid else 2
    places |= {"y": (last, -0.5), "(a − y)²": (last + 1.15, 0.5), "L": (last + 2.35, 0.5)}

    def edge(start: str, end: str, name: str, value: torch.Tensor, slope: float | None) -> Edge:
        # Three digits leave room between the nodes.
        return Edge(
            start, end, *(v if v is None else float(f"{v:.3g}") for v in (value, slope)), name
        )

    edges = [
        edge("w", "×", "w", tw, slopes["w"]),
        edge("x", "×", "x", tx, slopes["x"]),
        edge("×", "+", "p", product, slopes["p"]),
        edge("b", "+", "b", tb, slopes["b"]),
        edge("y", "(a − y)²", "y", ty, None),
        edge("(a − y)²", "L", "L", loss, 1.0),
    ]
    if sigmoid:
        edges += [
            edge("+", "σ", "z", z, slopes["z"]),
            edge("σ", "(a − y)²", "a", a, slopes["a"]),
        ]
    else:
        edges += [edge("+", "(a − y)²", "a", a, slopes["a"])]
    words = title or "Values run forward, slopes run back along the same edges"
    return computational_graph(places, edges, title=words, ax=ax)


@styled
def predicted_against_true(
    targets: torch.Tensor,
    predictions: Mapping[str, torch.Tensor],
    *,
    unit: str = "",
    title: str = "",
) -> Figure:
    """Draw a panel for each model: its predictions against the targets, both of shape (n,)."""
    figure, axes = plt.subplots(
        1, len(predictions), figsize=(4.2 * len(predictions), 4), sharey=True, squeeze=False
    )
    low, high = targets.min().item(), targets.max().item()
    for ax, (name, predicted) in zip(axes[0], predictions.items(), strict=True):
        error = (predicted - targets).square().mean().sqrt().item()
        ax.plot(
            [low, high], [low, high], color=GREY, linewidth=1.5, linestyle="--", label="perfect"
        )
        ax.scatter(targets, predicted, s=18, color=BLUE, alpha=0.7, linewidths=0)
        ax.set_title(f"{name}: off by {error:.3f} {unit}".rstrip(), fontsize=10)
        ax.set(xlabel=f"true{unit and f' ({unit})'}", aspect="equal")
        ax.legend(loc="upper left")
    axes[0, 0].set_ylabel(f"predicted{unit and f' ({unit})'}")
    figure.suptitle(title)
    figure.tight_layout()
    return figure
