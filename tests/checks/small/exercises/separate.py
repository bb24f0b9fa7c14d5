"""Train a model that says on which side of a drawn line a point lies."""

import torch
from torch import nn

from helpers.checks.exercise import TrainingExercise, case
from helpers.lessons.training_loops import drivers

kind = TrainingExercise
points = 1
driver = drivers.class_predictions
at_least = 0.9
score_name = "accuracy on new points"


def inputs(draw):
    X, line = draw.normal(300, 2), draw.normal(2)
    y = (X @ line > 0).long()
    yield case(X[:200], y[:200], X[200:], held_out_target=y[200:])


def score(predictions, targets):
    return (predictions == targets).float().mean().item()


def reference(X, y):
    weights = torch.linalg.lstsq(X, 2.0 * y[:, None] - 1).solution.T
    layer = nn.Linear(2, 2, bias=False)
    layer.weight = nn.Parameter(torch.cat([-weights, weights]))
    return layer
