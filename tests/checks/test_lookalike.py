"""A wrong answer that behaves like the right program with one change is told which."""

import time

import pytest
import torch

from helpers.checks.declaring import declare
from helpers.checks.exercise import FunctionExercise, forbid
from helpers.checks.judge import judge
from helpers.checks.probe import probe


def spread(x, scale):
    """Return what the exercises below ask for."""
    total = torch.zeros(x.shape[1])
    for row in x:
        total = total + (row - x.mean(dim=0)).abs() * scale
    return total / len(x)


def inputs(draw):
    yield torch.tensor([[1.0, -2.0, 0.5], [3.0, 5.0, 0.0]]), 2.0
    yield draw.normal(4, 3), -0.5


def told(answer, reference=spread, **more):
    given = {"kind": FunctionExercise, "points": 1, "inputs": inputs, "reference": reference}
    exercise = declare("spread", "00_small", "It.", given | more)
    task = exercise.task(1)
    record = probe(task.plan, answer)
    verdict = judge(exercise, task, record, seconds_for_words=5)
    assert judge(exercise, task, record).points == verdict.points
    return verdict


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, s: ((x - x.mean(0)).abs() * s).sum(0), "without `/ len(x)`"),
        (lambda x, s: (x - x.mean(0)).abs().mean(0), "without `* scale`"),
        (lambda x, s: ((x + x.mean(0)).abs() * s).mean(0), "with `+` in place of `-`"),
        (lambda x, s: ((x - x.sum(0)).abs() * s).mean(0), "with `sum` in place of `mean`"),
        (lambda x, s: ((x - x.mean()).abs() * s).mean(0), "without `dim=0`"),
        (lambda x, s: ((x - x.mean(0)).abs() / s).mean(0), "with `/` in place of `*`"),
        (
            lambda x, s: (x[0] - x.mean(0)).abs() * s / len(x),
            "whose loop ends after its first round",
        ),
        (lambda x, s: torch.zeros(3), "without `"),
    ],
)
def test_the_one_change_is_told(answer, words):
    verdict = told(answer)
    assert words in verdict.mistake
    assert verdict.points == 0


def test_a_right_answer_and_one_that_is_wrong_in_two_places_hear_nothing_of_it():
    assert told(lambda x, s: ((x - x.mean(0)).abs() * s).mean(0)).passed
    assert "right program" not in told(lambda x, s: ((x + x.sum(0)) * s).mean(0)).mistake


def test_a_reference_that_goes_a_closed_way_is_no_example():
    closed = forbid("for", why="No loop.", rule="No loop.")
    assert (
        "right program"
        not in told(lambda x, s: ((x - x.mean(0)) * s).mean(0), forbidden=closed).mistake
    )


def endless(x, scale):
    """Return x times scale, by a loop that ends since it counts."""
    left, total = 5, x * 0
    while left > 0:
        total = total + x * scale / 5
        left -= 1
    return total


def test_a_mutant_that_never_ends_costs_its_share_of_the_time_alone():
    start = time.monotonic()
    verdict = told(lambda x, s: x * s / 5, endless)
    assert "loop ends after its first round" in verdict.mistake
    assert time.monotonic() - start < 30


def test_an_answer_that_stops_with_an_error_is_told_the_error():
    verdict = told(lambda x, s: 1 / 0)
    assert verdict.state == "raised"
    assert not verdict.mistake
