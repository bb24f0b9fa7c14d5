"""The explorations of lesson 05, over the range of their controls."""

import itertools

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from helpers.lessons.backprop import demos

EXPLORATIONS = [demos.line_by_hand, demos.walk, demos.neuron]


def ends(control):
    """The values at the ends of a control, and the one it starts with."""
    if hasattr(control, "options"):
        return list(control.options)
    return [control.min, control.value, control.max]


@pytest.mark.parametrize("make", EXPLORATIONS, ids=lambda f: f.__name__)
def test_every_corner_of_the_controls_gives_a_picture(make):
    exploration = make()
    names = list(exploration.controls)
    corners = itertools.product(*([e[0], e[-1]] for e in map(ends, exploration.controls.values())))
    for corner in corners:
        drawn = exploration.draw(**dict(zip(names, corner, strict=True)))
        figure = drawn if isinstance(drawn, Figure) else drawn.figure
        figure.canvas.draw()
        plt.close(figure)


@pytest.mark.parametrize("make", EXPLORATIONS, ids=lambda f: f.__name__)
def test_every_control_changes_the_picture(make):
    exploration = make()
    first = exploration.picture().data
    for name, control in exploration.controls.items():
        other = next(v for v in ends(control) if v != control.value)
        assert exploration.picture(**{name: other}).data != first, name


@pytest.mark.parametrize("make", EXPLORATIONS, ids=lambda f: f.__name__)
def test_an_exploration_starts_with_the_drawings_defaults(make):
    exploration = make()
    figure = exploration.draw()
    figure = figure if isinstance(figure, Figure) else figure.figure
    plt.close(figure)
    assert exploration.values() == dict(
        zip(exploration.controls, exploration.draw.__defaults__, strict=True)
    )


def test_the_best_line_is_within_reach_of_the_dials():
    x, y = demos.flippers()
    exploration = demos.line_by_hand()
    w, b = 0.5, 3.2
    assert ((w * x + b - y) ** 2).mean() < 0.16
    for name, value in (("w", w), ("b", b)):
        control = exploration.controls[name]
        assert control.min <= value <= control.max


@pytest.mark.parametrize(
    ("start", "rate", "words"),
    [(-3.5, 0.1, "ends at w = −2.37"), (-0.5, 0.1, "ends at w = 0.25"), (1, 2.2, "leaves")],
)
def test_the_walk_says_where_it_ends(start, rate, words):
    curve = "several valleys (not convex)" if rate < 1 else "one valley (convex)"
    ax = demos.draw_walk(curve=curve, start=start, learning_rate=rate, steps=60)
    assert words in ax.get_title()
    plt.close(ax.figure)
