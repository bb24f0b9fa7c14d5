"""What the tests of marking share: the trial lesson, known to this process for one test."""

import pytest

from helpers import lessons
from helpers.lessons import registry
from tests.grading.course import LESSONS


@pytest.fixture
def trial(monkeypatch):
    """Let this process find the trial lesson, as it would in a course folder whose settings name it."""
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(LESSONS)])
    registry.found.cache_clear()
    yield
    registry.found.cache_clear()


@pytest.fixture
def small_lesson(monkeypatch):
    """Let this process find the engine tests' lesson of small exercises."""
    here = [*registry.origins(), registry.Origin("tests.checks.small", "tests")]
    monkeypatch.setattr(registry, "origins", lambda: here)
    registry.found.cache_clear()
    yield
    registry.found.cache_clear()
