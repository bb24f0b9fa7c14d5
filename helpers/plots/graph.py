"""A computational graph: operations as nodes, values above the edges, gradients below."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from helpers.plots import canvas
from helpers.plots.style import BLUE, ORANGE, PALE_BLUE, PALE_GREY, QUIET, minus, styled

__all__ = ["Edge", "computational_graph"]


class Edge(NamedTuple):
    """A value that flows from `start` to `end`, and the gradient that flows back; None writes nothing.

    `name` is what the value is called, written before it as in "z = 0.5".
    """

    start: str
    end: str
    value: float | None = None
    gradient: float | None = None
    name: str = ""


@styled
def computational_graph(
    places: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge | tuple],
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a graph of operations with the values that go forward and the gradients that come back.

    Example: `computational_graph({"w": (0, 1), "x": (0, 0), "mul": (1, 0.5)}, [("w", "mul", 2.0, 3.0),
    ("x", "mul", 3.0, 2.0)], labels={"mul": "×"})`.

    Args:
        places: name of the node → (column, row); columns grow to the right, rows upwards.
        edges: (start, end, value, gradient, name); the last three may be left out.
        labels: name → text in the node, where it is not the name.

    Raises:
        ValueError: no nodes, or an edge to a node that has no place.
    """
    if not places:
        raise ValueError("a graph needs at least one node")
    arrows = [Edge(*edge) for edge in edges]
    if lost := sorted({end for e in arrows for end in e[:2]} - set(places)):
        raise ValueError(
            f"edges name the nodes {lost}, which have no place; places has {list(places)}"
        )
    across, up = 2.5, 1.5
    spots = {name: (across * x, up * y) for name, (x, y) in places.items()}
    xs, ys = zip(*spots.values(), strict=True)
    width, height = max(xs) - min(xs) + 1.6, max(ys) - min(ys) + 1.4
    ax = canvas.sheet(ax, width, height, unit=min(0.95, 10.0 / width), least=4.0)
    fed = {edge.end for edge in arrows}
    boxes = {}
    for name, (x, y) in spots.items():
        face, line = (PALE_BLUE, BLUE) if name in fed else (PALE_GREY, QUIET)
        text = (labels or {}).get(name, name)
        half = max(0.3, 0.08 * len(text))
        look = {"face": face, "edge": line, "rounding": "pad=0.08,rounding_size=0.22"}
        corner = (x - half, y - 0.22)
        boxes[name] = canvas.box(ax, corner, 2 * half, 0.44, linewidth=1.7, zorder=3, **look)
        canvas.write(ax, x, y, text, fontsize=11.5, fontweight="bold", zorder=4)
    for edge in arrows:
        _arrow(ax, spots, boxes, edge)
    ax.set(xlim=(min(xs) - 0.8, max(xs) + 0.8), ylim=(min(ys) - 0.7, max(ys) + 0.7))
    return canvas.finish(ax, title)


def _arrow(
    ax: Axes,
    spots: Mapping[str, tuple[float, float]],
    boxes: Mapping[str, Patch],
    edge: Edge,
) -> None:
    start, end = spots[edge.start], spots[edge.end]
    # Cut off at the edges of the two boxes, so that none hides an arrow's head.
    shape = {"patchA": boxes[edge.start], "patchB": boxes[edge.end], "shrinkA": 1, "shrinkB": 1}
    canvas.arrow(ax, start, end, linewidth=1.3, shape=shape, zorder=2)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    plate = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 0.6}
    texts = (
        (edge.value, f"{edge.name} = " if edge.name else "", BLUE, "bottom", 0.06),
        (edge.gradient, "grad ", ORANGE, "top", -0.06),
    )
    for number, sign, colour, side, shift in texts:
        if number is not None:
            words = sign + minus(f"{float(number):.4g}")
            style = {
                "fontsize": 9.5,
                "color": colour,
                "fontweight": "bold",
                "bbox": plate,
                "zorder": 5,
            }
            canvas.write(ax, x, y + shift, words, va=side, **style)
