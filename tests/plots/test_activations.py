"""Figures of lesson 03: what they draw is what they were given."""

import inspect

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from helpers.plots import activations as plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


GRAD = torch.tensor([1.0, -6.0, 2.5], requires_grad=True)
CALLS = {
    "curve_and_slope": ((torch.tanh,), {"at": [0.5]}),
    "activation_gallery": (({"ReLU": torch.relu, "ELU": F.elu},), {}),
    "shares": ((GRAD, torch.softmax(GRAD, 0)), {}),
    "pulls": (({"sigmoid": torch.rand(5, 2), "tanh": torch.randn(5, 2)},), {}),
    "gradient_strips": (({"one": [torch.rand(4), torch.zeros(4)]},), {}),
    "gradient_lines": (({"one": [0.1, 0.0, 2.0]},), {}),
    "silent_units": ((torch.tensor([[0.0, 1.0], [0.0, 0.0]]),), {}),
    "activation_histograms": (({"a": torch.rand(3, 4), "b": torch.rand(2)},), {}),
    "hinge_curve": (([0, 1, 2], [1, 2, 0], [1, 1.5, 0.5], [0.5]), {}),
}


def figure_of(name):
    arguments, options = CALLS[name]
    drawn = getattr(plots, name)(*arguments, **options, title="A sentence")
    return getattr(drawn, "figure", drawn)


def test_every_public_figure_is_tried():
    made_here = {
        name
        for name, f in inspect.getmembers(plots, inspect.isfunction)
        if f.__module__ == plots.__name__ and not name.startswith("_")
    }
    assert made_here == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_it_draws_its_title_and_names_its_axes_and_leaves_settings_alone(name):
    before = dict(mpl.rcParams)
    figure = figure_of(name)
    assert dict(mpl.rcParams) == before
    figure.canvas.draw()
    titles = [ax.get_title() for ax in figure.axes] + [figure.get_suptitle()]
    assert "A sentence" in titles
    assert any(ax.get_xlabel() for ax in figure.axes)


@pytest.mark.parametrize("name", CALLS)
def test_no_text_is_smaller_than_nine_points(name):
    figure = figure_of(name)
    figure.canvas.draw()
    sizes = [t.get_fontsize() for t in figure.findobj(mpl.text.Text) if t.get_text().strip()]
    assert min(sizes) >= 9


@settings(max_examples=20, deadline=None)
@given(st.floats(-5, 5))
def test_the_tangent_tells_the_slope_of_the_function(at):
    ax = plots.curve_and_slope(torch.tanh, at=[at], title="t")
    told = float(ax.texts[-1].get_text().removeprefix("slope ").replace("−", "-"))
    assert told == pytest.approx(1 - np.tanh(at) ** 2, abs=6e-4)
    plt.close(ax.figure)


def test_the_dashed_line_is_the_derivative():
    ax = plots.curve_and_slope(torch.sigmoid, title="t")
    slope = next(line for line in ax.lines if line.get_label().startswith("slope"))
    x = torch.as_tensor(slope.get_xdata())
    a = torch.sigmoid(x)
    np.testing.assert_allclose(slope.get_ydata(), a * (1 - a), atol=1e-6)


def test_pulls_counts_the_examples_that_agree():
    pair = torch.tensor([[1.0, 2.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 3.0]])
    figure = plots.pulls({"unit": pair}, title="t")
    assert figure.axes[0].get_title() == "unit: 75% same sign"


def test_the_strips_share_one_scale_and_the_lines_show_the_means():
    layers = [torch.tensor([0.001, 0.003]), torch.tensor([1.0, 3.0])]
    figure = plots.gradient_strips({"net": layers}, title="t")
    limits = {image.get_clim() for ax in figure.axes for image in ax.images}
    assert len(limits) == 1
    line = figure.axes[1].lines[0]
    np.testing.assert_allclose(line.get_ydata(), [0.002, 2.0])


def test_dead_units_are_counted_and_living_ones_come_first():
    A = torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.5]])
    ax = plots.silent_units(A, title="t")
    assert [t.get_text() for t in ax.texts] == ["2 dead"]
    np.testing.assert_array_equal(
        ax.images[0].get_array(), [[True, False, False, False], [True, True, False, False]]
    )


def test_a_layer_without_dead_units_is_marked_nowhere():
    assert not plots.silent_units(torch.ones(2, 3), title="t").texts


def test_a_histogram_shows_shares_of_one_hundred_percent():
    figure = plots.activation_histograms({"a": torch.rand(50), "b": torch.rand(7)}, title="t")
    for ax in figure.axes:
        assert sum(p.get_height() for p in ax.patches) == pytest.approx(100)


def test_what_is_no_table_is_refused_by_name():
    with pytest.raises(ValueError, match="A must have 2 dimension"):
        plots.silent_units(torch.rand(3), title="t")
    with pytest.raises(ValueError, match="scores must have 1 dimension"):
        plots.shares(torch.rand(2, 2), torch.rand(2), title="t")
