"""Wrong answers that fit any exercise, made from its right one."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from helpers.checks.exercise import ChoiceExercise, Exercise


def _leaves(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Apply a change to every number and tensor of a nested answer."""

    def walk(value: Any) -> Any:
        if isinstance(value, torch.Tensor | int | float):
            return change(value)
        if isinstance(value, list):
            return [walk(v) for v in value]
        if isinstance(value, tuple):
            return tuple(walk(v) for v in value)
        if isinstance(value, dict):
            return {k: walk(v) for k, v in value.items()}
        return value

    return walk


def _tensors(change: Callable[[torch.Tensor], Any]) -> Callable[[Any], Any]:
    return _leaves(lambda v: change(v) if isinstance(v, torch.Tensor) else v)


def _shift(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, torch.Tensor) and value.dtype == torch.bool:
        return ~value
    return value + 1


def _negate(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype == torch.bool:
        return ~value
    return not value if isinstance(value, bool) else -value


def _fill(number: float) -> Callable[[Any], Any]:
    def fill(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return torch.full_like(value, number).detach()
        return type(value)(number)

    return _leaves(fill)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "zeros": _fill(0),
    "a constant": _fill(3),
    "wrong sign": _leaves(_negate),
    "off by one": _leaves(_shift),
    "transposed": _tensors(lambda t: t.mT.contiguous() if t.dim() >= 2 else t),
    "detached": _tensors(lambda t: t.detach()),
    "NumPy": _tensors(lambda t: t.detach().numpy()),
    "a list": _tensors(lambda t: t.detach().tolist() if t.dim() else t),
    "half the digits": _tensors(lambda t: t.half() if t.is_floating_point() else t),
    "an axis too many": _tensors(lambda t: t.unsqueeze(-1)),
}


# Wrong where the declaration says so.
_DOUBLE: dict[str, Callable[[Any], Any]] = {
    "float64": _tensors(lambda t: t.double() if t.dtype == torch.float32 else t)
}
_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "tensors for numbers": _leaves(lambda v: v if isinstance(v, bool) else torch.as_tensor(v)),
    "floats for ints": _leaves(lambda v: float(v) if type(v) is int else v),
}


def changes(exercise: Exercise) -> dict[str, Callable[[Any], Any]]:
    """Return what makes a right answer of this exercise wrong."""
    found = CHANGES
    if exercise.exact_dtype:
        found = found | _DOUBLE
    return found | _NUMBERS if exercise.python_numbers else found


def wrong_answers(exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """Yield (name, answer): generic wrong answers of the kind that the exercise wants.

    Zeros, a constant, the wrong sign, off by one, transposed, detached, NumPy or a list for a tensor, another dtype,
    an axis too many, tensors and floats where ints are asked for; of a function also the input unchanged or changed
    in place, and the first answer for all inputs.
    """
    right, found = exercise.reference, changes(exercise)
    if isinstance(exercise, ChoiceExercise):
        yield from _other_choices(exercise)
    elif exercise.answer_kind == "value" and isinstance(right, nn.Module):
        yield from _wrong_models(right, found)
    elif exercise.answer_kind == "value":
        for name, change in found.items():
            yield name, change(copy.deepcopy(right))
    elif exercise.answer_kind == "class":
        yield from _wrong_classes(right, found)
    else:
        yield from _wrong_functions(right, found)


def _other_choices(exercise: ChoiceExercise) -> Iterator[tuple[str, Any]]:
    right = exercise.reference
    for key in exercise.options:
        if isinstance(right, dict):
            yield f"all {key}", dict.fromkeys(right, key)
        elif key != right:
            yield key, key
    yield "no option", "none of them"


def _wrong_functions(right: Callable, found: dict[str, Callable]) -> Iterator[tuple[str, Callable]]:
    for name, change in found.items():
        yield name, _after(right, change)
    yield "input unchanged", lambda *inputs: copy.deepcopy(inputs[0]) if inputs else None
    yield "nothing", lambda *inputs: None
    yield "the first answer for all inputs", _frozen(right)
    yield "input changed in place", _spoiling(right)


def _after(right: Callable, change: Callable) -> Callable:
    return lambda *inputs: change(right(*inputs))


def _frozen(right: Callable) -> Callable:
    kept: list = []

    def frozen(*inputs: Any) -> Any:
        if not kept:
            kept.append(right(*inputs))
        return copy.deepcopy(kept[0])

    return frozen


def _spoiling(right: Callable) -> Callable:
    def spoiling(*inputs: Any) -> Any:
        result = copy.deepcopy(right(*inputs))
        for value in inputs:
            if isinstance(value, torch.Tensor) and value.numel():
                with torch.no_grad():
                    value.copy_(~value if value.dtype == torch.bool else value + 1)
                break
        return result

    return spoiling


def _wrong_classes(right: type, found: dict[str, Callable]) -> Iterator[tuple[str, type]]:
    """Change what one method returns; the constructor and names that begin with one `_` stay."""
    methods = [n for n, f in vars(right).items() if callable(f) and n != "__init__"]
    for method in methods:
        if method.startswith("_") and not method.startswith("__"):
            continue
        for name, change in found.items():
            body = {method: _after(getattr(right, method), change)}
            yield f"{method}: {name}", type(right.__name__, (right,), body)
        # A method that works by what it changes, such as an optimizer's `step`, has nothing to return.
        idle = {method: lambda *inputs: None}
        yield f"{method}: does nothing", type(right.__name__, (right,), idle)


class _Changed(nn.Module):
    def __init__(self, model: nn.Module, change: Callable) -> None:
        super().__init__()
        self.model, self.change = model, change

    def forward(self, *inputs: Any) -> Any:
        return self.change(self.model(*inputs))


def _wrong_models(right: nn.Module, found: dict[str, Callable]) -> Iterator[tuple[str, nn.Module]]:
    for name, change in found.items():
        yield name, _Changed(copy.deepcopy(right), change)
    layers = list(right.children())
    if isinstance(right, nn.Sequential) and len(layers) > 1:
        yield "last layer missing", nn.Sequential(*copy.deepcopy(layers[:-1]))
        yield "layers reversed", nn.Sequential(*reversed(copy.deepcopy(layers)))
