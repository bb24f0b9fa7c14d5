"""Folders for what a class hands in: of a class with a list, and of one without."""

import pytest

from tests.grading.collecting.handed_in import NOBODY, Place


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def strangers(tmp_path):
    return Place(tmp_path / "strangers", NOBODY)
