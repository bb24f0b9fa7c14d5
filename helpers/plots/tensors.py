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

from helpers.plots.style import AMBER, BLUE, COLOURS, GREEN, INK, MARKERS, ORANGE, QUIET, styled

MARK = AMBER  # what is set off; light enough for black digits on it
GAP = 1.5  # cells between two tensors, room for an operator
SHIFT = 0.75  # cells by which the next slice of a three-dimensional tensor is set off
FONT = 10


@styled
def cells(
    x: torch.Tensor, ax: Axes | None = None, *, title: str = "", mask: torch.Tensor | None = None
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
def dimensions(tensors: Sequence[torch.Tensor], names: Sequence[str]) -> Figure:
    """Draw tensors of growing dimension side by side, each with its name and shape."""
    widths = [_extent(x)[0] for x in tensors]
    left, height = 0.0, max(_extent(x)[1] for x in tensors)
    ax = _blank(None, (sum(widths) + 2.4 * len(tensors), height + 2))
    for x, name, width in zip(tensors, names, widths, strict=True):
        _draw(ax, x, left, 0, BLUE)
        label = f"{name}\nshape {tuple(x.shape)}"
        ax.text(left, height + 0.3, label, va="top", fontsize=FONT, color=INK)
        left += max(width, 2.4) + GAP
    ax.set_xlim(-0.4, left)
    _finish(ax, "Each new dimension is a stack of what came before", limits=False)
    ax.set_ylim(height + 2, -0.4)
    return ax.figure


@styled
def broadcast(a: torch.Tensor, b: torch.Tensor, ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw a + b with the entries that broadcasting reuses shown as pale, dashed copies.

    Where the shapes do not fit, both are drawn as they are and the title names the sizes that clash.
    """
    try:
        result = a + b
    except RuntimeError:
        return _clash(a, b, ax)
    shape = result.shape
    width, height = _extent(result)
    ax = _blank(ax, (3 * width + 2 * GAP, height + 0.8))
    left = 0.0
    for x, sign, colour in ((a, "+", BLUE), (b, "=", ORANGE), (result, "", GREEN)):
        _draw(ax, x.expand(shape), left, 0, colour, copies=_copies(x, shape))
        ax.text(left + width / 2, height + 0.55, str(tuple(x.shape)), ha="center", fontsize=FONT)
        ax.text(left + width + GAP / 2, height / 2, sign, ha="center", va="center", fontsize=18)
        left += width + GAP
    _finish(ax, title or f"{tuple(a.shape)} + {tuple(b.shape)} gives {tuple(shape)}", limits=False)
    ax.set_xlim(-0.3, left - GAP + 0.3)
    ax.set_ylim(height + 0.9, -0.3)
    return ax


def _clash(a: torch.Tensor, b: torch.Tensor, ax: Axes | None) -> Axes:
    sizes = zip(reversed(a.shape), reversed(b.shape), strict=False)
    one, other = next((m, n) for m, n in sizes if m != n and 1 not in (m, n))
    (wide, high), (wide_b, high_b) = _extent(a), _extent(b)
    height = max(high, high_b)
    ax = _blank(ax, (wide + GAP + wide_b, height + 0.8))
    _draw(ax, a, 0, 0, BLUE)
    _draw(ax, b, wide + GAP, 0, ORANGE)
    ax.text(wide + GAP / 2, height / 2, "+", ha="center", va="center", fontsize=18)
    for left, width, x in ((0, wide, a), (wide + GAP, wide_b, b)):
        ax.text(left + width / 2, height + 0.55, str(tuple(x.shape)), ha="center", fontsize=FONT)
    words = f"{tuple(a.shape)} + {tuple(b.shape)} is an error: {one} meets {other}"
    _finish(ax, words, limits=False)
    ax.set_xlim(-0.3, wide + GAP + wide_b + 0.3)
    ax.set_ylim(height + 0.9, -0.3)
    return ax


def _copies(x: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Say which entries of x, expanded to `shape`, are copies of an earlier one."""
    numbers = torch.arange(x.numel()).reshape(x.shape).expand(shape).reshape(-1).tolist()
    first = [number not in numbers[:place] for place, number in enumerate(numbers)]
    return ~torch.tensor(first).reshape(shape)


@styled
def reduction(x: torch.Tensor, ax: Axes | None = None, *, dim: int, keepdim: bool = False) -> Axes:
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
        ends = ((middle, rows + 1.4), (middle, rows + 0.1))
        if not down:
            ends = ((columns + 1.4, middle), (columns + 0.1, middle))
        ax.annotate("", *ends, arrowprops={"arrowstyle": "->", "color": QUIET, "lw": 1.4})
    keep = ", keepdim=True" if keepdim else ""
    gone = "rows" if down else "columns"
    ax = _finish(
        ax,
        f"sum(dim={dim}{keep}): the {gone} are added up\n{(rows, columns)} gives {tuple(total.shape)}",
    )
    if down:
        ax.set_ylim(rows + GAP + 1.3, -0.3)
    else:
        ax.set_xlim(-0.3, columns + GAP + 1.3)
    return ax


@styled
def matrix_product(
    a: torch.Tensor, b: torch.Tensor, ax: Axes | None = None, *, row: int = 0, column: int = 0
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
        ax.text(x, y, text, ha=align, va="center", fontsize=FONT, color=INK)
    terms = " + ".join(
        f"{_number(p)}·{_number(q)}" for p, q in zip(a[row], b[:, column], strict=True)
    )
    _finish(
        ax,
        f"Entry [{row}, {column}] is row {row} times column {column}:\n"
        f"{terms} = {_number(product[row, column])}",
        limits=False,
    )
    ax.set_xlim(-0.3, k + m + 1.3)
    ax.set_ylim(k + n + 2, -0.3)
    return ax


def _only(x: torch.Tensor, row: int | slice, column: int | slice) -> torch.Tensor:
    mask = torch.zeros(x.shape, dtype=torch.bool)
    mask[row, column] = True
    return mask


@styled
def sliced(image: torch.Tensor, rows: slice, columns: slice) -> Figure:
    """Draw a picture (h, w) with the rows and columns of a slice framed, and what comes out."""
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
    fig.suptitle("A slice of a picture is a smaller picture", fontsize=FONT + 1)
    return fig


def _slice(part: slice) -> str:
    step = "" if part.step in (None, 1) else f":{part.step}"
    return f"{part.start}:{part.stop}{step}"


@styled
def scatter_classes(
    x: torch.Tensor,
    y: torch.Tensor,
    classes: torch.Tensor,
    names: Sequence[str],
    ax: Axes | None = None,
    *,
    title: str = "",
    labels: tuple[str, str] = ("", ""),
    mark: dict[str, int] | None = None,
) -> Axes:
    """Draw one point per row, with a colour and a shape for each class (at most six).

    Args:
        x, y: (n,). classes: (n,) int64. names: a name for each class.
        labels: names of the axes, with units.
        mark: text → number of a row to point out; a white disc hides its class.
    """
    if ax is None:
        ax = plt.figure(figsize=(6.6, 4.3), layout="constrained").add_subplot()
    for number, name in enumerate(names):
        own = classes == number
        ax.scatter(
            x[own],
            y[own],
            s=20,
            alpha=0.65,
            marker=MARKERS[number],
            color=COLOURS[number],
            label=name,
        )
    for place, (text, row) in enumerate((mark or {}).items()):
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
    ax.set_xlabel(labels[0], fontsize=FONT)
    ax.set_ylabel(labels[1], fontsize=FONT)
    ax.tick_params(labelsize=9)
    ax.legend(fontsize=9, loc="lower right")
    ax.set_title(title, fontsize=FONT + 1)
    return ax


@styled
def distance_maps(
    maps: Sequence[torch.Tensor],
    titles: Sequence[str],
    classes: torch.Tensor,
    names: Sequence[str],
    *,
    title: str = "",
) -> Figure:
    """Draw tables of distances (n, n) side by side, dark where two rows are near.

    Rows are sorted by class, and lines part the classes. Each map has its own scale, since its unit
    is its own.
    """
    order = classes.argsort(stable=True)
    sizes = torch.bincount(classes, minlength=len(names))
    ends = sizes.cumsum(0)
    middles = (ends - sizes / 2).tolist()
    fig, axes = plt.subplots(
        1, len(maps), figsize=(4.6 * len(maps), 4.5), squeeze=False, layout="constrained"
    )
    for ax, distances, text in zip(axes[0], maps, titles, strict=True):
        shown = distances[order][:, order].numpy()
        image = ax.imshow(shown, cmap="magma", interpolation="nearest", rasterized=True)
        for end in ends[:-1].tolist():
            ax.axhline(end - 0.5, color="white", linewidth=1)
            ax.axvline(end - 0.5, color="white", linewidth=1)
        ax.set_xticks(middles, names, fontsize=9)
        ax.set_yticks(middles, names, fontsize=9, rotation=90, va="center")
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
    names: Sequence[str],
    ax: Axes | None = None,
    *,
    title: str = "",
    label: str = "value, each column in its own unit",
) -> Axes:
    """Draw each column of a table (n, d) as a strip of points on one common axis, with its mean."""
    if ax is None:
        ax = plt.figure(figsize=(6.6, 2.6), layout="constrained").add_subplot()
    # Spread over the strip's height by row number, so that equal values do not hide each other.
    spread = (torch.arange(len(table)) * 0.618).frac() * 0.5 - 0.25
    for number, column in enumerate(table.T):
        ax.plot(column, number + spread, ".", markersize=3, color=BLUE)
        ax.plot([column.mean()] * 2, [number - 0.35, number + 0.35], color=INK, linewidth=2)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.tick_params(labelsize=9)
    ax.set_xlabel(label, fontsize=FONT)
    ax.invert_yaxis()
    ax.set_title(title, fontsize=FONT + 1)
    return ax


def _blank(ax: Axes | None, extent: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    width, height = extent
    scale = min(0.52, 8.6 / (width + 1))
    size = (max(4.2, scale * (width + 1)), scale * (height + 1) + 0.5)  # inches; room for a title
    return plt.figure(figsize=size, layout="constrained").add_subplot()


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
    ax.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=edge, **style))
    middle = (corner[0] + 0.5, corner[1] + 0.5)
    colour = QUIET if pale else INK
    size = FONT if len(text) < 4 else 9
    ax.text(*middle, text, ha="center", va="center", fontsize=size, color=colour, zorder=2)


def _tint(colour: str, strength: float) -> tuple[float, ...]:
    """Mix a colour with white; opaque, so that the cells behind do not shine through."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return tuple(1 - strength * (1 - rgb))


def _number(value: torch.Tensor) -> str:
    item = value.item()
    if isinstance(item, bool):
        return "T" if item else "F"
    return f"{item:.3g}".replace("-", "−")


def _finish(ax: Axes, title: str, *, limits: bool = True) -> Axes:
    ax.set_aspect("equal")
    ax.set_axis_off()
    if limits:
        ax.autoscale_view()
        ax.margins(0.02)
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    ax.set_title(title, fontsize=FONT + 1, color=INK)
    return ax
