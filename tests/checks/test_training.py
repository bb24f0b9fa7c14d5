"""Training runs: the judge scores predictions with a truth that stays on its side."""

import json

import pytest
import torch
from torch import nn

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from tests.checks.small import check

separate = check.separate.exercise


def _linear(weights):
    layer = nn.Linear(2, 2, bias=False)
    layer.weight = nn.Parameter(weights)
    return layer


def verdict(answer, seed=1, record_seed=None):
    task = separate.task(seed)
    return judge(separate, task, probe(separate.task(record_seed or seed).plan, answer))


def test_a_trained_model_passes_on_every_draw():
    assert all(verdict(separate.reference, seed).passed for seed in range(5))


def test_a_model_learned_by_heart_for_one_draw_fails_on_others():
    X, y, _ = separate.cases(1)[0].inputs
    kept = separate.reference(X, y)
    assert verdict(lambda X, y: kept, seed=1).passed
    assert not all(verdict(lambda X, y: kept, seed=seed).passed for seed in range(2, 8))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda X, y: _linear(torch.zeros(2, 2)), "accuracy on new points is 0."),
        (lambda X, y: 1.0, "returned a float; the trained nn.Module is wanted"),
        (lambda X, y: nn.Linear(2, 2)(X), "returned a Tensor"),
        (lambda X, y: nn.Flatten(0), "one row of class scores"),
        (lambda X, y: nn.Linear(3, 2), "RuntimeError"),
    ],
)
def test_what_is_no_trained_model_earns_nothing_and_is_told_why(answer, words):
    found = verdict(answer)
    assert found.points == 0
    assert words in found.message


def test_the_words_tell_the_score_and_what_is_wanted_but_not_the_truth():
    found = verdict(lambda X, y: _linear(torch.zeros(2, 2)))
    assert "0.9 is wanted" in found.message
    assert found.expected == ""


def test_a_marker_is_told_the_score_and_nothing_of_the_inputs():
    task = separate.task(1)
    record = probe(task.plan, lambda X, y: _linear(torch.zeros(2, 2)))
    found = judge(separate, task, record, hidden=True)
    assert "0.9 is wanted" in found.message
    assert found.tried == found.got == found.expected == ""


def test_the_truth_is_not_in_what_the_learners_process_gets():
    task = separate.task(1)
    _, _, held_out = separate.cases(1)[0].inputs
    sent = json.loads(json.dumps(task.plan))
    assert len(held_out) == 100
    assert len(sent["cases"][0]["inputs"]) == 3
    assert "held_out" not in json.dumps(task.plan)
    assert not hasattr(sent, "truths")


def test_a_record_from_that_process_is_judged_with_the_plan_that_stayed():
    task = separate.task(1)
    record = json.loads(json.dumps(probe(json.loads(json.dumps(task.plan)), separate.reference)))
    assert judge(separate, task, record).passed


@pytest.mark.parametrize(
    "forged", [1.0, [1] * 100, None, {"kind": "opaque", "type": "x", "text": ""}]
)
def test_a_forged_value_in_place_of_predictions_earns_nothing(forged):
    task = separate.task(1)
    record = probe(task.plan, separate.reference)
    record["runs"][0]["value"] = forged
    assert judge(separate, task, record).points == 0


def test_predictions_for_another_draw_earn_nothing():
    assert verdict(separate.reference, seed=1, record_seed=2).points == 0
