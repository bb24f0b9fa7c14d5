"""Write a network whose input takes two ways to the output, which are added."""

import torch
from torch import nn

from helpers.checks.exercise import ModuleExercise, mistake
from helpers.lessons.linear_layers.exercises import _conclusions as conclusions


class _Shortcut(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class _InAList(_Shortcut):
    def __init__(self, n_in, n_hidden, n_out):
        nn.Module.__init__(self)
        self.layers = [
            nn.Linear(n_in, n_hidden),
            nn.Linear(n_hidden, n_out),
            nn.Linear(n_in, n_out, bias=False),
        ]

    def forward(self, x):
        hidden, output, direct = self.layers
        return output(hidden(x)) + direct(x)


class _NoSuper(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = nn.Linear(n_in, n_hidden)


class _TwoBiases(_Shortcut):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out)


class _NotAdded(_Shortcut):
    def forward(self, x):
        return self.output(self.hidden(x))


class _OnlyDirect(_Shortcut):
    def forward(self, x):
        return self.direct(x)


class _NoReturn(_Shortcut):
    def forward(self, x):
        self.output(self.hidden(x)) + self.direct(x)


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


reference = _Shortcut


def conclude(seen, sizes, x):
    return conclusions.slopes_arrive(seen, _Shortcut(*sizes), x)


class _Base(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class _Subtracted(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)) - self.direct(x)


class _Averaged(_Base):
    def forward(self, x):
        return (self.output(self.hidden(x)) + self.direct(x)) / 2


class _Detached(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)).detach() + self.direct(x)


class _BothInAPair(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)), self.direct(x)


class _BentInBetween(_Base):
    def forward(self, x):
        return self.output(torch.relu(self.hidden(x))) + self.direct(x)


class _FixedSizes(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(3, 4, 2)


class _MadeInForward(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.sizes = n_in, n_hidden, n_out

    def forward(self, x):
        return _Base(*self.sizes)(x)


class _OtherNames(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.d, self.h, self.o = nn.Linear(a, c, False), nn.Linear(a, b), nn.Linear(b, c)

    def forward(self, X):
        result = self.d(X)
        return result.add(self.o(self.h(X)))


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
        _InAList,
        "The model does not know its layers: those in a plain list, or made inside `forward`, are not found by "
        "`.parameters()` and would never be trained. Give each an attribute of its own in `__init__`.",
    ),
    mistake(
        _NoSuper,
        "`super().__init__()` must be the first line of `__init__`: it prepares the place where layers are kept.",
    ),
    mistake(
        _TwoBiases,
        "The direct way has a bias too. Two biases are added to the same output, so one of them can do no "
        "more than the other: `bias=False`.",
    ),
    mistake(
        _NotAdded,
        "The direct way is there, but your `forward` does not use it, so no gradient reaches it. Add its output.",
    ),
    mistake(
        _OnlyDirect,
        "Your `forward` takes the direct way alone. The way through the hidden layer is missing.",
    ),
    mistake(
        _NoReturn,
        "Your `forward` works out the answer and returns nothing: begin its last line with `return`.",
    ),
]
alternatives = [
    _AsOneSequential,
    _WithBareParameters,
    _OtherNames,
    _AsAModuleList,
]
also_wrong = [
    _Subtracted,
    _Averaged,
    _Detached,
    _BothInAPair,
    _BentInBetween,
    _FixedSizes,
    _MadeInForward,
]
hints = [
    "`__init__` makes three layers, `forward` uses them. Which sizes does each of the three have?",
    "hidden: n_in → n_hidden; output: n_hidden → n_out; direct: n_in → n_out, with `bias=False`.",
    "`return self.output(self.hidden(x)) + self.direct(x)`",
]
