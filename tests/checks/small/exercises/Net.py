"""Write a network with one layer."""

from torch import nn

from helpers.checks.exercise import ModuleExercise

kind = ModuleExercise
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
