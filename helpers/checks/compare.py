"""Compare an answer with the expected one, stage by stage: type, dtype, shape, finite, values.

The first difference is returned as a `Finding` in words that name the fix.
"""

import cmath
import itertools
import math
import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from helpers.checks.plain import Opaque

STAGES = (
    "attempted",
    "ran",
    "type",
    "dtype",
    "shape",
    "finite",
    "values",
    "side effects",
    "gradients",
    "shortcuts",
)


@dataclass(frozen=True)
class Finding:
    """What is wrong, found at which stage."""

    stage: str
    says: str
    where: str = ""
    """The entry or key of a nested answer, as in "Entry 1, entry 0: "."""

    @property
    def message(self) -> str:
        """The sentence, behind the place that it is about."""
        return self.where + self.says

    def inside(self, place: str) -> "Finding":
        """Return the same finding about a value that stands at `place` in a larger answer."""
        inner = (
            self.where[:1].lower() + self.where[1:]
            if self.where.startswith("Entry ")
            else self.where
        )
        return Finding(self.stage, self.says, f"{place}, {inner}" if inner else f"{place}: ")


@dataclass(frozen=True)
class Closeness:
    """What counts as the same.

    Attributes:
        rtol, atol: floating-point numbers agree when |got − expected| ≤ atol + rtol·|expected|.
        python_numbers: where a Python number is expected, a tensor with one element does not do, nor a float for an
            int. An int does for a float, and NumPy's numbers do.
        dtype: a float64 tensor does not do where float32 is expected. Other dtypes never stand for one another.
    """

    rtol: float = 1e-4
    atol: float = 1e-6
    python_numbers: bool = False
    dtype: bool = True


def compare(got: Any, expected: Any, close: Closeness = Closeness()) -> Finding | None:
    """Return the first difference between two values, or None where they agree.

    Integers, texts and booleans have to agree exactly, floating-point numbers as `close` says. A tuple may be given as
    a list; a number as an int, float or one-element tensor if it stands where a Python number is expected, unless
    `close` wants Python's own.
    """
    if isinstance(expected, torch.Tensor):
        return _tensors(got, expected, close)
    if isinstance(expected, np.ndarray):
        return _arrays(got, expected, close)
    if (
        isinstance(expected, bool)
        or expected is None
        or isinstance(expected, str | torch.dtype | Opaque)
    ):
        return _exact(got, expected)
    if isinstance(expected, numbers.Number):
        return _numbers(got, expected, close)
    if isinstance(expected, list | tuple):
        return _sequences(got, expected, close)
    if isinstance(expected, dict):
        return _dicts(got, expected, close)
    return _exact(got, expected)


def _a(value: Any) -> str:
    """Name the kind of a value, with its article."""
    if value is None:
        return "None"
    names = {
        torch.Tensor: "a tensor",
        np.ndarray: "a NumPy array",
        bool: "a bool",
        int: "an int",
        float: "a float",
        str: "a text",
        list: "a list",
        tuple: "a tuple",
        dict: "a dict",
        frozenset: "a set",
        torch.dtype: "a dtype",
    }
    kind = type(value)
    if kind is Opaque:
        return value.text if value.type == "Tensor" else f"an object of type {value.type}"
    if isinstance(value, np.generic):
        return "a NumPy number"
    return names.get(kind, f"an object of type {kind.__name__}")


def _type_finding(got: Any, expected: Any) -> Finding:
    if got is None:
        return Finding(
            "type", f"The answer is None where {_a(expected)} is expected. Is a `return` missing?"
        )
    fix = _type_fix(got, expected)
    return Finding(
        "type", f"The answer is {_a(got)}; {_a(expected)} is expected.{fix and ' ' + fix}"
    )


_OPAQUE_FIXES = {
    "Tensor": "Only ordinary tensors of at most a million entries can be checked.",
    "generator": "Is there a `yield`, or a `for` in round brackets, where the whole result is wanted?",
    "coroutine": "Write `def`, not `async def`.",
    "function": "Is the pair of round brackets missing that calls it?",
    "method": "Is the pair of round brackets missing that calls it?",
    "builtin_function_or_method": "Is the pair of round brackets missing that calls it?",
    "map": "`list(...)` carries it out.",
    "zip": "`list(...)` carries it out.",
    "range": "`list(...)` carries it out.",
}


