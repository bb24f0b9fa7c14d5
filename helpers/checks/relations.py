"""What wrong answers have to do with the expected ones: a factor, the other sign, the last row, negative inputs.

A relation is told when it holds in every case, so that it is about the program and not about one input.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
import torch

_RTOL, _ATOL = 1e-4, 1e-6
_FEW = 3  # entries that have to agree before a number in a sentence is no coincidence


@dataclass(frozen=True)
class Seen:
    """What one case gave: the answer, the expected one, and the inputs by name."""

    got: Any
    expected: Any
    inputs: dict[str, Any]


def relation(cases: Sequence[Seen]) -> str:
    """Return a sentence that says what all these answers have to do with the expected ones, or ""."""
    found = _entry(cases)
    if found is None:
        return ""
    place, pairs = found
    for look in (_copied, _same_shape, _other_shape):
        says = look(pairs)
        if says:
            return (f"{place}: " if place else "") + says
    return ""


@dataclass(frozen=True)
class _Pair:
    """A number or tensor of the answer, in float64, beside the expected one and the inputs."""

    got: torch.Tensor
    expected: torch.Tensor
    inputs: dict[str, Any]

    @property
    def agrees(self) -> bool:
        return _same(self.got, self.expected)

    def tensors(self) -> dict[str, torch.Tensor]:
        return {n: v.to(torch.float64) for n, v in self.inputs.items() if _is_real(v)}


def _is_real(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and not value.is_complex()


def _close(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.isclose(one, other, rtol=_RTOL, atol=_ATOL, equal_nan=True)


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and bool(_close(one, other).all())


def _number(value: Any) -> torch.Tensor | None:
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
        value = torch.as_tensor(np.asarray(value).copy())
    if _is_real(value):
        return value.detach().to(torch.float64)
    if isinstance(value, Number) and not isinstance(value, complex):
        return torch.tensor(float(value), dtype=torch.float64)  # type: ignore[arg-type]
    return None


def _leaves(got: Any, expected: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the entries of a nested answer that have one beside them, with what they are called."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected:
            if key in got:
                yield from _leaves(
                    got[key], expected[key], f"{place}, {key}" if place else str(key)
                )
        return
    pair = isinstance(expected, tuple | list) and isinstance(got, tuple | list)
    if pair and not (expected and all(isinstance(e, Number) for e in expected)):
        for number, (mine, theirs) in enumerate(zip(got, expected, strict=False)):
            yield from _leaves(mine, theirs, f"{place}, {number}" if place else f"Entry {number}")
        return
    yield place, got, expected


def _as_tensor(value: Any) -> torch.Tensor | None:
    if isinstance(value, list | tuple):
        numbers = [_number(v) for v in value]
        if not numbers or any(n is None or n.dim() for n in numbers):
            return None
        return torch.stack([n for n in numbers if n is not None])
    return _number(value)


def _entry(cases: Sequence[Seen]) -> tuple[str, list[_Pair]] | None:
    """Return the first entry of the answers that is wrong in a case, as it is in all of them."""
    by_place: dict[str, list[_Pair]] = {}
    for case in cases:
        for place, got, expected in _leaves(case.got, case.expected):
            mine, theirs = _as_tensor(got), _as_tensor(expected)
            if mine is None or theirs is None:
                return None
            by_place.setdefault(place, []).append(_Pair(mine, theirs, case.inputs))
    wrong = [(p, pairs) for p, pairs in by_place.items() if not all(x.agrees for x in pairs)]
    return wrong[0] if wrong else None


def _copied(pairs: list[_Pair]) -> str:
    """The answer is an input, that of the case before, or one and the same."""
    for name in pairs[0].inputs:
        given = [(p, _number(p.inputs.get(name))) for p in pairs]
        if all(g is not None and g.numel() and _same(p.got, g) for p, g in given):
            return f"What you return is `{name}` itself, unchanged."
    if len(pairs) > 1:
        if all(_same(p.got, pairs[0].got) for p in pairs):
            return "Your answer is the same whatever comes in."
        before = zip(pairs[1:], pairs, strict=False)
        if all(_same(p.got, old.expected) for p, old in before):
            return "Your answer is the one to the call before: something is kept from call to call."
    return ""


_TRANSFORMS: tuple[tuple[Callable[[torch.Tensor], torch.Tensor], str], ...] = (
    (lambda e: -e, "Every number has the wrong sign."),
    (lambda e: e.abs(), "The sizes are right, and every minus is lost."),
    (
        lambda e: e.clamp(min=0),
        "The positive numbers are right, and every negative one has become 0.",
    ),
    (lambda e: e**2, "Your numbers are the squares of the expected ones."),
    (lambda e: e.sqrt(), "Your numbers are the square roots of the expected ones."),
    (
        lambda e: e.exp(),
        "Your numbers are the exponentials of the expected ones: is a logarithm missing?",
    ),
    (lambda e: e.log(), "Your numbers are the logarithms of the expected ones."),
    (lambda e: 1 / e, "Your numbers are 1 divided by the expected ones."),
    (lambda e: 1 - e, "Your numbers are 1 minus the expected ones."),
    (lambda e: e.round(), "Your numbers are the expected ones, rounded."),
    (lambda e: e.floor(), "Your numbers are the expected ones, rounded down."),
    (lambda e: e.trunc(), "Your numbers are the expected ones, cut off at the point."),
    (lambda e: e.mT if e.dim() > 1 else e, "The numbers are right, with rows and columns swapped."),
    (lambda e: e.flip(0) if e.dim() else e, "The numbers are right, in reverse order."),
    (
        lambda e: e.flip(-1) if e.dim() else e,
        "The numbers of each row are right, in reverse order.",
    ),
    (
        lambda e: e.roll(1, 0) if e.dim() else e,
        "The numbers are right, and stand one place too late.",
    ),
    (
        lambda e: e.roll(-1, 0) if e.dim() else e,
        "The numbers are right, and stand one place too early.",
    ),
)


def _same_shape(pairs: list[_Pair]) -> str:
    if not all(p.got.shape == p.expected.shape for p in pairs):
        return ""
    for transform, says in _TRANSFORMS:
        if all(_same(p.got, transform(p.expected)) for p in pairs):
            return says
    for look in (_factor, _offset, _in_other_order, _by_inputs, _by_place, _by_case):
        says = look(pairs)
        if says:
            return says
    return ""


def _ratio(pair: _Pair) -> float | None:
    """Return the one number by which the answer is too large, or None."""
    nonzero = pair.expected.abs() > 1e-6
    if not nonzero.any() or not _same(pair.got[~nonzero], pair.expected[~nonzero]):
        return None
    ratios = pair.got[nonzero] / pair.expected[nonzero]
    first = ratios.flatten()[0]
    return float(first) if torch.allclose(ratios, first.expand_as(ratios), rtol=1e-3) else None


def _factor(pairs: list[_Pair]) -> str:
    told = [p for p in pairs if bool((p.expected.abs() > 1e-6).any())]
    ratios = [_ratio(p) for p in told]
    if not ratios or any(r is None or r != r for r in ratios):
        return ""
    known = [r for r in ratios if r is not None]
    # A few digits are lost, or the zeros alone are wrong.
    if all(abs(r - 1) <= 1e-2 for r in known):
        return ""
    if sum(p.expected.numel() for p in told) < _FEW:
        return ""
    if max(known) - min(known) <= 1e-3 * abs(known[0]):
        return f"Your answer is {known[0]:.4g} times the expected one, whatever comes in."
    for words, sizes in _sizes(told):
        if all(abs(r - n) <= 1e-3 * n for r, n in zip(known, sizes, strict=True)):
            return (
                f"Your answer is too large by the factor {words}: a sum where a mean is asked for?"
            )
        if all(abs(r * n - 1) <= 1e-3 for r, n in zip(known, sizes, strict=True)):
            return f"Your answer is too small, divided by {words}: a mean where a sum is asked for?"
    return ""


def _sizes(pairs: list[_Pair]) -> Iterator[tuple[str, list[int]]]:
    """Yield sizes of the inputs that may be a factor, in words, with what they are in each case."""
    for name in pairs[0].inputs:
        given = [p.tensors().get(name) for p in pairs]
        tensors = [g for g in given if g is not None and g.dim()]
        if len(tensors) < len(pairs):
            continue
        yield f"`len({name})`", [len(t) for t in tensors]
        yield f"`{name}.shape[-1]`", [t.shape[-1] for t in tensors]
        yield f"`{name}.numel()`", [t.numel() for t in tensors]


def _offset(pairs: list[_Pair]) -> str:
    gaps = torch.cat([(p.got - p.expected).flatten() for p in pairs])
    if len(gaps) < _FEW or not torch.isfinite(gaps).all() or float(gaps.std()) > 1e-4:
        return ""
    gap = float(gaps[0])
    if abs(gap) < 1e-2 * max(float(p.expected.abs().max()) for p in pairs if p.expected.numel()):
        return ""
    return f"Your answer is {abs(gap):.4g} too {'large' if gap > 0 else 'small'}, everywhere."


def _in_other_order(pairs: list[_Pair]) -> str:
    def same_numbers(pair: _Pair) -> bool:
        return _same(pair.got.flatten().sort().values, pair.expected.flatten().sort().values)

    if all(p.expected.numel() >= _FEW and same_numbers(p) for p in pairs):
        return "The numbers are right, and stand in another order."
    return ""


_SIDES: tuple[tuple[Callable[[torch.Tensor], torch.Tensor], str], ...] = (
    (lambda x: x == 0, "0"),
    (lambda x: x > 1, "above 1"),
    (lambda x: x < -1, "below −1"),
    (lambda x: x < 0, "negative"),
    (lambda x: x > 0, "positive"),
    (lambda x: x.isnan(), "nan"),
)


def _wrong(pair: _Pair) -> torch.Tensor:
    return ~_close(pair.got, pair.expected)


def _by_inputs(pairs: list[_Pair]) -> str:
    """The answer is wrong only where an input of the same shape is negative, 0, …"""
    for name in pairs[0].inputs:
        given = [p.tensors().get(name) for p in pairs]
        if not all(
            g is not None and g.shape == p.expected.shape for g, p in zip(given, pairs, strict=True)
        ):
            continue
        x = torch.cat([g.flatten() for g in given if g is not None])
        wrong = torch.cat([_wrong(p).flatten() for p in pairs])
        for side, words in _SIDES:
            inside = side(x)
            if inside.any() and not inside.all() and wrong.any() and not (wrong & ~inside).any():
                return f"Wrong only where `{name}` is {words}."
    return ""


_PLACES: tuple[tuple[Callable[[torch.Tensor], torch.Tensor], str], ...] = (
    (lambda m: _rows(m, slice(None, -1)), "Right but for the last row (or entry)."),
    (lambda m: _rows(m, slice(1, None)), "Right but for the first row (or entry)."),
    (lambda m: _rows(m, slice(0, 1)), "Only the first row (or entry) is right."),
    (
        lambda m: _rows(m.mT, slice(None, -1)).mT if m.dim() > 1 else torch.zeros_like(m),
        "Right but for the last column.",
    ),
    (
        lambda m: _rows(m.mT, slice(1, None)).mT if m.dim() > 1 else torch.zeros_like(m),
        "Right but for the first column.",
    ),
    (lambda m: _off_diagonal(m), "Right but for the diagonal."),
    (lambda m: ~_off_diagonal(m), "Only the diagonal is right."),
)


def _rows(mask: torch.Tensor, part: slice) -> torch.Tensor:
    """Return a mask of the same shape that is true in these rows."""
    kept = torch.zeros_like(mask)
    if mask.dim():
        kept[part] = True
    return kept


def _off_diagonal(mask: torch.Tensor) -> torch.Tensor:
    if mask.dim() != 2 or mask.shape[0] != mask.shape[1]:
        return torch.zeros_like(mask)
    return ~torch.eye(len(mask), dtype=torch.bool)


def _by_place(pairs: list[_Pair]) -> str:
    """The same rows, columns or entries are right in every case."""
    large = [p for p in pairs if p.expected.dim() and len(p.expected) > 1]
    for place, says in _PLACES:
        if len(large) > 1 and all(_right_only(place(w), w) for w in map(_wrong, large)):
            return says
    return ""


def _right_only(place: torch.Tensor, wrong: torch.Tensor) -> bool:
    """Say whether nothing is wrong at these places, and most outside of them."""
    outside = wrong[~place]
    return bool(place.any()) and not wrong[place].any() and bool(outside.double().mean() > 0.5)


def _traits(pair: _Pair) -> Iterator[tuple[str, bool]]:
    """Yield what can be said of a case's inputs and is known to trip programs up."""
    for name, value in pair.inputs.items():
        tensor = pair.tensors().get(name)
        if tensor is not None and tensor.dim():
            yield f"`{name}` has a single row", len(tensor) == 1
            yield f"`{name}` is empty", tensor.numel() == 0
            yield f"`{name}` has one dimension", tensor.dim() == 1
            yield f"`{name}` has more than two dimensions", tensor.dim() > 2
            square = tensor.dim() > 1 and tensor.shape[-1] == tensor.shape[-2]
            yield f"`{name}` has as many rows as columns", square
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"`{name}` is 0", value == 0
            yield f"`{name}` is 1", value == 1
            yield f"`{name}` is negative", value < 0
            yield f"`{name}` is above 1", value > 1
            yield f"`{name}` is odd", value % 2 == 1


