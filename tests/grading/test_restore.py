"""Cells are recognised, put back and kept, whatever an editor or a student made of a notebook."""

import copy
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.grading.matching import (
    Place,
    is_answered_elsewhere,
    missing_but_needed,
    place_for,
    recognised,
    written_into,
)
from helpers.grading.sandbox.isolation import why_not
from tests.grading.course import ANSWERS, LESSON, Course, find

needs_sandbox = pytest.mark.skipif(bool(why_not()), reason=why_not())
BATCH = ["-m", "helpers.grading", "autograde", LESSON, "--jobs=2", "--log-level=ERROR"]
ALL = {"double": 3.0, "shapes": 2.0, "relu": 1.0, "six_test": 1.0, "why": None}
STUB = "def double(x):\n    # YOUR CODE HERE\n    ..."


def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def without_ids(notebook):
    """As an editor writes it that knows format 4.4 only, and drops what it does not know."""
    plain = json.loads(nbformat.writes(without_metadata(notebook)))
    for cell in plain["cells"]:
        del cell["id"]
    return json.dumps(plain | {"nbformat_minor": 4})


def in_colab(notebook):
    plain = json.loads(without_ids(copy.deepcopy(notebook)))
    for cell, before in zip(plain["cells"], notebook.cells, strict=True):
        cell["metadata"] = {"id": before.id, "colab": {"base_uri": "https://example.org/"}}
    plain["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    return json.dumps(plain | {"nbformat_minor": 0})


def without(notebook, *names):
    notebook.cells = [c for c in notebook.cells if c.id not in names]
    return notebook


def in_one_cell(notebook):
    """All the code merged into the first cell; the merged cells' metadata are gone."""
    code = [c for c in notebook.cells if c.cell_type == "code"]
    first = new_code_cell("\n\n".join(c.source for c in code))
    notebook.cells = [first, *(c for c in notebook.cells if c.cell_type != "code")]
    return notebook


def merged_into_its_check(notebook):
    check = find(notebook, "double_check")
    check.source = ANSWERS["double"] + "\n\n" + check.source
    return without(notebook, "double")


def answered_in_the_check(notebook):
    find(notebook, "double").source = STUB
    check = find(notebook, "double_check")
    check.source = "@torch.no_grad()\n" + ANSWERS["double"] + "\n\ncheck.double()  # passes"
    return notebook


def split(notebook):
    at = notebook.cells.index(find(notebook, "double"))
    notebook.cells[at : at + 1] = [
        new_code_cell("def twice(x):\n    return x + x"),
        new_code_cell("double = twice"),
    ]
    return notebook


def commented(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = "# my comment\n\n" + cell.source.replace("\n", "   \n") + "\n\n"
    return json.loads(without_ids(notebook)) | {"nbformat_minor": 4}


def raw_and_renamed(notebook):
    for cell in notebook.cells:
        cell.id = f"x{cell.id}"[:60]
    return without_metadata(notebook)


WAYS = {
    "without metadata": without_metadata,
    "without metadata and ids": without_ids,
    "in Colab": in_colab,
    "other ids, no metadata": raw_and_renamed,
    "with comments, no metadata": lambda n: json.dumps(commented(n)),
    "imports deleted": lambda n: without(n, "setup"),
    "imports deleted, no metadata": lambda n: without(without_metadata(n), "setup"),
    "in one cell": in_one_cell,
    "merged into its check": merged_into_its_check,
    "answered in the check": answered_in_the_check,
    "split in two": split,
    "checks deleted": lambda n: without(n, "double_check", "shapes_check", "six_test"),
}


@needs_sandbox
@pytest.mark.grading
def test_a_right_answer_counts_wherever_it_stands_and_whatever_was_dropped(tmp_path):
    course = Course(tmp_path)
    for way, change in WAYS.items():
        course.submit(way, change(course.answered()))
    shown = course.run(*BATCH).stdout
    assert {way: course.marks(way) for way in WAYS} == dict.fromkeys(WAYS, ALL), shown
    assert "in Colab  7/9  without nbgrader's metadata, but recognised: double" in shown
    assert "imports deleted  7/9  missing, and put back: the cell that begins with" in shown
    assert "put back: double_check" in shown
    assert "merged into its check  7/9  missing, and put back: double" in shown
    assert "answered in the check" not in shown
    page = nbformat.writes(course.autograded("merged into its check"))
    assert "put back for marking" in page
    assert STUB.splitlines()[1] not in page, "an empty cell, not the stub, stands in for the answer"
    again = course.run(*BATCH).stdout
    assert "put back: double_check" in again, "and is told again"
    wrong = without_ids(
        course.answered(double="def double(x):\n    return x * x", why="*Your answer:*")
    )
    course.submit("wrong", wrong)
    course.run(*BATCH)
    assert course.marks("wrong") == ALL | {"double": 1.0, "why": 0.0}


def test_cells_are_recognised_by_id_text_call_names_and_question():
    cells = [
        new_markdown_cell("## Why?"),
        new_markdown_cell("Because it flows."),
        new_code_cell("def relu(x):\n    return x"),
        new_code_cell("check . relu( )  # mine"),
        new_code_cell("anything", id="by_id"),
        new_code_cell("assert six() == 6   \n"),
        new_code_cell("def relu(x):\n    return x * (x > 0)"),
    ]
    hidden = "\n### BEGIN HIDDEN TESTS\nassert six() > 5\n### END HIDDEN TESTS\n"
    places = [
        Place("why", "markdown", "*Your answer:*", solution=True, question="## Why?"),
        Place("how", "markdown", "*Your answer:*", solution=True, question="## How?"),
        Place("relu", "code", "def relu(x):\n    ...", solution=True),
        Place("relu_check", "code", "check.relu()" + hidden, locked=True),
        Place("by_id", "code", "x = 1", cell_id="by_id", solution=True),
        Place("six_test", "code", "assert six() == 6" + hidden, locked=True),
        Place("gone", "code", "assert gone()", locked=True),
    ]
    assert recognised(cells, range(len(cells)), places, {}) == {
        "why": 1,
        "relu": 6,
        "relu_check": 3,
        "by_id": 4,
        "six_test": 5,
    }
    assert recognised(cells, [2], places[2:3], {}) == {"relu": 2}
    behind = Place("note", "markdown", "*Your answer:*", solution=True, after="relu")
    assert recognised(cells, [0, 1], [behind], {"relu": 0}) == {"note": 1}
    assert recognised(cells, [0, 1], [behind], {"relu": 1}) == {}
    assert recognised(cells, [0], places, {}) == {}, "a question is no answer"


@pytest.mark.parametrize(
    ("cells", "source", "missing"),
    [
        (["x = np.ones(3)"], ["import numpy as np"], ["import numpy as np"]),
        (["import numpy as np\nx = np.ones(3)"], ["import numpy as np"], []),
        (["x = 1"], ["import numpy as np"], []),
        (["import torch\nimport numpy as np  # both", "np"], ["import numpy as np"], []),
        (
            ["print(table)"],
            ["import q", "table = q.read()", "other = 1"],
            ["import q", "table = q.read()"],
        ),
        (["print(len([]), gone)"], ["from math import *"], ["from math import *"]),
        (["print(len([]))"], ["from math import *"], []),
        (
            ["%matplotlib inline\nplt.plot()"],
            ["import matplotlib.pyplot as plt"],
            ["import matplotlib.pyplot as plt"],
        ),
        (
            ["def f():\n    return helper()"],
            ["def helper():\n    return 1"],
            ["def helper():\n    return 1"],
        ),
        (["x = (", "y"], ["y = 2"], ["y = 2"]),
        (["y = " + "+".join("1" * 900), "y"], ["y = " + "+".join("1" * 900)], []),
    ],
)
def test_only_what_is_needed_and_missing_is_put_back(cells, source, missing):
    lacking = missing_but_needed(list(map(new_code_cell, cells)), list(map(new_code_cell, source)))
    assert [c.source for c in lacking] == missing


def test_a_cell_is_put_back_behind_its_neighbour_and_before_its_readers():
    first, table, reader, last = map(
        new_code_cell, ["import q", "table = 1", "print(table)", "z = 1"]
    )
    assert place_for(table, [first, reader, last], [first]) == 1
    assert place_for(table, [reader, first], [first]) == 0
    assert place_for(table, [last, reader], []) == 0


def test_an_answer_elsewhere_is_one_that_defines_all_of_it():
    place = Place("pair", "code", "a, b = None, None", solution=True)
    assert is_answered_elsewhere(
        [new_code_cell("a = 1"), new_code_cell("for b in range(3): pass")], place
    )
    assert not is_answered_elsewhere([new_code_cell("a = 1\ndef f():\n    b = 2")], place)
    assert not is_answered_elsewhere([], Place("free", "code", "print('x')", solution=True))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("check.double()", ""),
        ("check.double()\nprint(double(3))", ""),
        (
            "@cache\ndef double(x):\n    return 2\ncheck.double()",
            "@cache\ndef double(x):\n    return 2",
        ),
        ("x = 1; y = 2\ncheck.double()", "x = 1\n\ny = 2"),
        ("check.double()\nif True:\n    z = 'ä'", "if True:\n    z = 'ä'"),
        ("def double(x:\ncheck.double()", "def double(x:"),
    ],
)
def test_what_was_typed_into_a_locked_cell_is_kept_where_it_defines_something(typed, kept):
    assert written_into(typed, Place("double_check", "code", "check.double()", locked=True)) == kept
