"""Fresh random inputs for exercises."""

from collections.abc import Sequence
from typing import Any

import torch


class InputSampler:
    """Draws the random inputs of one check; the same seed gives the same inputs.

    Floats come as float32. None of them is a whole number, so a wrong formula has nowhere to hide.
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self.count = 0
        """How often something was drawn; 0 means that the case so far is a fixed one."""

    def _drawn(self) -> torch.Generator:
        self.count += 1
        return self._generator

    def normal(self, *shape: int, mean: float = 0.0, std: float = 1.0) -> torch.Tensor:
        """Normal values, float32, of the given shape."""
        return torch.randn(shape, generator=self._drawn()) * std + mean

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """Values spread evenly from `low` to `high`, float32, of the given shape."""
        return torch.rand(shape, generator=self._drawn()) * (high - low) + low

    def integers(self, *shape: int, low: int, high: int) -> torch.Tensor:
        """Integers from `low` up to but not including `high`, int64, of the given shape."""
        return torch.randint(low, high, shape, generator=self._drawn())

    def integer(self, low: int, high: int) -> int:
        """One Python int from `low` up to but not including `high`."""
        return int(self.integers(1, low=low, high=high))

    def number(self, low: float, high: float) -> float:
        """One Python float from `low` to `high`."""
        return float(self.uniform(1, low=low, high=high))

    def choice(self, options: Sequence[Any]) -> Any:
        """One of `options`."""
        return options[self.integer(0, len(options))]

    def permutation(self, n: int) -> torch.Tensor:
        """The numbers 0 to n − 1 in random order, int64."""
        return torch.randperm(n, generator=self._drawn())
