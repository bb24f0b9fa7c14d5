"""Mend the mean."""

import torch

from helpers.checks.exercise import RepairExercise

kind = RepairExercise
points = 1


def broken(x):
    """The mean of x."""
    return x.sum() / 2


def inputs(draw):
    yield torch.tensor([1.0, 2.0, 6.0])
    yield draw.normal(7)


def reference(x):
    return x.mean()
