"""What the judge says beside right and wrong: which finding comes first, what is kept back, what is recognised."""

import time

import pytest
import torch

from helpers.checks.exercise import case, forbid, mistake, recipe
from helpers.checks.judge import judge
from helpers.checks.probe import probe
from tests.checks.small import check, drivers, mended

SCALE, SQUARE, SHAPES = check.scale.exercise, check.square.exercise, check.shapes.exercise


def verdict(exercise, answer, **options):
    task = exercise.task(1)
    return judge(exercise, task, probe(task.plan, answer), **options)


def right(x):
    return x / x.amax(dim=0)


def test_a_blank_part_is_named_last():
    assert "not right yet" in verdict(SHAPES, {"sum": None, "product": (9, 9)}).message
    assert "not right yet" in verdict(SHAPES, {"sum": (9, 9), "product": None}).message
    assert "sum: no answer yet" in verdict(SHAPES, {"sum": None, "product": (2, 2)}).message


def test_the_first_case_that_fails_is_the_one_that_is_told():
    wrong = verdict(SCALE, lambda x: x / 2)
    assert "[[1" in wrong.tried.replace(" ", "")
    assert wrong.tried == verdict(SCALE, lambda x: x / 2, hidden=True).tried, "it is a fixed one"


def test_hints_and_choices_come_where_they_help():
    assert verdict(SCALE, right).hints == ()
    assert verdict(SCALE, lambda x: x).hints == tuple(SCALE.hints)
    assert verdict(check.colour.exercise, None).options
    assert not verdict(check.colour.exercise, "A").options


def loops(x):
    for _ in range(1):
        x = x * 1
    return x / x.amax(dim=0)


def loops_and_looks(x):
    for _ in range(1):
        x = x * 1
    return x / torch.amax(x, dim=0)


COSTS_ONE = forbid("for", why="No loop.", requirement="without a loop")
COSTS_ALL = forbid("amax", why="By hand.")


@pytest.mark.parametrize("rules", [(COSTS_ONE, COSTS_ALL), (COSTS_ALL, COSTS_ONE)])
def test_of_two_rules_broken_the_one_that_costs_everything_counts(rules):
    found = verdict(mended(SCALE, forbidden=list(rules)), loops_and_looks)
    assert (found.state, found.points) == ("failed", 0)
    assert "By hand." in found.message


def test_a_right_answer_in_a_way_that_costs_everything_has_failed():
    found = verdict(mended(SCALE, forbidden=[COSTS_ALL]), loops_and_looks)
    assert (found.state, found.points) == ("failed", 0)
    assert "By hand." in found.message


def test_a_rule_costs_its_requirement_and_no_other():
    found = verdict(mended(SCALE, forbidden=[COSTS_ONE]), loops)
    assert (found.state, found.points) == ("partly right", 2)
    assert [r.met for r in found.requirements] == [True, True, False]


def hides(x, name="mul"):
    return getattr(torch, name)(x, x)


def hides_and_errs(x, name="abs"):
    return getattr(torch, name)(x)


def test_a_function_out_of_sight_costs_what_the_rule_does_where_something_is_earned():
    found = verdict(SQUARE, hides)
    assert found.points == 0
    assert "called unseen" in found.message
    assert "called unseen" not in verdict(SQUARE, hides_and_errs).message


def test_a_record_that_ends_early_ran_out_of_time():
    task = SQUARE.task(1)
    record = probe(task.plan, lambda x: x * x)
    assert judge(SQUARE, task, record).passed
    early = judge(SQUARE, task, record | {"runs": record["runs"][:1]})
    assert (early.state, early.points) == ("out of time", 0)


def fails(x):
    raise RuntimeError("shapes differ here")


def fails_alike(x):
    raise RuntimeError("shapes differ there")


def fails_otherwise(x):
    raise RuntimeError("no memory left")


def fails_in_another_way(x):
    raise ValueError("shapes differ here")


