"""Figures on activations: what they draw is what they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.plots import activations as plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


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


def test_every_network_has_its_line():
    sizes = {f"network {k}": [1.0, 2.0 + k] for k in range(9)}
    ax = plots.gradient_lines(sizes)
    assert [line.get_label() for line in ax.lines] == list(sizes)
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 9
