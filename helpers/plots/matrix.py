"""Tables as colours with their numbers: heat map, matrix product, confusion matrix."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.plots.style import INK, ORANGE, axes_or_new, minus, numbers, styled

__all__ = ["confusion_matrix", "heat_map", "product_maps"]

MOST_WRITTEN = 260  # entries; in a larger table numbers would be too small to read


@styled
def heat_map(
    values: ArrayLike,
    *,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    axis_labels: tuple[str, str] = ("column (dimension 1)", "row (dimension 0)"),
    pattern: str = ".3g",
    symmetric: bool | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a table (n, m) as colours with its numbers written in.

    Example: `heat_map(model[0].weight, title="Unit 2 listens to the third input")`.

    Args:
        pattern: format of the numbers.
        symmetric: put white at 0, blue below, red above; without it, where there are negative numbers.

    Raises:
        ValueError: no table, or labels that do not fit.
    """
    table = numbers(values, "values", 2).astype(float)
    if not table.size:
        raise ValueError(f"values has shape {table.shape}: nothing to draw")
    rows, columns = table.shape
    for labels, size, what in (
        (row_labels, rows, "row_labels"),
        (column_labels, columns, "column_labels"),
    ):
        if labels is not None and len(labels) != size:
            raise ValueError(
                f"{what} has {len(labels)} entries, but values has shape {table.shape}"
            )
    ax = axes_or_new(ax, min(8.8, 1.8 + 0.62 * columns), min(8.0, 1.5 + 0.45 * rows))
    signed = bool((table < 0).any()) if symmetric is None else symmetric
    finite = table[np.isfinite(table)]
    reach = float(np.abs(finite).max()) if finite.size else 1.0
    low, high = (-reach, reach) if signed else (min(float(finite.min(initial=0)), 0), reach)
    shades = plt.get_cmap("RdBu_r" if signed else "Blues")
    image = ax.imshow(table, cmap=shades, vmin=low, vmax=high or 1, aspect="auto")
    if table.size <= MOST_WRITTEN:
        for (row, column), value in np.ndenumerate(table):
            text = minus(format(value, pattern)) if np.isfinite(value) else str(value)
            dark = sum(image.cmap(image.norm(value))[:3]) < 1.65
            style = {"color": "white" if dark else INK, "fontsize": 9.5 if columns < 11 else 9}
            ax.text(column, row, text, ha="center", va="center", **style)
    else:
        ax.figure.colorbar(image, ax=ax, label="value")
    _name(ax.set_xticks, column_labels, columns)
    _name(ax.set_yticks, row_labels, rows)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    ax.tick_params(length=0)
    ax.set_title(title)
    return ax


@styled
def product_maps(
    A: ArrayLike, B: ArrayLike, *, row: int = 0, column: int = 0, title: str = ""
) -> Figure:
    """Draw A, B and A @ B as heat maps, a panel each, with the row and the column that meet in one entry framed.

    Example: `product_maps(A, B, row=1, column=2)`.

    Raises:
        ValueError: shapes that do not multiply, or no such entry.
    """
    a, b = numbers(A, "A", 2), numbers(B, "B", 2)
    if a.shape[1] != b.shape[0]:
        raise ValueError(
            f"shapes {a.shape} and {b.shape} do not multiply: {a.shape[1]} meets {b.shape[0]}"
        )
    (n, k), m = a.shape, b.shape[1]
    if not (0 <= row < n and 0 <= column < m):
        raise ValueError(f"the product has shape {(n, m)}: no entry [{row}, {column}]")
    size = (min(9.0, 2.2 + 0.5 * (k + 2 * m)), 1.7 + 0.42 * max(n, k))
    fig, axes = plt.subplots(1, 3, figsize=size, width_ratios=[k, m, m], layout="constrained")
    frames = (
        ((-0.5, row - 0.5), k, 1),
        ((column - 0.5, -0.5), 1, k),
        ((column - 0.5, row - 0.5), 1, 1),
    )
    tables = (("A", a), ("B", b), ("A @ B", a @ b))
    for ax, (name, table), (corner, width, height) in zip(axes, tables, frames, strict=True):
        words = f"{name}\n{table.shape}"
        heat_map(table, axis_labels=("column", "row"), title=words, ax=ax)
        frame = Rectangle(
            corner, width, height, fill=False, edgecolor=ORANGE, linewidth=3.2, clip_on=False
        )
        ax.add_patch(frame)
    fig.suptitle(title or f"Row {row} of A meets column {column} of B in entry [{row}, {column}]")
    return fig


@styled
def confusion_matrix(
    counts: ArrayLike,
    class_names: Sequence[str] | None = None,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how often each true class (row) was given each answer (column).

    Example: `confusion_matrix(counts, ["benign", "malignant"], title="3 tumours were missed")`.
    The colour is the share of the row, so that rare classes count as much as common ones.

    Raises:
        ValueError: no square table of counts with one name per class.
    """
    table = numbers(counts, "counts", 2)
    if table.shape[0] != table.shape[1] or not table.size or (table < 0).any():
        raise ValueError(
            f"counts must be a square table of numbers ≥ 0, but its shape is {table.shape}"
        )
    names = class_names if class_names is not None else [str(kind) for kind in range(len(table))]
    if len(names) != len(table):
        raise ValueError(f"{len(names)} names for {len(table)} classes")
    totals = table.sum(axis=1, keepdims=True)
    share = table / np.where(totals == 0, 1, totals)
    side = min(8.0, 2.9 + 0.5 * len(table))
    ax = axes_or_new(ax, side + 1.0, side)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        wrong = row != column and count > 0
        style = {"color": "white" if share[row, column] > 0.55 else INK, "fontsize": 10}
        weight = "bold" if wrong else "normal"
        ax.text(column, row, f"{count:g}", ha="center", va="center", fontweight=weight, **style)
    turn = {"rotation": 45, "ha": "right"} if max(map(len, names)) > 6 and len(names) > 3 else {}
    ax.set_xticks(range(len(names)), names, **turn)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="what the model says", ylabel="what is true")
    ax.tick_params(length=0)
    right = np.trace(table) / table.sum() if table.sum() else 0
    ax.set_title(title or f"{right:.1%} of {table.sum():g} answers are right: the diagonal")
    return ax


def _name(set_ticks, labels: Sequence[str] | None, size: int) -> None:
    if labels is not None:
        set_ticks(range(size), labels)
    elif size <= 20:
        set_ticks(range(size))
