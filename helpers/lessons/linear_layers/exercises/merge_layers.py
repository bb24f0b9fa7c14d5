"""Find the one linear layer (W, b) that does what two in a row do."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import SQUARE, _layers

kind = FunctionExercise
requirements = {"right for any sizes": 1, SQUARE: 1}


def inputs(draw):
    yield (
        torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]),
        torch.tensor([1.0, 2.0, 3.0]),
        torch.tensor([[2.0, -1.0, 0.5], [1.0, 4.0, -2.0]]),
        torch.tensor([10.0, 20.0]),
    )
    (W1, b1), (W2, b2) = _layers(draw, 5, 4, 3)
    yield W1, b1, W2, b2
    (W1, b1), (W2, b2) = _layers(draw, 2, 6, 1)
    yield W1, b1, W2, b2
    (W1, b1), (W2, b2) = _layers(draw, 3, 3, 3)
    yield case(W1, b1, W2, b2, requirement=SQUARE)


def reference(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1 + b2


mistakes = [
    mistake(
        lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
        "The order is wrong: W2 (W1 x) applies W1 first, and W1 stands to the right: `W2 @ W1`.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
        "W2 (W1 x) applies W1 first, so W1 stands to the right; and the first bias passes through the second "
        "layer as well. Multiply out W2 (W1 x + b1) + b2.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, b1 + b2),
        "The first bias passes through the second layer as well: it arrives as `W2 @ b1`.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1),
        "The second layer's own bias is missing.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, b2),
        "The first bias is lost. Multiply out W2 (W1 x + b1) + b2.",
    ),
    mistake(
        lambda W1, b1, W2, b2: ((W2 @ W1).T, W2 @ b1 + b2),
        "The numbers are right, but W is turned round: it must be (out, in).",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ (b1 + W1.sum(dim=1)) + b2),
        "Your bias is the answer to an input of ones. The bias is the answer to an input of zeros.",
    ),
]


def _by_trying(W1, b1, W2, b2):
    def both(X):
        return (X @ W1.T + b1) @ W2.T + b2

    b = both(torch.zeros(1, W1.shape[1]))[0]
    return (both(torch.eye(W1.shape[1])) - b).T, b


alternatives = [
    _by_trying,
    lambda W1, b1, W2, b2: ((W1.T @ W2.T).T, b1 @ W2.T + b2),
    lambda W1, b1, W2, b2: (torch.einsum("oh,hi->oi", W2, W1), (W2 * b1).sum(1) + b2),
    lambda W1, b1, W2, b2: [W2.mm(W1), W2.mv(b1).add(b2)],
    lambda W1, b1, W2, b2: tuple(
        t.squeeze(-1) if i else t
        for i, t in enumerate(
            (
                W2 @ torch.cat([W1, b1[:, None]], 1)
                + torch.cat([torch.zeros(len(W2), W1.shape[1]), b2[:, None]], 1)
            ).split([W1.shape[1], 1], 1)
        )
    ),
]
also_wrong = [
    lambda W1, b1, W2, b2: (W2 + W1, b1 + b2) if W1.shape == W2.shape else (W2 @ W1, b2),
    lambda W1, b1, W2, b2: W2 @ W1,
    lambda W1, b1, W2, b2: (W2 @ b1 + b2, W2 @ W1),
    lambda W1, b1, W2, b2: (W2 @ W1, (W2 @ b1 + b2)[None]),
    lambda W1, b1, W2, b2: (W1.T @ W2.T, W2 @ b1 + b2),
    lambda W1, b1, W2, b2: (W2 * W1, W2 * b1) if W1.shape == W2.shape else (W2 @ W1, b2),
]
hints = [
    "Put the first layer into the second: z = W2 (W1 x + b1) + b2. Multiply out.",
    "z = (W2 W1) x + (W2 b1 + b2).",
    "Check the shapes: W2 is (out, hidden), W1 is (hidden, in).",
]
