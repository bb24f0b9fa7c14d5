"""Double every entry."""

import torch

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
requirements = {"right for a vector": 1, "right for a table": 1, "without a loop": 1}
forbidden = forbid("for", "while", why="Multiply.", requirement="without a loop")


def inputs(draw):
    yield torch.tensor([1.5, -2.0])
    yield case(draw.normal(3, 4), requirement="right for a table")


def reference(x):
    return x * 2


mistakes = [mistake(lambda x: x * x, "That is the square.")]
