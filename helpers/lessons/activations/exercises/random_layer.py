"""Classify new rows with a hidden layer of random ReLU units and a last layer that is solved for."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, mistake

SCORES, CLASSES, DEAD = "scores of the new rows", "classes of the new rows", "number of dead units"


def _solved(A, Y):
    """Return the V of the text's equation."""
    return torch.linalg.solve(A.T @ A + 10 * torch.eye(A.shape[1]), A.T @ Y)


def _random_layer_answer(
    X, Y, X_new, W, b, act=torch.relu, act_new=None, add_bias=True, solve=_solved
):
    """The capstone's answer, with the places that mistakes change as arguments."""
    b = b if add_bias else torch.zeros_like(b)
    A, A_new = act(X @ W.T + b), (act_new or act)(X_new @ W.T + b)
    scores = A_new @ solve(A, Y)
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
    # The fourth unit is dead for these rows of X, and awake for a new one.
    X_new = torch.cat([PETALS[~train], torch.tensor([[0.3, 0.1]])])
    yield PETALS[train], species[train], X_new, W, torch.tensor([-2.0, 3.0, 0.5, 0.5, -0.5])
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
    def solve(A, Y):
        return torch.linalg.solve(A.T @ A + torch.eye(A.shape[1]), A.T @ Y)

    return _random_layer_answer(X, Y, X_new, W, b, solve=solve)


def _ten_everywhere(X, Y, X_new, W, b):
    def solve(A, Y):
        return torch.linalg.solve(A.T @ A + 10, A.T @ Y)

    return _random_layer_answer(X, Y, X_new, W, b, solve=solve)


def _no_ridge(X, Y, X_new, W, b):
    def solve(A, Y):
        return torch.linalg.solve(A.T @ A, A.T @ Y)

    return _random_layer_answer(X, Y, X_new, W, b, solve=solve)


def _least_squares(X, Y, X_new, W, b):
    def solve(A, Y):
        return torch.linalg.pinv(A) @ Y

    return _random_layer_answer(X, Y, X_new, W, b, solve=solve)


