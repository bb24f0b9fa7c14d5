"""Checks: what a notebook calls to tell a learner how an exercise stands, and a teacher how many points.

from helpers.checks import lesson

check = lesson("01_tensors")
check.standardize()
"""

import difflib
import importlib
import json
import pkgutil
import random
import re
import sys
from typing import Any

from helpers import progress
from helpers.checks import lessons
from helpers.checks.exercise import Exercise, exercises_of, registered
from helpers.checks.judge import judge
from helpers.checks.limits import interruptible, undisturbed
from helpers.checks.probe import MISSING, probe
from helpers.checks.verdict import Verdict

__all__ = ["Check", "Lesson", "Verdict", "lesson", "lesson_ids"]


def lesson(lesson_id: str) -> "Lesson":
    """Return the checks of a lesson, say "01_tensors".

    Raises:
        LookupError: there is no such lesson.
    """
    if not re.fullmatch(r"\d\d_\w+", str(lesson_id)):
        raise LookupError(f"a lesson's name reads like '01_tensors', not {lesson_id!r}")
    module = f"{lessons.__name__}.{lesson_id[3:]}"
    try:
        with undisturbed():
            importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
    if not exercises_of(lesson_id):
        near = difflib.get_close_matches(lesson_id, lesson_ids(), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise LookupError(f"there are no checks for {lesson_id!r}{hint}")
    return Lesson(lesson_id)


def lesson_ids() -> list[str]:
    """Return the ids of all lessons that have checks, in the order of the course."""
    topics = {module.name for module in pkgutil.iter_modules(lessons.__path__)}
    for topic in topics:
        importlib.import_module(f"{lessons.__name__}.{topic}")
    return sorted(name for name in registered() if name[3:] in topics)


class Lesson:
    """The checks of one lesson: an attribute for each exercise. Showing it shows the progress."""

    def __init__(self, lesson_id: str) -> None:
        self._id = lesson_id
        self._checks = {name: Check(e) for name, e in exercises_of(lesson_id).items()}

    def __getattr__(self, name: str) -> "Check":
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._checks:
            near = difflib.get_close_matches(name, self._checks, 1)
            hint = f" Did you mean check.{near[0]}()?" if near else ""
            raise AttributeError(f"lesson {self._id} has no exercise {name!r}.{hint}")
        return self._checks[name]

    def __dir__(self) -> list[str]:
        return list(self._checks)

    def __iter__(self):
        return iter(self._checks.values())

    def __repr__(self) -> str:
        return str(progress.of(self._id))

    def _repr_html_(self) -> str:
        return progress.of(self._id)._repr_html_()


class Check:
    """Checks one exercise when called."""

    _is_running = False

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.__doc__ = exercise.ask

    def __call__(self, answer: Any = MISSING, *, hidden: bool = False) -> Verdict:
        """Check `answer`, or what the calling notebook has under the exercise's name.

        Args:
            answer: the learner's function, class or value; left out, it is looked up by name, so that a
                deleted cell gives a card and no error.
            hidden: as a marker does it: the words keep drawn inputs to themselves, and nothing is noted
                as progress.
        """
        if answer is MISSING:
            answer = sys._getframe(1).f_globals.get(self.exercise.name, MISSING)
        if Check._is_running:
            raise RuntimeError(
                f"check.{self.exercise.name}() stands inside the code that is being checked: move it to a cell "
                "of its own"
            )
        Check._is_running = True
        try:
            with interruptible():
                plan = self.exercise.plan(seed=random.SystemRandom().randrange(2**31))
                # Through JSON and back: the judge sees what can be written down, and nothing else.
                record = json.loads(json.dumps(probe(plan, answer)))
                verdict = judge(self.exercise, plan, record, hidden=hidden)
        finally:
            Check._is_running = False
        if not hidden:
            progress.note(self.exercise.lesson, verdict)
        return verdict

    def __repr__(self) -> str:
        return f"check.{self.exercise.name}(): {self.exercise.ask}"
