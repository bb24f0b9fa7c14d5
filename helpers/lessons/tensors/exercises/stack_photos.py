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


def _pixels_as_rows(photos):
    h, w, c = photos[0].shape
    return torch.stack([photo.reshape(h * w, c).T.reshape(c, h, w) for photo in photos])


def _shaped_with_width_first(photos):
    n, h, w, c = torch.stack(photos).shape
    return torch.stack(photos).view(n, h * w, c).transpose(1, 2).reshape(n, c, w, h)


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
    mistake(
        lambda p: torch.cat([q.permute(2, 0, 1) for q in p]),
        "The order within each photograph is right. `cat` glued the colours of all of them into one row, `(3n, h, w)`: "
        "`stack` makes a new dimension for the photographs.",
    ),
    mistake(
        lambda p: [q.permute(2, 0, 1) for q in p],
        "Each photograph is right, and they are still a list. `torch.stack` makes one tensor of them.",
    ),
    mistake(
        _shaped_with_width_first,
        "The colours are apart, each in the right order, and the last `reshape` breaks the lines at the wrong place: "
        "rows come before columns, `h` before `w`.",
    ),
    mistake(
        lambda p: torch.stack(p).permute(3, 2, 1, 0),
        "All four dimensions are turned round, the batch too, as `.T` does. Only the colours move: "
        "`permute` says where each dimension goes.",
    ),
    mistake(
        lambda p: torch.stack([p[0], p[1]]).permute(0, 3, 1, 2),
        "Your batch holds the first two photographs, however many there are. `torch.stack` takes the whole list.",
    ),
    mistake(
        lambda p: p[0].permute(2, 0, 1)[None],
        "Your batch holds the first photograph alone. In a loop, `return` has to stand behind it; and `torch.stack` "
        "takes the whole list.",
    ),
    mistake(
        lambda p: torch.stack(p).permute(0, 3, 1, 2).squeeze(),
        "The order is right. `squeeze` takes every dimension of size 1 away, and there may be a single photograph, or "
        "a single row of pixels. The shape is always `(n, 3, h, w)`.",
    ),
    mistake(
        lambda p: torch.stack(p).permute(0, 3, 1, 2).flip(1),
        "Each photograph is in order, with its colours backwards, blue first. Red, green and blue stay in this order: "
        "only the dimension moves.",
    ),
    mistake(
        lambda p: torch.stack(p).permute(0, 3, 1, 2) / 255,
        "The order is right, and the values are divided by 255. Here the numbers are only to be moved, not changed.",
    ),
    mistake(
        lambda p: torch.stack(p).permute(0, 3, 1, 2).float(),
        "The order is right, and whole numbers have become floats. Here the numbers are only to be moved, in the dtype "
        "that they have.",
    ),
]
alternatives = [
    _pixels_as_rows,
    lambda photos: torch.stack([p.permute(2, 0, 1) for p in photos]),
    lambda photos: torch.stack(photos).movedim(-1, 1),
    lambda photos: torch.cat([p.permute(2, 0, 1).unsqueeze(0) for p in photos], dim=0),
    lambda photos: torch.stack(photos).transpose(1, 3).transpose(2, 3).contiguous(),
    lambda p: torch.stack([torch.stack([q[..., c] for c in range(3)]) for q in p]),
    lambda p: torch.einsum("nhwc->nchw", torch.stack(p)),
]
also_wrong = [
    lambda p: torch.stack(p).permute(0, 3, 1, 2).flip(0),
    lambda p: torch.stack(p)[..., :1].permute(0, 3, 1, 2),
    lambda p: [q.permute(0, 2, 1) for q in p],
    lambda p: torch.stack(p, dim=1),
]
hints = [
    "Two steps: a new dimension for the photographs, then another order of the dimensions.",
    "`torch.stack(photos)` has the shape `(n, h, w, 3)`.",
    "`permute(0, 3, 1, 2)` says: new dimension 0 is the old 0, new 1 is the old 3, …",
]
