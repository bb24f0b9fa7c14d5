"""Explorations of lesson 07 draw over the range of their controls, and show what the network does."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers import data
from helpers.lessons.transfer_learning import demos


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_filters_draw_for_each_photograph_and_at_both_ends():
    shown = demos.filters()
    assert shown.picture().data.startswith(b"\x89PNG")
    for changes in [{"photo": name} for name in demos.NAMES] + [{"number": 0}, {"number": 31}]:
        assert shown.picture(**changes).data.startswith(b"\x89PNG"), changes


def test_the_feature_map_is_that_of_the_network():
    figure = demos.draw_filter("coffee", 7)
    network = data.imagenet_network()
    pixels = data.showcase_photographs().pixels[demos.NAMES.index("coffee")]
    with torch.no_grad():
        expected = network._conv_stem(data.preprocess(pixels)[None])[0, 7]
    np.testing.assert_allclose(figure.axes[2].images[0].get_array(), expected, atol=1e-5)


def test_the_search_counts_neighbours_of_the_same_class():
    photos = data.photographs()
    perfect = torch.nn.functional.one_hot(photos.labels).float()
    shown = demos.neighbour_search(photos, perfect)
    for chosen in (0, 60, 120):
        figure = shown.draw(chosen)
        assert figure.get_suptitle().endswith("5 by features")
        assert shown.picture(chosen=chosen).data.startswith(b"\x89PNG")


def test_a_photograph_is_no_neighbour_of_its_own():
    rows = torch.tensor([[0.0], [0.1], [5.0], [6.0]])
    assert demos._share_of_class(rows, torch.tensor([0, 1, 1, 0]), 0, count=1) == 0
    assert demos._share_of_class(rows, torch.tensor([0, 1, 1, 0]), 2, count=3) == 1
