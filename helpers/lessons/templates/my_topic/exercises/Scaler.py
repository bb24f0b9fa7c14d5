"""Write a module that scales each of its inputs by a weight of its own and adds a bias."""

import torch
from torch import nn

from helpers.checks.exercise import ModuleExercise, mistake


class _Scaler(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n))
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        return x * self.weight + self.bias


class _PlainTensors(_Scaler):
    def __init__(self, n):
        nn.Module.__init__(self)
        self.weight, self.bias = torch.ones(n), torch.zeros(n)


class _OneForAll(_Scaler):
    def __init__(self, n):
        nn.Module.__init__(self)
        self.weight = nn.Parameter(torch.ones(1))
        self.bias = nn.Parameter(torch.zeros(1))


class _NoBias(_Scaler):
    def forward(self, x):
        return x * self.weight


class _Linear(nn.Linear):
    def __init__(self, n):
        super().__init__(n, n)


class _InAList(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.both = nn.ParameterList([torch.ones(n), torch.zeros(n)])

    def forward(self, x):
        return torch.addcmul(self.both[1], x, self.both[0])


class _OtherNames(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.factor = nn.Parameter(torch.rand(n))
        self.shift = nn.Parameter(torch.rand(n))

    def forward(self, x):
        return self.shift + self.factor * x


# A class that is an nn.Module. A case holds the constructor's arguments and a batch. `parts` says which of the things
# that the driver sees are compared: here the parameters' shapes, the output with fixed parameters, and the gradients.
kind = ModuleExercise
KNOWN, OUTPUT = "both parameters are known to the module", "the output is right"
LEARNS = "gradients reach every parameter"
requirements = {KNOWN: 1, OUTPUT: 1, LEARNS: 1}
parts = {"parameters": KNOWN, "output": OUTPUT, LEARNS: LEARNS}
reference = _Scaler


def inputs(draw):
    yield (2,), torch.tensor([[1.0, -2.0], [3.0, 0.5]])
    n = draw.integer(3, 7)
    yield (n,), draw.normal(4, n)


mistakes = [
    mistake(
        _PlainTensors,
        "Plain tensors are not found by `.parameters()`: wrap each in `nn.Parameter`.",
    ),
    mistake(
        _OneForAll,
        "One weight scales all inputs alike. Each of the n inputs wants its own.",
    ),
    mistake(
        _NoBias,
        "The bias is there, but `forward` does not add it, so it never learns.",
    ),
    mistake(
        _Linear,
        "A linear layer mixes all inputs into each output. Here every input stays by itself.",
    ),
]
alternatives = [_InAList, _OtherNames]
hints = [
    "`__init__` makes two parameters of shape (n,), `forward` uses them.",
    "`self.weight = nn.Parameter(torch.ones(n))`; `x * self.weight` works entry by entry.",
]
