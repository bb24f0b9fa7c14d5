"""Mend a forward pass of two layers that raises nothing and is wrong."""

import torch
from torch import nn

from helpers.checks.exercise import RepairExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import _forward, _layers

kind = RepairExercise
RIGHT_ALL = "right for all other sizes"
requirements = {"right where all sizes are equal": 1, RIGHT_ALL: 2}


def broken(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1.unsqueeze(1)
    Z2 = X @ W2.T + b2
    return Z1, Z2


def inputs(draw):
    yield (
        torch.tensor([[1.0, 2.0], [-1.0, 3.0]]),
        torch.tensor([[2.0, 5.0], [0.5, -1.0]]),
        torch.tensor([10.0, 20.0]),
        torch.tensor([[1.0, -2.0], [4.0, 0.5]]),
        torch.tensor([3.0, 7.0]),
    )
    (W1, b1), (W2, b2) = _layers(draw, 3, 3, 3)
    yield draw.normal(3, 3), W1, b1, W2, b2
    (W1, b1), (W2, b2) = _layers(draw, 5, 4, 2)
    yield case(draw.normal(6, 5), W1, b1, W2, b2, requirement=RIGHT_ALL)
    (W1, b1), (W2, b2) = _layers(draw, 4, 4, 4)
    yield case(draw.normal(7, 4), W1, b1, W2, b2, requirement=RIGHT_ALL)
    (W1, b1), (W2, b2) = _layers(draw, 3, 6, 1)
    yield case(draw.normal(1, 3), W1, b1, W2, b2, requirement=RIGHT_ALL)


def reference(X, W1, b1, W2, b2):
    Z1 = X @ W1.T + b1
    return Z1, Z1 @ W2.T + b2


def _centred_afterwards(X, W1, b1, W2, b2):
    Z1, Z2 = reference(X, W1, b1, W2, b2)
    return Z1 - Z1.mean(dim=0), Z2


mistakes = [
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1 + b1) @ W2.T + b2),
        "One fault is left: the first product lacks its transpose. Square matrices hide it.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (
            X @ W1.T + b1.unsqueeze(1),
            (X @ W1.T + b1.unsqueeze(1)) @ W2.T + b2,
        ),
        "One fault is left: the first bias runs down the samples instead of along the neurons.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, X @ W2.T + b2),
        "One fault is left: the second layer still receives X, so the first one does nothing for it.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (
            X @ W1 + b1.unsqueeze(1),
            (X @ W1 + b1.unsqueeze(1)) @ W2.T + b2,
        ),
        "The second layer is fed rightly now. Two faults are left in the line of the first.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1 + b1) @ W2 + b2),
        "Neither product has its transpose. W is kept as (out, in), so it is `X @ W.T`.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1) @ W2.T + b2,
        "The numbers of the second layer are right, but those of the first are asked for too: `return Z1, Z2`.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1.unsqueeze(1), X @ W2.T + b2),
        "The first product is mended. Two faults are left: how the first bias is added, and what the second layer "
        "receives.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1 + b1, X @ W2.T + b2),
        "The first bias is mended. Two faults are left: one in the first product, and one in what the second layer "
        "receives.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, (X @ W1.T + b1) @ W2 + b2),
        "The first line is right now. In the second a transpose is missing: W2 too is kept as (out, in).",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (
            X @ W1.T + b1.unsqueeze(1),
            (X @ W1.T + b1.unsqueeze(1)) @ W2.T + b2.unsqueeze(1),
        ),
        "Both biases run down the samples now. `b` holds one number per neuron, which is a column of the result: "
        "`unsqueeze(1)` turns it the wrong way.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (
            W1 @ X.T + b1.unsqueeze(1),
            W2 @ (W1 @ X.T + b1.unsqueeze(1)) + b2.unsqueeze(1),
        ),
        "Your samples stand in columns, as in theory's notation. Here each sample stays a row: (n, n[1]) and (n, "
        "n[2]).",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (
            X @ W1.reshape(X.shape[1], -1) + b1,
            (X @ W1.reshape(X.shape[1], -1) + b1) @ W2.T + b2,
        ),
        "`reshape` makes the shapes fit, but keeps the order of the entries. What is missing is a transpose, which "
        "makes rows into columns.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: ((X @ W1.T + b1) @ W2.T + b2, X @ W1.T + b1),
        "Both are right, but they are returned in the wrong order: first Z1, then Z2.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, torch.relu(X @ W1.T + b1) @ W2.T + b2),
        "There is a ReLU between the layers. In this lesson the second layer receives Z1 as it is.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, X @ W1.T @ W2.T + b2),
        "Your second layer receives the first product without its bias. It receives Z1, as you return it.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T, X @ W1.T @ W2.T + b2),
        "The first bias is lost. It belongs to Z1: one number per neuron, added to every row.",
    ),
    mistake(
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, (X @ W1.T + b1) @ W2.T),
        "The second bias is lost. It was right as it stood.",
    ),
    mistake(
        _centred_afterwards,
        "Z1 is changed once Z2 is made: each of its columns has the mean 0. Return it as the first layer gives it.",
    ),
]


def _with_torch(X, W1, b1, W2, b2):
    Z1 = nn.functional.linear(X, W1, b1)
    return Z1, nn.functional.linear(Z1, W2, b2)


def _in_columns(X, W1, b1, W2, b2):
    A1 = W1 @ X.T + b1[:, None]
    A2 = W2 @ A1 + b2[:, None]
    return A1.T, A2.T


alternatives = [
    _in_columns,
    _with_torch,
    lambda X, W1, b1, W2, b2: tuple(_forward(X, [(W1, b1), (W2, b2)])[1:]),
    lambda X, W1, b1, W2, b2: [X @ W1.T + b1, X @ (W2 @ W1).T + (W2 @ b1 + b2)],
    lambda X, W1, b1, W2, b2: (
        torch.einsum("ni,hi->nh", X, W1) + b1,
        torch.einsum("ni,hi,oh->no", X, W1, W2) + W2 @ b1 + b2,
    ),
]
also_wrong = [
    lambda X, W1, b1, W2, b2: ((X @ W1.T + b1).relu(), (X @ W1.T + b1).relu() @ W2.T + b2),
    lambda X, W1, b1, W2, b2: torch.stack([X @ W1.T + b1] * 2),
    lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1.T + b1) @ W2.T + b2),
]
hints = [
    "Three lines, three faults. Try sizes that all differ: n = 6, then 5 → 4 → 2.",
    "Follow `Z1`: where is it used?",
    "First line: `X @ W1.T + b1`. Second line: which input does the second layer have?",
]
