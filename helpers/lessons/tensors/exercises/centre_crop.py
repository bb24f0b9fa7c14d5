"""Cut the middle square of `size` × `size` pixels out of every picture of a batch."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
RIGHT_OBLONG = "right for oblong pictures, and where nothing is left over"
requirements = {
    "right for square pictures": 1,
    RIGHT_OBLONG: 1,
}


def inputs(draw):
    yield torch.arange(16.0).reshape(1, 4, 4) + 10, 2
    yield case(torch.arange(12.0).reshape(1, 2, 6) + 10, 2, requirement=RIGHT_OBLONG)
    yield draw.normal(3, 9, 9), 4
    yield draw.normal(1, 7, 7), 4
    yield draw.normal(5, 8, 8), 2
    yield case(draw.normal(2, 7, 10), 5, requirement=RIGHT_OBLONG)
    yield case(draw.normal(2, 8, 12), 5, requirement=RIGHT_OBLONG)
    yield case(draw.normal(2, 6, 6), 6, requirement=RIGHT_OBLONG)


def reference(images, size):
    top = (images.shape[1] - size) // 2
    left = (images.shape[2] - size) // 2
    return images[:, top : top + size, left : left + size]


def _crop_that_rounds_up(images, size):
    top, left = (n - (n - size) // 2 - size for n in images.shape[1:])
    return images[:, top : top + size, left : left + size]


mistakes = [
    mistake(
        lambda images, size: images[:, :size, :size],
        "That is the top left corner. Start at `(height - size) // 2` instead of 0.",
    ),
    mistake(
        lambda images, size: images[
            :,
            (images.shape[1] - size) // 2 : size,
            (images.shape[2] - size) // 2 : size,
        ],
        "The number after the colon is where the slice stops, not how long it is: "
        "`top : top + size`.",
    ),
    mistake(
        lambda images, size: images[
            :,
            (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
            (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
        ],
        "You used the height for both directions. The width has its own start.",
    ),
    mistake(
        lambda images, size: images[
            :,
            (images.shape[1] - size) // 2 : -((images.shape[1] - size) // 2),
            (images.shape[2] - size) // 2 : -((images.shape[2] - size) // 2),
        ],
        "Counting the stop from the end fails where nothing is left over (`0 : -0` is empty) and where "
        "the rest is odd. Stop at `start + size`.",
    ),
    mistake(
        lambda images, size: images[
            (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
            (images.shape[2] - size) // 2 : (images.shape[2] - size) // 2 + size,
        ],
        "The first dimension counts the pictures. Begin with `:` to keep them all.",
    ),
]
alternatives = [
    lambda images, size: images.narrow(1, (images.shape[1] - size) // 2, size).narrow(
        2, (images.shape[2] - size) // 2, size
    ),
    lambda images, size: images[
        :,
        (images.shape[1] - size) // 2 : (images.shape[1] + size) // 2,
        (images.shape[2] - size) // 2 : (images.shape[2] + size) // 2,
    ],
    lambda images, size: images[
        ..., (images.shape[1] - size) // 2 :, (images.shape[2] - size) // 2 :
    ][:, :size, :size],
]
also_wrong = [
    _crop_that_rounds_up,
    lambda x, s: x[:, -s:, -s:],
    lambda x, s: x[:, (x.shape[1] - s) // 2 : (x.shape[1] - s) // 2 + s],
    lambda x, s: F.interpolate(x[None], (s, s))[0],
    lambda x, s: x.flatten()[: len(x) * s * s].reshape(-1, s, s),
]
hints = [
    "How many rows are left over above and below, together? Half of them, rounded down, come first.",
    "One slice for each dimension: `images[:, rows, columns]`.",
    "`top = (images.shape[1] - size) // 2`, and the rows are `top : top + size`.",
]
