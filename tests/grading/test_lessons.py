"""Each lesson of the course, as a class hands it in."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading import worker
from helpers.grading.executed import TimeLimits
from helpers.grading.marking import find_checks, judge_checks
from helpers.grading.release import nbgrader, release
from helpers.grading.restore import strip
from helpers.grading.sandbox.isolation import why_not
from helpers.notebooks import NOTEBOOKS, ROOT, lesson_ids, path

pytestmark = pytest.mark.grading


@pytest.fixture(scope="module", autouse=True)
def _no_sandbox_left():
    yield
    worker.close()


@pytest.mark.parametrize("lesson", lesson_ids())
def test_a_solved_lesson_reaches_all_points_and_its_own_cells_run_as_for_a_learner(
    lesson, tmp_path
):
    notebook = nbformat.read(path(lesson), as_version=4)
    as_for_a_learner = errors(notebook)
    strip(notebook, notebook.cells)
    checks = find_checks(notebook, lesson)
    probes = {index: checked.probe for index, checked in checks.items()}
    executed = worker.run_here(notebook, probes, tmp_path, not why_not(), TimeLimits())
    judge_checks(executed, checks)
    assert len(checks) >= 8
    for index, checked in checks.items():
        cell = executed.notebook.cells[index]
        assert float(cell.outputs[0].data["text/plain"]) == checked.exercise.points, cell.source
    assert not executed.failures
    assert not executed.suspicions
    assert errors(executed.notebook) == as_for_a_learner


def errors(notebook):
    """Return the cells that end in an error, with its kind."""
    return {
        cell.source: output.ename
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


def test_the_first_lesson_solved_and_untouched_by_nbgraders_commands(tmp_path):
    lesson = lesson_ids()[0]
    shutil.copytree(ROOT / "solutions" / lesson, tmp_path / "solutions" / lesson)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    release([lesson], tmp_path)
    for student, file in {"ada": path(lesson), "bob": path(lesson, NOTEBOOKS)}.items():
        folder = tmp_path / "course/submitted" / student / lesson
        folder.mkdir(parents=True)
        shutil.copy(file, folder)
    waived = ["--Execute.sandbox=False"] if why_not() else []
    nbgrader("autograde", lesson, "--log-level=ERROR", *waived, root=tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/course/gradebook.db") as book:
        solved, untouched = (book.find_submission(lesson, s) for s in ("ada", "bob"))
        grades = [g for n in solved.notebooks for g in n.grades if g.cell.cell_type == "code"]
        assert not {g.name: g.auto_score for g in grades if g.auto_score != g.max_score}
        assert len(grades) == len(find_checks(nbformat.read(path(lesson), as_version=4), lesson))
        assert solved.needs_manual_grade  # the written question
        assert untouched.score == 0
        assert not untouched.needs_manual_grade
