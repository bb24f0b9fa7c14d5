"""Write values as plain data (what JSON can hold) and read them back, without pickle.

Everything that crosses the border between a learner's code and the judge goes through here: inputs on the
way in, answers on the way out. Tensors are written as dtype, shape, raw little-endian bytes and
`requires_grad`; what has no plain form is written as an `Opaque` with its type and a short text.
"""

import base64
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

MAX_ELEMENTS = 1_000_000  # of one tensor or array
MAX_NODES = 20_000  # values in one record entry
MAX_DEPTH = 20
MAX_TEXT = 20_000  # characters of one string

_DTYPES = {
    str(d).removeprefix("torch."): d
    for d in (
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.bool,
        torch.complex64,
        torch.complex128,
    )
}


_NUMPY_DTYPES = {
    "bool",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *(f"float{bits}" for bits in (16, 32, 64)),
}


class PlainError(ValueError):
    """A record is damaged, too large, or not plain data."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that has no plain form: only its type and a short text are known."""

    type: str
    text: str = ""

    def __repr__(self) -> str:
        return self.text or f"<{self.type}>"


@dataclass(frozen=True)
class Recipe:
    """A recipe for an input that is no plain value: a module, a loader, a function.

    `builder` names a public function of drivers (see `name_of`); it is called with `arguments` (plain values) on
    both sides of the border, so both get an equal, separate object.
    """

    builder: str
    arguments: dict[str, Any] = field(default_factory=dict)


def recipe(builder: Callable, **arguments: Any) -> Recipe:
    """Return the recipe for an input built by `builder(**arguments)`, a public function of drivers."""
    return Recipe(name_of(builder), arguments)


