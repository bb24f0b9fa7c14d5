"""Count the parameters of a fully connected network from its sizes alone."""

from itertools import pairwise

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
ANY_NUMBER = "any number of layers"
requirements = {"one layer": 1, ANY_NUMBER: 1}


def inputs(draw):
    yield [8, 4]
    yield case([8, 4, 2], requirement=ANY_NUMBER)
    yield [784, 10]
    yield case([5001, 4999, 4097], requirement=ANY_NUMBER)  # more than float32 tells apart
    yield draw.integers(2, low=3, high=60).tolist()
    yield case(draw.integers(4, low=3, high=60).tolist(), requirement=ANY_NUMBER)
    yield case(draw.integers(6, low=3, high=60).tolist(), requirement=ANY_NUMBER)


def reference(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


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
        lambda sizes: (sizes[0] + 1) * sizes[1],
        "That is the first layer alone. Go on to the next pair of neighbours, and add.",
    ),
    mistake(
        lambda sizes: sum((n + 1) * n for n in sizes[1:]),
        "A neuron has one weight for each number that it receives: the size of the layer before it, not "
        "of its own.",
    ),
]


def _with_a_loop(sizes):
    total = 0
    for i in range(1, len(sizes)):
        total += sizes[i - 1] * sizes[i] + sizes[i]
    return total


alternatives = [
    _with_a_loop,
    lambda sizes: sum(nn.Linear(a, b).weight.numel() + b for a, b in pairwise(sizes)),
    lambda sizes: sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]),
    lambda s: sum(p.numel() for a, b in pairwise(s) for p in nn.Linear(a, b).parameters()),
]
also_wrong = [
    lambda s: int(((torch.tensor(s[:-1]).float() + 1) * torch.tensor(s[1:])).sum()),
    lambda s: sum(a * b for a, b in pairwise(s)) + sum(s),
    lambda s: (s[0] + 1) * s[1] + (s[1] + 1) * s[-1] if len(s) > 2 else (s[0] + 1) * s[1],
    lambda s: sum(s),
    lambda s: str(sum((a + 1) * b for a, b in pairwise(s))),
    lambda s: [(a + 1) * b for a, b in pairwise(s)],
    lambda s: torch.tensor(sum((a + 1) * b for a, b in pairwise(s))),
    lambda s: float(sum((a + 1) * b for a, b in pairwise(s))),
]
hints = [
    "One layer from n_in to n_out: how many weights has each neuron, how many biases, how many neurons are there?",
    "A layer has `(n_in + 1) * n_out` parameters.",
    "`zip(sizes[:-1], sizes[1:])` gives the pairs of neighbours.",
]
