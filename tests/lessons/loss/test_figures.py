"""Figures on losses show the numbers that they were given, and refuse what does not fit."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.lessons.loss import figures as plots


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_lines_run_through_both_ends_of_the_measurements():
    ax = plots.lines_through([1.0, 3.0, 2.0], [4.0, 5.0, 6.0], {"a": (2.0, 1.0)}, title="t")
    line = next(line for line in ax.lines if line.get_label() == "a")
    assert line.get_xydata().tolist() == [[1.0, 3.0], [3.0, 7.0]]


def test_wrong_measurements_are_set_off():
    ax = plots.lines_through([1, 2, 3], [1, 2, 9], {}, wrong=[0, 0, 1], title="t")
    marked = next(c for c in ax.collections if c.get_label() == "typing error")
    assert marked.get_offsets().tolist() == [[3.0, 9.0]]


@pytest.mark.parametrize(("y", "wrong"), [([1, 2], None), ([1, 2, 3], [True])])
def test_lines_refuse_unequal_lengths(y, wrong):
    with pytest.raises(ValueError, match=r"x has 3|wrong has shape"):
        plots.lines_through([1, 2, 3], y, {}, wrong=wrong, title="t")


@settings(max_examples=20, deadline=None)
@given(
    targets=st.lists(st.integers(-500, 500), min_size=1, max_size=6, unique=True),
    prediction=st.integers(-500, 500),
)
def test_the_areas_are_the_squared_errors(targets, prediction):
    ax = plots.error_squares(targets, prediction, title="t")
    areas = [p.get_width() * p.get_height() for p in ax.patches]
    plt.close("all")
    assert ax.get_aspect() == 1
    assert areas == pytest.approx([(t - prediction) ** 2 for t in targets])


@settings(max_examples=15, deadline=None)
@given(prices=st.lists(st.integers(200, 900), min_size=3, max_size=7, unique=True))
def test_the_lowest_points_are_the_mean_and_the_median(prices):
    losses = {"MSE": torch.square, "MAE": torch.abs}
    figure = plots.moving_prediction({"a": prices}, losses, span=(100, 1000), title="t")
    (mean,) = (float(t) for t in texts(figure.axes[0]))
    (median,) = (float(t) for t in texts(figure.axes[1]))
    plt.close(figure)
    assert mean == pytest.approx(np.mean(prices), abs=1)
    below, above = sorted(prices)[(len(prices) - 1) // 2], sorted(prices)[len(prices) // 2]
    assert below - 1 <= median <= above + 1  # between the two middle ones all points are lowest


def test_a_target_beyond_the_picture_is_told_by_an_arrow():
    figure = plots.moving_prediction(
        {"a": [200, 300], "b": [200, 3500]}, {"MSE": torch.square}, span=(100, 1000), title="t"
    )
    assert "3,500 →" in texts(figure.axes[0])


def test_slopes_are_those_of_the_losses():
    losses = {"square": lambda e: e.square() / 2}
    slope = plots.losses_and_slopes(losses, title="t", span=(-2, 2)).axes[1].lines[0].get_xydata()
    assert np.allclose(slope[:, 0], slope[:, 1])


def test_surprise_is_minus_the_logarithm():
    ax = plots.surprise({"even": 0.5}, title="t")
    x, y = ax.lines[0].get_data()
    assert np.allclose(y, -np.log(x))
    assert "even: 0.69" in texts(ax)


@settings(max_examples=20, deadline=None)
@given(scores=st.lists(st.floats(-8, 8), min_size=2, max_size=5), data=st.data())
def test_the_pull_is_torchs_gradient(scores, data):
    label = data.draw(st.integers(0, len(scores) - 1))
    z = torch.tensor([scores], dtype=torch.double, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor([label]))
    (slope,) = torch.autograd.grad(loss, z)
    figure = plots.shares_and_pull(scores, label, title="t")
    heights = [bar.get_height() for bar in figure.axes[2].patches]
    plt.close(figure)
    assert heights == pytest.approx(slope[0].tolist(), abs=1e-9)


@pytest.mark.parametrize("target", [-1, 3])
def test_a_target_that_is_no_class_is_refused(target):
    with pytest.raises(ValueError, match="classes are 0 to 2"):
        plots.shares_and_pull([1.0, 2.0, 3.0], target, title="t")


def test_all_pairs_frames_the_diagonal():
    ax = plots.all_pairs(torch.tensor([[1.0], [5.0]]), [2.0, 3.0], title="t")
    assert texts(ax) == ["-1", "-2", "+3", "+2"]
    assert len(ax.patches) == 2


def test_all_pairs_refuses_unequal_numbers():
    with pytest.raises(ValueError, match="2 predictions for 3 targets"):
        plots.all_pairs([1, 2], [1, 2, 3], title="t")


def test_the_ranking_begins_with_the_highest_loss():
    ax = plots.ranked([0.5, 3.0, 1.0], [False, False, True], title="t")
    assert ax.lines[0].get_xydata().tolist() == [[2.0, 1.0]]


def test_the_ranking_refuses_flags_of_another_length():
    with pytest.raises(ValueError, match="wrong has shape"):
        plots.ranked([1.0, 2.0], [True], title="t")


def test_drawing_leaves_matplotlibs_settings_alone():
    before = dict(mpl.rcParams)
    plots.surprise({}, title="t")
    assert dict(mpl.rcParams) == before
