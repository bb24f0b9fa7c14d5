"""Send the gradient dZ of a whole batch back through Z = X Wᵀ + b: return (dX, dW, db)."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.backprop.exercises._common import BY_HAND

kind = FunctionExercise
RIGHT_OTHER = "right for other sizes"
requirements = {"right for a small batch": 1, RIGHT_OTHER: 1}
forbidden = BY_HAND


def inputs(draw):
    yield (
        torch.tensor([[1.0, -2.0, 0.5]]),
        torch.tensor([[0.5, 1.0, -1.0], [2.0, -0.5, 3.0]]),
        torch.tensor([[3.0, -1.0]]),
    )
    yield (
        torch.tensor([[1.0, -2.0], [0.5, 4.0], [3.0, 1.5]]),
        torch.tensor([[0.5, 1.0], [2.0, -0.5]]),
        torch.tensor([[3.0, -1.0], [0.2, 0.7], [-2.0, 1.1]]),
    )
    for n, d, out in ((5, 4, 3), (3, 3, 3), (7, 2, 1), (2, 1, 6)):
        yield case(
            draw.normal(n, d), draw.normal(out, d), draw.normal(n, out), requirement=RIGHT_OTHER
        )
    yield draw.normal(1, 3), draw.normal(2, 3), draw.normal(1, 2)


def reference(X, W, dZ):
    X, W = X.clone().requires_grad_(), W.clone().requires_grad_()
    b = torch.zeros(len(W), requires_grad=True)
    (X @ W.T + b).backward(dZ)
    return X.grad, W.grad, b.grad


def _linear_by_broadcasting(X, W, dZ):
    dW = (dZ[:, :, None] * X[:, None, :]).sum(0)
    return torch.matmul(dZ, W), dW, torch.sum(dZ, 0)


def _linear_with_bias_kept(X, W, dZ):
    return dZ @ W, dZ.T @ X, dZ.sum(0, keepdim=True)


def _linear_without_batch(X, W, dZ):
    return dZ @ W, torch.outer(dZ[0], X[0]), dZ[0]


def _linear_other_order(X, W, dZ):
    dX, dW, db = _linear_by_broadcasting(X, W, dZ)
    return dW, dX, db


mistakes = [
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X / len(X), dZ.mean(0)),
        "You average over the batch. The 1/n belongs to the loss and is in dZ already: add up.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, X.T @ dZ, dZ.sum(0)),
        "dW has the shape of W, (out, in): that is `dZ.T @ X`. Yours is its transpose.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X, dZ),
        "b is added to every row, so db adds up what every row says: sum over the batch.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X, dZ.sum(dim=1)),
        "You summed over the outputs. db has one entry for each output: sum over the rows, `dim=0`.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X, dZ.sum()),
        "db has one entry for each output: sum over the batch only, `dim=0`.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, torch.ones_like(dZ).T @ X, torch.ones_like(dZ).sum(0)),
        "You took the incoming gradient for 1 everywhere. It is dZ.",
    ),
    mistake(
        lambda X, W, dZ: (W.sum(0).expand_as(X), dZ.T @ X, dZ.sum(0)),
        "In dX the gradient that comes in is missing: dX = dZ W.",
    ),
]
alternatives = [
    lambda X, W, dZ: (
        torch.einsum("no,od->nd", dZ, W),
        torch.einsum("no,nd->od", dZ, X),
        torch.einsum("no->o", dZ),
    ),
    lambda X, W, dZ: (
        (W.T @ dZ.T).T,
        sum(torch.outer(dz, x) for dz, x in zip(dZ, X, strict=True)),
        torch.ones(len(X)) @ dZ,
    ),
    _linear_by_broadcasting,
    lambda X, W, dZ: _linear_by_broadcasting(X.double(), W.double(), dZ.double()),
]
also_wrong = [
    _linear_with_bias_kept,
    _linear_without_batch,
    _linear_other_order,
    lambda X, W, dZ: (X @ W.T, dZ.T @ X, dZ.sum(0)),
    lambda X, W, dZ: (dZ @ W, dZ.T @ X),
]
hints = [
    "The gradient of a tensor has that tensor's shape: dX is (n, in), dW (out, in), db (out,).",
    "Shapes (n, out), (n, in) and (out, in): which product of two of them has the third shape?",
    "dX = dZ W needs no transpose; dW = dZᵀ X; and b went into every row, so db is a sum over the rows.",
]