def _by_case(pairs: list[_Pair]) -> str:
    """Whole cases are right, and the others have one thing in common that the right ones have not."""
    traits: dict[str, list[bool]] = {}
    for pair in pairs:
        for words, holds in _traits(pair):
            traits.setdefault(words, []).append(holds)
    wrong = [not p.agrees for p in pairs]
    # A sign or a size of a number is shared by chance too easily where a single case is wrong.
    told = {
        words: those for words, those in traits.items() if "` is " not in words or sum(wrong) > 1
    }
    shared = [words for words, those in told.items() if those == wrong]
    if len(shared) == 1 and sum(wrong) < len(pairs) and len(pairs) >= _FEW:
        return f"Right but for the cases where {shared[0]}."
    return ""


def _other_shape(pairs: list[_Pair]) -> str:
    told = [p for p in pairs if p.got.shape != p.expected.shape]
    if len(told) < len(pairs) or not any(p.expected.numel() for p in pairs):
        return ""
    if all(_same(p.got.squeeze(), p.expected.squeeze()) for p in pairs):
        few = "few" if pairs[0].got.dim() < pairs[0].expected.dim() else "many"
        return f"The numbers are right; there is a dimension of size 1 too {few}."
    if all(p.got.dim() == 2 and _same(p.got.mT, p.expected) for p in pairs):
        return "The numbers are right, with rows and columns swapped."
    for name, reduce in (("mean", torch.mean), ("sum", torch.sum)):
        if all(p.got.dim() > p.expected.dim() for p in pairs):
            if all(_same(reduce(p.got), p.expected) for p in pairs):
                return f"The {name} of all that you return is what is asked for."
            for dim in (0, 1, -1):
                if all(
                    p.got.dim() > max(dim, 0) and _same(reduce(p.got, dim), p.expected)
                    for p in pairs
                ):
                    return f"The {name} over `dim={dim}` of what you return is what is asked for."
        elif all(p.got.dim() < p.expected.dim() for p in pairs):
            if all(_same(p.got, reduce(p.expected)) for p in pairs):
                return f"What you return is the {name} of the numbers that are asked for: a reduction too many."
            for dim in (0, 1, -1):
                if all(
                    p.expected.dim() > max(dim, 0) and _same(p.got, reduce(p.expected, dim))
                    for p in pairs
                ):
                    return f"What you return is the {name} over `dim={dim}` of what is asked for: a reduction too many."
    return ""
