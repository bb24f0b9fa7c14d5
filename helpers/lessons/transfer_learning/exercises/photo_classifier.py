"""Learn four kinds of photographs from eight examples each, and return a model that classifies others."""

import functools
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers import data
from helpers.checks.exercise import Case, TrainingExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises._common import _features

SIZE, TRAIN, TEST = 96, 8, 16  # pixels along a side; photographs of each class

IN_ALL = [28, 27, 28, 38]  # photographs of each class; the classes stand one after another


@functools.cache
def _small_photos():
    """All photographs at 96 × 96 as bytes."""
    pixels = data.photographs().pixels
    small = F.interpolate(pixels, size=SIZE, mode="bilinear", antialias=True)
    return small.round().clamp(0, 255).to(torch.uint8)


@dataclass(frozen=True)
class _PhotoInputs:
    """Inputs of a case, by row numbers: the photographs are read when a check begins, not with this module."""

    train: Tensor
    classes: Tensor
    test: Tensor
    mirror: bool
    changes: Tensor
    """Nine numbers from 0 to 1 for each photograph, first those to learn from; see `_taken_anew`."""

    def __iter__(self):
        pixels = _small_photos()
        changes = self.changes.split([len(self.train), len(self.test)])
        yield _taken_anew(pixels[self.train], changes[0])
        yield self.classes
        test = _taken_anew(pixels[self.test], changes[1])
        # Two tensors, since one would be larger than what a plan may hold.
        yield from (test.flip(-1) if self.mirror else test).chunk(2)


def _taken_anew(pixels, changes):
    """Return each photograph as if taken once more: turned, another section, in other light, with noise.

    The photographs ship with the course, and one as it is in the file would be found there.
    """
    return torch.stack([_one_anew(*both) for both in zip(pixels, changes, strict=True)])


def _one_anew(picture, change):
    size, top, left, *gains, noise, mirrored, angle = change.tolist()
    generator = torch.Generator().manual_seed(int(noise * 2**24))
    turned = _turned(picture.float(), 0.5 * angle - 0.25)
    side = 60 + round(16 * size)
    y, x = (round(share * (SIZE - side)) for share in (top, left))
    section = turned[None, :, y : y + side, x : x + side]
    section = F.interpolate(section, size=SIZE, mode="bilinear", antialias=True)[0]
    light = torch.rand(1, 1, 3, 3, generator=generator) + 0.5
    light = F.interpolate(light, size=SIZE, mode="bicubic")[0]
    section = section * light * (0.7 + 0.6 * torch.tensor(gains))[:, None, None]
    section = section + 8 * torch.randn(section.shape, generator=generator)
    section = section.flip(-1) if mirrored < 0.5 else section
    return section.round().clamp(0, 255).to(torch.uint8)


def _turned(picture, angle):
    """Turn a picture (3, h, w) by an angle in radians; what is missing at the edges is mirrored."""
    c, s = math.cos(angle), math.sin(angle)
    grid = F.affine_grid(
        torch.tensor([[[c, -s, 0.0], [s, c, 0.0]]]), (1, *picture.shape), align_corners=False
    )
    return F.grid_sample(picture[None], grid, padding_mode="reflection", align_corners=False)[0]


def _photo_case(draw, *, mirror, requirement=None):
    """Return a case: eight photographs of each class to learn from, eight held out; classes are renumbered."""
    order, numbers = draw.permutation(121), draw.permutation(4)
    labels = torch.arange(4).repeat_interleave(torch.tensor(IN_ALL))[order]
    train, test = [], []
    for k in range(4):
        rows = (labels == k).nonzero()[:, 0]
        train.append(rows[:TRAIN])
        test.append(rows[TRAIN : TRAIN + TEST])
    train, test = torch.cat(train), torch.cat(test)
    train = train[draw.permutation(len(train))]
    test = test[draw.permutation(len(test))]
    changes = draw.uniform(len(train) + len(test), 9)
    inputs = _PhotoInputs(order[train], numbers[labels[train]], order[test], mirror, changes)
    return Case(inputs, requirement, held_out_target=numbers[labels[test]])


