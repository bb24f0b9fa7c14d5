"""Build a model of two layers."""

from torch import nn

from helpers.checks.exercise import ModelExercise

kind = ModelExercise
RIGHT = "the right layers"
requirements = {RIGHT: 1}
parts = {"output": RIGHT, "parameters": RIGHT}
reference = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def inputs(draw):
    yield draw.normal(5, 3)
