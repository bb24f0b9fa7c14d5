"""The figures of lesson 05: what they draw is what they were given, and nothing around them changes."""

import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch

from helpers.lessons.backprop import figures as pictures


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def words_of(ax):
    return [t.get_text() for t in ax.texts]


def test_the_tangents_bear_the_slopes_of_the_curve():
    ax = pictures.tangents(lambda w: w**3 - w, [-1.0, 0.0, 2.0], span=(-3, 3), title="slopes")
    assert words_of(ax) == ["slope 2.00", "slope −1.00", "slope 11.00"]
    assert ax.get_title() == "slopes"
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_a_flat_place_has_slope_zero_without_a_sign():
    ax = pictures.tangents(lambda w: -(w**2), [0.0], span=(-1, 1), title="flat")
    assert words_of(ax) == ["slope 0.00"]


def test_each_line_is_named_with_its_loss():
    x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 2.0, 5.0])
    ax = pictures.line_fits(x, y, {"a": (1.0, 1.0)}, title="one line", axis_labels=("x", "y"))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a: loss 1.33"]


@pytest.mark.parametrize("sigmoid", [True, False])
def test_the_neurons_graph_shows_the_slopes_of_the_chain_rule(sigmoid):
    x, w, b, y = -2.0, 0.5, 1.5, 1.0
    z = w * x + b
    a = 1 / (1 + math.exp(-z)) if sigmoid else z
    dz = 2 * (a - y) * (a * (1 - a) if sigmoid else 1)
    shown = words_of(pictures.neuron_graph(x, w, b, y, sigmoid=sigmoid))
    for number in (dz * x, dz * w, dz):
        assert f"grad {number:.3g}".replace("-", "−") in shown
    assert f"L = {(a - y) ** 2:.3g}" in shown


def test_no_slope_is_asked_of_the_target():
    shown = words_of(pictures.neuron_graph(1.0, 1.0, 1.0, 0.0))
    values, slopes = ([t for t in shown if sign in t] for sign in (" = ", "grad "))
    assert len(values) == len(slopes) + 1


def test_the_landscape_refuses_losses_of_another_shape():
    path = torch.zeros(2, 2)
    with pytest.raises(ValueError, match=r"losses has shape \(4, 5\)"):
        pictures.landscape(
            torch.arange(4.0), torch.arange(5.0), torch.ones(4, 5), path, torch.ones(2), title="x"
        )


def test_the_landscape_draws_the_path_on_land_and_map():
    w, b = torch.linspace(-1, 1, 7), torch.linspace(-1, 1, 5)
    losses = 0.1 + w[None, :] ** 2 + b[:, None] ** 2
    path = torch.tensor([[1.0, 1.0], [0.5, 0.5], [0.0, 0.0]])
    figure = pictures.landscape(w, b, losses, path, 0.1 + (path**2).sum(1), title="down")
    land, chart = figure.axes[:2]
    assert torch.equal(torch.tensor(chart.lines[0].get_xydata()).float(), path)
    assert len(land.lines) == 3


def test_each_panel_names_the_root_mean_squared_error():
    truth = torch.tensor([1.0, 2.0, 3.0])
    figure = pictures.predicted_against_true(
        truth, {"off by two": truth + 2, "right": truth}, title="two models", unit="kg"
    )
    assert [ax.get_title() for ax in figure.axes] == [
        "off by two: off by 2.000 kg",
        "right: off by 0.000 kg",
    ]
