"""Tensors as cells: their dimensions, broadcasting, slices, sums along a dimension, products.

Sizes and places are in cells: a cell is one unit wide and high, rows go down.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.plots import canvas
from helpers.plots.style import AMBER, BLUE, GREEN, INK, ORANGE, QUIET, minus, styled

__all__ = ["broadcast", "cells", "dimensions", "matrix_product", "reduction", "sliced"]

MARK = AMBER  # what is set off; light enough for black digits on it
GAP = 1.5  # cells between two tensors, room for an operator
SHIFT = 0.75  # cells by which the next slice of a three-dimensional tensor is set off
FONT = 10


@styled
def cells(
    x: torch.Tensor, *, mask: torch.Tensor | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a tensor of 0 to 3 dimensions as cells with its values; a vector is drawn as a row.

    Args:
        x: the tensor; small, since every entry is written down.
        mask: bool, shape of `x`: entries to set off in orange with a heavy frame.

    Raises:
        ValueError: `x` has more than 3 dimensions, or `mask` has another shape.
    """
    if mask is not None and mask.shape != x.shape:
        raise ValueError(f"mask has shape {tuple(mask.shape)}, x has {tuple(x.shape)}")
    ax = _blank(ax, _extent(x))
    _draw(ax, x, 0, 0, BLUE, mask=mask)
    return _finish(ax, title or f"shape {tuple(x.shape)}")