def _type_fix(got: Any, expected: Any) -> str:
    """Return a sentence that leads from the kind of `got` to that of `expected`, or ""."""
    if isinstance(got, Opaque):
        return _OPAQUE_FIXES.get(got.type, "")
    if isinstance(expected, torch.Tensor):
        if isinstance(got, np.ndarray):
            return "Stay with torch's own operations, or end with `torch.from_numpy(...)`."
        if isinstance(got, tuple) and len(got) == 1:
            return "A comma after the value makes a tuple of it: is there one too many?"
        if isinstance(got, tuple) and isinstance(got[0] if got else None, torch.Tensor):
            return (
                "One tensor is asked for. With a `dim`, `max`, `min`, `sort` and `topk` give two: `.values` and "
                "`.indices`."
            )
        if isinstance(got, numbers.Number):
            return "If `.item()` or `float(...)` made the number, leave it out; else `torch.tensor(...)` helps."
        if isinstance(got, list | tuple) and any(isinstance(v, torch.Tensor) for v in got):
            return "`torch.stack(...)` makes one tensor of tensors of one shape."
        if isinstance(got, list | tuple):
            return "`torch.tensor(...)` makes a tensor of it."
    elif isinstance(expected, numbers.Number):
        if isinstance(got, torch.Tensor) and not isinstance(expected, bool):
            return "`.item()` takes the number out of a tensor with one element."
        if isinstance(got, float) and isinstance(expected, int):
            return "`/` and `float(...)` make floats; `//` and `int(...)` make ints."
        if isinstance(got, str):
            return "A number stands without quotation marks."
    elif isinstance(expected, list) and isinstance(got, torch.Tensor | np.ndarray):
        numbers_wanted = all(isinstance(e, numbers.Number) for e in expected)
        return "`.tolist()` makes a list of it." if numbers_wanted else ""
    elif isinstance(expected, list) and isinstance(got, tuple):
        return "`list(...)` makes a list of it, and so do square brackets."
    elif isinstance(expected, tuple) and isinstance(got, torch.Tensor | np.ndarray):
        return f"`return a, b` hands back several things; {len(expected)} are asked for."
    return ""


def _tensors(got: Any, expected: torch.Tensor, close: Closeness) -> Finding | None:
    if not isinstance(got, torch.Tensor):
        return _type_finding(got, expected)
    finer = (got.dtype, expected.dtype) == (torch.float64, torch.float32)
    if got.dtype != expected.dtype and (close.dtype or not finer):
        return Finding("dtype", _dtype_message(got.dtype, expected.dtype))
    if got.shape != expected.shape:
        return Finding("shape", _shape_message(tuple(got.shape), tuple(expected.shape)))
    return _entries(got.to(expected.dtype).detach(), expected.detach(), close)


def _dtype_message(got: torch.dtype, expected: torch.dtype) -> str:
    words = f"The dtype is {_short(got)}; {_short(expected)} is expected."
    if got == torch.float64 and expected == torch.float32:
        words += " float64 comes from NumPy or from a cast; `.float()` makes float32 of it."
    elif expected.is_floating_point and not got.is_floating_point:
        words += (
            " Integers and booleans need `.float()` before they can hold fractions; `argmax` gives places, and "
            "comparisons yes or no, where values are asked for."
        )
    elif expected == torch.int64 and got.is_floating_point:
        words += (
            " Class numbers and positions are integers: `argmax` gives them, `max` and `amax` give values; `.long()` "
            "casts."
        )
    return words


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _shape_message(got: tuple, expected: tuple) -> str:
    words = f"The shape is {got}; {expected} is expected."
    if len(got) == len(expected) and sorted(got) == sorted(expected):
        return words + " The same sizes in another order: is a transpose missing, or one too many?"
    if math.prod(got) == math.prod(expected):
        return words + " The number of elements is right, their arrangement is not."
    if len(got) != len(expected):
        few = "few" if len(got) < len(expected) else "many"
        count = "1 dimension" if len(got) == 1 else f"{len(got)} dimensions"
        return f"{words} That is {count}, too {few}: which `dim` did you reduce or keep?"
    return words


