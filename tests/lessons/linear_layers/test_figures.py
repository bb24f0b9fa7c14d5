"""Figures of lesson 02: lines lie where the perceptron decides, numbers are those given, wrong input is refused."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba

from helpers.lessons.linear_layers import figures as plots

POINTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = torch.tensor([0.0, 0.0, 0.0, 1.0])
WEIGHTS = torch.tensor([[1.0, 1.0], [2.0, -1.0], [0.0, 0.0], [3.0, 0.0], [1.0, 1.0]])
BIASES = torch.tensor([0.5, -1.0, -1.0, -2.0, -1.5])


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_learning_lines_draws_each_line_where_the_sum_is_zero():
    left, _ = plots.learning_lines(WEIGHTS, BIASES, POINTS, AND).axes
    drawn = [line.get_xydata() for line in left.lines]
    assert len(drawn) == len(BIASES) + 1  # the last one once more, in black
    assert to_rgba(left.lines[-1].get_color()) == to_rgba("black")
    for ends, w, b in zip(drawn, WEIGHTS, BIASES, strict=False):
        if w.any():
            assert np.allclose(ends @ w.numpy() + b.item(), 0, atol=1e-5)
        else:
            assert not len(ends)


def test_learning_lines_counts_the_points_on_the_wrong_side():
    _, right = plots.learning_lines(WEIGHTS, BIASES, POINTS, AND).axes
    counted = right.lines[0].get_ydata().tolist()
    expected = [
        int(((POINTS @ w + b > 0).float() != AND).sum())
        for w, b in zip(WEIGHTS, BIASES, strict=True)
    ]
    assert counted == expected
    assert counted[-1] == 0


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        (WEIGHTS[:0], BIASES[:0], r"weights must be \(k, 2\)"),
        (WEIGHTS, BIASES[:2], r"weights must be \(k, 2\)"),
        (torch.ones(5, 3), BIASES, r"weights must be \(k, 2\)"),
    ],
)
def test_learning_lines_refuses_lines_that_do_not_fit(weights, biases, message):
    with pytest.raises(ValueError, match=message):
        plots.learning_lines(weights, biases, POINTS, AND)


def test_learning_lines_refuses_classes_for_other_points():
    with pytest.raises(ValueError, match=r"X must be \(n, 2\)"):
        plots.learning_lines(WEIGHTS, BIASES, POINTS, AND[:3])


def test_forward_maps_writes_every_number_with_one_decimal_and_no_minus_zero():
    values = [torch.tensor([[1.04, -0.01], [2.0, -3.26]]), torch.tensor([[0.5], [-7.0]])]
    fig = plots.forward_maps(values, ["a[0]", "a[1]"])
    assert [sorted(texts(ax)) for ax in fig.axes] == [
        sorted(["1.0", "0.0", "2.0", "−3.3"]),
        sorted(["0.5", "−7.0"]),
    ]
    assert [ax.get_title() for ax in fig.axes] == ["a[0]\n(2, 2)", "a[1]\n(2, 1)"]


def test_forward_maps_refuses_nothing_and_missing_labels():
    with pytest.raises(ValueError, match="empty"):
        plots.forward_maps([], [])
    with pytest.raises(ValueError, match="0 labels for 1"):
        plots.forward_maps([torch.ones(2, 2)], [])


def test_warped_grids_keeps_lines_straight_under_a_linear_layer_and_bends_them_otherwise():
    layer = torch.nn.Linear(2, 2)
    fig = plots.warped_grids([("layer", layer), ("bent", lambda p: p**3 + p.flip(1) ** 2)])
    bends = []
    for ax in fig.axes:
        grid = [line.get_xydata() for line in ax.lines if len(line.get_xydata()) > 2]
        assert len(grid) == 18
        bends.append(max(np.abs(np.diff(line, n=2, axis=0)).max() for line in grid))
    assert bends[0] < 1e-5 < bends[1]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-50, 50).map(lambda n: n / 4), min_size=1, max_size=5))
def test_weighted_sum_ends_at_the_sum(steps):
    ax = plots.weighted_sum(steps, 0.5, [f"x{i}" for i in range(len(steps))])
    assert texts(ax)[-1].strip() == f"z = {sum(steps) + 0.5:.2f}".replace("-", "−")
    bars = ax.patches
    for bar, step in zip(bars, [*steps, 0.5], strict=False):
        assert bar.get_width() == pytest.approx(step)
    plt.close(ax.figure)


def test_weighted_sum_refuses_too_few_labels():
    with pytest.raises(ValueError, match="1 labels for 2"):
        plots.weighted_sum([1.0, 2.0], 0.5, ["x"])


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.learning_lines(WEIGHTS, BIASES, POINTS, AND).axes,
        lambda: plots.forward_maps([POINTS], ["a"]).axes,
        lambda: plots.warped_grids([("same", lambda p: p)]).axes,
        lambda: [plots.weighted_sum([1.0], 0.5, ["x"])],
    ],
)
def test_every_figure_names_its_axes_and_leaves_the_settings_alone(draw):
    before = dict(mpl.rcParams)
    for ax in draw():
        assert ax.get_xlabel()
        assert ax.get_title()
    assert dict(mpl.rcParams) == before
