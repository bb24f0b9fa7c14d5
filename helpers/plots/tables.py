"""Tables of data: rows as points, columns as strips of points, distances between rows as maps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots.style import BLUE, INK, axes_or_new, look, styled

__all__ = ["columns", "distance_maps", "scatter_classes"]

FONT = 10


@styled
def scatter_classes(
    x: torch.Tensor,
    y: torch.Tensor,
    classes: torch.Tensor,
    class_names: Sequence[str],
    *,
    axis_labels: tuple[str, str] = ("", ""),
    pointed_out: Mapping[str, int] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one point per row, with a colour and a marker for each class.

    Args:
        x, y: (n,). classes: (n,) int64.
        pointed_out: text → number of a row to point out; a white disc hides its class.
    """
    ax = axes_or_new(ax, 6.6, 4.3)
    for number, name in enumerate(class_names):
        own = classes == number
        ax.scatter(x[own], y[own], s=20, alpha=0.65, label=name, **look(number).points)
    for place, (text, row) in enumerate((pointed_out or {}).items()):
        point = (float(x[row]), float(y[row]))
        ax.scatter(*point, s=90, facecolor="white", edgecolor=INK, linewidth=1.8, zorder=3)
        ax.annotate(
            text,
            point,
            xytext=(0.03, 0.93 - 0.11 * place),
            textcoords="axes fraction",
            fontsize=FONT,
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.9},
        )
    ax.set_xlabel(axis_labels[0], fontsize=FONT)
    ax.set_ylabel(axis_labels[1], fontsize=FONT)
    ax.tick_params(labelsize=9)
    ax.legend(fontsize=9, loc="lower right")
    ax.set_title(title, fontsize=FONT + 1)
    return ax


@styled
def distance_maps(
    maps: Sequence[torch.Tensor],
    labels: Sequence[str],
    classes: torch.Tensor,
    class_names: Sequence[str],
    *,
    title: str = "",
) -> Figure:
    """Draw tables of distances (n, n) with the rows sorted by class, a panel for each; dark is near.

    Lines part the classes. Each map has its own scale, since its unit is its own.

    Args:
        labels: a label for each map. classes: (n,) int64.
    """
    order = classes.argsort(stable=True)
    sizes = torch.bincount(classes, minlength=len(class_names))
    ends = sizes.cumsum(0)
    middles = (ends - sizes / 2).tolist()
    fig, axes = plt.subplots(
        1, len(maps), figsize=(4.6 * len(maps), 4.5), squeeze=False, layout="constrained"
    )
    for ax, distances, text in zip(axes[0], maps, labels, strict=True):
        shown = distances[order][:, order].numpy()
        image = ax.imshow(shown, cmap="magma", interpolation="nearest", rasterized=True)
        for end in ends[:-1].tolist():
            ax.axhline(end - 0.5, color="white", linewidth=1)
            ax.axvline(end - 0.5, color="white", linewidth=1)
        ax.set_xticks(middles, class_names, fontsize=9)
        ax.set_yticks(middles, class_names, fontsize=9, rotation=90, va="center")
        ax.tick_params(length=0)
        ax.set_title(text, fontsize=FONT)
        bar = fig.colorbar(image, ax=ax, shrink=0.8)
        bar.set_label("distance", fontsize=9)
        bar.ax.tick_params(labelsize=9)
    fig.suptitle(title, fontsize=FONT + 2)
    return fig


@styled
def columns(
    table: torch.Tensor,
    column_labels: Sequence[str],
    *,
    axis_label: str = "value, each column in its own unit",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw each column of a table (n, d) as a strip of points on one common axis, with its mean."""
    ax = axes_or_new(ax, 6.6, 2.6)
    # Spread over the strip's height by row number, so that equal values do not hide each other.
    spread = (torch.arange(len(table)) * 0.618).frac() * 0.5 - 0.25
    for number, column in enumerate(table.T):
        ax.plot(column, number + spread, ".", markersize=3, color=BLUE)
        ax.plot([column.mean()] * 2, [number - 0.35, number + 0.35], color=INK, linewidth=2)
    ax.set_yticks(range(len(column_labels)), column_labels, fontsize=9)
    ax.tick_params(labelsize=9)
    ax.set_xlabel(axis_label, fontsize=FONT)
    ax.invert_yaxis()
    ax.set_title(title, fontsize=FONT + 1)
    return ax
