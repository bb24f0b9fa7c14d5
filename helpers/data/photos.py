"""Colour photographs with open licences. Author, licence and source of each: `photo_credits()`."""

import csv
import io

import torch
from torch import Tensor

from helpers.data.files import DataFileError, read, remembered
from helpers.data.results import Images

ATTRIBUTION = "attribution.csv"
COLUMNS = ("file", "class", "title", "author", "licence", "source")
CLASS_FOLDERS = ("fish", "monument", "renewable_energy", "tool")
SHOWCASE_FOLDER = "showcase"
SHOWCASE = ("cat", "coffee", "rocket", "temple", "flower")


@remembered
def photographs() -> Images:
    """Small photographs in four classes: few enough to need a network trained on other pictures.

    pixels (121, 3, 128, 128) float32, red, green, blue, 0 to 255. labels (121,) int64: fish 28,
    monument 27, renewable energy 28, tool 38; they stand in this order.

    Source: the pictures of the activity "categorization" in GCompris (Debian package
    gcompris-qt-data 3.1), cut to squares and made smaller. Licence: each is in the public domain or
    CC0; `photo_credits()` tells author and source.
    """
    rows = [row for row in _attribution() if row["class"] in CLASS_FOLDERS]
    return Images(
        name="photographs",
        pixels=_pictures([row["file"] for row in rows]),
        labels=torch.tensor([CLASS_FOLDERS.index(row["class"]) for row in rows]),
        class_names=tuple(name.replace("_", " ") for name in CLASS_FOLDERS),
    )


@remembered
def showcase_photographs() -> Images:
    """Five photographs for an ImageNet network to name: cat, coffee, rocket, temple, flower.

    pixels (5, 3, 224, 224) float32, red, green, blue, 0 to 255. labels (5,) int64 count these five
    words; they are not numbers of ImageNet classes.

    Source: example pictures of scikit-image (cat, coffee, rocket) and scikit-learn (temple,
    flower), cut to squares and made smaller. Licence: cat and coffee CC0, rocket public domain,
    temple and flower CC BY 2.0; `photo_credits()` tells the authors.
    """
    return Images(
        name="showcase photographs",
        pixels=_pictures([f"{SHOWCASE_FOLDER}/{name}.jpg" for name in SHOWCASE]),
        labels=torch.arange(len(SHOWCASE)),
        class_names=SHOWCASE,
    )


def photo_credits() -> list[dict[str, str]]:
    """File, class, title, author, licence and source of each photograph, in the order of the loaders:
    first the rows of `photographs()`, then those of `showcase_photographs()`."""
    return _attribution()


def _attribution() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(f"photos/{ATTRIBUTION}").decode("utf-8"))))


def _pictures(files: list[str]) -> Tensor:
    """JPEGs below photos/, as one tensor (n, 3, h, w) float32, 0 to 255."""
    return torch.stack([_picture(f"photos/{file}") for file in files])


def _picture(file: str) -> Tensor:
    import numpy as np
    from PIL import Image, UnidentifiedImageError  # only for those who use photographs

    try:
        with Image.open(io.BytesIO(read(file))) as image:
            pixels = np.array(image.convert("RGB"))  # (h, w, 3) uint8
    except UnidentifiedImageError as error:
        raise DataFileError(f"assets/data/{file} is no picture") from error
    return torch.from_numpy(pixels).permute(2, 0, 1).float().contiguous()
