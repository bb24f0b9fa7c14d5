"""A lesson of three small exercises for the tests of marking; copied into a temporary course."""

# ruff: noqa: RUF012 - the lists of a declaration are read, never changed
import torch

from helpers.checks.exercise import FunctionExercise, ValueExercise, case, exercise, forbid, mistake

LESSON = "90_trial"


@exercise(LESSON, points=3)
class double(FunctionExercise):
    """Double every entry."""

    requirements = {"right for a vector": 1, "right for a table": 1, "without a loop": 1}
    forbidden = forbid("for", "while", why="Multiply.", requirement="without a loop")

    def inputs(draw):
        yield torch.tensor([1.5, -2.0])
        yield case(draw.normal(3, 4), requirement="right for a table")

    def reference(x):
        return x * 2

    mistakes = [mistake(lambda x: x * x, "That is the square.")]


@exercise(LESSON, points=2)
class shapes(ValueExercise):
    """Predict two shapes."""

    requirements = {"the sum": 1, "the product": 1}
    parts = {"sum": "the sum", "product": "the product"}
    reference = {"sum": (2, 3), "product": (2, 2)}


@exercise(LESSON, points=1)
class relu(FunctionExercise):
    """Set negative entries to zero, without the function that torch has for it."""

    forbidden = forbid("relu", "clamp", why="Compare.")

    def inputs(draw):
        yield torch.tensor([0.5, -2.0])
        yield draw.normal(5)

    def reference(x):
        return torch.where(x > 0, x, torch.zeros_like(x))
