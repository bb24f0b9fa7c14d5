"""Explorations of lesson 02: a line set by hand, a line that learns, the price of a network's size."""

from itertools import pairwise

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers import plots
from helpers.explore import Exploration, choice, explore, slider, whole_slider

AXES = ("bill depth (mm)", "body mass (kg)")
NAMES = ("other penguin", "Gentoo")


def line_by_hand(X: Tensor, y: Tensor) -> Exploration:
    """Set the weights and the bias of a perceptron by hand.

    Args:
        X: bill depth (mm) and body mass (kg), shape (n, 2). y: 1 for a Gentoo, else 0, shape (n,).
    """

    def draw(depth: float, mass: float, bias: float) -> Axes:
        w = torch.tensor([depth, mass])
        wrong = int(((X @ w + bias > 0).float() != y).sum())
        title = f"{wrong} of {len(y)} penguins on the wrong side"
        return plots.separating_line(
            w, bias, X, y, title=title, class_names=NAMES, axis_labels=AXES, margin=0.1
        )

    return explore(
        draw,
        "Which numbers put all penguins on the right side? What does the bias do to the line, "
        "and what the two weights?",
        depth=slider(-3, 3, 0.1, -1, "weight of bill depth"),
        mass=slider(-5, 5, 0.1, 1, "weight of body mass"),
        bias=slider(-20, 20, 0.5, 10, "bias"),
    )


def corrections(X: Tensor, y: Tensor, history: list[tuple[Tensor, Tensor]]) -> Exploration:
    """Step through the corrections of a perceptron.

    Args:
        X, y: as in `line_by_hand`. history: the pair (w, b) after each correction, at least one.
    """

    def draw(number: int) -> Axes:
        w, b = history[number - 1]
        wrong = int(((X @ w + b > 0).float() != y).sum())
        title = f"After correction {number}: {wrong} of {len(y)} penguins on the wrong side"
        return plots.separating_line(
            w, b, X, y, title=title, class_names=NAMES, axis_labels=AXES, margin=0.1
        )

    return explore(
        draw,
        "Does each correction make the line better? After which one is it good for the first time?",
        number=whole_slider(1, len(history), min(30, len(history)), "corrections so far"),
    )


def draw_size(inputs: int, width: int, layers: int, outputs: int) -> Axes:
    """Draw a network with `layers` hidden layers of `width` units, and what it costs."""
    sizes = [inputs, *[width] * layers, outputs]
    total = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    title = f"{total:,} parameters, {4 * total / 1024:,.1f} KiB as float32"
    return plots.network_diagram(sizes, title=title)


def size() -> Exploration:
    """Choose the hidden sizes of a network and see what they cost."""
    return explore(
        draw_size,
        "A picture of 28 × 28 pixels, ten classes: double the width of two hidden layers. "
        "Do the parameters double?",
        inputs=choice([4, 8, 784], 784, "inputs"),
        width=whole_slider(2, 256, 32, "units in each hidden layer"),
        layers=whole_slider(0, 4, 2, "hidden layers"),
        outputs=choice([1, 3, 10], 10, "outputs"),
    )