def _solved_on_inputs(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    scores = X_new @ _solved(X, Y)
    return right | {"scores": scores, "classes": scores.argmax(dim=1)}


def _column_of_ones(X, Y, X_new, W, b):
    def act(Z):
        return torch.cat([torch.relu(Z), torch.ones(len(Z), 1)], dim=1)

    return _random_layer_answer(X, Y, X_new, W, b, act=act)


def _sigmoid_units(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    other = _random_layer_answer(X, Y, X_new, W, b, act=torch.sigmoid)
    return other | {"dead": right["dead"]}


def _centred_in_place(X, Y, X_new, W, b):
    X -= X.mean()
    X_new -= X_new.mean()
    return _random_layer_answer(X, Y, X_new, W, b)


def _softmax_on_scores(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"scores": torch.softmax(right["scores"], dim=1)}


def _largest_scores(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"classes": right["scores"].amax(dim=1)}


def _living(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"dead": len(b) - right["dead"]}


def _strictly_negative(X, Y, X_new, W, b):
    dead = int((X @ W.T + b < 0).all(dim=0).sum())
    return _random_layer_answer(X, Y, X_new, W, b) | {"dead": dead}


def _weights_of_its_own(X, Y, X_new, W, b):
    W, b = torch.randn(W.shape) / W.shape[1] ** 0.5, torch.randn(len(b))
    return _random_layer_answer(X, Y, X_new, W, b)


def _without_transpose(X, Y, X_new, W, b):
    return _random_layer_answer(X, Y, X_new, W.T, b)


def _random_layer_by_inverse(X, Y, X_new, W, b):
    A = F.relu(F.linear(X, W, b))
    V = torch.inverse(A.mT @ A + torch.diag(torch.full((len(b),), 10.0))) @ A.mT @ Y
    s = F.relu(F.linear(X_new, W, b)) @ V
    return {"scores": s, "classes": torch.argmax(s, 1), "dead": (A.sum(0) == 0).sum().item()}


def _argmax_of_columns(X, Y, X_new, W, b):
    right = _random_layer_answer(X, Y, X_new, W, b)
    return right | {"classes": right["scores"].argmax(dim=0)}


def _scores_alone(X, Y, X_new, W, b):
    return _random_layer_answer(X, Y, X_new, W, b)["scores"]


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
    mistake(
        lambda X, Y, X_new, W, b: _random_layer_answer(X, Y, X_new, W, b, act_new=lambda z: z),
        "X goes through the ReLU, and X_new does not. V was solved for hidden activations, so the new rows need the "
        "same bend.",
    ),
    mistake(
        _least_squares,
        "V fits Y as closely as it can: plain least squares, without the 10·I that keeps V small.",
    ),
    mistake(
        _no_ridge,
        "The 10·I is missing on the left side. Without it a dead unit leaves a row of zeros in AᵀA, and no single V "
        "solves the equation.",
    ),
    mistake(
        _solved_on_inputs,
        "You solved for weights on X itself: a linear layer without hidden units. In the equation stands A, the hidden "
        "activations, and the new rows need theirs.",
    ),
    mistake(
        _column_of_ones,
        "Your last layer has a bias: a column of ones stands among the activations. The last layer here has none.",
    ),
    mistake(
        _sigmoid_units,
        "The hidden layer has a sigmoid. It is to be a layer of ReLU units.",
    ),
    mistake(
        _centred_in_place,
        "You moved the means of X and X_new to 0, and changed the caller's tables on the way. The rows go into the "
        "hidden layer as they come.",
    ),
    mistake(
        _softmax_on_scores,
        "The scores went through a softmax. They are asked for as they leave the last layer, whose V was solved for "
        "without one.",
    ),
    mistake(
        _largest_scores,
        "Those are the largest scores. The class is the position of the largest one: `argmax`, not `amax`.",
    ),
    mistake(
        _living,
        "Those are the units that some row of X wakes. The others are dead.",
    ),
    mistake(
        _strictly_negative,
        "A unit whose z is exactly 0 on every row gives 0 as well, so it is dead, too.",
    ),
    mistake(
        _weights_of_its_own,
        "You draw new random weights inside. The hidden layer is the caller's: W and b are handed over.",
    ),
    mistake(
        _argmax_of_columns,
        "That looks for the largest score in each column, so it gives a row for each class. Each row of X_new needs a "
        "class.",
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


def _by_cholesky(X, Y, X_new, W, b):
    Z = X @ W.T + b
    A = Z.clamp(min=0)
    M = A.T @ A
    M.diagonal().add_(10)
    V = torch.cholesky_solve(A.T @ Y, torch.linalg.cholesky(M))
    scores = (X_new @ W.T + b).clamp(min=0) @ V
    dead = (Z <= 0).all(dim=0).sum().item()
    return {"scores": scores, "classes": scores.max(dim=1).indices, "dead": dead}


def _in_double_precision(X, Y, X_new, W, b):
    A, A_new = (torch.relu(rows @ W.T + b).double() for rows in (X, X_new))
    M = torch.addmm(10 * torch.eye(A.shape[1]).double(), A.T, A)
    scores = (A_new @ torch.linalg.solve(M, A.T @ Y.double())).to(X.dtype)
    dead = A.shape[1] - int((A > 0).any(dim=0).sum())
    return {"scores": scores, "classes": scores.argmax(1), "dead": dead}


alternatives = [
    _by_cholesky,
    _in_double_precision,
    _as_a_loop_over_classes,
    _with_layers,
    _random_layer_by_inverse,
]
also_wrong = [
    _without_transpose,
    _dead_as_tensor,
    _scores_alone,
    lambda X, Y, X_new, W, b: {"scores": None, "classes": None, "dead": 0},
]
hints = [
    "The hidden layer twice: A = torch.relu(X @ W.T + b), and A_new in the same way from X_new.",
    "`torch.linalg.solve(M, R)` solves M V = R. Here M = A.T @ A + 10 * torch.eye(len(b)) and R = A.T @ Y.",
    "scores = A_new @ V; the class is `scores.argmax(dim=1)`; dead units are counted on A as before.",
]
