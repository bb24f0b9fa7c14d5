"""Lesson 04: what answers are told, beside what the proofs of its declarations show."""

import pytest
import torch
from torch.nn import functional as F

from helpers.lessons.loss import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


def picked(values, labels):
    return values[torch.arange(len(labels)), labels]


# Right answers in unusual forms.


# Wrong answers.


def report_with(**changes):
    def report(scores, labels, k):
        losses = F.cross_entropy(scores, labels, reduction="none")
        right = check.loss_report.exercise.reference(scores, labels, k)
        return right | {key.replace("_", " "): f(losses, labels, k) for key, f in changes.items()}

    return report


# Partial credit says what is right and what is missing.


def test_a_ready_made_loss_is_named_although_the_gradient_differs_too():
    def weighted(scores, labels, weights):
        return F.cross_entropy(scores, labels, weight=weights)

    given = verdict("weighted_cross_entropy", weighted)
    assert given.points == 0
    assert given.message.startswith("Your program uses `cross_entropy`")
    assert "gradient" not in given.message


def test_the_textbook_cross_entropy_earns_what_works_on_small_scores():
    def textbook(scores, labels):
        powers = scores.exp()
        return -picked(powers / powers.sum(dim=1, keepdim=True), labels).log().mean()

    given = verdict("cross_entropy", textbook)
    assert given.points == 2
    assert "exp(1000) is inf" in given.mistake


def test_the_textbook_binary_loss_earns_what_works_on_small_scores():
    def textbook(z, y):
        p = torch.sigmoid(z)
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    assert verdict("bce_with_logits", textbook).points == 2


def test_a_report_with_one_wrong_part_keeps_the_points_of_the_others():
    lowest = report_with(suspects=lambda losses, y, k: losses.argsort()[:k])
    given = verdict("loss_report", lowest)
    assert given.points == 2  # the mean and the classes
    assert "lowest" in given.mistake


def test_a_repair_that_stops_at_the_error_is_told_of_the_silent_bug():
    def runs_now(X, W, b, species):
        scores = X @ W.T + b
        probabilities = torch.softmax(scores, dim=1)
        return F.cross_entropy(probabilities, species.squeeze(1).long())

    given = verdict("species_loss", runs_now)
    assert given.points == 0.5
    assert "silent bug" in given.mistake


def test_the_colleagues_programs_left_as_they_are_count_as_not_attempted():
    def species_loss(X, W, b, species):
        scores = X @ W.T + b
        probabilities = torch.softmax(scores, dim=1)
        return F.cross_entropy(probabilities, species)

    assert verdict("species_loss", species_loss).state == "not attempted"


def test_the_worked_numbers_are_those_of_torch():
    reference = check.cross_entropy.exercise.reference
    for scores, loss in (([2.0, 5.0], 0.0486), ([1.5, 1.1], 0.9130)):
        by_hand = reference(torch.tensor([scores]), torch.tensor([1]))
        assert by_hand.item() == pytest.approx(loss, abs=5e-5)