def name_of(function: Callable) -> str:
    """Return the name by which `resolve` finds a public function of a lesson's drivers, or of those of all.

    Raises:
        PlainError: it stands elsewhere, so that it would not be there when a class is marked.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    if resolve(name) is not function:
        raise PlainError(f"{name} is not the function that stands under this name")
    return name


def resolve(name: str) -> Callable:
    """Return the public function of a module `drivers` with this name: "helpers.checks.drivers.call".

    Raises:
        PlainError: there is none.
    """
    module, _, function = name.rpartition(".")
    if not all(p.isidentifier() for p in name.split(".")) or module.rpartition(".")[2] != "drivers":
        raise PlainError(
            f"{name!r} is no driver: it has to be a function in a lesson's module `drivers`, which has to be "
            "importable"
        )
    if function.startswith("_"):
        raise PlainError(f"{name} begins with an underscore: a driver is public")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError):
        raise PlainError(f"there is no driver {name}") from None
    if getattr(found, "__module__", "") != module or not callable(found):
        raise PlainError(f"{name} is not a function of that module")
    return found


def encode(value: Any) -> Any:
    """Return `value` as plain data: None, bool, int, float, str, lists, and dicts with a "kind"."""
    return _Encoder().encode(value, 0)


def decode(plain: Any) -> Any:
    """Return the value that `encode` wrote. Raises `PlainError` for anything else."""
    return _Decoder().decode(plain, 0)


class _Counter:
    def __init__(self) -> None:
        self.nodes = 0

    def count(self, depth: int) -> bool:
        self.nodes += 1
        return self.nodes <= MAX_NODES and depth <= MAX_DEPTH


class _Encoder(_Counter):
    def encode(self, value: Any, depth: int) -> Any:
        if not self.count(depth):
            return _opaque(value, "too large or too deep to show")
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if value.bit_length() <= 4096 else _opaque(value, "a huge integer")
        if kind is str:
            return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"
        if value is Ellipsis:
            return {"kind": "ellipsis"}
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, np.generic) and value.dtype.name in _NUMPY_DTYPES:
            return {"kind": "numpy", "dtype": value.dtype.name, "value": value.item()}
        if isinstance(value, list | tuple | set | frozenset | Mapping) and len(value) > MAX_NODES:
            return _opaque(value, f"a {kind.__name__} of {len(value):,} entries")
        if kind is list:
            return [self.encode(v, depth + 1) for v in value]
        if kind is tuple or isinstance(value, torch.Size):
            return {"kind": "tuple", "items": [self.encode(v, depth + 1) for v in value]}
        if kind is torch.dtype:
            return {"kind": "dtype", "name": str(value).removeprefix("torch.")}
        if kind is torch.device:
            return {"kind": "device", "name": str(value)}
        if kind in (set, frozenset):
            items = sorted(value, key=repr)
            return {"kind": "set", "items": [self.encode(v, depth + 1) for v in items]}
        if isinstance(value, Mapping):
            pairs = [
                [self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()
            ]
            return {"kind": "dict", "items": pairs}
        if kind is Recipe:
            return {
                "kind": "recipe",
                "builder": value.builder,
                "args": self.encode(value.arguments, depth + 1),
            }
        if kind is Opaque:
            return {"kind": "opaque", "type": value.type, "text": value.text}
        if isinstance(value, tuple):  # a named tuple, such as the one torch.max(x, dim=0) returns
            return {"kind": "tuple", "items": [self.encode(v, depth + 1) for v in value]}
        return _opaque(value)

    def _tensor(self, value: torch.Tensor) -> dict:
        name = str(value.dtype).removeprefix("torch.")
        why = ""
        if value.layout != torch.strided:
            why = "sparse "
        elif value.is_meta:
            why = "meta "
        elif value.numel() > MAX_ELEMENTS:
            why = "huge "
        if why or name not in _DTYPES:
            words = f"a {why}tensor of shape {tuple(value.shape)} and dtype {name}"
            return {"kind": "opaque", "type": "Tensor", "text": words}
        plain = torch.Tensor.detach(value).cpu().resolve_conj().resolve_neg()
        # A single entry counts as contiguous whatever its stride, and could not be viewed as bytes.
        flat = plain.clone(memory_format=torch.contiguous_format).reshape(-1)
        data = b"" if not flat.numel() else flat.view(torch.uint8).numpy().tobytes()
        # A transposed tensor stays one: `view` refuses it, and a learner's answer should meet that here.
        strides = plain.stride()
        order = (
            [] if plain.is_contiguous() else sorted(range(plain.dim()), key=lambda d: -strides[d])
        )
        return {
            "kind": "tensor",
            "order": order,
            "dtype": name,
            "shape": list(value.shape),
            "requires_grad": bool(value.requires_grad),
            "bytes": base64.b64encode(data).decode("ascii"),
        }

    def _array(self, value: np.ndarray) -> dict:
        if value.size > MAX_ELEMENTS or value.dtype.name not in _NUMPY_DTYPES:
            return _opaque(value, f"a NumPy array of shape {value.shape} and dtype {value.dtype}")
        data = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<")).tobytes()
        return {
            "kind": "ndarray",
            "dtype": value.dtype.name,
            "shape": list(value.shape),
            "bytes": base64.b64encode(data).decode("ascii"),
        }


def _opaque(value: Any, text: str | None = None) -> dict:
    name = type(value).__name__
    if text is None:
        try:
            text = repr(value)[:300]
        except Exception:  # a learner's own __repr__ may do anything
            text = ""
    return {"kind": "opaque", "type": name, "text": text}


class _Decoder(_Counter):
    def decode(self, plain: Any, depth: int) -> Any:
        if not self.count(depth):
            raise PlainError("the record is too large or too deep")
        if plain is None or type(plain) in (bool, int, float):
            return plain
        if type(plain) is str:
            if len(plain) > MAX_TEXT + 1:
                raise PlainError("a text in the record is too long")
            return plain
        if type(plain) is list:
            return [self.decode(p, depth + 1) for p in plain]
        if type(plain) is not dict:
            raise PlainError(f"{type(plain).__name__} is not plain data")
        try:
            return self._special(plain, depth)
        except PlainError:
            raise
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise PlainError(f"a damaged entry of kind {plain.get('kind')!r}: {error}") from None

    def _special(self, plain: dict, depth: int) -> Any:
        kind = plain["kind"]
        if kind == "tensor":
            return _read_tensor(plain)
        if kind == "ndarray":
            return _read_array(plain)
        if kind == "numpy":
            return _numpy_dtype(plain["dtype"]).type(plain["value"])
        if kind in ("tuple", "set"):
            items = [self.decode(p, depth + 1) for p in plain["items"]]
            return tuple(items) if kind == "tuple" else frozenset(items)
        if kind == "dict":
            return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in plain["items"]}
        if kind == "dtype":
            return _DTYPES.get(plain["name"]) or Opaque("dtype", str(plain["name"])[:50])
        if kind == "device":
            return torch.device(plain["name"])
        if kind == "ellipsis":
            return Ellipsis
        if kind == "recipe":
            return resolve(plain["builder"])(**self.decode(plain["args"], depth + 1))
        if kind == "opaque":
            return Opaque(str(plain["type"])[:100], str(plain["text"])[:400])
        raise PlainError(f"unknown kind {kind!r}")


def _shape_and_bytes(plain: dict, itemsize: int) -> tuple[list[int], bytearray]:
    shape = plain["shape"]
    if (
        type(shape) is not list
        or not all(type(n) is int and n >= 0 for n in shape)
        or len(shape) > 16
    ):
        raise PlainError("a shape is a list of non-negative integers")
    if math.prod(shape) > MAX_ELEMENTS or len(plain["bytes"]) > MAX_ELEMENTS * 22:
        raise PlainError("a tensor in the record is too large")
    data = bytearray(base64.b64decode(plain["bytes"], validate=True))
    if len(data) != math.prod(shape) * itemsize:
        raise PlainError("the number of bytes does not fit the shape")
    return shape, data


def _read_tensor(plain: dict) -> torch.Tensor:
    dtype = _DTYPES[plain["dtype"]]
    shape, data = _shape_and_bytes(plain, dtype.itemsize)
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    tensor = flat.reshape(shape)
    if order := plain["order"]:
        if sorted(order) != list(range(len(shape))):
            raise PlainError("the order of a tensor's dimensions is a permutation of them")
        back = sorted(range(len(order)), key=order.__getitem__)
        tensor = tensor.permute(order).contiguous().permute(back)
    if plain["requires_grad"]:
        tensor.requires_grad_(True)
    return tensor


def _numpy_dtype(name: Any) -> np.dtype:
    if name not in _NUMPY_DTYPES:
        raise PlainError(f"dtype {name!r} is not one of numbers")
    return np.dtype(name)


def _read_array(plain: dict) -> np.ndarray:
    dtype = _numpy_dtype(plain["dtype"])
    shape, data = _shape_and_bytes(plain, dtype.itemsize)
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
