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


def _crop_at(images, top, left, size):
    return images[:, top : top + size, left : left + size]


def _crop_that_rounds_up(images, size):
    top, left = (n - (n - size) // 2 - size for n in images.shape[1:])
    return _crop_at(images, top, left, size)


def _crop_that_rounds_to_even(images, size):
    return _crop_at(images, *(round((n - size) / 2) for n in images.shape[1:]), size)


def _crop_that_rounds_twice(images, size):
    return _crop_at(images, *(n // 2 - size // 2 for n in images.shape[1:]), size)


def _crop_from_the_middle(images, size):
    return _crop_at(images, *(n // 2 for n in images.shape[1:]), size)


def _crop_by_halves(images, size):
    (_, h, w), half = images.shape, size // 2
    return images[:, h // 2 - half : h // 2 + half, w // 2 - half : w // 2 + half]


def _crop_by_equal_borders(images, size):
    _, h, w = images.shape
    top, left = (h - size) // 2, (w - size) // 2
    return images[:, top : h - top, left : w - left]


def _crop_with_one_too_many(images, size):
    top, left = ((n - size) // 2 for n in images.shape[1:])
    return images[:, top : top + size + 1, left : left + size + 1]


def _right_crop(images, size):
    return _crop_at(images, *((n - size) // 2 for n in images.shape[1:]), size)


def _crop_by_index_tables(images, size):
    rows = torch.arange(size) + (images.shape[1] - size) // 2
    columns = torch.arange(size) + (images.shape[2] - size) // 2
    return images[:, rows[:, None], columns]


def _crop_by_rolling(images, size):
    top, left = ((n - size) // 2 for n in images.shape[1:])
    return torch.roll(images, (-top, -left), dims=(1, 2))[:, :size, :size]


def _crop_by_padding(images, size):
    _, h, w = images.shape
    top, left = (h - size) // 2, (w - size) // 2
    return F.pad(images, (-left, left + size - w, -top, top + size - h))


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
    mistake(
        lambda x, s: _crop_at(x, (x.shape[2] - s) // 2, (x.shape[1] - s) // 2, s),
        "Height and width are swapped: the shape is `(n, h, w)`, and rows come before columns in the slices, too.",
    ),
    mistake(
        lambda x, s: x[:, 1 : 1 + s, 1 : 1 + s],
        "A border of 1 is right in the example alone. Work it out from the height, the width and `size`.",
    ),
    mistake(
        lambda x, s: x[:, 1:3, 1:3],
        "These are the slices of the example, whatever comes in. Work them out from the height, the width and `size`.",
    ),
    mistake(
        lambda x, s: x[:, -s:, -s:],
        "That is the lower right corner: all that is left over lies above and to the left of it. Only half of it "
        "shall, so divide by 2.",
    ),
    mistake(
        _crop_from_the_middle,
        "Your crop begins in the middle of the picture. Its own middle has to lie there, so it begins half a crop "
        "earlier.",
    ),
    mistake(
        _crop_with_one_too_many,
        "One row and one column too many: the stop of a slice is left out anyway, so `start : start + size` takes "
        "exactly `size` of them.",
    ),
    mistake(
        _crop_by_halves,
        "`size // 2` to either side of the middle is an even number of pixels, so with an odd `size` one row and one "
        "column are missing. Work out the start and stop at `start + size`.",
    ),
    mistake(
        _crop_by_equal_borders,
        "As much is cut off below as above, so where the rest is odd one row or column too many stays. Stop at "
        "`start + size`.",
    ),
    mistake(
        _crop_that_rounds_twice,
        "`h // 2 - size // 2` rounds twice, and where only `size` is odd that is one more than `(h - size) // 2`. "
        "Subtract first, then halve.",
    ),
    mistake(
        _crop_that_rounds_up,
        "Where the rest is odd, you leave the larger half above and to the left. The text wants it rounded down: `//`.",
    ),
    mistake(
        _crop_that_rounds_to_even,
        "`round` goes up as often as down: 1.5 becomes 2. Where the rest is odd, the half has to be rounded down, as "
        "`//` does.",
    ),
    mistake(
        lambda x, s: _right_crop(x, s)[0],
        "Only the first picture is left, and `[0]` took its dimension away. Begin with `:` to keep all pictures.",
    ),
    mistake(
        lambda x, s: _right_crop(x, s).squeeze(),
        "The pixels are right. `squeeze` takes every dimension of size 1 away, and with one picture that is the batch. "
        "The shape is always `(n, size, size)`.",
    ),
    mistake(
        lambda x, s: x[:, (x.shape[1] - s) // 2 : (x.shape[1] - s) // 2 + s],
        "The rows are right, and all columns are still there. A third place in the brackets cuts the columns.",
    ),
]
alternatives = [
    _crop_by_index_tables,
    _crop_by_rolling,
    _crop_by_padding,
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
    lambda x, s: x[:, (x.shape[1] - s) // 2 :, (x.shape[2] - s) // 2 :],
    lambda x, s: _right_crop(x, s).mT,
    lambda x, s: F.interpolate(x[None], (s, s))[0],
    lambda x, s: x.flatten()[: len(x) * s * s].reshape(-1, s, s),
]
hints = [
    "How many rows are left over above and below, together? Half of them, rounded down, come first.",
    "One slice for each dimension: `images[:, rows, columns]`.",
    "`top = (images.shape[1] - size) // 2`, and the rows are `top : top + size`.",
]
