"""The copy of the lessons that goes to students' programs: without the right answers, and without the grader."""

import shutil
from functools import partial
from pathlib import Path

from helpers import lessons
from helpers.grading.sandbox.protocol import BESIDE, BESIDE_COURSE
from helpers.lessons.registry import EXERCISES, origins
from helpers.notebooks import ROOT


def export_without_answers(folder: Path) -> Path:
    """Copy what a lesson imports into `folder`, without the exercises' answers and without the grader."""
    here = ROOT / "helpers"
    kept = folder / "helpers/lessons"
    shutil.copytree(here, folder / "helpers", ignore=partial(_withheld, here / "grading"))
    for origin in origins():
        source = origin.folder()
        if source is None or source.parent == here / "lessons":
            continue
        if origin.package.startswith(f"{lessons.__name__}."):
            shutil.copytree(source, kept / source.name, ignore=partial(_withheld, None))
        else:  # as it was installed, with all that lies in the same package
            top = source.parents[origin.package.count(".") - 1] if "." in origin.package else source
            if not (folder / top.name).exists():
                shutil.copytree(top, folder / top.name, ignore=partial(_withheld, None))
    (folder / BESIDE_COURSE).mkdir()
    grading = here / "grading"
    for name in ("fork_server", *BESIDE):
        source = grading / "files.py" if name == "files" else grading / "sandbox" / f"{name}.py"
        shutil.copy(source, folder / BESIDE_COURSE / source.name)
    (folder / "assets").mkdir()  # the real one is mounted over it
    return folder


def _withheld(grading: Path | None, folder: str, names: list[str]) -> set[str]:
    """Return what stays behind of a folder: declarations, whose packages are all called alike, and the grader."""
    left = {"__pycache__", EXERCISES}
    return left | (
        {grading.name} if grading is not None and Path(folder) == grading.parent else set()
    )
