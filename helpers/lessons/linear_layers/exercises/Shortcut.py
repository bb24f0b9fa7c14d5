"""Write a network whose input takes two ways to the output, which are added."""

import torch
from torch import nn

from helpers.checks.exercise import ModuleExercise, mistake
from helpers.lessons.linear_layers.exercises import _conclusions as conclusions
from helpers.lessons.linear_layers.exercises import _more_Shortcut as more


class _AsOneSequential(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.long_way = nn.Sequential(nn.Linear(n_in, n_hidden), nn.Linear(n_hidden, n_out))
        self.short_way = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.short_way(x) + self.long_way(x)


class _WithBareParameters(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.layers = nn.ModuleDict(
            {"first": nn.Linear(n_in, n_hidden), "second": nn.Linear(n_hidden, n_out)}
        )
        self.direct = nn.Parameter(torch.rand(n_out, n_in))

    def forward(self, x):
        return self.layers["second"](self.layers["first"](x)) + x @ self.direct.T


kind = ModuleExercise
PARAMETERS_ALL = "the parameters of all three layers are known to the model"
BOTH_WAYS = "both ways are added"
GRADIENTS_REACH = "gradients reach every parameter"
requirements = {
    PARAMETERS_ALL: 1,
    BOTH_WAYS: 1,
    GRADIENTS_REACH: 1,
}
parts = {
    "parameters": PARAMETERS_ALL,
    "output": BOTH_WAYS,
    GRADIENTS_REACH: GRADIENTS_REACH,
}


def inputs(draw):
    yield (3, 4, 2), torch.tensor([[1.0, -2.0, 0.5], [3.0, 1.0, 2.0]])
    # No two sizes are equal, so that it does not matter in which order the layers are made.
    sizes = draw.integer(4, 8), draw.integer(9, 20), draw.integer(1, 4)
    yield sizes, draw.normal(5, sizes[0])
    sizes = draw.integer(4, 7), draw.integer(2, 4), draw.integer(7, 10)
    yield sizes, draw.normal(1, sizes[0])


reference = more._Base


def conclude(seen, sizes, x):
    return conclusions.slopes_arrive(seen, more._Base(*sizes), x)


class _OtherNames(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.d, self.h, self.o = nn.Linear(a, c, False), nn.Linear(a, b), nn.Linear(b, c)

    def forward(self, X):
        result = self.d(X)
        return result.add(self.o(self.h(X)))


class _AddedInPlace(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.skip = nn.Linear(n_in, n_out, bias=False)
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        result = self.skip(x)
        result += self.fc2(self.fc1(x))
        return result


class _AsAModuleList(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(n_in, n_hidden),
                nn.Linear(n_hidden, n_out),
                nn.Linear(n_in, n_out, bias=False),
            ]
        )

    def forward(self, x):
        first, second, direct = self.layers
        return sum([second(first(x)), direct(x)])


mistakes = [
    mistake(
        more._InAList,
        "The model does not know its layers: those in a plain list, or made inside `forward`, are not found by "
        "`.parameters()` and would never be trained. Give each an attribute of its own in `__init__`.",
    ),
    mistake(
        more._NoSuper,
        "`super().__init__()` must be the first line of `__init__`: it prepares the place where layers are kept.",
    ),
    mistake(
        more._TwoBiases,
        "The direct way has a bias too. Two biases are added to the same output, so one of them can do no "
        "more than the other: `bias=False`.",
    ),
    mistake(
        more._NotAdded,
        "The direct way is there, but your `forward` does not use it, so no gradient reaches it. Add its output.",
    ),
    mistake(
        more._OnlyDirect,
        "Your `forward` takes the direct way alone. The way through the hidden layer is missing.",
    ),
    mistake(
        more._NoReturn,
        "Your `forward` works out the answer and returns nothing: begin its last line with `return`.",
    ),
    mistake(
        more._AddsTheInput,
        "What you add has different widths, so torch cannot add it. Both ways are to end with n_out numbers: `x` "
        "itself has n_in, and goes through the direct layer first.",
    ),
    mistake(
        more._OneAfterAnother,
        "One of your layers receives rows of another length than it was made for. Two ways begin at the input `x`: the "
        "hidden layer and the direct one both take `x` itself, and only the output layer takes what another one gave.",
    ),
    mistake(
        more._BentInBetween,
        "There is a ReLU on your long way. Nothing stands between the layers here: the output layer takes the hidden "
        "sums as they are.",
    ),
    mistake(
        more._SideBySide,
        "You put the two results side by side, so that they are 2 · n_out numbers. Add them.",
    ),
    mistake(
        more._BothInAPair,
        "You return the two results as a pair. Their sum is asked for, one tensor.",
    ),
    mistake(
        more._Subtracted,
        "You subtract the direct way. The two results are added.",
    ),
    mistake(
        more._Averaged,
        "You take half of the sum. The two results are added, nothing more.",
    ),
    mistake(
        more._Multiplied,
        "You multiply the two results. They are added.",
    ),
    mistake(
        more._FourLayers,
        "You have a fourth layer, which works on the sum. There are three, and the sum itself is the answer.",
    ),
    mistake(
        more._BiasLost,
        "Your output layer has lost its bias. Only the direct one is made with `bias=False`.",
    ),
    mistake(
        more._BiasesLost,
        "None of your layers has a bias. Only the direct one is made with `bias=False`.",
    ),
    mistake(
        more._HiddenAsWideAsOutput,
        "Your hidden layer has n_out neurons. It is to have n_hidden, which is also what the output layer receives.",
    ),
    mistake(
        more._FixedSizes,
        "The sizes of the example, 3, 4 and 2, stand fixed in your layers. Take the arguments: `n_in`, `n_hidden`, "
        "`n_out`.",
    ),
    mistake(
        more._DirectMadeInForward,
        "Your direct layer is made in `forward`: at each call it is a new one, with other weights, and the model does "
        "not know it. Make it in `__init__`, as an attribute.",
    ),
    mistake(
        more._Detached,
        "Your numbers are right, but not every layer gets its gradient, and would never learn: `.detach()`, `.data` "
        "or `torch.no_grad()` in `forward` cuts the way back. Leave it out.",
    ),
]
alternatives = [
    _AsOneSequential,
    _WithBareParameters,
    _OtherNames,
    _AddedInPlace,
    _AsAModuleList,
]
also_wrong = [
    more._WithoutGradients,
    more._MadeInForward,
]
hints = [
    "`__init__` makes three layers, `forward` uses them. Which sizes does each of the three have?",
    "hidden: n_in → n_hidden; output: n_hidden → n_out; direct: n_in → n_out, with `bias=False`.",
    "`return self.output(self.hidden(x)) + self.direct(x)`",
]
