"""A learner edition with moved and deleted cells. Untouched ones are run by tests/lessons/test_proofs.py."""

import nbformat
import pytest

from helpers.notebooks import NOTEBOOKS, execute, path

pytestmark = pytest.mark.notebook


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
