"""Each lesson of the course, as a class hands it in."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading.release import nbgrader, release
from helpers.grading.walls import why_not
from helpers.notebooks import NOTEBOOKS, ROOT, lesson_ids, path

pytestmark = pytest.mark.grading


def mark(root: Path, lesson: str, handed_in: Path) -> None:
    """Mark a notebook as the submission of ada."""
    shutil.copytree(ROOT / "solutions" / lesson, root / "solutions" / lesson)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    release([lesson], root)
    folder = root / "course/submitted/ada" / lesson
    folder.mkdir(parents=True)
    shutil.copy(handed_in, folder)
    waived = ["--Execute.sandbox=False"] if why_not() else []
    nbgrader("autograde", lesson, "--log-level=ERROR", *waived, root=root)


def gradebook(root: Path) -> Gradebook:
    """Open the gradebook of a course."""
    return Gradebook(f"sqlite:///{root}/course/gradebook.db")


@pytest.mark.parametrize("lesson", lesson_ids())
def test_a_solved_lesson_reaches_all_points_and_its_own_cells_run_as_for_a_learner(
    lesson, tmp_path
):
    mark(tmp_path, lesson, path(lesson))
    with gradebook(tmp_path) as book:
        found = book.find_submission(lesson, "ada")
        marks = [g for n in found.notebooks for g in n.grades if g.cell.cell_type == "code"]
        assert not {g.name: g.auto_score for g in marks if g.auto_score != g.max_score}
        assert len(marks) >= 8
        assert found.needs_manual_grade  # the written question
    marked = tmp_path / f"course/autograded/ada/{lesson}/{lesson}.ipynb"
    assert errors(marked) == errors(path(lesson))


def test_an_untouched_lesson_earns_nothing(tmp_path):
    lesson = lesson_ids()[0]
    mark(tmp_path, lesson, path(lesson, NOTEBOOKS))
    with gradebook(tmp_path) as book:
        found = book.find_submission(lesson, "ada")
        assert found.score == 0
        assert not found.needs_manual_grade


def errors(file: Path) -> dict[str, str]:
    """Return the cells that end in an error, with its kind."""
    return {
        cell.source: output.ename
        for cell in nbformat.read(file, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }
