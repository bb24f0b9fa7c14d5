"""Notebooks of other courses keep the points that nbgrader alone gives them.

What that is stands in other_courses/points.json, for right, wrong, blank, raising and broken answers.
"""

import json

import nbformat
import pytest

from helpers.grading.sandbox.isolation import why_not
from tests.grading import foreign

pytestmark = pytest.mark.grading
EXPECTED = json.loads(foreign.POINTS.read_text())
WAIVED = ("--no-sandbox",) if why_not() else ()


def test_points_of_every_assignment_are_kept():
    assert sorted(EXPECTED) == foreign.assignments()


@pytest.mark.parametrize("name", foreign.assignments())
def test_every_cell_gives_the_points_that_nbgrader_alone_gives(name, tmp_path):
    found, said = foreign.marked(tmp_path, name, False, *WAIVED)
    differing = {
        (student, cell): (most, found.get(student, {}).get(cell))
        for student, cells in EXPECTED[name].items()
        for cell, most in cells.items()
        if found.get(student, {}).get(cell, "missing") != most
    }
    assert not differing, said
    assert {s: set(c) for s, c in found.items()} == {s: set(c) for s, c in EXPECTED[name].items()}


def test_a_blank_answer_to_a_generated_test_earns_nothing_and_a_right_one_all():
    points = EXPECTED["quickstart_autotest"]
    assert sum(filter(None, points["blank"].values())) == 0
    assert points["right"]["problem1/correct_squares"] == 1
    assert points["right"]["problem1/correct_sum_of_squares"] == 0.5


def test_a_notebook_in_another_language_is_refused_by_name(tmp_path):
    foreign.lay_out(tmp_path, "patience", False, {"ada": "right", "bob": "right"})
    with (tmp_path / "nbgrader_config.py").open("a") as settings:
        settings.write('c.GiveStubs.code_stub = {"R": "# YOUR CODE HERE"}\n')
    path = tmp_path / "source/patience/patience.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, path)
    foreign.run(tmp_path, "-m", "nbgrader", "generate_assignment", "patience", "--force")
    said = foreign.mark(tmp_path, "patience", False, *WAIVED)
    assert "is written in R, not in Python" in said
    assert all(
        not any(filter(None, p.values())) for p in foreign.points(tmp_path, "patience").values()
    )
