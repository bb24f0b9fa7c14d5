"""Find lessons, wherever they come from."""

import difflib
import functools
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import re
from dataclasses import dataclass
from importlib.machinery import FileFinder
from pathlib import Path
from typing import TYPE_CHECKING

import helpers.lessons
from helpers import progress as kept

if TYPE_CHECKING:  # not before a lesson is wanted: torch takes a second
    from helpers.checks import Lesson

GROUP = "helpers.lessons"
"""Entry points of this group name lessons' packages: `my_topic = "my_course.my_topic"`."""

EXERCISES = "exercises"
"""The package in a lesson's that holds its declarations, which never reach the process of a student's code."""

ID = re.compile(r"\d\d_\w+")


@dataclass(frozen=True)
class Origin:
    """Where a lesson comes from.

    Attributes:
        package: the name under which its package is imported.
        source: "helpers", the folder that a teacher named, or "installed".
    """

    package: str
    source: str

    def folder(self) -> Path | None:
        """Return the package's folder, or None where there is none; of the package itself nothing is imported."""
        try:
            spec = importlib.util.find_spec(self.package)
        except (ImportError, AttributeError, ValueError):
            return None
        places = list(spec.submodule_search_locations or ()) if spec else []
        return Path(places[0]).resolve() if places else None


@dataclass(frozen=True)
class Broken:
    """A package that makes no lesson, and why."""

    origin: Origin
    why: str


def origins() -> list[Origin]:
    """Return where lessons come from; nothing of them is imported."""
    here = Path(__file__).parent
    found = [
        Origin(f"{helpers.lessons.__name__}.{m.name}", _source(Path(m.module_finder.path), here))
        for m in pkgutil.iter_modules(helpers.lessons.__path__)
        if m.ispkg and isinstance(m.module_finder, FileFinder)
    ]
    points = importlib.metadata.entry_points(group=GROUP)
    return found + [Origin(point.module, "installed") for point in points]


def exercises() -> list[Path]:
    """Return the folders of all lessons that hold declarations."""
    places = (origin.folder() for origin in origins())
    return [p / EXERCISES for p in places if p is not None and (p / EXERCISES).is_dir()]


def _source(folder: Path, here: Path) -> str:
    return "helpers" if folder.resolve() == here.resolve() else str(folder)


def load(origin: Origin) -> "Lesson | Broken":
    """Return the lesson of a package, or why it is none."""
    from helpers.checks import Lesson

    try:
        check = importlib.import_module(origin.package).check
    except Exception as error:  # whatever a teacher's own package raises
        return Broken(origin, f"{type(error).__name__}: {error}")
    if not isinstance(check, Lesson) or not ID.fullmatch(check.id):
        return Broken(origin, 'it has no `check = Lesson(__name__, "16_my_topic", [...])`')
    return check


@functools.cache
def found() -> "tuple[tuple[Origin, Lesson | Broken], ...]":
    """Return each lesson with where it comes from; of two with one id the second is reported as broken.

    What this process has found once stays so.
    """
    from helpers.checks import Lesson

    everything: list[tuple[Origin, Lesson | Broken]] = []
    taken: dict[str, Origin] = {}
    for origin in origins():
        one = load(origin)
        if isinstance(one, Lesson) and one.id in taken:
            one = Broken(origin, f"{taken[one.id].package} is lesson {one.id} already")
        elif isinstance(one, Lesson):
            taken[one.id] = origin
        everything.append((origin, one))
    return tuple(everything)


def lessons() -> "dict[str, Lesson]":
    """Return all lessons by id, in order."""
    sound = (one for _, one in found() if not isinstance(one, Broken))
    return {one.id: one for one in sorted(sound, key=lambda lesson: lesson.id)}


def lesson_ids() -> list[str]:
    """Return the ids of all lessons, in order."""
    return list(lessons())


def lesson(name: str) -> "Lesson":
    """Return the checks of a lesson.

    Args:
        name: its id, say "01_tensors", or its package, "helpers.lessons.tensors". Nothing is imported that is not
            known as a lesson.

    Raises:
        LookupError: there is no such lesson; the message says which come near, or why it cannot be loaded.
    """
    known = lessons()
    every = known | {one.package: one for one in known.values()}
    if name in every:
        return every[name]
    for origin, one in found():
        if isinstance(one, Broken) and name == origin.package:
            raise LookupError(f"{name} cannot be loaded: {one.why}")
    broken = [
        f"{o.package} ({o.source}): {one.why}" for o, one in found() if isinstance(one, Broken)
    ]
    near = difflib.get_close_matches(str(name), every, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    also = f". Not loaded: {'; '.join(broken)}" if broken else ""
    raise LookupError(f"there are no checks for {name!r}{hint}{also}")


def progress() -> kept.Progress:
    """Return what the learner has reached in all lessons, for the last line of a cell."""
    return kept.Progress(one.progress for one in lessons().values())
