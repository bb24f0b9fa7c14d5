"""Divide each column of a table by its largest entry."""

import torch

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
requirements = {"right for a small table": 1, "right for any table": 1, "without a loop": 1}
forbidden = forbid("for", "while", why="Use `dim=0`.", requirement="without a loop")


def inputs(draw):
    yield torch.tensor([[1.0, 10.0], [2.0, 40.0], [5.0, 20.0]])
    yield case(draw.uniform(6, 3, low=1, high=9), requirement="right for any table")


def reference(x):
    return x / x.amax(dim=0)


mistakes = [
    mistake(lambda x: x / x.max(), "That is the largest entry of the whole table."),
    mistake(lambda x: x / x.amax(dim=1, keepdim=True), "That is the largest entry of each row."),
]
hints = ["Which `dim` is the column?", "`x.amax(dim=0)`"]
