"""Where a course lies: its folder, its notebooks, its own lessons, by the nearest nbgrader_config.py."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = "nbgrader_config.py"

VARIABLE = "COURSE_LESSONS"
"""This environment variable names folders with lessons' packages, as PATH does."""

SETTING = "Lessons.lesson_folders"
"""`c.Lessons.lesson_folders = ["lessons"]` in a course's nbgrader_config.py names them too."""

_SOURCES = "CourseDirectory.source_directory"
_TAKEN_OVER = "helpers.grading.settings"
_OURS, _NBGRADERS = "solutions", "source"  # folders of the notebooks where the file names none


@dataclass(frozen=True)
class Course:
    """A course's folder, as its nbgrader_config.py describes it. The file is read, not run.

    Attributes:
        root: the folder.
        has_config: whether there is such a file.
        sources: where the notebooks with answers lie.
        lesson_folders: the folders named in the file, be they there or not.
    """

    root: Path
    has_config: bool
    sources: Path
    lesson_folders: tuple[Path, ...]

    def notebook(self, lesson: str) -> Path:
        """Return where a lesson's notebook with answers lies."""
        return self.sources / lesson / f"{lesson}.ipynb"


def course(start: Path | None = None) -> Course:
    """Return the course of the nearest nbgrader_config.py at or above `start` (left out: the working folder).

    One that only stops whoever typed a command in the wrong folder, as in course/, is passed over. Where there is
    none, `start` itself is the course's folder. What the file says has to be literal: a text for
    `c.CourseDirectory.source_directory`, a list of texts for `c.Lessons.lesson_folders`.
    """
    here = (start or Path.cwd()).resolve()
    read = ((p, _tree(p / CONFIG)) for p in (here, *here.parents) if (p / CONFIG).is_file())
    root, tree = next(((p, tree) for p, tree in read if not _refuses(tree)), (None, None))
    if root is None or tree is None:
        return Course(here, False, here / _OURS, ())
    sources = _setting(tree, _SOURCES)
    if not isinstance(sources, str):
        modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        sources = _OURS if _TAKEN_OVER in modules else _NBGRADERS
    named = _setting(tree, SETTING)
    texts = [p for p in named if isinstance(p, str)] if isinstance(named, list | tuple) else []
    folders = tuple((root / Path(p).expanduser()).resolve() for p in texts)
    return Course(root, True, root / sources, folders)


def folders(start: Path | None = None) -> list[Path]:
    """Return the folders with lessons that the environment and the course's own settings name.

    Relative paths in the settings are taken from their file's folder. A folder that is not there is left out.
    """
    named = [Path(p) for p in os.environ.get(VARIABLE, "").split(os.pathsep) if p]
    found = [p.expanduser().resolve() for p in named] + list(course(start).lesson_folders)
    return [p for p in dict.fromkeys(found) if p.is_dir()]


def _tree(config: Path) -> ast.Module:
    try:
        return ast.parse(config.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def _refuses(tree: ast.Module) -> bool:
    return any(isinstance(statement, ast.Raise) for statement in tree.body)


def _setting(tree: ast.Module, name: str) -> Any:
    """Return the literal that a settings file gives to `c.` and this name at last, or None."""
    found = None
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]).endswith(
            f".{name}"
        ):
            try:
                found = ast.literal_eval(statement.value)
            except ValueError:
                continue
    return found
