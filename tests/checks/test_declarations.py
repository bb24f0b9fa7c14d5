"""Every exercise of the course: right answers reach all points, wrong ones never do."""

from typing import Any

import pytest

from helpers.checks import lesson, lesson_ids
from helpers.checks.exercise import Exercise, RepairExercise, ValueExercise
from helpers.checks.judge import judge
from helpers.checks.probe import probe
from tests.checks.answers import wrong_answers

EXERCISES = [check.exercise for name in lesson_ids() for check in lesson(name)]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
SEEDS = (11, 12)


def verdict_on(exercise: Exercise, answer: Any, seed: int, *, keep_source: bool = False):
    """Judge an answer; without its source, which for a lambda is the declaration's own text."""
    plan = exercise.plan(seed)
    record = probe(plan, answer)
    if not keep_source:
        record |= {"source": None, "uses": [], "syntax": [], "hides": [], "calls": []}
        if isinstance(exercise, RepairExercise):
            record["source"] = "def other(): 1"
    return judge(exercise, plan, record)


@each_exercise
def test_the_reference_reaches_all_points(exercise, record_property):
    for seed in SEEDS:
        verdict = verdict_on(exercise, exercise.reference, seed)
        assert verdict.passed, str(verdict)
        assert verdict.points == exercise.points
    record_property("answers", {"exercises": 1, "right": len(SEEDS)})


@each_exercise
def test_every_alternative_reaches_all_points(exercise, record_property):
    for number, answer in enumerate(exercise.alternatives):
        for seed in SEEDS:
            verdict = verdict_on(exercise, answer, seed, keep_source=True)
            assert verdict.points == exercise.points, f"alternative {number}: {verdict}"
    record_property("answers", {"right": len(exercise.alternatives) * len(SEEDS)})


@each_exercise
def test_every_mistake_loses_points_and_is_told_its_own_sentence(exercise, record_property):
    for known in exercise.mistakes:
        for seed in SEEDS:
            verdict = verdict_on(exercise, known.answer, seed)
            assert verdict.points < exercise.points, f"accepted although: {known.says}"
            assert verdict.mistake == known.says, str(verdict)
    record_property("answers", {"mistakes": len(exercise.mistakes)})


@each_exercise
def test_generic_wrong_answers_never_reach_all_points(exercise, record_property):
    plan = exercise.plan(SEEDS[0])
    right = _what_counts(probe(plan, exercise.reference)["runs"])
    tried = 0
    for name, answer in wrong_answers(exercise):
        if _what_counts(probe(plan, answer)["runs"]) == right:
            continue  # this change changes nothing here: a scalar transposed, say
        verdict = verdict_on(exercise, answer, SEEDS[0])
        assert verdict.points < exercise.points, f"accepted: {name}\n{verdict}"
        tried += 1
    assert tried, "no generic wrong answer fits this exercise"
    record_property("answers", {"generic": tried})


def _what_counts(runs: list[dict]) -> list:
    keys = ("outcome", "value", "changed", "gradients")
    return [[run.get(key) for key in keys] for run in runs]


@each_exercise
def test_a_declaration_is_complete(exercise):
    assert exercise.ask.endswith((".", "?")), "the docstring is a sentence"
    assert len(exercise.mistakes) >= 3, "at least three known mistakes"
    assert len({m.says for m in exercise.mistakes}) == len(exercise.mistakes)
    if not isinstance(exercise, ValueExercise):  # a value has one form
        assert len(exercise.alternatives) >= 2, "at least two alternatives"
    assert 2 <= len(exercise.hints) <= 4, "two to four hints"
    assert len(exercise.requirements) > 1 or len(exercise.cases(0)) > 1, "two requirements or cases"


@each_exercise
def test_every_requirement_is_judged(exercise):
    judged = {c.requirement for c in exercise.cases(0)} | set(exercise.parts.values())
    judged |= {f.requirement for f in exercise.shortcuts} | {next(iter(exercise.requirements))}
    assert set(exercise.requirements) <= judged


@each_exercise
def test_another_seed_draws_other_inputs(exercise):
    if exercise.inputs is not None and any(not c.fixed for c in exercise.cases(0)):
        assert exercise.plan(1)["cases"] != exercise.plan(2)["cases"]


@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if isinstance(e, RepairExercise)], ids=lambda e: e.id
)
def test_the_broken_program_earns_nothing_in_full(exercise):
    verdict = verdict_on(exercise, exercise.broken, SEEDS[0])
    assert verdict.points < exercise.points, str(verdict)
