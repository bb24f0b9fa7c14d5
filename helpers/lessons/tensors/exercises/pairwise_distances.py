"""Compute the distances between all pairs of rows of a table, without a loop."""

import numpy as np
import torch

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.tensors.exercises._common import NO_LOOP, SMALL, WITHOUT_A_LOOP

kind = FunctionExercise
RIGHT_OTHER = "right for other sizes, without a loop or a ready-made distance"
EXACT_WHERE = "exact where the values are large"
requirements = {
    SMALL: 1,
    RIGHT_OTHER: 1,
    EXACT_WHERE: 1,
}


def inputs(draw):
    yield torch.tensor([[1.0, 2.0], [4.0, 6.0], [1.0, 14.0]])
    large = torch.tensor([[3750.0, 181.0], [3753.0, 185.0], [3750.0, 181.5]])
    yield case(large, requirement=EXACT_WHERE)
    yield case(draw.normal(6, 3), requirement=RIGHT_OTHER)
    yield case(draw.normal(4, 4, mean=2), requirement=RIGHT_OTHER)
    yield case(draw.normal(3, 5), requirement=RIGHT_OTHER)
    yield case(draw.normal(30, 4, mean=4000, std=3), requirement=EXACT_WHERE)
    yield draw.normal(3, 2, std=4)


# Room for the expanded square on values near 1, where only the diagonal suffers a little.
atol = 2e-3
rtol = 1e-3


def reference(x):
    return (x[:, None, :] - x[None, :, :]).square().sum(dim=2).sqrt()


def _expanded(x, lowest=0.0):
    squares = (x * x).sum(1)
    return (squares[:, None] + squares - 2 * x @ x.T).clamp(min=lowest).sqrt()


forbidden = forbid(
    *ready_made.LOOPS,
    *ready_made.DISTANCES,
    rule=WITHOUT_A_LOOP + "; without a ready-made distance, such as `torch.cdist`.",
    why=NO_LOOP + " Differences of all pairs come from broadcasting.",
    requirement=RIGHT_OTHER,
)
mistakes = [
    mistake(
        lambda x: (x[:, None] - x[None]).square().sum(2),
        "These are the squares of the distances. The root is still to be taken.",
    ),
    mistake(
        lambda x: (x[:, None] - x[None]).square().sum().sqrt(),
        "Without `dim` the sum runs over all pairs as well. Only the columns, dimension 2, are to disappear.",
    ),
    mistake(
        lambda x: (x[:, None] - x[None]).abs().sum(2),
        "That adds up the absolute differences, the way round the corner. The straight way is the root "
        "of the sum of squares.",
    ),
    mistake(
        lambda x: (x[:, None] - x[None]).sum(2).square().sqrt(),
        "You summed before squaring, so plus and minus cancelled. Square first.",
    ),
    mistake(
        lambda x: (x[:, None] - x[None]).square().mean(2).sqrt(),
        "You took the mean over the columns where the sum is wanted.",
    ),
    mistake(
        lambda x: (x[:, None] - x[None]).square().sum(1).sqrt(),
        "You summed over dimension 1, the partners. The columns, dimension 2, are to disappear.",
    ),
    mistake(
        lambda x: (x - x).square().sum(1).sqrt(),
        "`x - x` subtracts each row from itself. To meet all others, one copy needs the shape "
        "`(n, 1, d)`.",
    ),
    mistake(
        _expanded,
        "‖a‖² + ‖b‖² − 2 a·b is right on paper. For large values it subtracts two huge, nearly equal "
        "numbers, and float32 keeps only about 7 digits of each. Take the differences first.",
    ),
    mistake(
        lambda x: ((x * x).sum(1)[:, None] + (x * x).sum(1) - 2 * x @ x.T).sqrt(),
        "‖a‖² + ‖b‖² − 2 a·b is right on paper, but rounding can push it below 0, and the root of that "
        "is nan. Take the differences first.",
    ),
]
alternatives = [
    lambda x: (x.unsqueeze(1) - x).norm(dim=-1),
    lambda x: torch.linalg.vector_norm(x[None] - x[:, None], dim=2),
    lambda x: ((x[:, None] - x) ** 2).sum(-1) ** 0.5,
    lambda x: torch.einsum("ijd,ijd->ij", x[:, None] - x, x[:, None] - x).sqrt(),
    lambda x: (x[:, :, None] - x.T[None]).square().sum(1).sqrt(),
    lambda x: (x.repeat(len(x), 1) - x.repeat_interleave(len(x), 0)).norm(dim=1).view(len(x), -1),
    lambda x: torch.tensor(np.sqrt(np.add.reduce((x[:, None] - x).numpy() ** 2, axis=2))),
]
also_wrong = [
    lambda x: torch.stack([(x - row).norm(dim=1) for row in x]),
    lambda x: torch.cdist(x, x),
    lambda x: torch.tril((x[:, None] - x).norm(dim=-1)),
    lambda x: (x[:, None] - x).square().sum(-1).add(1e-3).sqrt(),
    lambda x: (x[:, None] - x).abs().amax(-1),
]
hints = [
    "First all differences: which two shapes broadcast to `(n, n, d)`?",
    "`x[:, None, :] - x[None, :, :]` holds at [i, j] the difference of rows i and j.",
    "Square, sum over the last dimension, take the root.",
]
