"""Photographs: every picture has its row of author, licence and source, and the other way round."""

import re

import pytest
import torch

from helpers import data
from helpers.data import files, photos
from helpers.data.files import DataFileError

OPEN = re.compile(r"public domain|CC0-1\.0|CC-BY-(SA-)?\d\.\d")


def test_every_picture_has_its_row_and_every_row_its_picture():
    folder = files.FOLDER / "photos"
    pictures = {path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg")}
    rows = [row["file"] for row in data.photo_credits()]
    assert len(rows) == len(set(rows))
    assert set(rows) == pictures
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {".jpg", ".csv"}


def test_every_row_names_class_title_author_and_an_open_licence():
    for row in data.photo_credits():
        assert tuple(row) == photos.COLUMNS
        assert row["class"]
        assert row["title"]
        assert row["author"]
        assert OPEN.fullmatch(row["licence"]), row


def test_every_collected_picture_gives_its_source():
    for row in data.photo_credits():
        assert row["source"].startswith("https://") or row["class"] in ("cat", "coffee")


def test_a_licence_that_asks_for_credit_gives_a_source():
    assert all(r["source"] for r in data.photo_credits() if r["licence"].startswith("CC-BY"))


def test_photographs_are_colour_squares_in_four_classes():
    pictures = data.photographs()
    assert pictures.pixels.shape == (121, 3, 128, 128)
    assert pictures.pixels.dtype == torch.float32
    assert pictures.pixels.is_contiguous()
    assert pictures.pixels.min() == 0
    assert pictures.pixels.max() == 255
    assert pictures.class_names == ("fish", "monument", "renewable energy", "tool")
    assert torch.bincount(pictures.labels).tolist() == [28, 27, 28, 38]


def test_labels_of_photographs_follow_their_folders():
    pictures, rows = data.photographs(), data.photo_credits()
    for label, row in zip(pictures.labels.tolist(), rows, strict=False):
        folder = row["file"].split("/")[0]
        assert pictures.class_names[label] == folder.replace("_", " ")


def test_colours_stand_in_the_order_red_green_blue():
    """The flower is orange, the sky above the rocket is blue."""
    pictures = data.showcase_photographs()
    flower = pictures.pixels[pictures.class_names.index("flower"), :, 90:140, 90:140].mean((1, 2))
    sky = pictures.pixels[pictures.class_names.index("rocket"), :, 20:80, 20:80].mean((1, 2))
    assert flower[0] > flower[1] > flower[2]
    assert sky[2] > sky[0]


def test_the_showcase_is_five_squares_of_the_networks_size():
    pictures = data.showcase_photographs()
    assert pictures.pixels.shape == (5, 3, 224, 224)
    assert pictures.class_names == photos.SHOWCASE
    assert pictures.labels.tolist() == [0, 1, 2, 3, 4]


def test_a_file_that_is_no_picture_is_told(monkeypatch):
    monkeypatch.setattr(photos, "read", lambda _name: b"not a picture")
    with pytest.raises(DataFileError, match="is no picture"):
        photos._picture("photos/tool/pan.jpg")
