"""The learner edition of each lesson, run as a learner would run it."""

import nbformat
import pytest

from helpers.lessons import lesson
from helpers.notebooks import NOTEBOOKS, execute, lesson_ids, path

pytestmark = pytest.mark.notebook
each_lesson = pytest.mark.parametrize("name", lesson_ids())


def learner_edition(name):
    return nbformat.read(path(name, NOTEBOOKS), as_version=4)


def cards(notebook):
    """Return the HTML of each check's card by the exercise's name."""
    found = {}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id.endswith("_check"):
            results = [o for o in cell.outputs if o.output_type == "execute_result"]
            found[grade_id.removesuffix("_check")] = results[-1].data["text/html"]
    return found


@each_lesson
def test_run_all_on_the_untouched_lesson_raises_nothing_and_says_not_attempted(name):
    notebook = execute(learner_edition(name), path(name, NOTEBOOKS).parent)
    shown = cards(notebook)
    assert set(shown) == {check.exercise.name for check in lesson(name)}
    for exercise, html in shown.items():
        assert "Not attempted" in html, exercise


@each_lesson
def test_the_learner_edition_shows_no_solution_and_no_hidden_test(name):
    for cell in learner_edition(name).cells:
        assert "### BEGIN" not in cell.source
        assert "hidden=True" not in cell.source
        assert not cell.get("outputs")


def test_a_lesson_with_deleted_and_reordered_cells_goes_on():
    name = "01_tensors"
    notebook = learner_edition(name)
    setup = next(i for i, c in enumerate(notebook.cells) if ".lessons." in c.source)
    first, rest = notebook.cells[: setup + 1], notebook.cells[setup + 1 :]
    checks = [
        c for c in rest if c.metadata.get("nbgrader", {}).get("grade_id", "").endswith("_check")
    ]
    notebook.cells = first + checks[::-1]
    shown = cards(execute(notebook, path(name, NOTEBOOKS).parent))
    assert len(shown) == len(checks)
    for html in shown.values():
        assert "Run the cell that defines it" in html
