"""Explorations of lesson 05: a line set by hand, steps down a curve, slopes in a neuron."""

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import data, plots
from helpers.explore import Exploration, choice, explore, slider, whole_slider
from helpers.lessons.backprop import figures as pictures
from helpers.plots.style import minus

W_GRID, B_GRID = torch.linspace(-1, 2, 61), torch.linspace(0, 6, 61)


def flippers() -> tuple[torch.Tensor, torch.Tensor]:
    """Return flipper length in cm, counted from 18 cm, and body mass in kg of 333 penguins, shapes (333,)."""
    table = data.penguins()
    return table.features[:, 2] / 10 - 18, table.features[:, 3] / 1000


def draw_line(w: float = 0.2, b: float = 2.0) -> Figure:
    """Draw the penguins with the line w·x + b, and where (w, b) lies on the map of the loss."""
    x, y = flippers()
    losses = (W_GRID[None, :, None] * x + B_GRID[:, None, None] - y).square().mean(-1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2))
    labels = ("flipper length (cm above 18)", "body mass (kg)")
    pictures.line_fits(x, y, {"your line": (w, b)}, title="The line …", axis_labels=labels, ax=left)
    left.set_ylim(2, 7)
    pictures.contours(
        W_GRID, B_GRID, losses, title="… and its place on the map of the loss", ax=right
    )
    right.plot(w, b, "o", color="white", markeredgecolor="black", markersize=11)
    figure.tight_layout()
    return figure


def line_by_hand() -> Exploration:
    """Can you find the best line by turning two dials?"""
    return explore(
        draw_line,
        "Bring the loss below 0.16. Does it help to turn one dial to its best place, and then the other?",
        w=slider(-1, 2, 0.05, 0.2, "w"),
        b=slider(0, 6, 0.1, 2.0, "b"),
    )


def _bowl(w: torch.Tensor) -> torch.Tensor:
    return w**2 / 2


def _waves(w: torch.Tensor) -> torch.Tensor:
    return w**2 / 6 - 0.8 * torch.cos(2.2 * w - 0.6)


CURVES = {"one valley (convex)": _bowl, "several valleys (not convex)": _waves}
SPAN = 4.5  # the curves are drawn from −SPAN to SPAN


def draw_walk(
    curve: str = "several valleys (not convex)",
    start: float = -3.5,
    learning_rate: float = 0.1,
    steps: int = 30,
) -> Axes:
    """Walk down one of the curves and draw every place visited."""
    function, path = CURVES[curve], [start]
    for _ in range(steps):
        w = torch.tensor(path[-1], dtype=torch.float64, requires_grad=True)
        slope = torch.autograd.grad(function(w), w)[0].item()
        path.append(path[-1] - learning_rate * slope)
        if abs(path[-1]) > 1e6:
            break
    inside = all(abs(w) <= SPAN for w in path)
    words = (
        minus(f"the walk ends at w = {path[-1]:.2f}") if inside else "the walk leaves the picture"
    )
    return plots.valley(
        function, path, span=(-SPAN, SPAN), title=f"η = {learning_rate:.2f}: {words}"
    )


def walk() -> Exploration:
    """Start, learning rate and curve: where does the walk end?"""
    return explore(
        draw_walk,
        "From which starts does the walk end in the deepest valley? Can a larger learning rate get it there "
        "from elsewhere, and what is the price?",
        curve=choice(list(CURVES), "several valleys (not convex)", "curve"),
        start=slider(-4, 4, 0.25, -3.5, "start"),
        learning_rate=slider(0.02, 2.2, 0.02, 0.1, "learning rate η"),
        steps=whole_slider(1, 60, 30, "steps"),
    )


def draw_neuron(w: float = 1.0, b: float = 0.0, x: float = 2.0, y: float = 0.0) -> Axes:
    """Draw the graph of one sigmoid neuron with all its values and slopes."""
    return pictures.neuron_graph(x, w, b, y)


def neuron() -> Exploration:
    """When does a neuron that is wrong get no message?"""
    return explore(
        draw_neuron,
        "Make the neuron as wrong as you can (L near 1). What happens to the slopes at w and b, and which node "
        "is to blame?",
        w=slider(-4, 4, 0.25, 1.0, "w"),
        b=slider(-4, 4, 0.25, 0.0, "b"),
        x=slider(-3, 3, 0.25, 2.0, "x"),
        y=slider(0, 1, 0.25, 0.0, "target y"),
    )
