"""Drivers and recipes of the lesson on activations."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
}


def stack(
    sizes: list[int], seed: int, positive: bool = False, used: bool = False
) -> list[nn.Linear]:
    """Return linear layers that chain, `sizes[0]` → `sizes[1]` → …, with parameters drawn from `seed`.

    With `positive` no weight and no bias is below zero, so positive inputs give positive scores. With `used` an earlier
    backward pass has left its gradients.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layer = nn.Linear(n_in, n_out)
        with torch.no_grad():
            for parameter in layer.parameters():
                values = torch.randn(parameter.shape, generator=generator) / n_in**0.5
                parameter.copy_(values.abs() if positive else values)
        if used:
            layer(torch.ones(2, n_in)).sum().backward()
        layers.append(layer)
    return layers


def frozen_stack(sizes: list[int], seed: int, positive: bool = False) -> list[nn.Linear]:
    """Return the layers of `stack` for use without training: their parameters want no gradient."""
    return [layer.requires_grad_(False) for layer in stack(sizes, seed, positive)]


def activation(name: str) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return torch's own function of that name."""
    return FUNCTIONS[name]


def measured_twice(
    function: Callable, layers: list[nn.Linear], act: Callable, x: torch.Tensor
) -> dict[str, Any]:
    """Call `function(layers, act, x)` two times on the same layers: a measurement leaves no trace."""
    return {"first": function(layers, act, x), "again": function(layers, act, x)}