def test_a_mistake_that_raises_is_recognised_by_its_error():
    known = mended(SQUARE, mistakes=[mistake(fails, "Mind the shapes.")])
    assert verdict(known, fails_alike).mistake == "Mind the shapes."
    for other in (fails_otherwise, fails_in_another_way, lambda x: x):
        assert verdict(known, other).mistake != "Mind the shapes."


def test_a_mistake_is_recognised_by_what_it_changes_and_where_its_gradient_goes():
    def adds(x):
        return x.add_(1)

    known = mended(SCALE, mistakes=[mistake(adds, "In place.")])
    assert verdict(known, adds).mistake == "In place."
    assert verdict(known, lambda x: x + 1).mistake == ""
    cut = mended(SQUARE, mistakes=[mistake(lambda x: x * x.detach(), "Half of the gradient.")])
    assert verdict(cut, lambda x: x.detach() * x).mistake == "Half of the gradient."
    for other in (lambda x: x.detach() * x.detach(), lambda x: x * x.detach() + 0 * x + x - x):
        found = verdict(cut, other)
        assert not found.passed
    assert verdict(cut, lambda x: x.detach() * x.detach()).mistake == ""
    assert verdict(cut, lambda x: 3 * x * x.detach() - 2 * (x * x).detach()).mistake == ""


def test_what_ran_out_of_time_is_no_known_mistake():
    task = SQUARE.task(1)
    known = mended(SQUARE, mistakes=[mistake(lambda x: x, "As it was.")])
    record = probe(task.plan, lambda x: x)
    assert judge(known, task, record).mistake == "As it was."
    late = record | {"runs": [{"outcome": "out of time"}] * len(record["runs"])}
    assert judge(known, task, late).mistake == ""


def test_an_input_made_by_a_recipe_is_shown_as_its_call():
    def inputs(draw):
        yield case(recipe(drivers.pair, size=3))

    listed = mended(SQUARE, inputs=inputs, reference=sum, gradients=(), forbidden=())
    assert verdict(listed, sum).passed
    assert verdict(listed, len).tried == "iterable = pair(size=3)"


def test_requirements_are_told_one_by_one():
    found = verdict(SCALE, loops)
    assert str(found).count("1/1") == 2
    assert found.to_dict()["points"] == 2


def never_on(sizes):
    def answer(table):
        while len(table) in sizes:
            pass
        return table / table.amax(dim=0)

    return answer


def four_tables(draw):
    yield torch.tensor([[1.0, 10.0], [2.0, 40.0], [5.0, 20.0]])
    for rows in (5, 6, 7, 8):
        yield case(draw.uniform(rows, 3, low=1, high=9), requirement="right for any table")


def test_a_case_that_never_ends_costs_its_own_requirement():
    asked = mended(SCALE, inputs=four_tables, forbidden=())
    late_first = verdict(asked, never_on({3}))
    assert [r.earned for r in late_first.requirements] == [0, 1, 1]
    assert (late_first.state, late_first.points) == ("partly right", 2)
    late_second = verdict(asked, never_on({5, 7}))
    assert [r.earned for r in late_second.requirements] == [1, 0, 1]
    assert "did not come to an end" in late_second.message


def test_after_three_cases_that_never_end_the_rest_is_not_run():
    asked = mended(SCALE, inputs=four_tables, forbidden=())
    record = probe(asked.task(0).plan, never_on({3, 5, 6}))
    assert [run["outcome"] for run in record["runs"]] == ["out of time"] * 5


def test_cases_share_the_time():
    def slow(table):
        end = time.thread_time() + 0.25
        while time.thread_time() < end:
            pass
        return table / table.amax(dim=0)

    asked = mended(SCALE, inputs=four_tables, forbidden=(), seconds=0.6)
    outcomes = [run["outcome"] for run in probe(asked.task(0).plan, slow)["runs"]]
    assert outcomes[:2] == ["returned", "returned"]
    assert outcomes[-1] == "out of time"
