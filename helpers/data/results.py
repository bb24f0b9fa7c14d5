"""What the loaders return: three small results of one style, made of tensors and names."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Self

import torch
from torch import Tensor


class Result:
    """What `Table`, `Images` and `Series` share."""

    def copy(self) -> Self:
        """The same result with tensors of its own: changing them changes nothing else."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{k: v.clone() for k, v in values.items() if isinstance(v, Tensor)})


@dataclass(frozen=True, eq=False, repr=False)
class Table(Result):
    """A table of measurements: one row per sample, one column per feature.

    For classes, `target` holds class numbers (int64) and `target_names[k]` names class `k`.
    For regression, `target` holds values (float32) and `target_names` is empty.
    """

    name: str
    features: Tensor  # (n, d) float32, in the units of `units`
    target: Tensor  # (n,) int64 class numbers, or float32 values
    feature_names: tuple[str, ...]  # d names
    units: tuple[str, ...]  # d units; "" where there is none
    target_name: str
    target_names: tuple[str, ...] = ()  # names of the classes; empty for regression
    target_unit: str = ""

    def __len__(self) -> int:
        return len(self.features)

    def __repr__(self) -> str:
        rows, columns = self.features.shape
        width = max(map(len, self.feature_names))
        lines = [
            f"Table {self.name!r}: {rows} rows × {columns} features, target {self.target_name}"
        ]
        for feature, unit, column in zip(
            self.feature_names, self.units, self.features.T, strict=True
        ):
            span = f"{column.min():g} to {column.max():g} {unit}"
            lines.append(f"  {feature:<{width}}  {span.rstrip()}")
        if self.target_names:
            lines.append(f"  classes: {_counts(self.target, self.target_names)}")
        else:
            span = f"{self.target.min():g} to {self.target.max():g} {self.target_unit}"
            lines.append(f"  target: {span.rstrip()}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class Images(Result):
    """Pictures with a class each. Grey pictures are (n, h, w), colour pictures (n, 3, h, w)."""

    name: str
    pixels: Tensor  # (n, h, w) or (n, 3, h, w) float32, from 0 (black) to `white`
    labels: Tensor  # (n,) int64 class numbers
    class_names: tuple[str, ...]  # `class_names[k]` names class `k`
    white: float = 255.0  # the largest value that a pixel can have

    def __len__(self) -> int:
        return len(self.pixels)

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.pixels.shape[1:]))
        return (
            f"Images {self.name!r}: {len(self)} pictures of {shape}, pixels 0 to {self.white:g}\n"
            f"  classes: {_counts(self.labels, self.class_names)}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Series(Result):
    """Numbers in the order of time."""

    name: str
    times: Tensor  # (n,) int64, in the unit of `time_unit`
    values: Tensor  # (n,) float32, in the unit of `unit`
    time_unit: str
    unit: str

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return (
            f"Series {self.name!r}: {len(self)} values, "
            f"{self.time_unit} {self.times[0]} to {self.times[-1]}, "
            f"{self.values.min():g} to {self.values.max():g} {self.unit}"
        )


def _counts(labels: Tensor, names: Iterable[str]) -> str:
    names = tuple(names)
    counts = torch.bincount(labels, minlength=len(names)).tolist()
    return ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
