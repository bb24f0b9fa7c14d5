"""Lesson 07: what answers are told, beside what the proofs of its declarations show."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import data
from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.transfer_learning import check
from helpers.lessons.transfer_learning.exercises import photo_classifier as declared


def verdict(exercise, answer, seed=3):
    task = exercise.task(seed)
    return judge(exercise, task, probe(task.plan, answer))


def no_training(model, X, y, classes):
    model.requires_grad_(False)
    model[-1] = nn.Linear(model[-1].in_features, classes)
    return model.eval()


@pytest.mark.parametrize("seed", range(8))
def test_a_head_that_learns_is_told_from_one_that_does_not(seed):
    assert verdict(check.train_head.exercise, check.train_head.exercise.reference, seed).passed
    assert not verdict(check.train_head.exercise, no_training, seed).passed


def test_held_out_photographs_are_no_training_photographs():
    for one in check.photo_classifier.exercise.cases(5):
        pixels, labels, *held_out = one.inputs
        assert pixels.shape == held_out[0].shape == held_out[1].shape == (32, 3, 96, 96)
        assert labels.bincount().tolist() == [8] * 4
        assert one.held_out_target.bincount().tolist() == [16] * 4
        numbers = torch.cat([one.inputs.train, one.inputs.test])
        assert len(set(numbers.tolist())) == 96


def test_no_photograph_is_handed_over_as_it_is_in_the_file():
    pixels, _, *held_out = check.photo_classifier.exercise.cases(5)[0].inputs
    files = declared._small_photos().float().flatten(1)
    files = torch.cat([files, declared._small_photos().flip(-1).float().flatten(1)])
    for photographs in (pixels, *held_out):
        apart = torch.cdist(photographs.float().flatten(1), files) / files.shape[1] ** 0.5
        assert apart.min() > 10  # of 255, on average over the pixels


def test_classes_of_the_photographs_are_known_without_reading_them():
    labels = data.photographs().labels
    assert labels.tolist() == [k for k, n in enumerate(declared.IN_ALL) for _ in range(n)]
    before = declared._small_photos.cache_info()
    check.photo_classifier.exercise.cases(0)
    assert declared._small_photos.cache_info() == before


def test_rows_are_mixed_so_that_a_class_cannot_be_told_by_its_place():
    _, labels, *_ = check.photo_classifier.exercise.cases(5)[1].inputs
    assert len(set(labels[:8].tolist())) > 1


def test_a_network_that_always_says_one_class_earns_nothing():
    def one_class(pixels, labels):
        return lambda x: F.one_hot(torch.zeros(len(x), dtype=torch.int64), 4).float()

    assert verdict(check.photo_classifier.exercise, one_class).points == 0