class _PhotoModel(nn.Module):
    def __init__(self, head, prepare):
        super().__init__()
        self.network, self.head, self.prepare = data.imagenet_network(), head, prepare

    def features(self, pixels):
        with torch.no_grad():
            return _features(self.network, self.prepare(pixels))

    def forward(self, pixels):
        return self.head(self.features(pixels))


def _fit(head, features, labels, steps=100):
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(head(features), labels).backward()
        optimizer.step()


def _photo_model(pixels, labels, *, steps=100, prepare=data.preprocess, training=False):
    model = _PhotoModel(nn.Linear(1280, 4), prepare)
    model.network.train(training)
    _fit(model.head, model.features(pixels), labels, steps)
    return model


kind = TrainingExercise
OTHERS_WITH = "others, with the classes renumbered"
requirements = {"photographs it has not seen": 2, OTHERS_WITH: 2}
driver = drivers.photo_predictions
# Over 20 draws of both cases: a trained head 0.78 (0.69 to 0.88), class means of features 0.79 (0.72 to 0.86), the
# nearest file by pixels, blurred pixels or colours 0.43 (0.23 to 0.61). The nearest file by this very network's
# features would find the photograph; but that is the way that the exercise asks for.
at_least = 0.6
score_name = "accuracy on 64 photographs it has not seen"
seconds = 40


def inputs(draw):
    yield _photo_case(draw, mirror=False)
    yield _photo_case(draw, mirror=True, requirement=OTHERS_WITH)


def score(predictions, targets):
    return (predictions == targets).float().mean()


def reference(pixels, labels):
    return _photo_model(pixels, labels)


def _whole_network(pixels, labels):
    network = data.imagenet_network(num_classes=4)
    network.requires_grad_(False)
    network._fc.requires_grad_(True)
    x = data.preprocess(pixels)
    _fit(network._fc, _features(network, x), labels, steps=150)
    return lambda pixels: network(data.preprocess(pixels))


def _class_means(pixels, labels):
    network = data.imagenet_network()
    with torch.no_grad():
        features = F.normalize(_features(network, data.preprocess(pixels)))
    means = torch.stack([features[labels == k].mean(0) for k in range(4)])

    def scores(pixels):
        return F.normalize(_features(network, data.preprocess(pixels))) @ means.T

    return scores


mistakes = [
    mistake(
        lambda pixels, labels: _photo_model(pixels, labels, steps=0),
        "The head was never trained: it still has the random weights it was born with.",
    ),
    mistake(
        lambda pixels, labels: lambda X: data.imagenet_network()(data.preprocess(X)),
        "These are scores for the 1,000 classes of ImageNet. Four classes are wanted: a new head.",
    ),
    mistake(
        lambda pixels, labels: lambda X: data.imagenet_network(num_classes=4)(data.preprocess(X)),
        "`imagenet_network(num_classes=4)` has a new head with random weights. Train it on the features.",
    ),
    mistake(
        lambda pixels, labels: nn.Linear(1280, 4),
        "A layer got something else than the 1,280 features that it takes. The maps are to be pooled; and what you "
        "return has to go the whole way, from raw photographs to scores, not from features.",
    ),
    mistake(
        lambda pixels, labels: data.imagenet_network(num_classes=4),
        "The network got bytes, and it takes prepared pixels: `data.preprocess(pixels)`, in training and again for "
        "each photograph to be named.",
    ),
]
alternatives = [_whole_network, _class_means]
hints = [
    "Three steps: features of the training photographs once, a head trained on them, and a function that "
    "does both for new photographs.",
    "Pixels come as bytes, 0 to 255: `preprocess(pixels)` before the network, in training and in prediction.",
    "100 steps of Adam at 1e-3 on `nn.Linear(1280, 4)` are enough. Training from random weights is not: "
    "that gets to about 0.45.",
]
