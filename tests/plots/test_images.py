"""A picture's layout follows from its number of dimensions, whatever its sizes are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def shown(figure):
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes]


sizes = st.tuples(st.integers(1, 4), st.sampled_from([1, 3]), st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_a_grid_takes_dimension_one_as_the_channels(shape):
    batch = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    drawn = shown(plots.image_grid(batch))
    plt.close("all")
    for picture, given_one in zip(drawn, batch, strict=True):
        expected = given_one[0] if shape[1] == 1 else given_one.permute(1, 2, 0)
        np.testing.assert_allclose(picture, expected)


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_channels_last_has_to_be_said_and_is_believed(shape):
    batch = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    first = shown(plots.image_grid(batch))
    last = shown(plots.image_grid(batch.permute(0, 2, 3, 1), channels_last=True))
    plt.close("all")
    for one, other in zip(first, last, strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("size", [(3, 3), (3, 1), (1, 3), (5, 2)])
@pytest.mark.parametrize("channels", [1, 3])
def test_filters_keep_their_rows_columns_and_colours(channels, size):
    weights = torch.randn(4, channels, *size, generator=torch.Generator().manual_seed(1))
    for drawn, own in zip(shown(plots.filter_grid(weights)), weights, strict=True):
        span = own.max() - own.min()
        stretched = (own - own.min()) / (span if span else 1)
        expected = stretched[0] if channels == 1 else stretched.permute(1, 2, 0)
        np.testing.assert_allclose(drawn, expected, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 3), (3, 3), (3, 2)])
def test_one_picture_in_colour_has_its_channels_first(size):
    image = torch.rand(3, *size)
    ax = plots.one_image(image)
    np.testing.assert_allclose(ax.images[0].get_array(), image.permute(1, 2, 0))
    turned = plots.one_image(image.permute(1, 2, 0), channels_last=True)
    np.testing.assert_allclose(turned.images[0].get_array(), image.permute(1, 2, 0))


def test_three_dimensions_are_a_batch_in_grey_even_of_three_pictures():
    batch = torch.rand(3, 3, 3)
    for drawn, own in zip(shown(plots.image_grid(batch)), batch, strict=True):
        np.testing.assert_allclose(drawn, own)
