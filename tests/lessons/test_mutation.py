"""Mutants of right answers: how they are made, and that narrow inputs let one live."""

import pytest
import torch

from helpers.checks.declaring import declare
from helpers.checks.exercise import FunctionExercise, TrainingExercise
from helpers.checks.mutate import mutants
from helpers.lessons import lessons
from helpers.proofs.mutation import mutants_fail
from helpers.proofs.report import report


def centred(x):
    """Text is no program."""
    return x - x.mean(dim=0)


def first_two(x):
    return x[:2] * 2.0


class Counter:
    def __init__(self):
        self.count = 0

    def step(self):
        self.count += 1
        return self.count


def changes(answer):
    return {m.id.replace("return ", "") for m in mutants(answer)}


def test_one_place_is_changed_at_a_time():
    whole = "x - x.mean(dim=0)"
    others = (
        *("x", "x + x.mean(dim=0)", "x.mean(dim=0) - x", "x - x", "x - x.sum(dim=0)"),
        *("x - x.mean()", "x - x.mean(dim=1)"),
    )
    assert changes(centred) == {f"{whole} -> {other}" for other in others}


def test_a_mutant_is_the_answer_with_its_change():
    by_change = {m.now.removeprefix("return "): m.answer for m in mutants(centred)}
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    assert torch.equal(by_change["x - x.sum(dim=0)"](x), x - x.sum(0))
    assert torch.equal(centred(x), x - x.mean(0))


def test_methods_of_a_class_are_changed_and_the_class_itself_stays():
    found = mutants(Counter)
    assert {m.answer.__name__ for m in found} == {"Counter"}
    stepped = [m.answer().step() for m in found if m.was.startswith("self.count += 1")]
    assert set(stepped) >= {0, -1, 2}
    assert Counter().step() == 1


@pytest.mark.parametrize("answer", [3, {"a": 1}, lambda x: x, torch.relu, len, None])
def test_what_has_no_program_that_can_be_read_has_no_mutants(answer):
    assert mutants(answer) == []


def exercise(inputs, **more):
    given = {"kind": FunctionExercise, "points": 1, "inputs": inputs, "reference": first_two}
    return declare("first_two", "16_own", "Double the first two rows.", given | more)


def narrow(draw):
    yield torch.tensor([1.0, 3.0])
    yield draw.normal(2)


def wide(draw):
    yield torch.tensor([1.0, 3.0, 7.0])
    yield draw.normal(4)
    yield draw.normal(1)


def test_inputs_that_are_too_narrow_let_a_mutant_live():
    found = report(mutants_fail(exercise(wide), range(3)))
    assert not found.short
    assert found.tried["mutants killed"] >= 6
    living = report(mutants_fail(exercise(narrow), range(3)))
    assert {s.answer for s in living.short} >= {"return x[:2] * 2.0 -> return x[:3] * 2.0"}
    assert all("each row twice" in s.shown for s in living.short)


def test_what_hangs_on_the_seed_is_a_fault_too():
    def lucky(draw):
        yield draw.normal(2 + int(draw.normal(1) > 0.5))

    found = report(mutants_fail(exercise(lucky), range(12)))
    assert any(" of 12 seeds" in s.says and "12 of 12" not in s.says for s in found.short)


def test_an_input_of_the_pool_shows_what_survives():
    alone = exercise(lambda draw: [torch.tensor([-2.0, -3.0, -1.0])])
    clamped = {"reference": clamp_at_zero}
    found = report(mutants_fail(exercise(lambda draw: [torch.tensor([1.0, 2.0])], **clamped), [1]))
    assert not report(mutants_fail(alone, [1])).short
    survivors = [s for s in found.short if "clamp" in s.answer]
    assert survivors
    assert "negative" in survivors[0].shown


def clamp_at_zero(x):
    return x.clamp(min=0)


def test_a_reason_in_the_declaration_lets_a_mutant_live_and_has_to_name_one():
    inputs = {"inputs": lambda draw: [torch.tensor([1.0, 2.0])], "reference": clamp_at_zero}
    alive = [s.answer for s in report(mutants_fail(exercise(**inputs), [1])).short]
    reasons = dict.fromkeys(alive, "no input is negative")
    assert not report(mutants_fail(exercise(**inputs, equivalent=reasons), [1])).short
    stray = report(mutants_fail(exercise(**inputs, equivalent=reasons | {"a -> b": "so"}), [1]))
    assert "does not have" in stray.short[0].says


def test_what_trains_well_is_right_however_it_differs():
    class_ = {"kind": TrainingExercise, "score": lambda got, want: 1.0, "at_least": 0.5}
    assert not list(mutants_fail(exercise(wide, **class_), [1]))


# Where an answer is given seconds, a mutant that never ends takes them all: those are for `prove --mutants`.
QUICK = [c.exercise for one in lessons().values() for c in one if c.exercise.seconds < 2]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", QUICK, ids=lambda e: e.id)
def test_each_mutant_of_a_reference_loses_points(exercise):
    found = report(mutants_fail(exercise, [1]))
    assert not found.short, "\n".join(map(str, found.short))
