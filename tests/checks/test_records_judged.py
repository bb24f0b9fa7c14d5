"""A record is plain data that may be false: it is judged by the inputs that the marker drew."""

import json

import pytest

from helpers.checks.judge import NOT_A_RECORD, judge
from helpers.checks.probe import probe
from tests.checks.learners import Twin, right, small_only, stub, with_loop
from tests.checks.small import check


def test_repr_is_the_plain_number_that_nbgrader_reads():
    assert repr(check.scale(right)) == "3.0"
    assert repr(check.scale(with_loop)) == "2.0"
    assert repr(check.scale(stub)) == "0.0"


def test_hidden_cases_keep_the_drawn_inputs_and_answers_to_themselves():
    outcome = check.scale(small_only, hidden=True)
    assert outcome.points == 2
    assert not outcome.tried
    assert not outcome.got
    assert not outcome.expected
    assert "drew" in outcome.message


@pytest.mark.parametrize(
    "forge",
    [
        lambda r: None,
        lambda r: [],
        lambda r: r | {"exercise": "00_small/answer"},
        lambda r: r | {"runs": "all good"},
        lambda r: r | {"runs": r["runs"] * 2},
        lambda r: r | {"runs": [{"outcome": "returned", "points": 3}] * 2},
        lambda r: (
            r | {"runs": [{"outcome": "returned", "value": {"kind": "x"}, "changed": []}] * 2}
        ),
        lambda r: r | {"runs": [{"outcome": "raised"}] * 2},
        lambda r: r | {"found": "yes"},
        lambda r: r | {"uses": [1]},
        lambda r: {"points": 3, "passed": True},
    ],
)
def test_a_forged_or_damaged_record_earns_nothing(forge):
    task = check.scale.exercise.task(1)
    record = json.loads(json.dumps(probe(task.plan, right)))
    assert judge(check.scale.exercise, task, record).passed
    assert judge(check.scale.exercise, task, forge(record)).points == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r | {"found": "yes"},  # not the form of a record
        lambda r: r | {"runs": [r["runs"][0] | {"value": {"kind": "?"}}] * len(r["runs"])},
    ],
)
def test_a_damaged_record_is_an_attempt_that_failed(spoil):
    task = check.scale.exercise.task(1)
    record = json.loads(json.dumps(probe(task.plan, right)))
    found = judge(check.scale.exercise, task, spoil(record))
    assert (found.state, found.message) == ("failed", NOT_A_RECORD)


def test_a_record_of_other_inputs_earns_nothing_on_the_drawn_ones():
    replayed = probe(check.scale.exercise.task(1).plan, right)
    assert judge(check.scale.exercise, check.scale.exercise.task(2), replayed).points < 3


def test_judging_runs_no_learner_code():
    task = check.scale.exercise.task(1)
    ran = []

    def counted(x):
        ran.append(1)
        return right(x)

    record = probe(task.plan, counted)
    times = len(ran)
    judge(check.scale.exercise, task, record)
    assert len(ran) == times == len(task.plan["cases"])


def test_a_plan_and_a_record_are_plain_json():
    task = check.Net.exercise.task(1)
    assert json.loads(json.dumps(task.plan)) == task.plan
    record = probe(task.plan, Twin)
    assert json.loads(json.dumps(record)) == record


def test_hidden_cases_do_not_show_what_was_printed_about_them():
    def tells(x):
        print("the input is", x)
        return small_only(x)

    assert check.scale(tells).printed
    assert not check.scale(tells, hidden=True).printed
