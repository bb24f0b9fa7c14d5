import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from helpers.explore import Exploration, choice, explore, slider, switch, whole_slider


def draw(slope, count=1, grid=False, colour="b"):
    _, ax = plt.subplots()
    for number in range(count):
        ax.plot([0, 1], [number, number + slope], color=colour)
    ax.grid(grid)
    return ax


@pytest.fixture
def exploration():
    return explore(
        draw,
        "Which slope is level?",
        slope=slider(-1, 1, 0.5, 1, "slope"),
        count=whole_slider(1, 3, 1, "lines"),
        grid=switch(False, "grid"),
        colour=choice(["b", "r"], "b", "colour"),
    )


def test_the_picture_follows_the_controls(exploration):
    first = exploration.picture().data
    exploration.controls["slope"].value = -1
    assert exploration.picture().data != first
    assert exploration.picture(slope=1).data == first
    assert exploration.values() == {"slope": -1, "count": 1, "grid": False, "colour": "b"}


def test_the_same_controls_give_the_same_picture_to_the_byte(exploration):
    assert exploration.picture().data == exploration.picture().data


def test_drawing_leaves_no_figure_open_and_changes_no_setting(exploration):
    before = dict(mpl.rcParams)
    exploration.picture()
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


def test_it_shows_controls_that_live_and_a_still_that_stands_alone(exploration):
    shell = InteractiveShell.instance()
    try:
        with capture_output() as shown:
            exploration._ipython_display_()
    finally:
        InteractiveShell.clear_instance()
        del shell
    kinds = [set(o.data) for o in shown.outputs]
    assert any("application/vnd.jupyter.widget-view+json" in k for k in kinds)
    assert any("image/png" in k for k in kinds)
    assert shown.outputs[0].data["text/markdown"] == "**Which slope is level?**"


def test_a_question_is_asked(exploration):
    with pytest.raises(ValueError, match="question"):
        explore(draw, " ", slope=slider(0, 1, 0.1, 0, "slope"))


def test_a_drawing_function_that_returns_no_figure_is_named():
    with pytest.raises(TypeError, match="returns a Figure or Axes, not int"):
        Exploration(lambda: 3, {}, "?").picture()
