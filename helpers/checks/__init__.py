"""Checks: what a notebook calls to tell a learner how an exercise stands, and a teacher how many points.

A lesson's package makes them, once for all its exercises:

    check = Lesson(__name__, "01_tensors", ["standardize"])

and a notebook calls them:

    from helpers.lessons.tensors import check

    check.standardize()
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.checks.exercise import DeclarationError
    from helpers.checks.lesson import Check, Lesson
    from helpers.checks.verdict import Verdict

__all__ = ["Check", "DeclarationError", "Lesson", "Verdict"]

_HOMES = {
    "Check": "lesson",
    "DeclarationError": "exercise",
    "Lesson": "lesson",
    "Verdict": "verdict",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: who only runs submissions does without torch."""
    if name not in _HOMES:
        raise AttributeError(f"helpers.checks has no {name!r}")
    return getattr(importlib.import_module(f"helpers.checks.{_HOMES[name]}"), name)
