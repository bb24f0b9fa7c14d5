"""Explorations of lesson 07: filters on photographs, and neighbours among photographs."""

import functools

import torch
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from helpers import data
from helpers.explore import Exploration, choice, explore, whole_slider
from helpers.lessons.transfer_learning import figures as pictures

NAMES = data.photos.SHOWCASE


@functools.cache
def _first_layer() -> Tensor:
    """The filters of the ImageNet network's first layer, (32, 3, 3, 3)."""
    return data.imagenet_network()._conv_stem.weight.detach().clone()


def draw_filter(photo: str = "temple", number: int = 4) -> Figure:
    """Draw a photograph, a filter of the network's first layer, and the feature map it makes."""
    pixels = data.showcase_photographs().pixels[NAMES.index(photo)]
    weights = _first_layer()[number]
    # the network pads below and on the right, by one
    x = F.pad(data.preprocess(pixels)[None], (0, 1, 0, 1))
    response = F.conv2d(x, weights[None], stride=2)[0, 0]
    return pictures.filter_response(
        pixels,
        weights,
        response,
        title=f"Filter {number} answers where the photograph looks like the filter",
    )


def filters() -> Exploration:
    """What does each of the 32 filters look for?"""
    return explore(
        draw_filter,
        "Find a filter that answers to upright edges, one for flat edges, and one for a colour. "
        "Does any filter answer nowhere?",
        photo=choice(list(NAMES), "temple", "photograph"),
        number=whole_slider(0, 31, 4, "filter"),
    )


def neighbour_search(photos: data.Images, features: Tensor) -> Exploration:
    """Which photographs lie near one another, by their pixels and by their features?

    Args:
        photos: n photographs. features: (n, d), a row for each.
    """
    small = F.interpolate(photos.pixels, size=32, mode="bilinear", antialias=True).flatten(1)
    rows = {"pixels": small, "features": features}

    def draw(chosen: int = 30) -> Figure:
        labels = photos.labels
        share = {name: _share_of_class(table, labels, chosen) for name, table in rows.items()}
        return pictures.neighbours(
            photos.pixels,
            labels,
            photos.class_names,
            rows,
            chosen,
            title=f"Same class among the five nearest: {share['pixels']} by pixels, "
            f"{share['features']} by features",
        )

    return explore(
        draw,
        "What do near neighbours by pixels have in common? And by features? "
        "Find a photograph for which the features fail.",
        chosen=whole_slider(0, len(photos) - 1, 30, "photograph"),
    )


def _share_of_class(rows: Tensor, labels: Tensor, chosen: int, count: int = 5) -> int:
    """Return how many of the `count` nearest rows have the class of row `chosen`."""
    distance = (rows - rows[chosen]).norm(dim=1)
    distance[chosen] = torch.inf
    nearest = distance.argsort(stable=True)[:count]
    return int((labels[nearest] == labels[chosen]).sum())
