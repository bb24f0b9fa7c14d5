"""Compute the distances between all pairs of rows of a table, without a loop."""

import numpy as np
import torch

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.tensors.exercises._common import NO_LOOP, SMALL, WITHOUT_A_LOOP

kind = FunctionExercise
RIGHT_OTHER = "right for other sizes"
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
)


def _with_columns_standardised(x):
    z = (x - x.mean(0)) / x.std(0)
    return (z[:, None] - z).norm(dim=-1)


def _in_the_first_two_columns(x):
    a, b = x[:, 0], x[:, 1]
    return ((a[:, None] - a).square() + (b[:, None] - b).square()).sqrt()


def _from_index_tables(x):
    i, j = torch.meshgrid(torch.arange(len(x)), torch.arange(len(x)), indexing="ij")
    return torch.sqrt(torch.sum(torch.square(x[i] - x[j]), dim=-1))


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
    mistake(
        lambda x: torch.cdist(x, x),
        "Ready-made distances are closed here. Besides, for more than 25 rows `torch.cdist` uses a faster formula that "
        "is inexact for grams in the thousands. Let the rows meet by broadcasting and take their differences.",
    ),
    mistake(
        _in_the_first_two_columns,
        "Right for two columns: from the third on they are left out. Keep the columns as a dimension and sum over "
        "it, however many there are.",
    ),
    mistake(
        lambda x: (x[:, :, None] - x[:, None, :]).square().sum(0).sqrt(),
        "The new dimensions stand so that columns meet columns, and the result is `(d, d)`. Rows are to meet rows: "
        "the shapes are `(n, 1, d)` and `(1, n, d)`.",
    ),
    mistake(
        _with_columns_standardised,
        "You standardised the columns first, and so measured other distances. Those of `x` itself are asked; whoever "
        "wants it standardised does that before the call.",
    ),
    mistake(
        lambda x: ((x[:, None] - x).norm(dim=-1) * 100).round() / 100,
        "The distances are rounded to two decimals, as the example is printed. Return them as they are.",
    ),
    mistake(
        lambda x: (x[:, None] - x).norm(dim=-1).triu(),
        "The half below the diagonal is 0. The distance from i to j is that from j to i, so both halves have the same "
        "numbers.",
    ),
    mistake(
        lambda x: ((x[:, None] - x).square().sum(-1) + 0.01).sqrt(),
        "A number is added under the root, so that a row is at a distance of 0.1 from itself. That has to be 0, and "
        "the root of 0 is no trouble.",
    ),
    mistake(
        lambda x: (x[:, None] - x).abs().amax(-1),
        "That takes the largest difference and forgets the other columns. The squares of all of them are added up.",
    ),
    mistake(
        lambda x: x[:, None] - x,
        "These are the differences of all pairs, `(n, n, d)`, and the first step is done. Square them, add them up "
        "over the columns, take the root.",
    ),
    mistake(
        lambda x: (x[:, None] - x).sum(-1).sqrt(),
        "The root of a negative sum is nan: the differences are not squared. Square them before you add them up.",
    ),
    mistake(
        lambda x: x @ x.T,
        "These are the dot products of the rows. A distance is made of differences: subtract first, square, and add "
        "up.",
    ),
]
alternatives = [
    _from_index_tables,
    lambda x: (x.unsqueeze(1) - x).norm(dim=-1),
    lambda x: torch.linalg.vector_norm(x[None] - x[:, None], dim=2),
    lambda x: ((x[:, None] - x) ** 2).sum(-1) ** 0.5,
    lambda x: torch.einsum("ijd,ijd->ij", x[:, None] - x, x[:, None] - x).sqrt(),
    lambda x: (x[:, :, None] - x.T[None]).square().sum(1).sqrt(),
    lambda x: (x.repeat(len(x), 1) - x.repeat_interleave(len(x), 0)).norm(dim=1).view(len(x), -1),
    lambda x: torch.tensor(np.sqrt(np.add.reduce((x[:, None] - x).numpy() ** 2, axis=2))),
]
also_wrong = [
    lambda x: torch.nn.functional.pairwise_distance(x[:, None], x),
    lambda x: (x[:, None] + x).norm(dim=-1),
    lambda x: torch.stack([(x - row).norm(dim=1) for row in x]),
    lambda x: torch.tril((x[:, None] - x).norm(dim=-1)),
    lambda x: (x[:, None] - x).square().sum(-1).add(1e-3).sqrt(),
]
hints = [
    "First all differences: which two shapes broadcast to `(n, n, d)`?",
    "`x[:, None, :] - x[None, :, :]` holds at [i, j] the difference of rows i and j.",
    "Square, sum over the last dimension, take the root.",
]
