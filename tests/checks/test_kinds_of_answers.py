"""Answers that are no function: predictions, numbers, choices, modules and models."""

import pytest
import torch
from torch import nn

from tests.checks.learners import Empty, NoBias, Twin, right
from tests.checks.small import check


@pytest.mark.parametrize(
    ("answer", "points", "words"),
    [
        ({"sum": (2, 3), "product": (2, 2)}, 2, ""),
        ({"sum": [2, 3], "product": torch.Size([2, 2])}, 2, ""),
        ({"sum": (2, 3), "product": None}, 1, "product: no answer yet."),
        ({"sum": None, "product": ...}, 0, "fill in"),
        ({"sum": (2, 3), "product": (3, 3)}, 1, "not right yet"),
        ({"sum": (9, 9), "product": (3, 3)}, 0, "not right yet"),
        ({"sum": (2, 3)}, 1, "product: no answer yet."),
        ((2, 3), 0, "a dict is expected"),
    ],
    ids=str,
)
def test_a_prediction_earns_points_for_each_part_and_never_shows_the_right_one(
    answer, points, words
):
    outcome = check.shapes(answer)
    assert outcome.points == points
    assert words in outcome.message
    assert not outcome.expected
    assert "(2, 2)" not in outcome.message


def test_a_mistake_in_one_part_is_recognised_beside_right_and_wrong_parts():
    says = "The inner sizes vanish, the outer ones stay."
    assert check.shapes({"sum": (2, 3), "product": (3, 3)}).mistake == says
    assert check.shapes({"sum": (7,), "product": (3, 3)}).mistake == says


@pytest.mark.parametrize("answer", [42, 42.0, torch.tensor(42), torch.tensor([42.0])], ids=str)
def test_a_number_may_come_in_any_form(answer):
    assert check.answer(answer).passed


@pytest.mark.parametrize("answer", [41, "42", None, [42], True], ids=str)
def test_another_value_does_not_pass(answer):
    assert check.answer(answer).points == 0


def test_a_choice_is_read_whatever_its_capitals_and_shows_its_options_when_blank():
    assert check.colour(" b ").passed
    assert check.colour("A").mistake == "That is the grass."
    assert "green" in str(check.colour(None))


def test_a_module_is_judged_by_parameters_and_output_whatever_its_names():
    assert check.Net(Twin).passed
    assert check.Net(NoBias).points == 0
    assert check.Net(Empty).state == "not attempted"
    assert "class itself" in check.Net(Twin(3, 2)).message
    assert "not a class" in check.Net(right).message
    assert "nn.Module" in check.Net(dict).message


def test_a_model_object_is_judged_on_a_copy():
    mine = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).train()
    before = [p.clone() for p in mine.parameters()]
    assert check.model(mine).passed
    assert mine.training
    assert all(torch.equal(p, b) for p, b in zip(mine.parameters(), before, strict=True))
    assert all(p.grad is None for p in mine.parameters())
    assert check.model(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))).points == 0
    assert "make an object" in check.model(Twin).message


def test_a_model_not_made_yet_is_not_attempted_and_one_that_keeps_a_tensor_is_told():
    assert check.model(None).state == "not attempted"
    keeping = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    keeping.last = keeping(torch.ones(1, 3))
    assert "cannot be copied" in check.model(keeping).message
