"""The figures of lesson 07 show what they are given, and refuse what does not fit."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers.lessons.transfer_learning import figures


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def photos(count=4):
    return torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 255


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


def test_a_filter_stands_between_the_photograph_and_its_map():
    response = torch.linspace(-2, 1, 16).reshape(4, 4)
    figure = figures.filter_response(photos(1)[0], torch.randn(3, 3, 3), response, title="Edges")
    assert figure.get_suptitle() == "Edges"
    assert titles(figure)[:3] == ["photograph, 8 × 8", "filter, 3 × 3", "feature map, 4 × 4"]
    shown = figure.axes[2].images[0]
    assert shown.get_clim() == (-2, 2), "0 is in the middle of the colours"
    np.testing.assert_allclose(shown.get_array(), response)


def test_a_filter_of_equal_weights_can_be_drawn():
    figures.filter_response(photos(1)[0], torch.ones(3, 3, 3), torch.zeros(4, 4))


def test_the_likeliest_names_come_first_and_wrong_ones_are_marked():
    shares = torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]])
    figure = figures.named_photos(
        photos(2), shares, ["ant", "bee", "cow"], right=[True, False], count=2
    )
    words = [[t.get_text() for t in ax.texts] for ax in figure.axes[2:]]
    assert words == [["bee 0.70", "cow 0.20"], ["ant 0.50", "cow 0.40"]]
    assert titles(figure)[:2] == ["✓ fits", "✗ wrong"]


def test_names_and_probabilities_have_to_fit():
    with pytest.raises(ValueError, match=r"expected \(2, 3\)"):
        figures.named_photos(photos(2), torch.ones(2, 2) / 2, ["ant", "bee", "cow"])


def test_neighbours_come_in_the_order_of_their_distance():
    rows = {"one space": torch.tensor([[0.0], [5.0], [1.0], [3.0]])}
    figure = figures.neighbours(photos(), [0, 1, 0, 1], ["a", "b"], rows, 0, count=3)
    assert titles(figure) == ["a", "✓ a", "✗ b", "✗ b"]


def test_the_chosen_photograph_comes_first_even_before_its_equal():
    rows = {"one space": torch.tensor([[1.0], [1.0], [2.0], [9.0]])}
    figure = figures.neighbours(photos(), [0, 1, 1, 1], ["a", "b"], rows, 1, count=2)
    assert titles(figure) == ["b", "✗ a", "✓ b"]


@pytest.mark.parametrize(("chosen", "rows", "words"), [(4, 4, "chosen=4"), (0, 3, "has 3 rows")])
def test_neighbours_refuse_what_does_not_fit(chosen, rows, words):
    with pytest.raises(ValueError, match=words):
        figures.neighbours(photos(), [0, 1, 0, 1], ["a", "b"], {"s": torch.rand(rows, 2)}, chosen)


def test_histograms_share_an_axis_and_tell_their_spread():
    figure = figures.score_spread({"wide": torch.tensor([-3.0, 3.0]), "narrow": [0.1, -0.1]})
    assert [ax.texts[1].get_text() for ax in figure.axes] == ["std 3", "std 0.1"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_a_drift_needs_as_many_values_after_as_before():
    with pytest.raises(ValueError, match="later has shape"):
        figures.drift([1.0, 2.0], {"later": [1.0, 2.0, 3.0]})


def test_values_that_stay_lie_on_the_diagonal():
    figure = figures.drift(
        [1.0, 2.0], {"stayed": [1.0, 2.0], "moved": [1.0, 4.0]}, axis_label="mean"
    )
    for ax, expected in zip(figure.axes, ([1.0, 2.0], [1.0, 4.0]), strict=True):
        np.testing.assert_allclose(ax.lines[1].get_ydata(), expected)
    assert figure.axes[0].get_xlabel() == "mean before"


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        figures.score_spread({})
