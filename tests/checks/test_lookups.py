"""Held-out rows are in no file of the course: who looks them up does not pass, who learns does."""

import pytest
import torch

from helpers import data
from helpers.checks.exercise import TrainingExercise
from helpers.lessons import lesson
from tests.checks import lookups
from tests.checks.forgers import points, run

LOOPS = lesson("06_training_loops")
SEEDS = (31, 32)


def earned(exercise: TrainingExercise, answer, seed: int) -> float:
    task = exercise.task(seed)
    return points(exercise, task, run(exercise, task, answer))


@pytest.mark.parametrize("way", lookups.WAYS)
def test_a_classifier_that_looks_rows_up_does_not_pass(way):
    for seed in SEEDS:
        exercise = LOOPS.train_classifier.exercise
        assert earned(exercise, lookups.classifier(lookups.WAYS[way]), seed) < exercise.points


@pytest.mark.parametrize("way", lookups.WAYS)
def test_a_regressor_that_looks_rows_up_earns_nothing(way):
    for seed in SEEDS:
        answer = lookups.regressor(lookups.WAYS[way])
        assert earned(LOOPS.train_regressor.exercise, answer, seed) == 0


def test_photographs_are_not_found_by_their_pixels():
    exercise = lesson("07_transfer_learning").photo_classifier.exercise
    for name, answer in lookups.photographs():
        assert earned(exercise, answer, SEEDS[0]) < exercise.points, name


def test_no_row_of_a_task_is_a_row_of_a_file():
    """Not even with other units: rows that a look-up would take for the same are far away."""
    exercise = LOOPS.train_classifier.exercise
    for one, table in zip(exercise.cases(5), (data.penguins().features, None), strict=True):
        X = torch.cat([one.inputs[0], one.inputs[2]])
        table = lookups.tables()[-1][0] if table is None else table
        for way in (lookups.standardised, lookups.rows_alone):
            apart = torch.cdist(way(X), way(table)).amin(dim=1)
            assert apart.min() > 1e-3


def test_penguins_to_be_weighed_are_not_found_by_their_mass():
    masses = set((data.penguins().features[:, 3] / 25).tolist())
    exercise = lesson("05_backprop").weigh_penguins.exercise
    for one in exercise.cases(3):
        Y = one.inputs[1][:, 0]
        table = data.penguins().features[:, 3]
        grams = Y * table.std() + table.mean()
        whole = [abs(g / 25 - round(g / 25)) < 1e-3 for g in grams.tolist()]
        assert sum(whole) < 10 < len(masses)
