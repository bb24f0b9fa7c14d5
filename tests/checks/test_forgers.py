"""A patched driver earns nothing: what it can report without doing the work is worth no points.

For every exercise of the course, with all that an attacker has in a student's process (see `forgers`).
"""

import json

import pytest

from helpers.checks.exercise import Exercise, TrainingExercise, ValueExercise
from helpers.lessons import lesson, lesson_ids
from tests.checks import forgers
from tests.checks.forgers import over_values, points, run

ALL = [check.exercise for name in lesson_ids() for check in lesson(name)]
# A value or a choice is one and the same for everybody: whoever knows it has solved the exercise.
EXERCISES = [e for e in ALL if not isinstance(e, ValueExercise)]
CONCLUDED = [e for e in EXERCISES if e.conclude is not None]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
SEED, EARLIER = 21, 22

# Points that a forged word may add to an answer which is right but for that: only the process itself can tell
# whether a graph was recorded, or the mode of a layer that works alike in both. Each comes together with numbers that
# are checked, and none comes alone.
ONLY_INSIDE = {
    "06_training_loops/evaluate": 0.5,
    "07_transfer_learning/cached_features": 1.0,
    "07_transfer_learning/train_keeping_statistics": 1.0,
}


@pytest.fixture(scope="module")
def records():
    """Return the reference's runs on the current plan and on an earlier one, each made once."""
    kept: dict = {}

    def of(exercise: Exercise, seed: int):
        if (exercise.id, seed) not in kept:
            task = exercise.task(seed)
            for _ in range(2):  # what a process does for the first time may take too long
                record = run(exercise, task, exercise.reference)
                if points(exercise, task, record) == exercise.points:
                    break
            else:
                raise AssertionError([r["outcome"] for r in record["runs"]])
            kept[exercise.id, seed] = task, record
        return kept[exercise.id, seed]

    return of


@each_exercise
def test_the_record_of_an_earlier_plan_earns_nothing(exercise, records):
    task, _ = records(exercise, SEED)
    _, earlier = records(exercise, EARLIER)
    assert points(exercise, task, earlier) == 0


@each_exercise
@pytest.mark.parametrize("otherwise", ["an earlier answer", "zeros"])
def test_a_table_of_shown_outputs_earns_nothing(exercise, otherwise, records):
    task, right = records(exercise, SEED)
    _, earlier = records(exercise, EARLIER)
    shown = {
        n
        for n, case in enumerate(task.plan["cases"])
        if case in records(exercise, EARLIER)[0].plan["cases"]
    }

    def from_table(number, value):
        if number in shown:
            return value
        return earlier["runs"][number]["value"] if otherwise != "zeros" else forgers.emptied(value)

    assert points(exercise, task, over_values(right, from_table)) == 0


TRIVIAL = {
    "a text": lambda *inputs: "done",
    "nothing": lambda *inputs: None,
    "its input": lambda *inputs: inputs[0] if inputs else 0.0,
    "zero": lambda *inputs: 0.0,
}


@pytest.mark.parametrize("exercise", CONCLUDED, ids=lambda e: e.id)
def test_forged_flags_are_worth_no_more_than_the_honest_record(exercise, records):
    task, _ = records(exercise, SEED)
    _, earlier = records(exercise, EARLIER)
    answers = [m.answer for m in exercise.mistakes] + list(TRIVIAL.values())
    tried = 0
    for answer in answers:
        honest = run(exercise, task, answer)
        worth = points(exercise, task, honest) + ONLY_INSIDE.get(exercise.id, 0.0)
        facts = [r.get("value") for r in earlier["runs"]]
        forged = {
            "flipped": over_values(honest, lambda _, v: forgers.flipped(v)),
            "all true": over_values(honest, lambda _, v: forgers.all_true(v)),
            "facts": over_values(honest, lambda n, v, f=facts: forgers.with_facts(v, f[n])),
        }
        for name, record in forged.items():
            assert points(exercise, task, record) <= worth, name
            tried += 1
    assert tried


@pytest.mark.parametrize("exercise", CONCLUDED, ids=lambda e: e.id)
def test_a_run_that_only_the_flags_say_was_right_earns_nothing(exercise, records):
    task, right = records(exercise, SEED)
    assert points(exercise, task, over_values(right, lambda _, v: forgers.emptied(v))) == 0


@each_exercise
def test_drivers_draw_no_conclusion(exercise, records):
    """What a driver says beside the answer itself holds no True and no False."""
    if exercise.driver.__name__ in ("call", "value") or isinstance(exercise, TrainingExercise):
        return
    _, right = records(exercise, SEED)
    for one in right["runs"]:
        assert '"true"' not in json.dumps(one["value"]).lower()
        assert not _has_flag(one["value"])


def _has_flag(value) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, list):
        return any(map(_has_flag, value))
    return (
        isinstance(value, dict)
        and value.get("kind") != "tensor"
        and any(map(_has_flag, value.values()))
    )


@each_exercise
def test_every_requirement_is_tried_on_inputs_that_are_drawn(exercise):
    plans = [exercise.task(seed).plan["cases"] for seed in (1, 2, 3, 4)]
    first = next(iter(exercise.requirements))
    for requirement in exercise.requirements:
        parts = [p for p, r in exercise.parts.items() if r == requirement]
        assert any(
            (case["requirement"] or first) == requirement or (parts and case["requirement"] is None)
            for number, case in enumerate(plans[0])
            if any(plan[number]["inputs"] != case["inputs"] for plan in plans[1:])
        ), f"{requirement}: the same inputs each time"
