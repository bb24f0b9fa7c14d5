"""For each pair in a batch, the dot products of every row of `q` with every row of `k`."""

import torch
from torch.nn import functional as F

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.tensors.exercises._common import NO_LOOP, WITHOUT_A_LOOP

kind = FunctionExercise
RIGHT_WHOLE = "right for whole batches"
requirements = {"right for one pair": 1, RIGHT_WHOLE: 1}


def inputs(draw):
    yield torch.tensor([[[1.0, 2.0], [3.0, -1.0]]]), torch.tensor([[[2.0, 5.0], [4.0, 0.5]]])
    yield case(draw.normal(3, 2, 4), draw.normal(3, 5, 4), requirement=RIGHT_WHOLE)
    yield case(draw.normal(2, 3, 3), draw.normal(2, 3, 3), requirement=RIGHT_WHOLE)
    yield draw.normal(1, 2, 2), draw.normal(1, 2, 2)


def reference(q, k):
    return torch.einsum("bid,bjd->bij", q, k)


forbidden = forbid(*ready_made.LOOPS, rule=WITHOUT_A_LOOP + ".", why=NO_LOOP)
mistakes = [
    mistake(
        lambda q, k: torch.einsum("bid,bjd->bji", q, k),
        "The right numbers, transposed: rows belong to `q`, so `i` comes before `j` in the output.",
    ),
    mistake(
        lambda q, k: torch.einsum("bid,bjd->ij", q, k),
        "A letter that is missing after the arrow is summed over: you added the whole batch up. Keep "
        "`b`.",
    ),
    mistake(
        lambda q, k: q @ k.reshape(k.shape[0], k.shape[2], k.shape[1]),
        "`reshape` does not transpose, it fills the numbers into another shape. With einsum no "
        "transposing is needed: name both last dimensions `d`.",
    ),
    mistake(
        lambda q, k: q @ k.permute(2, 1, 0),
        "`.T` turns all three dimensions round, the batch too. With einsum no transposing is needed: name both "
        "last dimensions `d`.",
    ),
    mistake(
        lambda q, k: q @ k,
        "The plain product sums over the last dimension of `q` and the middle one of `k`. Here both "
        "last ones, `d`, are summed.",
    ),
    mistake(
        lambda q, k: (q * k).sum(-1),
        "Row i of `q` has met row i of `k` and no other; with different numbers of rows they cannot even do that. "
        "Every row is to meet every row: two letters, or one new dimension in each.",
    ),
    mistake(
        lambda q, k: (q[:, :, None] * k[:, None]).sum(2),
        "The products of all pairs are right, and you added up over the rows of `k`. It is the last dimension, `d`, "
        "that is to disappear.",
    ),
    mistake(
        lambda q, k: q[:, :, None] * k[:, None],
        "These are the products for all pairs, and none is added up: `d` still stands in the result. A dot product "
        "is a sum over it.",
    ),
    mistake(
        lambda q, k: torch.einsum("bid,bje->bij", q, k),
        "Each row is added up by itself, and then the sums are multiplied. A dot product multiplies entry by entry "
        "first: the last dimension of both has to have the same letter.",
    ),
    mistake(
        lambda q, k: torch.einsum("bid,cjd->bij", q, k),
        "Every `q` has met the sum of all the `k` of the batch, since the batch is called by two letters. The b-th "
        "belongs to the b-th: one letter for both.",
    ),
    mistake(
        lambda q, k: torch.tensordot(q, k, dims=([2], [2])),
        "Every table of `q` has met every table of `k`, so the batch stands in the result twice. Only the b-th and "
        "the b-th are a pair.",
    ),
    mistake(
        lambda q, k: q.mT @ k,
        "The wrong one is transposed: here the rows meet, and are summed. The last dimensions, `d`, have to be the "
        "inner ones of the product.",
    ),
    mistake(
        lambda q, k: (q[0] @ k[0].T)[None],
        "This is the first pair of tables only. Let the batch stay a dimension of its own instead of picking an "
        "entry with `[0]`.",
    ),
    mistake(
        lambda q, k: q[0] @ k[0].T,
        "This is the first pair of tables only, and `[0]` took the batch dimension away. Let the batch stay where "
        "it is, whatever its size.",
    ),
    mistake(
        lambda q, k: (q @ k.mT).squeeze(),
        "The numbers are right. `squeeze` takes every dimension of size 1 away, and with one pair in the batch that "
        "is `b`. The shape is always `(b, m, n)`.",
    ),
    mistake(
        lambda q, k: q @ k.mT / q.shape[-1] ** 0.5,
        "These are the dot products divided by the root of d. Attention does that later; the plain dot product is "
        "asked.",
    ),
    mistake(
        lambda q, k: F.cosine_similarity(q[:, :, None], k[:, None], dim=-1),
        "These are cosines: the lengths of the rows are divided out. A dot product keeps them.",
    ),
    mistake(
        lambda q, k: F.softmax(q @ k.mT, -1),
        "A softmax turned the scores into shares that add up to 1. Only the dot products themselves are asked.",
    ),
]
alternatives = [
    lambda q, k: torch.matmul(k, q.mT).mT,
    lambda q, k: torch.tensordot(q, k, dims=([2], [2])).diagonal(dim1=0, dim2=2).permute(2, 0, 1),
    lambda q, k: q @ k.mT,
    lambda q, k: torch.bmm(q, k.transpose(1, 2)),
    lambda q, k: (q[:, :, None, :] * k[:, None, :, :]).sum(-1),
    lambda q, k: torch.einsum("...id,...jd", q, k),
]
also_wrong = [
    lambda q, k: (q[:, :, None] * k[:, None]).mean(-1),
    lambda q, k: torch.einsum("bid,bjd->bi", q, k),
    lambda q, k: (q @ k.mT).relu(),
]
hints = [
    "Name the dimensions: `q` is `bid`, `k` is `bjd`. Which letters are in the output `(b, m, n)`?",
    "`d` is summed, so it does not appear after the arrow.",
    '`torch.einsum("bid,bjd->...", q, k)`: fill in the three letters.',
]
