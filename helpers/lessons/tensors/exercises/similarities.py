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
]
alternatives = [
    lambda q, k: q @ k.mT,
    lambda q, k: torch.bmm(q, k.transpose(1, 2)),
    lambda q, k: (q[:, :, None, :] * k[:, None, :, :]).sum(-1),
    lambda q, k: torch.einsum("...id,...jd", q, k),
]
also_wrong = [
    lambda q, k: F.softmax(q @ k.mT, -1),
    lambda q, k: F.cosine_similarity(q[:, :, None], k[:, None], dim=-1),
    lambda q, k: q @ k.mT / q.shape[-1] ** 0.5,
    lambda q, k: torch.einsum("bid,cjd->bij", q, k),
    lambda q, k: (q[0] @ k[0].T)[None],
]
hints = [
    "Name the dimensions: `q` is `bid`, `k` is `bjd`. Which letters are in the output `(b, m, n)`?",
    "`d` is summed, so it does not appear after the arrow.",
    '`torch.einsum("bid,bjd->...", q, k)`: fill in the three letters.',
]
