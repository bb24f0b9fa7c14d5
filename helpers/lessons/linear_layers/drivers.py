"""Drivers and recipes of the lesson on linear layers."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from helpers.checks import drivers as common
from helpers.checks.drivers import UnusableAnswer


def perceptrons(answer: Any) -> Any:
    """Read perceptrons given as name → (w1, w2, b).

    Returns:
        Name → three floats; None for a perceptron that is still None.
    """
    if answer is None:
        return None
    if not isinstance(answer, dict):
        kind = type(answer).__name__
        raise UnusableAnswer(f"this is a {kind}; a dict with a name for each perceptron is wanted")
    return {name: _three_numbers(name, numbers) for name, numbers in answer.items()}


def _three_numbers(name: str, numbers: Any) -> list[float] | None:
    if numbers is None or numbers is Ellipsis:
        return None
    try:
        w1, w2, b = (float(number) for number in numbers)
    except (TypeError, ValueError):
        raise UnusableAnswer(f"{name} wants three numbers, (w1, w2, b)") from None
    return [w1, w2, b]


def built(function: Callable[[], nn.Module], x: torch.Tensor) -> dict[str, Any]:
    """Call `function()`, which builds a model, and run that on the batch `x` as `common.model` does."""
    return common.model(function(), x)


class _WithScale(nn.Module):
    """A layer beside a parameter of the model's own."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(size))
        self.layer = nn.Linear(size, 2)


def other_model(kind: str, size: int) -> nn.Module:
    """Return a model that is no chain of linear layers.

    Args:
        kind: "convolution" with batch norm, whose running means are no parameters, "embedding", "twice" for one layer
            that is used twice, "own" for a parameter of the model itself, which is zeros, or "none" without any.
        size: of its parts.
    """
    layer = nn.Linear(size, size)
    models = {
        "convolution": lambda: nn.Sequential(nn.Conv2d(3, size, 2), nn.BatchNorm2d(size)),
        "embedding": lambda: nn.Sequential(nn.Embedding(7, size), nn.Linear(size, 7)),
        "twice": lambda: nn.Sequential(layer, nn.Tanh(), layer),
        "own": lambda: _WithScale(size),
        "none": lambda: nn.Sequential(nn.Flatten(), nn.ReLU()),
    }
    return models[kind]()


def network(
    sizes: list[int], bias: bool = True, nested: bool = False, frozen: bool = False
) -> nn.Module:
    """Return linear layers that chain, `sizes[0]` → `sizes[1]` → …, as an `nn.Sequential`.

    Args:
        bias: give the layers a bias.
        nested: put all layers but the last into a Sequential of their own.
        frozen: let the first layer's parameters want no gradient.
    """
    layers = [nn.Linear(n_in, n_out, bias=bias) for n_in, n_out in pairwise(sizes)]
    if frozen:
        layers[0].requires_grad_(False)
    if nested:
        return nn.Sequential(nn.Sequential(*layers[:-1]), layers[-1])
    return nn.Sequential(*layers)
