"""Small networks of lesson 07: a backbone and a head, built like the large one."""

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn


class SmallNet(nn.Module):
    """A network 3 → 6 → classes built like the large one: stem, blocks, dropout, and a last layer `_fc`.

    `blocks` block layers are named "_blocks.0", "_blocks.1" …, and hold layers of their own if `deep`; `_fc_norm` is
    no part of the head. As in the large one, the head is not the layer that was registered last.
    """

    def __init__(self, classes: int = 4, blocks: int = 2, deep: bool = False) -> None:
        super().__init__()
        self._stem = nn.Linear(3, 6)
        self._bn0 = nn.BatchNorm1d(6)
        self._blocks = nn.ModuleList(_block(deep) for _ in range(blocks))
        self._fc_norm = nn.BatchNorm1d(6)
        self._dropout = nn.Dropout(0.5)
        self._fc = nn.Linear(6, classes)
        self._swish = nn.SiLU()

    def extract_features(self, x: Tensor) -> Tensor:
        """Return maps (n, 6, 2, 3) for x (n, 3)."""
        x = torch.relu(self._bn0(self._stem(x)))
        for block in self._blocks:
            x = x + self._swish(block(x))
        places = torch.tensor([[0.25, 1.0, 2.0], [1.5, 0.75, 0.5]])  # their mean is 1
        return self._fc_norm(x)[:, :, None, None] * places

    def forward(self, x: Tensor) -> Tensor:
        """Return scores (n, classes) for x (n, 3)."""
        return self._fc(self._dropout(self.extract_features(x).mean((2, 3))))


def _block(deep: bool) -> nn.Module:
    layer = nn.Linear(6, 6)
    inside = OrderedDict([("_conv", layer), ("_bn0", nn.BatchNorm1d(6))]) if deep else None
    return nn.Sequential(inside) if inside else layer


def fill(module: nn.Module, seed: int) -> None:
    """Give all parameters and running statistics of a module drawn values; torch's own generator stays."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                drawn = torch.randn(tensor.shape, generator=generator) * 0.5
                tensor.copy_(drawn.abs() + 0.5 if tensor.dim() == 1 else drawn)


def small_net(
    seed: int = 0, classes: int = 4, blocks: int = 2, frozen: bool = False, deep: bool = False
) -> SmallNet:
    """Return a `SmallNet` in train mode; `frozen` freezes every other of its parameters."""
    net = SmallNet(classes, blocks, deep)
    fill(net, seed)
    for number, parameter in enumerate(net.parameters()):
        parameter.requires_grad_(not (frozen and number % 2))
    return net


class Extractor(SmallNet):
    """A small network that notes each call of it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def extract_features(self, x: Tensor) -> Tensor:
        mode = "train" if self.training else "eval"
        graph = "recorded" if torch.is_grad_enabled() else "none"
        self.seen.append({"rows": len(x), "graph": graph, "mode": mode})
        return super().extract_features(x)


def mixed_net(seed: int) -> nn.Sequential:
    """Return a network 3 → 2 with both sorts of BatchNorm, another norm and a dropout, filled from `seed`.

    Some layers are nested, one of them deeply. Every third parameter is frozen.
    """
    model = nn.Sequential(
        nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5)),
        nn.Sequential(
            nn.Unflatten(1, (6, 1, 1)),
            nn.Sequential(nn.Sequential(nn.BatchNorm2d(6))),
            nn.Flatten(),
            nn.LayerNorm(6),
        ),
        nn.Linear(6, 2),
    )
    fill(model, seed)
    for number, parameter in enumerate(model.parameters()):
        parameter.requires_grad_(number % 3 > 0)
    return model


def two_part_net(inputs: int, classes: int, seed: int) -> nn.Sequential:
    """Return Sequential(backbone, head); the backbone is Linear, BatchNorm, ReLU."""
    backbone = nn.Sequential(nn.Linear(inputs, 8), nn.BatchNorm1d(8), nn.ReLU())
    net = nn.Sequential(backbone, nn.Linear(8, classes))
    fill(net, seed)
    return net
