"""Explorations of lesson 01: broadcasting, slicing, the product of two matrices."""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.explore import Exploration, choice, explore, whole_slider
from helpers.plots import tensors as plots

SHAPES = ((1,), (3,), (4,), (1, 4), (3, 1), (3, 4), (2, 3, 4), (2, 1, 4))


def draw_broadcast(first: tuple[int, ...], second: tuple[int, ...]) -> Axes:
    """Draw the sum of two tensors with the given shapes, or the sizes that clash."""
    a = torch.arange(torch.Size(first).numel()).reshape(first)
    b = 10 * (torch.arange(torch.Size(second).numel()).reshape(second) + 1)
    return plots.broadcast(a, b)


def broadcasting() -> Exploration:
    """Choose two shapes and see what their sum looks like."""
    options = [(str(shape), shape) for shape in SHAPES]
    return explore(
        draw_broadcast,
        "Which pairs of these shapes do not go together? And which two, each with fewer than 12 numbers, "
        "make a table of shape (3, 4)?",
        first=choice(options, (3, 1), "a"),
        second=choice(options, (4,), "b"),
    )


def slicing(image: torch.Tensor) -> Exploration:
    """Cut a picture, shape (h, w), with start, stop and step."""
    height, width = image.shape

    def draw(top: int, bottom: int, left: int, right: int, step: int) -> Figure:
        return plots.sliced(image, slice(top, bottom, step), slice(left, right, step))

    return explore(
        draw,
        "Which numbers cut out the heel alone? What does a step of 2 do to the shape, and to the picture?",
        top=whole_slider(0, height, 8, "first row"),
        bottom=whole_slider(0, height, 22, "stop before row"),
        left=whole_slider(0, width, 2, "first column"),
        right=whole_slider(0, width, 16, "stop before column"),
        step=whole_slider(1, 4, 1, "step"),
    )


def draw_product(row: int, column: int) -> Axes:
    """Draw one entry of a product of a (3, 4) and a (4, 2) matrix being worked out."""
    a = torch.tensor([[2, 0, 1, 3], [1, 4, 0, 2], [5, 1, 2, 0]])
    b = torch.tensor([[3, 1], [2, 0], [0, 6], [1, 2]])
    return plots.matrix_product(a, b, row=row, column=column)


def product() -> Exploration:
    """Choose an entry of a matrix product and see where it comes from."""
    return explore(
        draw_product,
        "Which numbers of A and B does entry [2, 1] use? Which entries change when a number of B's first "
        "column does?",
        row=whole_slider(0, 2, 0, "row"),
        column=whole_slider(0, 1, 0, "column"),
    )
