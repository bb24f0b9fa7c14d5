"""What several lessons conclude with: numbers that agree, parameters that train."""

from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks import drivers

UNFOUNDED = "unfounded"
"""Stands for a fact that the reported numbers do not bear out."""


def close(got: Any, wanted: Any, tolerance: float = 1e-4) -> bool:
    """Say whether `got` is a tensor of the shape of `wanted` with the same values."""
    if not isinstance(got, Tensor) or not isinstance(wanted, Tensor) or got.shape != wanted.shape:
        return False
    return torch.allclose(
        got.double(), wanted.double(), rtol=tolerance, atol=tolerance / 10, equal_nan=True
    )


def same_state(got: Any, wanted: dict[str, Tensor]) -> bool:
    """Say whether `got` is a dict with the names and exactly the values of `wanted`."""
    return (
        isinstance(got, dict)
        and set(got) == set(wanted)
        and all(isinstance(got[n], Tensor) and torch.equal(got[n], t) for n, t in wanted.items())
    )


def put_into(model: nn.Module, state: Any) -> None:
    """Load into a model what a reported state has for it, name by name, and leave the rest."""
    own = model.state_dict()
    for name, tensor in state.items() if isinstance(state, dict) else ():
        if name in own and isinstance(tensor, Tensor) and own[name].shape == tensor.shape:
            with torch.no_grad():
                own[name].copy_(tensor)


def true_slopes(model: nn.Module, *inputs: Tensor) -> dict[str, Tensor | None]:
    """Return the slopes (see `drivers.common.slopes`) of a model in eval mode, all of whose parameters train."""
    model.requires_grad_(True)
    return drivers.slopes(model, model.eval()(*inputs))


def what_trains(slopes: dict[str, Any], true: dict[str, Tensor | None]) -> dict[str, Any]:
    """Return for each parameter True where its slope is the true one, False for none, or `UNFOUNDED`."""
    return {
        name: False if slope is None else close(slope, true.get(name)) or UNFOUNDED
        for name, slope in slopes.items()
    }
