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


def _only_the_last_row(X, W, dZ):
    return dZ @ W, torch.outer(dZ[-1], X[-1]), dZ[-1]


def _linear_with_bias_as_column(X, W, dZ):
    both = dZ.T.matmul(torch.cat([X, torch.ones_like(X[:, :1])], dim=1))
    return dZ.matmul(W), both[:, :-1], both[:, -1]


def _linear_by_torchs_linear(X, W, dZ):
    linear = torch.nn.functional.linear
    return linear(dZ, W.T), linear(dZ.T, X.T), dZ.sum(-2)


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
    mistake(
        _linear_other_order,
        "You return them in another order. Asked for is (dX, dW, db).",
    ),
    mistake(
        _only_the_last_row,
        "dX is right. In dW and db only the last row has its share: `=` in a loop forgets the rows before. Add up over "
        "all rows.",
    ),
    mistake(
        _linear_without_batch,
        "dX is right. In dW and db only the first row has its share. Add up over all rows.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, (X.T @ dZ).reshape(W.shape), dZ.sum(0)),
        "dW has the right shape, its numbers stand in wrong places: `reshape` and `view` do not transpose. `.T` does, "
        "or the product in the other order.",
    ),
    mistake(
        _linear_with_bias_kept,
        "db has the shape of b, (out,): leave out `keepdim=True`.",
    ),
    mistake(
        lambda X, W, dZ: (X @ W.T, dZ.T @ X, dZ.sum(0)),
        "X Wᵀ is the way forward. dX is made of the gradient that comes in, dZ, and of W.",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X),
        "There are two. Three are asked for: (dX, dW, db).",
    ),
    mistake(
        lambda X, W, dZ: (dZ @ W, dZ.T @ X, torch.ones(len(W))),
        "1 is the slope of z with respect to b. In db each row's dZ comes in, too: add up dZ over the rows.",
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
    _linear_with_bias_as_column,
    _linear_by_torchs_linear,
    lambda X, W, dZ: _linear_by_broadcasting(X.double(), W.double(), dZ.double()),
]
also_wrong = [
    lambda X, W, dZ: (dZ @ W, dZ.T @ X, dZ.sum(0), dZ),
    lambda X, W, dZ: {"dX": dZ @ W, "dW": dZ.T @ X, "db": dZ.sum(0)},
]
hints = [
    "The gradient of a tensor has that tensor's shape: dX is (n, in), dW (out, in), db (out,).",
    "Shapes (n, out), (n, in) and (out, in): which product of two of them has the third shape?",
    "dX = dZ W needs no transpose; dW = dZᵀ X; and b went into every row, so db is a sum over the rows.",
]
