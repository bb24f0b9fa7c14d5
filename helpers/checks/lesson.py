"""The checks of a lesson, as a notebook sees them."""

import difflib
import importlib
import importlib.util
import json
import random
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from helpers import progress
from helpers.checks import plain
from helpers.checks.declaring import declaration
from helpers.checks.exercise import DeclarationError, Exercise
from helpers.checks.judge import judge
from helpers.checks.limits import interruptible, isolated_state
from helpers.checks.probe import MISSING, probe
from helpers.checks.verdict import Requirement, Verdict

EXERCISES = "exercises"
"""The package in a lesson's that holds its declarations. Where a class is marked the lesson comes without it."""

_FOR_WORDS = 1.0  # seconds
ELSEWHERE = "This check is marked in its own cell."


class Lesson:
    """The checks of one lesson: an attribute for each exercise. Showing it shows the progress.

    Attributes:
        id: the name of the lesson's notebook, say "01_tensors".
        package: the name of the lesson's package.
    """

    def __init__(self, package: str, lesson_id: str, exercises: Sequence[str]) -> None:
        """Name a lesson and its exercises; nothing of them is imported yet.

        Args:
            package: the lesson's package; as it stands in that package's `__init__`: `__name__`.
            lesson_id: two digits and words, say "01_tensors".
            exercises: the names of the modules in `exercises`, in the order in which they are shown.

        Raises:
            DeclarationError: a name is there twice.
        """
        twice = [name for name in exercises if list(exercises).count(name) > 1]
        if twice:
            raise DeclarationError(
                f"lesson {lesson_id}: {twice[0]!r} stands twice among its exercises"
            )
        self.id, self.package = lesson_id, package
        self._checks = {name: Check(self, name) for name in exercises}

    def __getattr__(self, name: str) -> "Check":
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._checks:
            near = difflib.get_close_matches(name, self._checks, 1)
            hint = f" Did you mean check.{near[0]}()?" if near else ""
            raise AttributeError(f"lesson {self.id} has no exercise {name!r}.{hint}")
        return self._checks[name]

    def __dir__(self) -> list[str]:
        return list(self._checks)

    def __iter__(self) -> Iterator["Check"]:
        return iter(self._checks.values())

    def __len__(self) -> int:
        return len(self._checks)

    @property
    def is_sealed(self) -> bool:
        """Whether the declarations are not here, as where a class is marked: then nothing is judged."""
        try:
            return importlib.util.find_spec(f"{self.package}.{EXERCISES}") is None
        except ModuleNotFoundError:
            return True

    @property
    def progress(self) -> progress.LessonProgress:
        """What the learner has reached so far."""
        points = {} if self.is_sealed else {c.name: c.exercise.points for c in self}
        return progress.of(self.id, points)

    def __repr__(self) -> str:
        return str(self.progress)

    def _repr_html_(self) -> str:
        return self.progress._repr_html_()


class Check:
    """Checks one exercise when called."""

    _is_running = False

    def __init__(self, lesson: Lesson, name: str) -> None:
        self.lesson, self.name = lesson, name
        self._failing: tuple[Any, ...] | None = None  # inputs as a plan holds them

    @cached_property
    def exercise(self) -> Exercise:
        """The declaration, which is imported when it is first asked for.

        Raises:
            DeclarationError: it makes no exercise.
        """
        with isolated_state():
            module = importlib.import_module(f"{self.lesson.package}.{EXERCISES}.{self.name}")
        return declaration(module, self.lesson.id)

    def __call__(self, answer: Any = MISSING, *, hidden: bool = False) -> Verdict:
        """Check `answer`, or what the calling notebook has under the exercise's name.

        Args:
            answer: the learner's function, class or value; left out, it is looked up by name, so that a
                deleted cell gives a card and no error.
            hidden: as a marker does it: the words keep drawn inputs to themselves, and nothing is noted
                as progress.
        """
        if self.lesson.is_sealed:
            return Verdict(
                self.name, "", "recorded", (Requirement("", 0.0, 0.0),), message=ELSEWHERE
            )
        if answer is MISSING:
            answer = sys._getframe(1).f_globals.get(self.name, MISSING)
        if Check._is_running:
            raise RuntimeError(
                f"check.{self.name}() stands inside the code that is being checked: move it to a cell of its own"
            )
        Check._is_running = True
        try:
            with interruptible():
                task = self.exercise.task(seed=random.SystemRandom().randrange(2**31))
                # Through JSON and back: the judge sees what can be written down, and nothing else.
                record = json.loads(json.dumps(probe(task.plan, answer)))
                verdict = judge(
                    self.exercise,
                    task,
                    record,
                    hidden=hidden,
                    seconds_for_words=0.0 if hidden else _FOR_WORDS,
                )
        finally:
            Check._is_running = False
        if not hidden:
            progress.note(self.lesson.id, verdict)
            shown = verdict.case is not None and task.plan["cases"][verdict.case]["inputs"]
            self._failing = tuple(shown) if shown else None
        return verdict

    def failing(self) -> tuple[Any, ...]:
        """Return the arguments of the case that the last card is about, fresh each time, to play with.

            mine = relu(*check.relu.failing())

        Raises:
            LookupError: the last check, if there was one, ended without such a case.
        """
        if self._failing is None:
            raise LookupError(
                f"there is no failing input: check.{self.name}() has to be run first, and its card has to show one"
            )
        return tuple(map(plain.decode, self._failing))

    def __repr__(self) -> str:
        ask = "" if self.lesson.is_sealed else f": {self.exercise.ask}"
        return f"check.{self.name}(){ask}"
