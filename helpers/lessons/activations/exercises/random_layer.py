"""Classify new rows with a hidden layer of random ReLU units and a last layer that is solved for."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, mistake

SCORES, CLASSES, DEAD = "scores of the new rows", "classes of the new rows", "number of dead units"


def _random_layer_answer(X, Y, X_new, W, b, act=torch.relu, add_bias=True):
    """The capstone's answer, with the places that mistakes change as arguments."""
    b = b if add_bias else torch.zeros_like(b)
    A, A_new = act(X @ W.T + b), act(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(A.shape[1]), A.T @ Y)
    scores = A_new @ V
    dead = int((A <= 0).all(dim=0).sum())
    return {"scores": scores, "classes": scores.argmax(dim=1), "dead": dead}


# Petal length and width in cm of ten irises of each species, the first ten rows of each in the table
# (Fisher 1936, public domain).
PETALS = torch.tensor(
    [
        [1.4, 0.2], [1.4, 0.2], [1.3, 0.2], [1.5, 0.2], [1.4, 0.2],
        [1.7, 0.4], [1.4, 0.3], [1.5, 0.2], [1.4, 0.2], [1.5, 0.1],
        [4.7, 1.4], [4.5, 1.5], [4.9, 1.5], [4.0, 1.3], [4.6, 1.5],
        [4.5, 1.3], [4.7, 1.6], [3.3, 1.0], [4.6, 1.3], [3.9, 1.4],
        [6.0, 2.5], [5.1, 1.9], [5.9, 2.1], [5.6, 1.8], [5.8, 2.2],
        [6.6, 2.1], [4.5, 1.7], [6.3, 1.8], [5.8, 1.8], [6.1, 2.5],
    ]
)  # fmt: skip

kind = FunctionExercise
requirements = {SCORES: 2, CLASSES: 1, DEAD: 1}
parts = {"scores": SCORES, "classes": CLASSES, "dead": DEAD}
rtol, atol = 1e-2, 1e-3
seconds = 2


def inputs(draw):
    species = torch.eye(3).repeat_interleave(10, dim=0)
    train = torch.arange(30) % 10 < 7
    W = torch.tensor([[1.0, 0.5], [-1.0, 0.3], [0.7, -1.2], [-0.4, -0.9], [0.2, 1.1]])
    b = torch.tensor([-2.0, 3.0, 0.5, 1.5, -0.5])
    yield PETALS[train], species[train], PETALS[~train], W, b
    for n, d, units, k in ((40, 3, 12, 4), (25, 5, 20, 2)):
        Y = torch.eye(k)[draw.integers(n, low=0, high=k)]
        W, b = draw.normal(units, d), draw.uniform(units, low=-4, high=1.5)
        W[0], b[0] = 0.0, 0.0  # its sum is 0 for every row
        X, X_new = draw.normal(n, d), draw.normal(9, d)
        b[1] = -(X @ W[1]).max() - 0.1  # dead for the rows of X, and awake for a new one
        X_new[0] = 100 * W[1]
        yield X, Y, X_new, W, b


def reference(X, Y, X_new, W, b):
    return _random_layer_answer(X, Y, X_new, W, b)


def _dead_on_new_rows(X, Y, X_new, W, b):
    dead = int((X_new @ W.T + b <= 0).all(dim=0).sum())
    return _random_layer_answer(X, Y, X_new, W, b) | {"dead": dead}


def _solved_on_new_rows(X, Y, X_new, W, b):
    return _random_layer_answer(X, Y, X, W, b)


def _relu_on_scores(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"scores": torch.relu(right["scores"])}


def _counts_zeros(X, Y, X_new, W, b):
    zeros = int((X @ W.T + b <= 0).sum())
    return _random_layer_answer(X, Y, X_new, W, b) | {"dead": zeros}


def _without_strength(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + torch.eye(A.shape[1]), A.T @ Y)
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"scores": A_new @ V, "classes": (A_new @ V).argmax(dim=1)}


def _ten_everywhere(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10, A.T @ Y)
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"scores": A_new @ V, "classes": (A_new @ V).argmax(dim=1)}


def _random_layer_by_inverse(X, Y, X_new, W, b):
    A = F.relu(F.linear(X, W, b))
    V = torch.inverse(A.mT @ A + torch.diag(torch.full((len(b),), 10.0))) @ A.mT @ Y
    s = F.relu(F.linear(X_new, W, b)) @ V
    return {"scores": s, "classes": torch.argmax(s, 1), "dead": (A.sum(0) == 0).sum().item()}


