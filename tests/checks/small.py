"""Small exercises that the tests of the engine use; they belong to no lesson of the course."""

import torch
from torch import nn

from helpers.checks.exercise import (
    ChoiceExercise,
    FunctionExercise,
    ModelExercise,
    ModuleExercise,
    RepairExercise,
    ValueExercise,
    case,
    exercise,
    forbid,
    mistake,
)

LESSON = "00_small"


@exercise(LESSON, points=3)
class scale(FunctionExercise):
    """Divide each column of a table by its largest entry."""

    requirements = {"right for a small table": 1, "right for any table": 1, "without a loop": 1}
    forbidden = (forbid("for", "while", why="Use `dim=0`.", requirement="without a loop"),)

    def inputs(draw):
        yield torch.tensor([[1.0, 10.0], [2.0, 40.0], [5.0, 20.0]])
        yield case(draw.uniform(6, 3, low=1, high=9), requirement="right for any table")

    def reference(x):
        return x / x.amax(dim=0)

    mistakes = [
        mistake(lambda x: x / x.max(), "That is the largest entry of the whole table."),
        mistake(
            lambda x: x / x.amax(dim=1, keepdim=True), "That is the largest entry of each row."
        ),
    ]
    hints = ["Which `dim` is the column?", "`x.amax(dim=0)`"]


@exercise(LESSON, points=1)
class square(FunctionExercise):
    """Square every entry, so that gradients flow."""

    gradients = True
    forbidden = forbid("pow", "square", "**", why="Multiply.")

    def inputs(draw):
        yield torch.tensor([0.5, -2.0])
        yield draw.normal(2, 3)

    def reference(x):
        return x * x


@exercise(LESSON, points=2)
class shapes(ValueExercise):
    """Predict two shapes."""

    requirements = {"the sum": 1, "the product": 1}
    parts = {"sum": "the sum", "product": "the product"}
    reference = {"sum": (2, 3), "product": (2, 2)}
    mistakes = [mistake({"product": (3, 3)}, "The inner sizes vanish, the outer ones stay.")]


@exercise(LESSON, points=1)
class answer(ValueExercise):
    """Say what six times seven is."""

    reference = 42


@exercise(LESSON, points=1)
class colour(ChoiceExercise):
    """Choose the colour of the sky."""

    options = {"A": "green", "B": "blue"}
    reference = "B"
    mistakes = [mistake("A", "That is the grass.")]


@exercise(LESSON, points=2)
class Net(ModuleExercise):
    """Write a network with one layer."""

    requirements = {"parameters": 1, "output": 1}
    parts = {"parameters": "parameters", "output": "output"}

    def inputs(draw):
        yield (3, 2), draw.normal(4, 3)

    class reference(nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()
            self.layer = nn.Linear(n_in, n_out)

        def forward(self, x):
            return self.layer(x)


@exercise(LESSON, points=1)
class model(ModelExercise):
    """Build a model of two layers."""

    parts = {"output": "gives the right answer", "parameters": "gives the right answer"}
    reference = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def inputs(draw):
        yield draw.normal(5, 3)


@exercise(LESSON, points=1)
class mean(RepairExercise):
    """Mend the mean."""

    def broken(x):
        """The mean of x."""
        return x.sum() / 2

    def inputs(draw):
        yield torch.tensor([1.0, 2.0, 6.0])
        yield draw.normal(7)

    def reference(x):
        return x.mean()
