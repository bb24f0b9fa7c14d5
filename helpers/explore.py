"""A picture, a question, and controls that redraw the picture."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
from IPython.display import Image, Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots.style import STYLE

DPI = STYLE["figure.dpi"]


@dataclass
class Exploration:
    """A drawing function with its controls. The last line of a cell shows it.

    Attributes:
        draw: called with one keyword argument per control; returns a Figure, Axes or a Display object
            with a `figure_`; it changes nothing else, so tests call it over the range of the controls.
        controls: name of the argument → ipywidgets control (a slider, dropdown, toggle, …).
        question: what to find out by playing.
    """

    draw: Callable[..., Any]
    controls: dict[str, widgets.ValueWidget]
    question: str = ""

    def values(self) -> dict[str, Any]:
        """Return what the controls say now."""
        return {name: control.value for name, control in self.controls.items()}

    def picture(self, **changes: Any) -> Image:
        """Draw with the controls' values, save for `changes`, and return the picture as a PNG."""
        figure = _figure(self.draw(**(self.values() | changes)))
        buffer = io.BytesIO()
        # A tight box keeps a title that is wider than its axes; the metadata would name the version.
        figure.savefig(
            buffer, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None}
        )
        _close(figure)
        return Image(buffer.getvalue(), alt=self.question or "exploration")

    def _ipython_display_(self) -> None:
        for control in self.controls.values():
            control.style.description_width = "initial"
        display(
            Markdown(f"**{self.question}**")
        )  # no part of the controls: it stands on a page, too
        controls = widgets.VBox(list(self.controls.values()))._repr_mimebundle_()
        del controls["text/plain"]  # where no kernel runs, the picture stands for the controls
        display(controls, raw=True)
        shown = display(self.picture(), display_id=True)

        def redraw(change: Any) -> None:
            shown.update(self.picture())

        for control in self.controls.values():
            control.observe(redraw, names="value")


def _figure(drawn: Any) -> Figure:
    if isinstance(drawn, Figure):
        return drawn
    if isinstance(drawn, Axes):
        return drawn.figure
    figure = getattr(drawn, "figure_", None)
    if isinstance(figure, Figure):
        return figure
    raise TypeError(
        f"the drawing function of an exploration returns a Figure or Axes, not {type(drawn).__name__}"
    )


def _close(figure: Figure) -> None:
    # pyplot would show the figure a second time at the end of the cell.
    import matplotlib.pyplot as plt

    plt.close(figure)


def explore(
    draw: Callable[..., Any], question: str, **controls: widgets.ValueWidget
) -> Exploration:
    """Return an exploration of `draw`; each keyword names an argument of it and gives its control.

    Example:
        explore(draw_line, "Which slope makes the loss smallest?", slope=slider(-2, 2, 0.1, 0))
    """
    if not question.strip():
        raise ValueError("an exploration needs a question to answer by playing")
    return Exploration(draw, controls, question)


def slider(low: float, high: float, step: float, value: float, label: str) -> widgets.FloatSlider:
    """Return a slider for a float."""
    return widgets.FloatSlider(
        value, min=low, max=high, step=step, description=label, continuous_update=False
    )


def whole_slider(low: int, high: int, value: int, label: str) -> widgets.IntSlider:
    """Return a slider for an int."""
    return widgets.IntSlider(value, min=low, max=high, description=label, continuous_update=False)


def choice(options: list, value: Any, label: str) -> widgets.Dropdown:
    """Return a list to choose from; `options` are values or pairs (text, value)."""
    return widgets.Dropdown(options=options, value=value, description=label)


def switch(value: bool, label: str) -> widgets.Checkbox:
    """Return a box to tick."""
    return widgets.Checkbox(value=value, description=label, indent=False)