def _random_layer_of_probabilities(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    scores = torch.softmax(A_new @ V, dim=1)
    return {"scores": scores, "classes": scores.argmax(1), "dead": int((A <= 0).all(0).sum())}


def _random_layer_argmax_of_columns(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    scores = A_new @ V
    return {"scores": scores, "classes": scores.argmax(0), "dead": int((A <= 0).all(0).sum())}


def _random_layer_ten_everywhere(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    scores = A_new @ torch.linalg.solve(A.T @ A + 10, A.T @ Y)
    return {"scores": scores, "classes": scores.argmax(1), "dead": int((A <= 0).all(0).sum())}


def _random_layer_solved_from_y(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    return A_new @ V


mistakes = [
    mistake(
        lambda X, Y, X_new, W, b: _random_layer_answer(X, Y, X_new, W, b, act=lambda z: z),
        "The ReLU is missing, so the two layers are one linear layer.",
    ),
    mistake(
        lambda X, Y, X_new, W, b: _random_layer_answer(X, Y, X_new, W, b, add_bias=False),
        "The bias of the hidden layer is missing: all hinges then go through the origin.",
    ),
    mistake(
        _dead_on_new_rows,
        "Count the dead units on the rows that the last layer is solved for, X, not on X_new.",
    ),
    mistake(
        _solved_on_new_rows,
        "Those are the scores of X. Run X_new through the same hidden layer, then use the same V.",
    ),
    mistake(
        _relu_on_scores,
        "The ReLU belongs to the hidden layer. The scores of the last layer stay as they are.",
    ),
    mistake(
        _counts_zeros, "That counts all zeros. A unit is dead if its whole column is zero."
    ),
    mistake(
        _without_strength,
        "In the formula the unit matrix counts ten times: AᵀA + 10·I.",
    ),
    mistake(
        _ten_everywhere,
        "`A.T @ A + 10` adds 10 to every entry. 10·I adds it on the diagonal only: `10 * torch.eye(len(b))`.",
    ),
]  # fmt: skip


def _as_a_loop_over_classes(X, Y, X_new, W, b):
    A = (X @ W.T + b).clamp(min=0)
    left = torch.linalg.inv(A.T @ A + 10 * torch.eye(len(W)))
    scores = torch.stack([(X_new @ W.T + b).clamp(min=0) @ (left @ (A.T @ y)) for y in Y.T], 1)
    return {"dead": int((A.sum(0) == 0).sum()), "classes": scores.max(1).indices, "scores": scores}


def _dead_as_tensor(*inputs):
    found = _as_a_loop_over_classes(*inputs)
    return found | {"dead": torch.tensor(found["dead"])}


def _with_layers(X, Y, X_new, W, b):
    layer = torch.nn.Linear(W.shape[1], W.shape[0])
    with torch.no_grad():
        layer.weight.copy_(W)
        layer.bias.copy_(b)
        A, A_new = torch.relu(layer(X)), torch.relu(layer(X_new))
    # Ridge regression as ordinary least squares: ten more equations for each unit.
    rows = torch.cat([A, 10**0.5 * torch.eye(len(b))])
    aims = torch.cat([Y, torch.zeros(len(b), Y.shape[1])])
    scores = A_new @ torch.linalg.lstsq(rows, aims).solution
    dead = sum(int(unit.max() <= 0) for unit in A.T)
    return {"scores": scores, "classes": scores.argmax(1), "dead": dead}


alternatives = [
    _as_a_loop_over_classes,
    _with_layers,
    _random_layer_by_inverse,
]
also_wrong = [
    _dead_as_tensor,
    _random_layer_of_probabilities,
    _random_layer_argmax_of_columns,
    _random_layer_ten_everywhere,
    _random_layer_solved_from_y,
    lambda X, Y, X_new, W, b: {"scores": None, "classes": None, "dead": 0},
]
hints = [
    "The hidden layer twice: A = torch.relu(X @ W.T + b), and A_new in the same way from X_new.",
    "`torch.linalg.solve(M, R)` solves M V = R. Here M = A.T @ A + 10 * torch.eye(len(b)) and R = A.T @ Y.",
    "scores = A_new @ V; the class is `scores.argmax(dim=1)`; dead units are counted on A as before.",
]
