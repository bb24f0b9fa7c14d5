"""The whole way of a check, on small exercises: what a learner might write and what they are told."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from helpers.checks import Lesson
from tests.checks import small
from tests.checks.learners import (
    Secretive,
    asks,
    asleep,
    changes_the_session,
    checks_itself,
    endless,
    in_place,
    leaving,
    mean,
    missing_import,
    no_return,
    power,
    raising,
    right,
    small_only,
    stub,
    twice_backward,
    unprintable,
    with_loop,
    wrong_arguments,
)
from tests.checks.small import check


@pytest.mark.parametrize(
    ("answer", "state", "points", "words"),
    [
        (right, "passed", 3, ""),
        (with_loop, "partly right", 2, "`for`"),
        (small_only, "partly right", 2, "differ"),
        (stub, "not attempted", 0, "write the function"),
        # A program without a loop meets the requirement on the way of writing, whatever becomes of it.
        (raising, "partly right", 1, "y / missing_name"),
        (missing_import, "partly right", 1, "not installed"),
        (wrong_arguments, "partly right", 1, "signature"),
        (leaving, "partly right", 1, "SystemExit"),
        (in_place, "partly right", 1, "changed its input"),
        (no_return, "partly right", 1, "`return`"),
        (endless, "out of time", 0, "never stops"),
        (torch.ones(3), "failed", 0, "a Tensor, not a function"),
        (None, "failed", 0, "not a function"),
        (nn.Linear, "failed", 0, "is a class"),
        (changes_the_session, "passed", 3, ""),
    ],
    ids=lambda v: getattr(v, "__name__", str(v)[:20]),
)
def test_each_outcome_has_its_state_points_and_words(answer, state, points, words):
    outcome = check.scale(answer)
    assert (outcome.state, outcome.points) == (state, points), str(outcome)
    assert words in outcome.message


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (raising, "raised", "y / missing_name"),
        (missing_import, "raised", "not installed"),
        (wrong_arguments, "raised", "signature"),
        (leaving, "raised", "SystemExit"),
        (asleep, "out of time", "never stops"),
        (no_return, "failed", "`return`"),
        (in_place, "failed", "instead of"),
    ],
    ids=lambda v: getattr(v, "__name__", str(v)[:20]),
)
@pytest.mark.parametrize("hidden", [False, True])
def test_where_nothing_is_earned_the_state_says_how_it_ended(answer, state, words, hidden):
    outcome = check.square(answer, hidden=hidden)
    assert (outcome.state, outcome.points) == (state, 0), str(outcome)
    assert words in outcome.message


def test_a_missing_name_gives_a_card_and_no_error():
    outcome = check.scale()
    assert outcome.state == "not attempted"
    assert "Run the cell that defines it" in outcome.message


def test_the_answer_is_looked_up_by_name_in_the_calling_notebook():
    notebook = {"check": check.answer, "answer": 42}
    exec("verdict = check()", notebook)
    assert notebook["verdict"].passed


def test_a_mistake_is_recognised_by_what_it_does():
    outcome = check.scale(lambda table: table / torch.max(table))
    assert outcome.mistake == "That is the largest entry of the whole table."
    assert outcome.expected
    assert outcome.got != outcome.expected


def test_the_first_failing_case_is_a_fixed_one_and_the_same_each_time():
    outcomes = {str(check.scale(lambda x: x)) for _ in range(3)}
    assert len(outcomes) == 1


def test_a_cut_graph_is_seen():
    assert "no gradient flows" in check.square(lambda x: (x * x).detach()).message
    assert "no gradient flows" in check.square(lambda x: torch.tensor((x * x).tolist())).message
    wrong_slope = check.square(lambda x: x * x.detach())
    assert "The values are right. Gradient with respect to `x`: " in wrong_slope.message
    assert check.square(lambda x: x * x).passed


def test_a_shortcut_earns_nothing_where_the_way_is_the_exercise():
    outcome = check.square(power)
    assert outcome.points == 0
    assert "`**`" in outcome.message


def test_a_wrong_answer_by_a_shortcut_hears_of_both():
    outcome = check.square(lambda x: x**3)
    assert outcome.message.startswith("Your program uses `**`")
    assert "instead of" in outcome.message


def test_a_shortcut_without_gradient_hears_of_the_shortcut_alone():
    outcome = check.square(lambda x: x.detach() ** 2)
    assert outcome.points == 0
    assert outcome.message == "Your program uses `**`. Multiply."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x if x > 0 else -x, "`torch.where(condition, a, b)`"),
        (lambda x: x ^ 2, "write `x ** 2`"),
        (lambda x: x.max(dim=0) * x, "`.values` and `.indices`"),
        (lambda x: math.exp(torch.stack([x, x]).flatten()), "this tensor holds several"),
        (
            lambda x: x.clone().requires_grad_().exp().backward(),
            "`.sum()` or `.mean()` comes first",
        ),
        (twice_backward, "good for one `backward()`"),
        (lambda x: x.sum(dim=7), "fewer axes"),
        (lambda x: x.reshape(-1, 1) @ torch.ones(3, 1), "Print `.shape`"),
    ],
    ids=["yes or no", "power", "two things", "one number", "no scalar", "twice", "axes", "shapes"],
)
def test_a_common_error_comes_with_its_way_out(answer, words):
    assert words in check.scale(answer).message


def test_a_broken_program_left_as_it_is_counts_as_not_attempted():
    assert check.mean(mean).state == "not attempted"
    assert "mend the program" in check.mean(mean).message
    assert check.mean(lambda x: x.sum() / 2).state == "failed"
    assert check.mean(lambda x: x.sum() / x.numel()).passed


@pytest.mark.parametrize(
    "value",
    [
        10**400,
        np.longdouble(1),
        np.array([1.0], dtype=">f4"),
        {frozenset([1]): {frozenset([2])}},
        torch.ones(2).to_sparse(),
        torch.ones(2, device="meta"),
        torch.ones(2, dtype=torch.complex64),
        torch.ones(2_000_000),
        [0] * 1_000_000,
        (i for i in range(3)),
        torch.ones(2).mean,
        nn.Parameter(torch.ones(2)),
        "a: b",
    ],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize(
    "one", [check.scale, check.square, check.answer, check.shapes, check.colour, check.model]
)
def test_whatever_comes_out_gives_a_card(one, value):
    outcome = one((lambda x: value) if one.exercise.answer_kind == "function" else value)
    assert outcome.points < outcome.possible
    assert outcome.message
    assert "damaged" not in outcome.message
    assert outcome._repr_html_()


def test_an_object_that_may_not_be_looked_at_is_still_called():
    assert check.scale(Secretive()).passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (unprintable, "Unprintable"),
        (asks, "as arguments"),
        (checks_itself, "a cell of its own"),
        (lambda x: x.max, "round brackets"),
        (lambda x: (right(x),), "comma"),
        (lambda x: list(right(x)), "torch.stack"),
        (lambda x: x.max(dim=0), "`.values`"),
        (lambda x: x.max().item(), "leave it out"),
        (lambda x: x.requires_grad_().detach() / x.detach().amax(dim=0), "requires_grad_()"),
    ],
)
def test_what_beginners_write_by_mistake_is_named(answer, words):
    assert words in check.scale(answer).message


def test_the_failing_input_can_be_played_with():
    lesson = Lesson(small.__name__, small.check.id, ["scale"])
    with pytest.raises(LookupError, match=r"check\.scale\(\) has to be run first"):
        lesson.scale.failing()
    shown = lesson.scale(lambda table: table * 2)
    assert "check.scale.failing()" in str(shown)
    assert "check.scale.failing()" in shown._repr_html_()
    (table,) = lesson.scale.failing()
    table.zero_()
    (fresh,) = lesson.scale.failing()
    assert fresh.count_nonzero()
    assert not lesson.scale(lambda table: table / torch.max(table)).passed
    assert lesson.scale(lambda table: table / table.amax(dim=0)).passed
    with pytest.raises(LookupError, match="its card has to show one"):
        lesson.scale.failing()


def test_an_input_that_is_kept_secret_is_not_handed_out():
    lesson = Lesson(small.__name__, small.check.id, ["scale"])
    lesson.scale(lambda table: table * 2)
    before = lesson.scale.failing()
    lesson.scale(
        lambda table: table.clone() if len(table) != 3 else table / table.amax(0), hidden=True
    )
    assert torch.equal(lesson.scale.failing()[0], before[0])
