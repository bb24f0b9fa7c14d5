"""A fresh course folder with the source of one lesson."""

import functools

import nbgrader.api
import pytest

from tests.grading.assignment.folder import Folder
from tests.grading.course import LESSON, trial_lesson


@pytest.fixture(autouse=True)
def _one_look_at_the_database_version(monkeypatch):
    """nbgrader starts a program of its own for each new gradebook to learn what does not change."""
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", _version)


@functools.cache
def _version(real=nbgrader.api.get_alembic_version):
    return real()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A fresh copy with the source of one lesson."""
    folder = Folder(tmp_path, monkeypatch)
    folder.write(trial_lesson())
    (tmp_path / f"solutions/{LESSON}/table.csv").write_text("a,b\n")
    return folder
