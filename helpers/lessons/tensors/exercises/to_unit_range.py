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
        "The numbers are right, but `.double()` makes float64; layers want float32.",
    ),
    mistake(
        lambda images: images // 255,
        "The fractions are cut off, so all grey turns black: by `//`, or by casting back to whole numbers. "
        "Use `/` and keep the floats.",
    ),
]
alternatives = [
    lambda images: images / 255,
    lambda images: images.float().mul(1 / 255),
    lambda images: torch.true_divide(images, 255.0),
    lambda x: x.float().div_(255),
    lambda x: (x.double() / 255).float(),
]
also_wrong = [
    lambda x: (x.float() - 127.5) / 127.5,
    lambda x: (x.float() - x.min()) / (x.max() - x.min()),
    lambda x: x.float().div(255).round(),
    lambda x: x.half() / 255,
    lambda x: (x / 255).tolist(),
]
hints = [
    "Two steps: another dtype, another range.",
    "`.float()` (or `.to(torch.float32)`) changes the dtype.",
    "White is 255 and must become 1: by which number do you divide?",
]
