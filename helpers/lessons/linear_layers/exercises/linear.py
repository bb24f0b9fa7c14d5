"""Compute what a linear layer computes, for a whole batch: X Wᵀ + b."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.linear_layers.exercises._common import SQUARE

kind = FunctionExercise
requirements = {"right for any sizes": 1, SQUARE: 1}
forbidden = forbid(
    "linear",
    "Linear",
    rule="Closed here: `nn.Linear`, `F.linear` and their relatives.",
    why="Write the layer yourself, with a matrix product and a sum.",
)


def inputs(draw):
    yield (
        torch.tensor([[1.0, 2.0, 0.5], [-1.0, 3.0, 2.0]]),
        torch.tensor([[2.0, 1.0, 4.0], [0.5, -1.0, 3.0], [1.0, 5.0, -2.0], [3.0, 0.25, 1.5]]),
        torch.tensor([10.0, 20.0, 30.0, 40.0]),
    )
    yield case(
        torch.tensor([[1.0, 2.0], [-1.0, 3.0]]),
        torch.tensor([[2.0, 5.0], [0.5, -1.0]]),
        torch.tensor([10.0, 20.0]),
        requirement=SQUARE,
    )
    yield draw.normal(6, 5), draw.normal(3, 5), draw.normal(3)
    yield draw.normal(1, 4), draw.normal(7, 4), draw.normal(7)
    yield case(draw.normal(4, 4), draw.normal(4, 4), draw.normal(4), requirement=SQUARE)


def reference(X, W, b):
    return X @ W.T + b


mistakes = [
    mistake(
        lambda X, W, b: X @ W + b,
        "The transpose is missing. W is kept as (out, in), so X (n, in) meets `W.T` (in, out). With square "
        "matrices nothing raises: only the numbers are wrong.",
    ),
    mistake(
        lambda X, W, b: X @ W.T,
        "The bias is missing: one number per output, added to every row.",
    ),
    mistake(
        lambda X, W, b: X @ W.T - b,
        "The bias is added, not subtracted.",
    ),
    mistake(
        lambda X, W, b: X @ W.T + b[:, None],
        "Your bias runs down the samples. `b` holds one number per output, which is a column of the result: "
        "`+ b` lines it up.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b).T,
        "Your samples stand in columns. In PyTorch each sample stays a row: (n, out).",
    ),
    mistake(
        lambda X, W, b: W @ X + b,
        "`W @ X` is for samples that stand in columns. Here they are rows: X (n, in) comes first and meets W turned "
        "round.",
    ),
    mistake(
        lambda X, W, b: W @ X.T + b,
        "`W @ X.T` has the samples in columns, (out, n), and `+ b` then runs along the samples. Keep each sample a "
        "row: X comes first.",
    ),
    mistake(
        lambda X, W, b: X @ W.reshape(W.shape[1], W.shape[0]) + b,
        "The shapes fit, the numbers do not: `reshape` keeps the order of the entries and only breaks them into other "
        "rows. A transpose makes rows into columns.",
    ),
    mistake(
        lambda X, W, b: X @ (W if W.shape[0] == W.shape[1] else W.T) + b,
        "Where W is square you leave out the transpose, since the shapes fit without it. They do, and the numbers are "
        "wrong: each neuron is a row of W, whatever its size.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b).squeeze(),
        "For one sample, or one neuron, your answer has lost a dimension, as `squeeze` does it. It stays a table, "
        "(n, out), with 1 as a size.",
    ),
    mistake(
        lambda X, W, b: (W @ X[0] + b).unsqueeze(0),
        "You computed the first sample alone. The answer has one row for each row of X.",
    ),
    mistake(
        lambda X, W, b: X @ W.T + b.sum(),
        "Each of your neurons gets the sum of all biases. Neuron j gets `b[j]` alone.",
    ),
    mistake(
        lambda X, W, b: X @ W.T + X.shape[1] * b,
        "The bias is added once for each feature. Add it once, after the products are summed up.",
    ),
    mistake(
        lambda X, W, b: (X + b) @ W.T,
        "You add the bias to the input. It has one number per output, and is added after the product.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b > 0).float(),
        "Your neurons decide, 1 or 0. A linear layer gives the weighted sums themselves, without a step function.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b).clamp(min=0),
        "Your sums are cut off at 0. A linear layer gives them as they are, negative ones too.",
    ),
    mistake(
        lambda X, W, b: (X.unsqueeze(1) * W).sum(dim=1) + b,
        "The products have the shape (n, out, in). Your sum runs over the neurons; it is to run over the features.",
    ),
]


def _with_one_more_column(X, W, b):
    wide_X = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
    return wide_X.mm(torch.cat([W, b.unsqueeze(1)], dim=1).transpose(0, 1))


alternatives = [
    _with_one_more_column,
    lambda X, W, b: torch.stack([X @ w + c for w, c in zip(W, b, strict=True)], dim=1),
    lambda X, W, b: (W @ X.T).T + b,
    lambda X, W, b: torch.einsum("ni,oi->no", X, W) + b,
    lambda X, W, b: torch.stack([W @ x + b for x in X]),
    lambda X, W, b: torch.addmm(b, X, W.t()),
    lambda X, W, b: torch.baddbmm(b.expand(1, len(X), -1), X[None], W.T[None])[0],
    lambda X, W, b: (X[:, None, :] * W).sum(-1) + b,
    lambda X, W, b: torch.tensor((X @ W.T + b).tolist()),
]
also_wrong = [
    lambda X, W, b: (X + b) @ W.T if X.shape[1] == len(b) else X @ W.T + b,
    lambda X, W, b: X @ W.T + b.mean(),
    lambda X, W, b: (X @ W.T) * b,
    lambda X, W, b: F.linear(X, W, b),
]
hints = [
    "Write the shapes down: X (n, in), W (out, in), wanted (n, out). Which of them must be turned round?",
    "`X @ W.T` has the shape (n, out).",
    "`b` has the shape (out,), so broadcasting adds it to each row.",
]
