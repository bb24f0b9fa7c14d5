"""Turn pixels from 0 … 255 into float32 values from 0 to 1."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
exact_dtype = True
RIGHT_BATCHES = "right for batches and other whole-number dtypes"
requirements = {
    "right for one small picture of bytes": 1,
    RIGHT_BATCHES: 1,
}


def inputs(draw):
    yield torch.tensor([[51, 102], [204, 153]], dtype=torch.uint8)
    batch = draw.integers(3, 4, 5, low=3, high=240).to(torch.uint8)
    yield case(batch, requirement=RIGHT_BATCHES)
    yield case(draw.integers(2, 3, 3, low=3, high=240), requirement=RIGHT_BATCHES)
    yield draw.integers(2, 2, low=3, high=240).to(torch.uint8)


def reference(images):
    return images.to(torch.float32) / 255


def _from_a_table(images):
    values = torch.arange(256, dtype=torch.float32) / 255
    return values[images.long()]


def _number_by_number(images):
    numbers = [pixel / 255 for pixel in images.flatten().tolist()]
    return torch.tensor(numbers).reshape(images.shape)


mistakes = [
    mistake(
        lambda images: images.to(torch.float32),
        "The dtype is right, the range is not: the values still go up to 255.",
    ),
    mistake(
        lambda images: images / images.max(),
        "You divided by the largest pixel of this batch, so the same grey would get another value "
        "in each batch. 255 is the fixed white.",
    ),
    mistake(
        lambda images: images / 256,
        "The largest byte is 255, so divide by 255: white must become exactly 1.",
    ),
    mistake(
        lambda images: images.double() / 255,
        "The numbers are right, but they are float64, as `.double()` makes them, and NumPy too; layers want float32.",
    ),
    mistake(
        lambda images: images // 255,
        "The fractions are cut off, so all grey turns black: by `//`, or by casting back to whole numbers. "
        "Use `/` and keep the floats.",
    ),
    mistake(
        lambda x: (x.float() - x.min()) / (x.max().float() - x.min()),
        "You stretched from the darkest to the brightest pixel that came in, so the same grey would get another value "
        "in each batch. Black is 0 and white is 255, whether they occur or not.",
    ),
    mistake(
        lambda x: x / x.amax((-2, -1), keepdim=True),
        "You divided each picture by its own brightest pixel, so a dark picture would become as bright as the others. "
        "255 is the fixed white.",
    ),
    mistake(
        lambda x: x.float() / 127.5 - 1,
        "Your values run from −1 to 1. From 0 to 1 is asked: black stays 0, so nothing is subtracted.",
    ),
    mistake(
        lambda x: 1 - x / 255,
        "The range is right and the pictures are negatives: white must become 1, and black 0.",
    ),
    mistake(
        lambda x: (x.float() - x.float().mean()) / x.float().std(),
        "That gives mean 0 and standard deviation 1. A range is asked: black becomes 0 and white becomes 1, whatever "
        "else is in the picture.",
    ),
    mistake(
        lambda x: x.float().clamp(0, 1),
        "`clamp` does not scale, it cuts off: every grey above 0 has become white. Divide instead.",
    ),
    mistake(
        lambda x: (x.float() / 255 * 10).round() / 10,
        "The values are rounded to one decimal, which is right for the example alone. Keep all digits.",
    ),
    mistake(
        lambda x: x.flatten() / 255,
        "The values are right, and the pictures have become one long row. `/` goes entry by entry on any shape, so "
        "nothing is to be flattened, or it has to be shaped back.",
    ),
    mistake(
        lambda x: torch.tensor([[value / 255 for value in row] for row in x.tolist()]),
        "Right for one picture, a table. A batch has a dimension more, and any shape was promised. `/` takes whole "
        "tensors of any shape, without a loop.",
    ),
]
alternatives = [
    _from_a_table,
    _number_by_number,
    lambda images: torch.from_numpy(images.numpy() / 255.0).to(torch.float32),
    lambda images: images / 255,
    lambda images: images.float().mul(1 / 255),
    lambda images: torch.true_divide(images, 255.0),
    lambda x: x.float().div_(255),
    lambda x: (x.double() / 255).float(),
]
also_wrong = [
    lambda x: x.float() / 25.5,
    lambda x: x.float().sigmoid(),
    lambda x: x.float().div(255).round(),
    lambda x: x.half() / 255,
    lambda x: (x / 255).tolist(),
]
hints = [
    "Two steps: another dtype, another range.",
    "`.float()` (or `.to(torch.float32)`) changes the dtype.",
    "White is 255 and must become 1: by which number do you divide?",
]
