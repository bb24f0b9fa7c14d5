"""What stands in place of `helpers.checks` in the process of a student's code while that is marked.

It knows no exercise and no answer. A graded cell is not run there at all: the marker asks `send_record` to
run the student's answer on inputs that it chose, and judges what comes back elsewhere.
"""

import json
import sys
from typing import Any

__all__ = ["lesson", "lesson_ids", "quiet", "send_record"]

MIME = "application/vnd.course.record+json"


def lesson(lesson_id: str) -> "Lesson":
    """Return stand-ins for the checks of a lesson."""
    return Lesson(lesson_id)


def lesson_ids() -> list[str]:
    """Return nothing: no lesson is known here."""
    return []


class Lesson:
    """Answers to every exercise's name with a check that says nothing."""

    def __init__(self, lesson_id: str) -> None:
        self._id = lesson_id

    def __getattr__(self, name: str) -> "Check":
        if name.startswith("_"):
            raise AttributeError(name)
        return Check()


class Check:
    """Stands for the check of any exercise."""

    def __call__(self, *answer: Any, hidden: bool = False) -> "Recorded":
        """Return what stands for a verdict; it earns nothing."""
        return Recorded()


class Recorded:
    """Stands for a verdict. nbgrader would read its text as points, so that is none."""

    points = 0.0
    state = "recorded"
    passed = False

    def __repr__(self) -> str:
        return "0.0"

    def _repr_html_(self) -> str:
        return "<div>This check is marked in its own cell.</div>"


_quiet = False


def quiet(on: bool) -> None:
    """Draw no pictures and write short tracebacks in the cells that follow, or do so again."""
    global _quiet
    from IPython import get_ipython

    from helpers.plots.style import skip_drawing

    skip_drawing(on)
    _quiet, shell = on, get_ipython()
    # Before anything was drawn, so that this comes before the pictures are shown.
    if _close_figures not in shell.events.callbacks["post_execute"]:
        shell.events.register("post_execute", _close_figures)
    formatter = shell.display_formatter
    formatter.active_types = ["text/plain"] if on else formatter.format_types
    formatter.ipython_display_formatter.enabled = not on
    shell.InteractiveTB.set_mode("Minimal" if on else "Context")


def _close_figures() -> None:
    if _quiet and "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def send_record(plan: str, name: str) -> None:
    """Run the answer called `name` as `plan` (JSON) says and show the record in a form of its own."""
    from IPython.display import display

    from helpers.checks.probe import MISSING, probe

    answer = sys.modules["__main__"].__dict__.get(name, MISSING)
    record = json.dumps(probe(json.loads(plan), answer))
    display({MIME: record}, raw=True)