def _entries(got: torch.Tensor, expected: torch.Tensor, close: Closeness) -> Finding | None:
    if not expected.numel():
        return None
    if not expected.dtype.is_floating_point and not expected.dtype.is_complex:
        wrong = got != expected
    else:
        bad = ~torch.isfinite(got)
        unexpected = bad & torch.isfinite(expected)
        if unexpected.any():
            what = "nan" if torch.isnan(got[unexpected]).any() else "inf"
            count = f"{int(unexpected.sum())} of {got.numel()} entries are"
            subject = count if got.dim() else "The answer is"
            return Finding("finite", f"{subject} {what} where a number is expected.")
        wrong = ~torch.isclose(got, expected, rtol=close.rtol, atol=close.atol, equal_nan=True)
    if not wrong.any():
        return None
    first = tuple(int(i) for i in wrong.nonzero()[0])
    place = f" at [{', '.join(map(str, first))}]" if first else ""
    mine, theirs = got[first].item(), expected[first].item()
    count = (
        f"{int(wrong.sum())} of {got.numel()} entries differ; the first{place}: " if first else ""
    )
    return Finding("values", f"{count}{_number(mine)} instead of {_number(theirs)}.")


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _arrays(got: Any, expected: np.ndarray, close: Closeness) -> Finding | None:
    if not isinstance(got, np.ndarray):
        return _type_finding(got, expected)
    return _tensors(torch.from_numpy(got.copy()), torch.from_numpy(expected.copy()), close)


def _exact(got: Any, expected: Any) -> Finding | None:
    if isinstance(expected, bool) and isinstance(got, np.bool_):
        got = bool(got)
    if (
        isinstance(expected, bool)
        and isinstance(got, torch.Tensor)
        and got.dtype == torch.bool
        and got.numel() == 1
    ):
        got = bool(got)
    if type(got) is not type(expected):
        return _type_finding(got, expected)
    if isinstance(expected, str):
        same = got.strip().casefold() == expected.strip().casefold()
        return (
            None if same else Finding("values", f"The answer is {got[:100]!r}, which is not right.")
        )
    return None if got == expected else Finding("values", f"The answer is {got}, not {expected}.")


def _numbers(got: Any, expected: Any, close: Closeness) -> Finding | None:
    if isinstance(got, np.generic):
        got = got.item()
    may_be_tensor = not close.python_numbers
    if (
        may_be_tensor
        and isinstance(got, torch.Tensor)
        and got.numel() == 1
        and got.dtype != torch.bool
    ):
        got = got.item()
    if isinstance(got, bool) or not isinstance(got, numbers.Number):
        return _type_finding(got, expected)
    if isinstance(got, int) and not isinstance(expected, int):
        got = _float(got)
    if close.python_numbers and isinstance(got, float) and isinstance(expected, int):
        return _type_finding(got, expected)
    if not isinstance(got, int | complex) and cmath.isfinite(expected) and not math.isfinite(got):
        return Finding("finite", f"The answer is {got} where a number is expected.")
    same = got == expected
    if not isinstance(expected, int) and cmath.isfinite(expected):
        same = same or abs(got - expected) <= close.atol + close.rtol * abs(expected)
    same = same or (got != got and expected != expected)  # both nan
    return None if same else Finding("values", f"The answer is {_number(got)}, which is not right.")


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def _sequences(got: Any, expected: list | tuple, close: Closeness) -> Finding | None:
    is_list_asked = close.python_numbers and isinstance(expected, list)
    if not isinstance(got, list if is_list_asked else list | tuple):
        return _type_finding(got, expected)
    if len(got) != len(expected):
        return Finding("shape", f"The answer has {len(got)} entries; {len(expected)} are expected.")
    for number, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        finding = compare(mine, theirs, close)
        if finding:
            return _in_another_order(got, expected, close) or finding.inside(f"Entry {number}")
    return None


def _in_another_order(
    got: list | tuple, expected: list | tuple, close: Closeness
) -> Finding | None:
    """Say so where the entries of a short answer are the right ones, each in another place."""
    if not 2 <= len(expected) <= 4:
        return None
    for order in itertools.permutations(range(len(expected))):
        if all(compare(got[n], expected[place], close) is None for n, place in enumerate(order)):
            places = ", ".join(map(str, order))
            return Finding(
                "values",
                f"The entries are right, in another order: they belong to the places {places}.",
            )
    return None


def _dicts(got: Any, expected: dict, close: Closeness) -> Finding | None:
    if not isinstance(got, dict):
        return _type_finding(got, expected)
    if set(got) != set(expected):
        missing = sorted(map(str, set(expected) - set(got)))
        if missing:
            return Finding("shape", f"The key {missing[0]!r} is missing.")
        extra = sorted(map(str, set(got) - set(expected)))
        return Finding("shape", f"The key {extra[0]!r} is not asked for.")
    for key, theirs in expected.items():
        finding = compare(got[key], theirs, close)
        if finding:
            return finding.inside(str(key))
    return None
