"""Judging one notebook again, without a course: from its records alone."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.checks import plain
from helpers.checks.compare import Finding
from helpers.checks.exercise import case, forbid
from helpers.checks.probe import MISSING, probe
from helpers.grading.changes import Graded
from helpers.grading.executed import Executed
from helpers.grading.marking import Checked, judge_checks
from helpers.grading.records import Awarded, records_of
from helpers.grading.rejudging import notebook as module
from helpers.grading.rejudging.notebook import rejudge
from tests.checks.small import check as small
from tests.checks.small import mended

pytestmark = pytest.mark.usefixtures("small_lesson")


SCALE, SQUARE = small.scale.exercise, small.square.exercise


class Checks:
    """Stands for a lesson whose declarations a test has mended."""

    def __init__(self, *exercises):
        self._checks = {e.name: SimpleNamespace(exercise=e) for e in exercises}

    def __dir__(self):
        return list(self._checks)

    def __getattr__(self, name):
        return self._checks[name]


def kept(exercise, answer, source="", text=None, points=None):
    """Return the records of a notebook with one check of `exercise` and a cell of asserts beside it."""
    checked = Checked(exercise, exercise.name, True, 5)
    graded = {"grade": True, "solution": False, "locked": True}
    cell = new_code_cell("")
    points = exercise.points if points is None else points
    cell.metadata["nbgrader"] = graded | {"grade_id": "check", "points": points}
    tests = new_code_cell("assert True")
    tests.metadata["nbgrader"] = graded | {"grade_id": "tests", "points": 1}
    notebook = new_notebook(cells=[new_code_cell(source), cell, tests])
    record = json.dumps(probe(checked.task.plan, answer)) if text is None else text
    executed = Executed(notebook, {1: record})
    judge_checks(executed, {1: checked})
    return records_of(executed, {1: checked}, {}, "f")


def again(monkeypatch, records, *exercises, points=3, source=None):
    """Judge again with the declarations as they are now."""
    monkeypatch.setattr(module, "_lesson", lambda _: Checks(*exercises) if exercises else None)
    name = records.checks[0].exercise
    source = f"check.{name}(hidden=True)" if source is None else source
    now = {"check": Graded(points, source), "tests": Graded(1, "assert True")}
    return rejudge(records, now, {"check", "tests"})


LOOP = "def scale(x):\n    for _ in range(1):\n        pass\n    return x / x.amax(dim=0)"


def looping(x):
    for _ in range(1):
        pass
    return x / x.amax(dim=0)


def right(x):
    return x / x.amax(dim=0)


def test_with_the_same_check_nothing_changes(monkeypatch):
    records = kept(SCALE, looping, LOOP)
    found = again(monkeypatch, records, SCALE)
    assert records.awarded["check"].points == 2
    assert found.marks == {"check": 2.0}
    assert not found.problems
    assert found.records.awarded == records.awarded
    assert found.records.checks == records.checks
    card = found.outputs["check"][0].data["text/html"]
    assert "Use <code>dim=0</code>" in card


def test_a_mended_check_raises_and_a_stricter_one_lowers(monkeypatch):
    records = kept(SCALE, looping, LOOP)
    open_now = mended(SCALE, forbidden=())
    assert again(monkeypatch, records, open_now).marks == {"check": 3.0}
    stricter = mended(SCALE, compare=lambda got, expected: Finding("values", "No."))
    assert again(monkeypatch, records, stricter).marks == {"check": 0.0}


def test_what_a_program_says_is_read_from_the_cells_of_then_not_from_the_record(monkeypatch):
    silent = json.dumps(probe(Checked(SCALE, "scale", True, 5).task.plan, right))
    records = kept(SCALE, None, LOOP, text=silent)
    assert again(monkeypatch, records, SCALE).marks == {"check": 2.0}
    hidden = replace(records, cells=(replace(records.cells[0], source=""), *records.cells[1:]))
    assert again(monkeypatch, hidden, SCALE).marks == {"check": 3.0}


def more_inputs(draw):
    yield from SCALE.inputs(draw)
    yield case(draw.uniform(2, 2), requirement="right for any table")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inputs": more_inputs}, "inputs"),
        ({"inputs": lambda draw: 1 / 0}, "its declaration fails: ZeroDivisionError"),
        ({"gradients": ("x",)}, "was not recorded"),
        ({"forbidden": forbid("amax", why="No.")}, "was not recorded"),
        ({"driver": small.shapes.exercise.driver}, "what runs the answer"),
        ({"reference": lambda x: 1 / 0}, "its record is none for the checks as they are now"),
    ],
)
def test_what_the_record_does_not_answer_is_not_judged_and_keeps_its_mark(
    monkeypatch, change, words
):
    records = kept(SCALE, right)
    found = again(monkeypatch, records, mended(SCALE, **change))
    assert words in found.problems["check"]
    assert found.marks == {}
    assert found.outputs == {}
    assert found.records.awarded == records.awarded
    assert not found.suspicions, "the student has done nothing"


def test_less_to_look_at_is_no_obstacle(monkeypatch):
    records = kept(SQUARE, lambda x: x * x)
    simpler = mended(SQUARE, gradients=(), forbidden=())
    assert again(monkeypatch, records, simpler, points=1).marks == {"check": 1.0}


def test_an_exercise_or_a_lesson_that_is_gone_is_named(monkeypatch):
    records = kept(SCALE, right)
    assert "no exercise scale any more" in again(monkeypatch, records, SQUARE).problems["check"]
    assert "no exercise scale any more" in again(monkeypatch, records).problems["check"]
    for source in ("check.square()", "check.scale(mine)", "assert scale", ""):
        found = again(monkeypatch, records, SCALE, SQUARE, source=source)
        assert "something else" in found.problems["check"]


def test_who_ran_out_of_time_is_not_judged_by_a_check_that_gives_more(monkeypatch):
    slow = Checked(SCALE, "scale", True, 5)
    record = probe(slow.task.plan, right)
    record["runs"] = [record["runs"][0], {"outcome": "out of time"}]
    late = kept(SCALE, None, text=json.dumps(record))
    longer = mended(SCALE, seconds=9.0)
    assert "more of it now" in again(monkeypatch, late, longer).problems["check"]
    assert not again(monkeypatch, late, SCALE).problems
    assert not again(monkeypatch, kept(SCALE, right), longer).problems


@pytest.mark.parametrize("text", ["", "null", "[" * 100_000, '{"found": true}', '{"runs": 3}'])
def test_a_made_up_record_stays_suspicious_and_worth_nothing(monkeypatch, text):
    records = kept(SCALE, None, text=text)
    assert records.checks[0].damaged
    for exercise in (SCALE, mended(SCALE, seconds=9.0, forbidden=())):
        found = again(monkeypatch, records, exercise)
        assert found.marks == {"check": 0.0}
        assert not found.problems
        assert len(found.suspicions) == 1
        assert "a damaged record of scale" in found.suspicions[0]


def test_a_recipe_in_a_record_is_never_built(monkeypatch):
    record = probe(Checked(SCALE, "scale", True, 5).task.plan, right)
    builder = "helpers.checks.drivers.value"
    record["runs"][0]["value"] = {"kind": "recipe", "builder": builder, "args": {}}
    records = kept(SCALE, None, text=json.dumps(record))
    resolved, resolve = [], plain.resolve
    monkeypatch.setattr(plain, "resolve", lambda name: resolved.append(name) or resolve(name))
    assert again(monkeypatch, records, SCALE).marks == {"check": 0.0}
    assert builder not in resolved


def test_a_check_that_was_not_reached_or_found_no_answer_stays_so(monkeypatch):
    unreached = kept(SCALE, right)
    unreached = replace(
        unreached,
        checks=(replace(unreached.checks[0], record=None),),
        failures=("the kernel died in cell 3",),
    )
    found = again(monkeypatch, unreached, SCALE)
    assert found.marks == {"check": 0.0}
    assert "the kernel died" in found.outputs["check"][0].data["text/html"]
    assert again(monkeypatch, kept(SCALE, MISSING), SCALE).marks == {"check": 0.0}


@pytest.mark.parametrize(("points", "expected"), [(6, 4.0), (1, 0.666667), (0, 0.0), (3, 2.0)])
def test_points_are_shares_of_what_the_cell_gives_now(monkeypatch, points, expected):
    found = again(monkeypatch, kept(SCALE, looping, LOOP), SCALE, points=points)
    assert found.marks == {"check": expected}
    assert f"{expected:g} of {points:g} points" in found.outputs["check"][0].data["text/html"]
    assert found.records.awarded["check"] == Awarded(expected, points)


def test_a_cell_of_asserts_is_scaled_and_a_check_that_cannot_be_judged_too(monkeypatch):
    records = kept(SCALE, looping, LOOP)
    monkeypatch.setattr(module, "_lesson", lambda _: Checks(SQUARE))
    now = {"check": Graded(6, "check.scale()"), "tests": Graded(4, "assert True")}
    found = rejudge(records, now, set(now))
    assert found.marks == {"check": 4.0, "tests": 4.0}
    assert set(found.problems) == {"check"}
    once_more = rejudge(found.records, now, set(now))
    assert once_more.marks == {}, "and only once"


def test_cells_that_came_went_or_gave_nothing_are_told_or_left_alone(monkeypatch):
    records = kept(SCALE, right)
    records = replace(records, awarded=records.awarded | {"tests": Awarded(0, 0)})
    monkeypatch.setattr(module, "_lesson", lambda _: Checks(SCALE))
    now = {"tests": Graded(1, "assert True"), "fresh": Graded(1, "assert False")}
    found = rejudge(records, now, set(now))
    assert found.marks == {}
    assert "added since" in found.problems["fresh"]
    assert "gave no points" in found.problems["tests"]


def test_a_file_that_was_tampered_with_brings_no_fall(monkeypatch):
    records = kept(SCALE, right)
    for index in (-1, 99):
        odd = replace(records, checks=(replace(records.checks[0], index=index),))
        assert "damaged" in again(monkeypatch, odd, SCALE).problems["check"]
    odd = replace(records, checks=(replace(records.checks[0], seed=2**80),))
    assert "its declaration fails" in again(monkeypatch, odd, SCALE).problems["check"]
    odd = replace(records, checks=(replace(records.checks[0], seed=6),))
    assert "its inputs" in again(monkeypatch, odd, SCALE).problems["check"]
