"""What makes an exercise, what is refused and with which words."""

import sys
from types import ModuleType

import pytest
import torch

from helpers.checks.declaring import declaration, declare, fields_of
from helpers.checks.exercise import (
    ChoiceExercise,
    DeclarationError,
    FunctionExercise,
    TrainingExercise,
    ValueExercise,
    forbid,
    mistake,
)
from helpers.checks.plain import PlainError, recipe


def halve(x):
    return x / 2


def tables(draw):
    yield torch.ones(2)
    yield draw.normal(3)


SOUND = {"kind": FunctionExercise, "points": 2, "inputs": tables, "reference": halve}


def declared(ask="Halve it.", without=(), **more):
    given = {name: value for name, value in (SOUND | more).items() if name not in without}
    return declare("halve", "16_own", ask, given)


def test_a_declaration_gives_an_exercise_whose_functions_take_no_self():
    exercise = declared()
    assert (exercise.id, exercise.ask, exercise.points) == ("16_own/halve", "Halve it.", 2)
    assert exercise.requirements == {"gives the right answer": 2}
    assert exercise.reference(torch.tensor(4.0)) == 2
    assert [case.fixed for case in exercise.cases(1)] == [True, False]


def test_points_are_the_sum_of_the_requirements():
    exercise = declared(without=["points"], requirements={"small": 1, "large": 2.5})
    assert exercise.points == 3.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"forbiden": forbid("for", why="No.")}, "no `forbiden`; did you mean `forbidden`"),
        ({"gradient": True}, "no `gradient`; did you mean `gradients`"),
        ({"hint": ["One."]}, "did you mean `hints`"),
        ({"options": {"A": "one"}}, "FunctionExercise has no `options`"),
        ({"at_least": 0.9}, "FunctionExercise has no `at_least`"),
        ({"broken": halve}, "FunctionExercise has no `broken`"),
        ({"name": "other"}, "has no `name`"),
        ({"lesson": "17_other"}, "has no `lesson`"),
        ({"cases": tables}, "has no `cases`"),
        ({"is_attempted": halve}, "has no `is_attempted`"),
        ({"requirements": {"all": 2}}, "say what it is worth once"),
        ({"points": None}, "say what it is worth once"),
        ({"points": 0}, "above 0"),
        ({"points": True}, "above 0"),
        ({"points": "2"}, "above 0"),
        ({"points": None, "requirements": {}}, "above 0"),
        ({"points": None, "requirements": {"a": 1, "b": -1}}, "above 0"),
        ({"kind": None}, "kind = FunctionExercise"),
        ({"kind": "FunctionExercise"}, "kind = FunctionExercise"),
        ({"kind": dict}, "kind = FunctionExercise"),
        ({"parts": {"x": "right"}}, "no requirement 'right'"),
        ({"forbidden": forbid("for", why="No.", requirement="loop")}, "no requirement 'loop'"),
        ({"ask": ""}, "docstring"),
        ({"ask": None}, "docstring"),
        ({"kind": ChoiceExercise, "inputs": None, "reference": "A"}, "needs options"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_makes_no_exercise_is_refused_with_its_place_and_its_reason(changes, words):
    with pytest.raises(DeclarationError) as refused:
        declared(**changes)
    assert "16_own/halve" in str(refused.value)
    assert words in str(refused.value)


def test_neither_points_nor_requirements_nor_a_kind_is_refused():
    with pytest.raises(DeclarationError, match="say what it is worth once"):
        declared(without=["points"])
    with pytest.raises(DeclarationError, match="`kind = FunctionExercise`"):
        declared(without=["kind"])


def test_a_kind_takes_the_fields_that_it_documents():
    assert "at_least" in fields_of(TrainingExercise) - fields_of(FunctionExercise)
    assert "options" in fields_of(ChoiceExercise) - fields_of(ValueExercise)
    assert {"kind", "points", "requirements", "forbidden"} <= fields_of(FunctionExercise)


def test_a_mistake_needs_a_sentence():
    with pytest.raises(ValueError, match="sentence"):
        mistake(halve, "  ")


def test_an_input_made_by_no_driver_is_refused():
    def inputs(draw):
        yield recipe(halve, x=3)

    with pytest.raises(PlainError, match="module `drivers`"):
        declared(inputs=inputs)


def test_what_runs_the_answer_has_to_be_a_driver():
    with pytest.raises(PlainError, match="module `drivers`"):
        declared(driver=halve).task(1)


@pytest.fixture
def module(monkeypatch):
    """Return a function that makes a module of a text, as a lesson's package would have it."""

    def build(text: str, name: str = "my_topic.exercises.halve") -> ModuleType:
        made = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, made)
        exec(text, made.__dict__)
        return made

    return build


HALVE = '''"""Halve it."""
import math
from pathlib import Path
import torch
from helpers.checks.exercise import FunctionExercise, case, mistake
from torch import sqrt
kind = FunctionExercise
HALF = 0.5
_two = 2
points = 1
def _half(x): return x * HALF
def inputs(draw): yield torch.ones(_two)
def reference(x): return _half(x)
'''


def test_a_module_is_a_declaration_and_what_is_its_own_is_no_part_of_it(module):
    exercise = declaration(module(HALVE), "16_own")
    assert (exercise.name, exercise.ask, exercise.points) == ("halve", "Halve it.", 1)
    assert exercise.reference(torch.ones(1)) == 0.5
    assert len(exercise.cases(0)) == 1


@pytest.mark.parametrize(
    "line", ["forbiden = ('for',)", "gradient = True", "def referense(x): return x", "limit = 3"]
)
def test_a_name_in_small_letters_that_means_nothing_is_refused(module, line):
    with pytest.raises(DeclarationError, match=r"has no `(forbiden|gradient|referense|limit)`"):
        declaration(module(HALVE + line + "\n"), "16_own")


def test_a_reference_may_be_taken_from_elsewhere(module):
    text = HALVE.replace("def reference(x): return _half(x)", "reference = sqrt")
    assert declaration(module(text), "16_own").reference is torch.sqrt
