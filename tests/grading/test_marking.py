import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.checks.probe import probe
from helpers.grading.executed import Executed
from helpers.grading.marking import Checked, Program, judge_checks, read_check
from helpers.grading.needs import earned
from tests.checks import small


@pytest.mark.parametrize(
    ("source", "expected"),
    {
        "check.f()": ("f", "f", False),
        "check.f(hidden=True)": ("f", "f", True),
        "check.f()\n### BEGIN HIDDEN TESTS\ncheck.f(hidden=True)\n### END": ("f", "f", True),
        "check.f(my_f)": ("f", "my_f", False),
        "check.f(my_f())": None,
        "check.f()\ncheck.g()": None,
        "check.f(hidden=maybe)": None,
        "other.f()": None,
        "assert f() == 1": None,
        "x = check.f()": None,
        "check.f(": None,
        "": None,
    }.items(),
)
def test_a_check_is_read_from_its_cell(source, expected):
    assert read_check(source) == expected


def program(*sources):
    return Program([new_code_cell(s) for s in sources])


def test_a_function_brings_along_what_it_uses_and_nothing_else():
    uses = (
        program(
            "import torch.nn.functional as F\nfrom torch import softmax as s\nr = F.relu",
            "for n in range(3):\n    print(n)\nx = [i for i in range(3)]",
            "def helper(x):\n    return r(x)",
            "def unused(x):\n    return s(x)",
            "def f(n, x):\n    x = n + 1\n    return helper(x)",
        )
        .reading("f")
        .uses
    )
    assert "torch.nn.functional.relu" in uses
    assert "torch.softmax" not in uses


def test_the_last_definition_counts():
    source = program("def f():\n    return 1", "def f():\n    return 2").source_of("f")
    assert source == "def f():\n    return 2"


def test_definitions_inside_blocks_and_magics_are_found():
    source = program("%time x = 1\ntry:\n    def f():\n        return 1\nexcept OSError:\n    pass")
    assert source.source_of("f") == "def f():\n    return 1"


def test_a_name_that_came_about_in_a_hidden_way_gets_the_whole_program():
    one = program("import torch", "globals()['f'[:1]] = lambda x: torch.relu(x)")
    assert "torch.relu" in one.reading("f").uses


def test_a_cell_that_is_no_python_is_left_out():
    assert program("def f(:", "def f():\n    return 1").source_of("f") == "def f():\n    return 1"


def marked(answer, record=None, source="", points=3.0, hidden=True):
    """Return the executed notebook of one check of `scale` after judging."""
    exercise = small.check.scale.exercise
    checked = Checked(exercise, "scale", hidden, seed=5)
    metadata = {"nbgrader": {"points": points}}
    cell = new_code_cell("check.scale()", metadata=metadata)
    notebook = new_notebook(cells=[new_code_cell(source), cell])
    text = json.dumps(probe(checked.task.plan, answer)) if record is None else record
    executed = Executed(notebook, {1: text})
    judge_checks(executed, {1: checked})
    return executed


SOURCE = "def scale(x):\n    return x / x.amax(dim=0)"


def right(x):
    return x / x.amax(dim=0)


@pytest.mark.parametrize(
    ("shows", "points"),
    [
        ({"text/plain": "99"}, 0),
        ({"text/plain": "0.5"}, 0.5),
        ({"text/plain": "'no number'"}, 1),
        ({"text/plain": ""}, 1),
        ({"text/html": "<b>a</b>"}, 1),
    ],
)
def test_no_output_of_a_test_keeps_a_submission_from_being_marked(shows, points):
    kind = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": "six_test"}
    cell = new_code_cell("assert six() == 6", metadata={"nbgrader": kind})
    cell.outputs = [new_output("execute_result", data=shows, execution_count=1)]
    executed = Executed(new_notebook(cells=[cell]))
    judge_checks(executed, {})
    assert earned([cell]) == {0: (points, 1)}
    assert executed.suspicions == ([] if points else ["made-up points in six_test"])


def test_a_right_answer_gets_its_points_and_its_card():
    output = marked(right, source=SOURCE).notebook.cells[1].outputs[0]
    assert output.data["text/plain"] == "3.0"
    assert "Passed" in output.data["text/html"]


def test_the_marker_gives_the_same_points_as_the_check_in_the_notebook():
    def wrong(x):
        return x / x.max()

    mine = float(marked(wrong, source=SOURCE).notebook.cells[1].outputs[0].data["text/plain"])
    assert mine == small.check.scale(wrong).points


def test_no_more_points_than_the_cell_is_worth():
    output = marked(right, source=SOURCE, points=2.0).notebook.cells[1].outputs[0]
    assert output.data["text/plain"] == "2.0"


def test_the_source_is_taken_from_the_notebook_not_from_the_record():
    loop = "def scale(x):\n    for i in range(1):\n        pass\n    return x / x.amax(dim=0)"
    output = marked(right, source=loop).notebook.cells[1].outputs[0]
    assert output.data["text/plain"] == "2.0"


@pytest.mark.parametrize(
    "record",
    [
        "",
        "no JSON",
        "null",
        "NaN",
        "3.0",
        "[]",
        "{}",
        "[" * 100_000,
        '{"exercise": "00_small/scale", "points": 3}',
        json.dumps({"exercise": "00_small/scale", "found": True, "type": "function", "uses": []}),
    ],
)
def test_what_is_no_record_earns_nothing_and_is_reported(record):
    executed = marked(None, record=record, source=SOURCE)
    assert executed.notebook.cells[1].outputs[0].data["text/plain"] == "0.0"
    assert executed.suspicions


def test_a_record_may_not_ask_for_objects_to_be_built():
    honest = probe(small.check.scale.exercise.task(seed=5).plan, right)
    recipe = {"kind": "recipe", "builder": "common.value", "args": {"kind": "dict", "items": []}}
    honest["runs"][0]["value"] = [recipe]
    executed = marked(None, record=json.dumps(honest), source=SOURCE)
    assert executed.notebook.cells[1].outputs[0].data["text/plain"] == "0.0"


def test_a_replayed_record_of_other_inputs_does_not_pass():
    other = json.dumps(probe(small.check.scale.exercise.task(seed=6).plan, right))
    executed = marked(None, record=other, source=SOURCE)
    assert float(executed.notebook.cells[1].outputs[0].data["text/plain"]) < 3
