"""The first lesson of the course, as a class hands it in."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading.release import nbgrader, release
from helpers.grading.walls import why_not
from helpers.notebooks import ROOT, lesson_ids, path

pytestmark = pytest.mark.grading


@pytest.fixture(scope="module", params=lesson_ids()[:1])
def marked(request, tmp_path_factory):
    """The lesson solved and untouched, autograded; gives the gradebook's two submissions."""
    lesson, root = request.param, tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions" / lesson, root / "solutions" / lesson)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    release([lesson], root)
    solved = nbformat.read(path(lesson), as_version=4)
    untouched = nbformat.read(path(lesson, root / "notebooks"), as_version=4)
    for student, notebook in {"solved": solved, "untouched": untouched}.items():
        folder = root / "course/submitted" / student / lesson
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{lesson}.ipynb")
    waived = ["--Execute.sandbox=False"] if why_not() else []
    nbgrader("autograde", lesson, "--log-level=ERROR", *waived, root=root)
    with Gradebook(f"sqlite:///{root}/course/gradebook.db") as book:
        yield {s: book.find_submission(lesson, s) for s in ("solved", "untouched")}


def automatic(submission):
    return [g for n in submission.notebooks for g in n.grades if g.cell.cell_type == "code"]


def test_the_solved_lesson_reaches_all_points(marked):
    short = {
        g.name: g.auto_score for g in automatic(marked["solved"]) if g.auto_score != g.max_score
    }
    assert not short
    assert len(automatic(marked["solved"])) >= 8


def test_the_untouched_lesson_earns_nothing(marked):
    assert marked["untouched"].score == 0
    assert not marked["untouched"].needs_manual_grade


def test_written_answers_wait_for_a_mark_by_hand(marked):
    assert marked["solved"].needs_manual_grade
