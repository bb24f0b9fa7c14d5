"""The three results: what they print, that they are frozen, and that a copy stands alone."""

from dataclasses import FrozenInstanceError

import pytest
import torch

from helpers import data


def test_a_table_says_its_size_columns_units_and_classes():
    text = repr(data.penguins())
    assert "333 rows × 4 features" in text
    assert "bill length" in text
    assert "32.1 to 59.6 mm" in text
    assert "Adelie 146, Chinstrap 68, Gentoo 119" in text


def test_a_regression_table_says_the_range_of_its_target():
    assert "target: 9 to 46.6 miles per gallon" in repr(data.auto_mpg())


def test_images_say_their_shape_range_and_classes():
    text = repr(data.digits())
    assert "1797 pictures of 8 × 8, pixels 0 to 16" in text
    assert "0 178, 1 182" in text


def test_a_series_says_its_years_and_range():
    assert "309 values, year 1700 to 2008, 0 to 190.2 sunspots" in repr(data.sunspots())


@pytest.mark.parametrize("result", [data.iris(), data.digits(), data.sunspots()])
def test_a_result_is_frozen_and_its_copy_has_tensors_of_its_own(result):
    with pytest.raises(FrozenInstanceError):
        result.name = "another"
    copy = result.copy()
    tensors = {name: value for name, value in vars(result).items() if torch.is_tensor(value)}
    assert len(tensors) == 2
    for name, tensor in tensors.items():
        twin = getattr(copy, name)
        assert torch.equal(twin, tensor)
        assert twin.data_ptr() != tensor.data_ptr()
