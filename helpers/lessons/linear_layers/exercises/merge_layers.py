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
    mistake(
        lambda W1, b1, W2, b2: (W2 * W1, W2 @ b1 + b2),
        "`*` multiplies entry by entry. Layer 2 receives what layer 1 gives, and that is a matrix product: `@`.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W1 + W2, b1 + b2),
        "You added the two layers, as if both received x. The second one receives what the first gives: put one "
        "formula into the other and multiply out.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1.T, W2 @ b1 + b2),
        "No transpose is needed. W2 is (out, hidden) and W1 is (hidden, in): they fit as they are.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
        "b1 stands on the wrong side of W2. Each row of W2 is a neuron, which has to meet the whole b1: W2 comes "
        "first.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ W1 @ b1 + b2),
        "b1 is added after W1, so it passes through W2 alone, not through both.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ (b1 + b2)),
        "b2 is added at the very end: it does not pass through W2.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, (W2 * b1).sum() + b2),
        "Your sum runs over the whole table, so that each output gets the same share of b1. Each row of W2 has a sum "
        "of its own: `dim=1`, or a matrix product.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, (W2 * b1).sum(dim=0) + b2),
        "Your sum runs over the outputs. The outputs stay, and the sum runs over the hidden units: `dim=1`, or a "
        "matrix product.",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1.unsqueeze(1) + b2),
        "A column, (out, 1), plus a row, (out,), is broadcast to a table. `W2 @ b1` with b1 as it is gives (out,).",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ W1, (W2 @ b1 + b2)[None]),
        "Your bias is a table of one row, (1, out). It is to be a vector, (out,).",
    ),
    mistake(
        lambda W1, b1, W2, b2: (W2 @ b1 + b2, W2 @ W1),
        "The pair stands in the wrong order: first the weights, then the bias.",
    ),
    mistake(
        lambda W1, b1, W2, b2: W2 @ W1,
        "You return the weights alone. The bias of the one layer is asked for too: a pair (W, b).",
    ),
]


def _by_trying(W1, b1, W2, b2):
    def both(X):
        return (X @ W1.T + b1) @ W2.T + b2

    b = both(torch.zeros(1, W1.shape[1]))[0]
    return (both(torch.eye(W1.shape[1])) - b).T, b


def _output_by_output(W1, b1, W2, b2):
    rows = [(weights[:, None] * W1).sum(dim=0) for weights in W2]
    biases = [(weights * b1).sum() + bias for weights, bias in zip(W2, b2, strict=True)]
    return torch.stack(rows), torch.stack(biases)


def _with_one_more_column(W1, b1, W2, b2):
    both = W2 @ torch.cat([W1, b1[:, None]], dim=1)
    return both[:, :-1], both[:, -1] + b2


alternatives = [
    _output_by_output,
    _with_one_more_column,
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
    lambda W1, b1, W2, b2: (W1.T @ W2.T, W2 @ b1 + b2),
    lambda W1, b1, W2, b2: (W2 * W1, W2 * b1) if W1.shape == W2.shape else (W2 @ W1, b2),
]
hints = [
    "Put the first layer into the second: z = W2 (W1 x + b1) + b2. Multiply out.",
    "z = (W2 W1) x + (W2 b1 + b2).",
    "Check the shapes: W2 is (out, hidden), W1 is (hidden, in).",
]
