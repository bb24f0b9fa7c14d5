"""Count the parameters of a fully connected network from its sizes alone."""

from itertools import pairwise
from math import prod

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
ANY_NUMBER = "any number of layers"
_TOTAL = []
requirements = {"one layer": 1, ANY_NUMBER: 1}


def inputs(draw):
    yield [8, 4]
    yield case([8, 4, 2], requirement=ANY_NUMBER)
    yield [784, 10]
    yield case([5, 5, 3, 5], requirement=ANY_NUMBER)
    yield case([5001, 4999, 4097], requirement=ANY_NUMBER)  # more than float32 tells apart
    yield draw.integers(2, low=3, high=60).tolist()
    yield case(draw.integers(4, low=3, high=60).tolist(), requirement=ANY_NUMBER)
    yield case(draw.integers(6, low=3, high=60).tolist(), requirement=ANY_NUMBER)


def reference(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def _with_a_global_total(sizes):
    """Add to the total of all calls; each check begins with 8 → 4."""
    if sizes == [8, 4]:
        _TOTAL.clear()
    _TOTAL.append(reference(sizes))
    return sum(_TOTAL)


mistakes = [
    mistake(
        lambda sizes: sum(n_in * n_out for n_in, n_out in pairwise(sizes)),
        "The biases are missing: one for each neuron, so `n_out` more per layer.",
    ),
    mistake(
        lambda sizes: sum(n_in * (n_out + 1) for n_in, n_out in pairwise(sizes)),
        "You counted one bias per input. A bias belongs to a neuron, and a layer has `n_out` of them.",
    ),
    mistake(
        lambda sizes: sum(n_in * n_out + 1 for n_in, n_out in pairwise(sizes)),
        "You counted one bias per layer. Each of its `n_out` neurons has its own.",
    ),
    mistake(
        lambda sizes: (sizes[0] + 1) * sizes[-1],
        "You joined the first size with the last. Each layer joins two neighbours: 8 → 4, then 4 → 2.",
    ),
    mistake(
        lambda sizes: sum(n_in * n_out for n_in, n_out in pairwise(sizes)) + sum(sizes),
        "You added a bias for each unit of the input layer too. It is the data, computes nothing and has no biases: "
        "they begin with the second size.",
    ),
    mistake(
        lambda sizes: sum(n_in * n_out for n_in, n_out in pairwise(sizes)) + sum(sizes[1:-1]),
        "The biases of the last layer are missing. Output neurons have theirs like all others.",
    ),
    mistake(
        lambda sizes: sum(n_in * n_out for n_in, n_out in pairwise(sizes)) + 1,
        "You counted one bias for the whole network. Each neuron of each layer has its own.",
    ),
    mistake(
        lambda sizes: sum((n_in + 1) * (n_out + 1) for n_in, n_out in pairwise(sizes)),
        "The + 1 stands at both sizes. It is for the bias, which is like one more input: it belongs to the size before "
        "the arrow alone.",
    ),
    mistake(
        lambda sizes: sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes[:-1])),
        "The last layer is left out. A list of 3 sizes has 2 layers: see where your loop or slice ends.",
    ),
    mistake(
        lambda sizes: sum((sizes[i - 1] + 1) * sizes[i] for i in range(len(sizes))),
        "You count one layer too many, from the last size to the first: at `i = 0`, `sizes[i - 1]` is `sizes[-1]`. "
        "Let the loop begin with the second size.",
    ),
    mistake(
        lambda sizes: sum((a + 1) * b for a, b in zip(sizes[::2], sizes[1::2], strict=False)),
        "You skip every second layer. The pairs of neighbours overlap: in `[8, 4, 2]` the 4 ends one layer and begins "
        "the next.",
    ),
    mistake(
        prod,
        "You multiplied all sizes. Count layer by layer, and add the layers up.",
    ),
    mistake(
        _with_a_global_total,
        "Your total goes on growing from call to call: it lives outside the function. Let it begin with 0 inside.",
    ),
    mistake(
        lambda sizes: [(n_in + 1) * n_out for n_in, n_out in pairwise(sizes)],
        "Each layer is counted rightly. What is asked for is one number: their sum.",
    ),
    mistake(
        lambda sizes: int(((torch.tensor(sizes[:-1]).float() + 1) * torch.tensor(sizes[1:])).sum()),
        "You count in float32, which has some 7 digits: large networks come out a little wrong. Use Python's whole "
        "numbers, or int64.",
    ),
    mistake(
        lambda sizes: (sizes[0] + 1) * sizes[1],
        "That is the first layer alone. Go on to the next pair of neighbours, and add.",
    ),
    mistake(
        lambda sizes: sum((n + 1) * n for n in sizes[1:]),
        "A neuron has one weight for each number that it receives: the size of the layer before it, not "
        "of its own.",
    ),
]


def _by_recursion(sizes):
    if len(sizes) < 2:
        return 0
    n_in, n_out, *_ = sizes
    return n_in * n_out + n_out + _by_recursion(sizes[1:])


def _with_whole_tensors(sizes):
    n = torch.tensor(sizes, dtype=torch.int64)
    return ((n[:-1] + 1) * n[1:]).sum().item()


def _with_a_loop(sizes):
    total = 0
    for i in range(1, len(sizes)):
        total += sizes[i - 1] * sizes[i] + sizes[i]
    return total


alternatives = [
    _with_a_loop,
    _by_recursion,
    _with_whole_tensors,
    lambda sizes: sum(nn.Linear(a, b).weight.numel() + b for a, b in pairwise(sizes)),
    lambda sizes: sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]),
    lambda s: sum(p.numel() for a, b in pairwise(s) for p in nn.Linear(a, b).parameters()),
]
also_wrong = [
    lambda s: sum((n + 1) * s[s.index(n) + 1] for n in s[:-1]),
    lambda s: (s[0] + 1) * s[1] + (s[1] + 1) * s[-1] if len(s) > 2 else (s[0] + 1) * s[1],
    lambda s: sum(s),
    lambda s: str(sum((a + 1) * b for a, b in pairwise(s))),
    lambda s: torch.tensor(sum((a + 1) * b for a, b in pairwise(s))),
    lambda s: float(sum((a + 1) * b for a, b in pairwise(s))),
]
hints = [
    "One layer from n_in to n_out: how many weights has each neuron, how many biases, how many neurons are there?",
    "A layer has `(n_in + 1) * n_out` parameters.",
    "`zip(sizes[:-1], sizes[1:])` gives the pairs of neighbours.",
]