@styled
def dimensions(
    tensors: Sequence[torch.Tensor],
    labels: Sequence[str],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw tensors of growing dimension side by side, each with its label and shape.

    Raises:
        ValueError: no tensors, or another number of labels.
    """
    if not tensors or len(tensors) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(tensors)} tensors; one each is needed")
    widths = [_extent(x)[0] for x in tensors]
    left, height = 0.0, max(_extent(x)[1] for x in tensors)
    ax = _blank(ax, (sum(widths) + 2.4 * len(tensors), height + 2))
    for x, label, width in zip(tensors, labels, widths, strict=True):
        _draw(ax, x, left, 0, BLUE)
        words = f"{label}\nshape {tuple(x.shape)}"
        canvas.write(ax, left, height + 0.3, words, ha="left", va="top", fontsize=FONT, color=INK)
        left += max(width, 2.4) + GAP
    _finish(ax, title or "Each new dimension is a stack of what came before", limits=False)
    ax.set(xlim=(-0.4, left), ylim=(height + 2, -0.4))
    return ax


@styled
def broadcast(a: torch.Tensor, b: torch.Tensor, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a + b with the entries that broadcasting reuses shown as pale, dashed copies.

    Where the shapes do not fit, both are drawn as they are and the sizes that clash are named, in the title or,
    where a title is given, below it.
    """
    try:
        result = a + b
    except RuntimeError:
        return _clash(a, b, title, ax)
    shape = result.shape
    width, height = _extent(result)
    ax = _blank(ax, (3 * width + 2 * GAP, height + 0.8))
    left = 0.0
    for x, sign, colour in ((a, "+", BLUE), (b, "=", ORANGE), (result, "", GREEN)):
        _draw(ax, x.expand(shape), left, 0, colour, copies=_copies(x, shape))
        _shape_below(ax, x, left + width / 2, height)
        canvas.write(ax, left + width + GAP / 2, height / 2, sign, fontsize=18)
        left += width + GAP
    _finish(ax, title or f"{tuple(a.shape)} + {tuple(b.shape)} gives {tuple(shape)}", limits=False)
    ax.set(xlim=(-0.3, left - GAP + 0.3), ylim=(height + 0.9, -0.3))
    return ax


def _clash(a: torch.Tensor, b: torch.Tensor, title: str, ax: Axes | None) -> Axes:
    sizes = zip(reversed(a.shape), reversed(b.shape), strict=False)
    one, other = next((m, n) for m, n in sizes if m != n and 1 not in (m, n))
    (wide, high), (wide_b, high_b) = _extent(a), _extent(b)
    height = max(high, high_b)
    ax = _blank(ax, (wide + GAP + wide_b, height + 0.8))
    _draw(ax, a, 0, 0, BLUE)
    _draw(ax, b, wide + GAP, 0, ORANGE)
    canvas.write(ax, wide + GAP / 2, height / 2, "+", fontsize=18)
    for left, width, x in ((0, wide, a), (wide + GAP, wide_b, b)):
        _shape_below(ax, x, left + width / 2, height)
    words = f"{tuple(a.shape)} + {tuple(b.shape)} is an error: {one} meets {other}"
    _finish(ax, f"{title}\n{words}" if title else words, limits=False)
    ax.set(xlim=(-0.3, wide + GAP + wide_b + 0.3), ylim=(height + 0.9, -0.3))
    return ax


def _shape_below(ax: Axes, x: torch.Tensor, middle: float, height: float) -> None:
    words = str(tuple(x.shape))
    canvas.write(ax, middle, height + 0.55, words, va="baseline", fontsize=FONT)


def _copies(x: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Say which entries of x, expanded to `shape`, are copies of an earlier one."""
    numbers = torch.arange(x.numel()).reshape(x.shape).expand(shape).reshape(-1).tolist()
    first = [number not in numbers[:place] for place, number in enumerate(numbers)]
    return ~torch.tensor(first).reshape(shape)


@styled
def reduction(
    x: torch.Tensor, *, dim: int, keepdim: bool = False, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a table, the direction in which `dim` runs, and the sum along it.

    Raises:
        ValueError: `x` is no table, or `dim` is not 0 or 1.
    """
    if x.dim() != 2 or dim not in (0, 1):
        raise ValueError("reduction draws a table with two dimensions, and dim is 0 or 1")
    rows, columns = x.shape
    total = x.sum(dim=dim, keepdim=keepdim)
    down = dim == 0
    ax = _blank(ax, (columns + (0 if down else 3), rows + (3 if down else 0)))
    _draw(ax, x, 0, 0, BLUE)
    flat = not down and not keepdim  # a vector has no direction; beside its rows it reads best
    place = (0, rows + GAP) if down else (columns + GAP, 0)
    _draw(ax, total[:, None] if flat else total, *place, GREEN)
    for lane in range(columns if down else rows):
        middle = lane + 0.5
        ends = ((middle, rows + 0.1), (middle, rows + 1.4))
        if not down:
            ends = ((columns + 0.1, middle), (columns + 1.4, middle))
        canvas.arrow(ax, *ends, colour=QUIET, head="->", linewidth=1.4)
    call = f"sum(dim={dim}{', keepdim=True' if keepdim else ''})"
    gone = "rows" if down else "columns"
    shapes = f"{(rows, columns)} gives {tuple(total.shape)}"
    _finish(ax, title or f"{call}: the {gone} are added up\n{shapes}")
    if down:
        ax.set_ylim(rows + GAP + 1.3, -0.3)
    else:
        ax.set_xlim(-0.3, columns + GAP + 1.3)
    return ax


@styled
def matrix_product(
    a: torch.Tensor,
    b: torch.Tensor,
    *,
    row: int = 0,
    column: int = 0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a @ b with a to the left of the result and b above it; one entry is worked out.

    Args:
        a: shape (n, k). b: shape (k, m).
        row, column: the entry of the result to work out.

    Raises:
        ValueError: the inner sizes differ, or there is no such row or column.
    """
    if a.dim() != 2 or b.dim() != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"shapes {tuple(a.shape)} and {tuple(b.shape)} do not multiply")
    (n, k), m = a.shape, b.shape[1]
    if not (0 <= row < n and 0 <= column < m):
        raise ValueError(f"the product has shape {(n, m)}: no entry [{row}, {column}]")
    product = a @ b
    ax = _blank(ax, (k + m + 1, k + n + 1))
    _draw(ax, a, 0, k + 1, BLUE, mask=_only(a, row, slice(None)))
    _draw(ax, b, k + 1, 0, BLUE, mask=_only(b, slice(None), column))
    _draw(ax, product, k + 1, k + 1, GREEN, mask=_only(product, row, column))
    labels = (
        (k / 2, k + 0.7, f"A {(n, k)}", "center"),
        (k + 0.7, k / 2, f"B {(k, m)}", "right"),
        (k + 1 + m / 2, k + n + 1.6, f"A @ B {(n, m)}", "center"),
    )
    for x, y, text, align in labels:
        canvas.write(ax, x, y, text, ha=align, fontsize=FONT, color=INK)
    terms = " + ".join(
        f"{_number(p)}·{_number(q)}" for p, q in zip(a[row], b[:, column], strict=True)
    )
    words = f"Entry [{row}, {column}] is row {row} times column {column}:"
    _finish(ax, title or f"{words}\n{terms} = {_number(product[row, column])}", limits=False)
    ax.set(xlim=(-0.3, k + m + 1.3), ylim=(k + n + 2, -0.3))
    return ax


def _only(x: torch.Tensor, row: int | slice, column: int | slice) -> torch.Tensor:
    mask = torch.zeros(x.shape, dtype=torch.bool)
    mask[row, column] = True
    return mask


@styled
def sliced(image: torch.Tensor, rows: slice, columns: slice, *, title: str = "") -> Figure:
    """Draw a picture (h, w) with the rows and columns of a slice framed, and what comes out: two panels.

    Raises:
        ValueError: `image` is no picture (h, w).
    """
    if image.dim() != 2:
        raise ValueError(f"image must be (h, w), not {tuple(image.shape)}")
    result = image[rows, columns]
    fig, (left, right) = plt.subplots(1, 2, figsize=(6.6, 3.9), layout="constrained")
    style = {"cmap": "gray", "vmin": 0, "vmax": float(image.max())}
    left.imshow(image.numpy(), **style)
    for row in range(image.shape[0])[rows]:
        for column in range(image.shape[1])[columns]:
            corner = (column - 0.5, row - 0.5)
            left.add_patch(Rectangle(corner, 1, 1, facecolor=MARK, alpha=0.35))
    left.set_title(f"image\nshape {tuple(image.shape)}", fontsize=FONT)
    if result.numel():
        right.imshow(result.numpy(), **style)
    else:
        right.text(0.5, 0.5, "nothing: the slice\nstops before it starts", ha="center", va="center")
    cut = f"image[{_slice(rows)}, {_slice(columns)}]"
    right.set_title(f"{cut}\nshape {tuple(result.shape)}", fontsize=FONT)
    for ax in (left, right):
        ax.set_xlabel("column (dimension 1)", fontsize=FONT)
        ax.set_ylabel("row (dimension 0)", fontsize=FONT)
        ax.tick_params(labelsize=9)
    fig.suptitle(title or "A slice of a picture is a smaller picture", fontsize=FONT + 1)
    return fig


def _slice(part: slice) -> str:
    step = "" if part.step in (None, 1) else f":{part.step}"
    return f"{part.start}:{part.stop}{step}"


def _blank(ax: Axes | None, extent: tuple[float, float]) -> Axes:
    width, height = extent[0] + 1, extent[1] + 1
    return canvas.sheet(ax, width, height, unit=min(0.52, 8.6 / width), least=4.2)


def _extent(x: torch.Tensor) -> tuple[float, float]:
    """Return how many cells a drawing of x is wide and high."""
    if x.dim() > 3:
        raise ValueError(f"only tensors of up to 3 dimensions are drawn, not {tuple(x.shape)}")
    slices, rows, columns = (1,) * (3 - x.dim()) + tuple(x.shape)
    offset = SHIFT * (slices - 1)
    return columns + offset, rows + offset


def _draw(
    ax: Axes,
    x: torch.Tensor,
    left: float,
    top: float,
    colour: str,
    *,
    mask: torch.Tensor | None = None,
    copies: torch.Tensor | None = None,
) -> None:
    """Draw x with its upper left corner at (left, top); of three dimensions slice 0 lies in front."""
    shape = (1,) * (3 - x.dim()) + tuple(x.shape)
    none = torch.zeros(shape, dtype=torch.bool)
    values = x.reshape(shape)
    marked = none if mask is None else mask.reshape(shape)
    copied = none if copies is None else copies.reshape(shape)
    back = shape[0] - 1
    for depth in range(back, -1, -1):
        across, down = left + SHIFT * depth, top + SHIFT * (back - depth)
        for row in range(shape[1]):
            for column in range(shape[2]):
                place = (depth, row, column)
                _cell(
                    ax,
                    (across + column, down + row),
                    _number(values[place]),
                    MARK if marked[place] else colour,
                    heavy=bool(marked[place]),
                    pale=bool(copied[place]),
                )


def _cell(
    ax: Axes, corner: tuple[float, float], text: str, colour: str, *, heavy: bool, pale: bool
) -> None:
    face = _tint(colour, 0.12 if pale else 0.8 if heavy else 0.42)
    edge = QUIET if pale else INK
    # One zorder for frame and text, so that what is drawn later lies on top, text included.
    style = {"linewidth": 2.2 if heavy else 0.9, "linestyle": "--" if pale else "-", "zorder": 2}
    canvas.box(ax, corner, 1, 1, face=face, edge=edge, **style)
    middle = (corner[0] + 0.5, corner[1] + 0.5)
    colour = QUIET if pale else INK
    size = FONT if len(text) < 4 else 9
    canvas.write(ax, *middle, text, fontsize=size, color=colour, zorder=2)


def _tint(colour: str, strength: float) -> tuple[float, ...]:
    """Mix a colour with white; opaque, so that the cells behind do not shine through."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return tuple(1 - strength * (1 - rgb))


def _number(value: torch.Tensor) -> str:
    item = value.item()
    if isinstance(item, bool):
        return "T" if item else "F"
    return minus(f"{item:.3g}")


def _finish(ax: Axes, title: str, *, limits: bool = True) -> Axes:
    if limits:
        ax.autoscale_view()
        ax.margins(0.02)
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    return canvas.finish(ax, title, fontsize=FONT + 1, color=INK)
