"""One style and one palette for the course's figures, applied while a figure is drawn and never globally.

The colours are those of Okabe and Ito, darkened where they carry lines, so that they stay apart for colour-blind
readers; each also has a marker and a line style of its own for a print in grey.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

BLUE, ORANGE, GREEN, PURPLE, AMBER = "#0072B2", "#D55E00", "#007A5A", "#8F4A7E", "#E69F00"
GREY, INK, QUIET = "#6B6B6B", "#1A1A1A", "#5F5F5F"
PALE_BLUE, PALE_ORANGE, PALE_GREEN, PALE_GREY = "#CFE5F2", "#FBDCC4", "#CBE7DC", "#F1F1F1"

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, AMBER, QUIET)
PALE = (PALE_BLUE, PALE_ORANGE, PALE_GREEN, "#E8D5E2", "#FBECCB", "#E6E6E6")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


@dataclass(frozen=True)
class Look:
    """How one series of a figure is drawn: its colour, marker and dash, and a pale colour for areas."""

    colour: str
    pale: str
    marker: str
    dash: str | tuple

    @property
    def line(self) -> dict[str, Any]:
        """Keyword arguments for a line."""
        return {"color": self.colour, "linestyle": self.dash}

    @property
    def points(self) -> dict[str, Any]:
        """Keyword arguments for points."""
        return {"color": self.colour, "marker": self.marker}


def look(number: int) -> Look:
    """Return the look of series `number`, counted from 0; 36 of them differ.

    The first six differ in everything; after those the colours come again, with other markers and dashes.
    """
    turn = number // len(COLOURS)
    colour, shape = number % len(COLOURS), (number + turn) % len(COLOURS)
    return Look(COLOURS[colour], PALE[colour], MARKERS[shape], DASHES[shape])


TRAINING, VALIDATION = look(0), look(1)

STYLE = {
    # At 100 dots per inch hinting draws bold digits of 11 points with hairline bars: they look like another font.
    "figure.dpi": 120,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in the course's style, and leave matplotlib's settings as they were."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        if _skipping and draw.__annotations__.get("return") in (Axes, Figure):
            return _undrawn(draw.__annotations__["return"], [*args, *kwargs.values()])
        # Loads the backend before the context: the notebook's one switches `interactive` on as it loads, and
        # the context would switch it off again, so that later figures were not shown.
        plt.draw_if_interactive()
        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return inside


_skipping = False


def skip_drawing(on: bool) -> None:
    """Have the course's plots return their axes without drawing anything, or draw again.

    For the marking of a lesson, where nobody looks at the pictures that the course itself draws.
    """
    global _skipping
    _skipping = on


def _undrawn(kind: type, arguments: list) -> Axes | Figure:
    ax = next((a for a in arguments if isinstance(a, Axes)), None) or _empty()
    ax.legend(handles=[])  # the cell that asked for the plot may change or remove the legend
    return ax if kind is Axes else ax.figure


@functools.cache
def _empty() -> Axes:
    return Figure().add_subplot()


def axes_or_new(ax: Axes | None, width: float = 6.4, height: float = 3.8) -> Axes:
    """Return `ax`, or the axes of a new figure of width × height inches."""
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained")[1]


def numbers(
    x: ArrayLike | torch.Tensor, name: str, dims: int | tuple[int, ...] | None = None
) -> np.ndarray:
    """Return a tensor (also one that requires grad), array or list as a NumPy array of real numbers.

    Args:
        name: what the value is called in the message of an error.
        dims: how many dimensions it may have.

    Raises:
        ValueError: no rectangular table of numbers, or another number of dimensions.
    """
    try:
        values = x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    except ValueError:
        raise ValueError(f"{name} must be a rectangular table of numbers") from None
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {values.dtype}")
    allowed = (dims,) if isinstance(dims, int) else dims
    if allowed is not None and values.ndim not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ValueError(f"{name} must have {wanted} dimension(s), but its shape is {values.shape}")
    return values


def minus(text: str) -> str:
    """Write a number's hyphen as a minus sign."""
    return text.replace("-", "−")
