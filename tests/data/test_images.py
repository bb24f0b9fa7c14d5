"""Digits and clothing: shapes, balance, ranges and that a split stays a split."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import data
from helpers.data import images
from helpers.data.files import DataFileError

BALANCED = [
    (lambda: data.fashion_mnist("train"), 8000),
    (lambda: data.fashion_mnist("test"), 2000),
    (data.mnist, 5000),
]


@pytest.mark.parametrize(("load", "count"), BALANCED)
def test_pictures_are_float32_of_28_by_28_and_every_ten_hold_each_class_once(load, count):
    pictures = load()
    assert pictures.pixels.shape == (count, 28, 28)
    assert pictures.pixels.dtype == torch.float32
    assert pictures.pixels.aminmax() == (0.0, 255.0)
    assert pictures.labels.dtype == torch.int64
    assert len(pictures.class_names) == 10
    rounds = pictures.labels.reshape(-1, 10).sort(dim=1).values
    assert torch.equal(rounds, torch.arange(10).expand(count // 10, 10))
    assert len(pictures.labels.reshape(-1, 10).unique(dim=0)) > count // 20  # in random order


def test_digits_have_their_documented_shape_range_and_total():
    digits = data.digits()
    assert digits.pixels.shape == (1797, 8, 8)
    assert digits.pixels.aminmax() == (0.0, 16.0)
    assert digits.white == 16
    assert digits.pixels.double().sum().item() == 561718
    assert torch.bincount(digits.labels).tolist() == [
        178,
        182,
        177,
        183,
        181,
        182,
        181,
        179,
        174,
        180,
    ]


def test_pixels_and_labels_belong_together():
    """Nearest class mean is right far more often than one time in ten."""
    for pictures in (data.mnist(), data.fashion_mnist("train")):
        flat, labels = pictures.pixels.flatten(1), pictures.labels
        half = len(flat) // 2
        means = torch.stack([flat[:half][labels[:half] == k].mean(0) for k in range(10)])
        guessed = torch.cdist(flat[half:], means).argmin(1)
        assert (guessed == labels[half:]).float().mean() > 0.6


def test_trousers_and_bags_look_as_their_names_say():
    """Bags fill the picture, trousers are a narrow column."""
    train = data.fashion_mnist()
    ink = {
        name: (train.pixels[train.labels == k] > 0).float().mean()
        for k, name in enumerate(train.class_names)
    }
    assert ink["Bag"] > 0.5 > 0.35 > ink["Trouser"]


def test_training_and_test_pictures_of_clothing_do_not_overlap():
    train = {picture.numpy().tobytes() for picture in data.fashion_mnist("train").pixels}
    test = {picture.numpy().tobytes() for picture in data.fashion_mnist("test").pixels}
    assert not train & test


@given(size=st.integers(1, 40))
def test_a_batch_is_the_beginning_of_the_test_pictures(size):
    batch = data.fashion_batch(size)
    assert batch.pixels.shape == (size, 28, 28)
    assert torch.equal(batch.labels[:10].unique(), batch.labels[:10].sort().values)


@pytest.mark.parametrize("size", [0, -1, 2001, 2.0, True, "4"])
def test_a_batch_of_no_possible_size_is_refused(size):
    with pytest.raises(ValueError, match="whole number from 1 to 2000"):
        data.fashion_batch(size)


@pytest.mark.parametrize("split", ["validation", None, 1, ["train"]])
def test_an_unknown_split_is_refused(split):
    with pytest.raises(ValueError, match='"train" or "test"'):
        data.fashion_mnist(split)


def test_a_file_without_pixels_is_told(monkeypatch, tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, other=np.zeros(3))
    monkeypatch.setattr(images, "read", lambda _name: path.read_bytes())
    with pytest.raises(DataFileError, match="does not hold pixels and labels"):
        images._packed("other.npz", "other", ())
