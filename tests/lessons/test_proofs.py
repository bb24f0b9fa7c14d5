"""The declarations of all lessons hold what they promise: the proofs that a teacher's own lesson is proved with."""

import pytest

from helpers.lessons import lessons
from helpers.lessons.places import course
from helpers.notebooks import ROOT
from helpers.proofs.declarations import PROOFS
from helpers.proofs.editions import prove_editions
from helpers.proofs.report import report

EXERCISES = [
    # What gives an answer seconds takes some itself, tried with dozens of answers.
    pytest.param(check.exercise, marks=[pytest.mark.slow] if check.exercise.seconds >= 2 else [])
    for lesson in lessons().values()
    for check in lesson
]


@pytest.mark.parametrize("proof", PROOFS, ids=lambda p: p.__name__)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_declaration_holds(exercise, proof, record_property):
    found = report(proof(exercise))
    assert not found.short, "\n".join(map(str, found.short))
    record_property("answers", dict(found.tried))


@pytest.mark.notebook
@pytest.mark.grading
@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda one: one.id)
def test_both_editions_of_the_notebook_hold(lesson):
    # That the stored outputs are those of a run is what nbval compares, in the part `solutions`.
    found = report(prove_editions(lesson, course(ROOT), stored=True))
    assert not found.short, "\n".join(map(str, found.short))
