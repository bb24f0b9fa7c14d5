"""Square every entry, so that gradients flow."""

import torch

from helpers.checks.exercise import FunctionExercise, forbid

kind = FunctionExercise
points = 1
gradients = ("x",)
forbidden = forbid("pow", "square", "**", why="Multiply.")


def inputs(draw):
    yield torch.tensor([0.5, -2.0])
    yield draw.normal(2, 3)


def reference(x):
    return x * x
