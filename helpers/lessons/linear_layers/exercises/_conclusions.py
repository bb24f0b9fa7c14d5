"""What is concluded in lesson 02: truth tables, the way of a batch through layers, slopes that arrive."""

from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks import drivers
from helpers.checks.conclusions import close

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def truth_tables(seen: Any) -> Any:
    """Run perceptrons, name → [w1, w2, b], on the four corners (0, 0), (0, 1), (1, 0), (1, 1)."""
    if not isinstance(seen, dict):
        return seen
    return {name: numbers and _truth_table(*numbers) for name, numbers in seen.items()}


def _truth_table(w1: float, w2: float, b: float) -> list[int]:
    return [int(w1 * x1 + w2 * x2 + b > 0) for x1, x2 in CORNERS]


def built(seen: dict[str, Any], x: Tensor) -> dict[str, Any]:
    """Say which shape comes out, where the reported layers make the reported output of `x`."""
    output = seen["output"]
    founded = close(output, _through(seen["layers"], seen["shapes in each layer"], x))
    return seen | {"output shape": tuple(output.shape) if founded else None}


def _through(kinds: list[str], shapes: list[list[tuple[int, ...]]], x: Tensor) -> Tensor | None:
    """Send a batch through layers of these kinds, one after another, filled as the driver fills them."""
    layers: list[nn.Module] = []
    for kind, sizes in zip(kinds, shapes, strict=True):
        if kind == "Linear":
            n_out, n_in = sizes[0]
            layers.append(nn.Linear(min(n_in, 1000), min(n_out, 1000), bias=len(sizes) > 1))
        elif kind in ("ReLU", "Tanh", "Sigmoid", "Identity", "Flatten"):
            layers.append(getattr(nn, kind)())
        else:
            return None
    net = nn.Sequential(*layers)
    drivers.fill_parameters(net)
    with torch.no_grad():
        return net(x)


def slopes_arrive(seen: dict[str, Any], right: nn.Module, x: Tensor) -> dict[str, Any]:
    """Say whether each parameter has the slope that it has in the right network, filled alike."""
    drivers.fill_parameters(right)
    wanted = drivers.slopes(right.eval(), right(x))
    true = sorted(wanted.values(), key=lambda s: () if s is None else tuple(s.shape))
    got = seen["slopes"]
    arrive = len(got) == len(true) and all(close(s, t) for s, t in zip(got, true, strict=True))
    return seen | {"gradients reach every parameter": arrive}
