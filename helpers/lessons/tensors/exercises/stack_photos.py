"""Make one batch `(n, 3, h, w)` out of a list of n photographs `(h, w, 3)`."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.tensors.exercises._common import SMALL

kind = FunctionExercise
RIGHT_OTHER = "right for other numbers and sizes of photographs"
requirements = {SMALL: 1, RIGHT_OTHER: 1}


def inputs(draw):
    yield [torch.arange(1.0, 7.0).reshape(1, 2, 3), torch.arange(11.0, 17.0).reshape(1, 2, 3)]
    yield case([draw.uniform(4, 5, 3) for _ in range(3)], requirement=RIGHT_OTHER)
    yield case([draw.integers(3, 3, 3, low=0, high=256)], requirement=RIGHT_OTHER)
    yield case([draw.uniform(2, 6, 3) for _ in range(4)], requirement=RIGHT_OTHER)
    yield [draw.uniform(1, 2, 3) for _ in range(2)]


def reference(photos):
    return torch.stack(photos).permute(0, 3, 1, 2)


mistakes = [
    mistake(
        lambda photos: torch.stack(photos).reshape(len(photos), 3, *photos[0].shape[:2]),
        "The shape is right and the picture is scrambled: `reshape` reads the numbers in the old order "
        "and fills them into the new shape. `permute` moves whole dimensions.",
    ),
    mistake(
        lambda photos: torch.stack(photos),
        "The batch is there; the three colours still come last. Move that dimension to place 1.",
    ),
    mistake(
        lambda photos: torch.stack(photos).permute(0, 3, 2, 1),
        "Height and width changed places: the photographs lie on their side.",
    ),
    mistake(
        lambda photos: torch.cat(photos),
        "`cat` glues along a dimension that is there already. `stack` makes a new one for the "
        "photographs.",
    ),
    mistake(
        lambda photos: torch.cat(photos).permute(2, 0, 1),
        "`cat` made one tall photograph of them all. `stack` makes a new dimension for the photographs.",
    ),
    mistake(
        lambda photos: torch.stack(photos).permute(3, 0, 1, 2),
        "The colours came first and the photographs second. The batch is always dimension 0.",
    ),
]
alternatives = [
    lambda photos: torch.stack([p.permute(2, 0, 1) for p in photos]),
    lambda photos: torch.stack(photos).movedim(-1, 1),
    lambda photos: torch.cat([p.permute(2, 0, 1).unsqueeze(0) for p in photos], dim=0),
    lambda photos: torch.stack(photos).transpose(1, 3).transpose(2, 3).contiguous(),
    lambda p: torch.stack([torch.stack([q[..., c] for c in range(3)]) for q in p]),
    lambda p: torch.einsum("nhwc->nchw", torch.stack(p)),
]
also_wrong = [
    lambda p: torch.stack(p, dim=1),
    lambda p: torch.stack(p).permute(0, 3, 1, 2).float(),
    lambda p: torch.stack(p).flip(3).permute(0, 3, 1, 2),
    lambda p: p[0].permute(2, 0, 1)[None],
    lambda p: [q.permute(2, 0, 1) for q in p],
]
hints = [
    "Two steps: a new dimension for the photographs, then another order of the dimensions.",
    "`torch.stack(photos)` has the shape `(n, h, w, 3)`.",
    "`permute(0, 3, 1, 2)` says: new dimension 0 is the old 0, new 1 is the old 3, …",
]
