"""Explorations: a picture, controls that redraw it, and a question to answer by playing."""

import torch
from matplotlib.axes import Axes

from helpers.explore import Exploration, explore, whole_slider
from helpers.lessons.my_topic import data, figures


def draw_widths(width: int) -> Axes:
    """Draw the bean's heights smoothed with a window of `width` days."""
    heights = data.heights()
    padded = heights[None, None]
    # By a layer and not by the function that the learner is to write: a demo gives no answer away.
    means = torch.nn.functional.avg_pool1d(padded, width, stride=1)[0, 0]
    return figures.smoothed(heights, means, title=f"A window of {width} days")


def widths() -> Exploration:
    """Choose the width of the window and see what it smooths away."""
    return explore(
        draw_widths,
        "From which width on does the curve no longer jump up and down?",
        width=whole_slider(1, 15, 3, "width"),
    )
