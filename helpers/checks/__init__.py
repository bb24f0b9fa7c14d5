"""Checks: what a notebook calls to tell a learner how an exercise stands, and a teacher how many points.

A lesson's package makes them, once for all its exercises:

    check = Lesson(__name__, "01_tensors", ["standardize"])

and a notebook calls them:

    from helpers.lessons.tensors import check

    check.standardize()
"""

from helpers.checks.exercise import DeclarationError
from helpers.checks.lesson import Check, Lesson
from helpers.checks.verdict import Verdict

__all__ = ["Check", "DeclarationError", "Lesson", "Verdict"]
