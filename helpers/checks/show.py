"""Write values for the eye: short, with shape and dtype, the same in a card and in a terminal."""

from typing import Any

import numpy as np
import torch

LIMIT = 600  # characters


def show(value: Any) -> str:
    """Return a short text for a value; tensors with their shape, large ones with only a few entries."""
    return shorten(_show(value))


def shorten(text: str) -> str:
    """Cut a text that is too long for a card."""
    return (
        text
        if len(text) <= LIMIT
        else f"{text[:LIMIT]} … and {len(text) - LIMIT:,} characters more"
    )


def _show(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        return f"array({_numbers(value)})"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(_show, value)) + "]"
    if isinstance(value, dict):
        return "\n".join(f"{k}: {_show(v)}" for k, v in value.items())
    return repr(value)


def _tensor(value: torch.Tensor) -> str:
    dtype = str(value.dtype).removeprefix("torch.")
    array = value.detach().to(torch.float32) if value.dtype == torch.bfloat16 else value.detach()
    numbers = _numbers(array.cpu().numpy())
    if value.dim() == 0:
        return f"tensor({numbers})  {dtype}"
    gap = "\n" if "\n" in numbers else "  "
    return f"{numbers}{gap}shape {tuple(value.shape)}, {dtype}"


def _numbers(array: np.ndarray) -> str:
    # No suppress_small: it would print 1e-9 as 0 and hide the very difference that is to be seen.
    return np.array2string(
        array, precision=4, threshold=40, edgeitems=3, max_line_width=72, separator=", "
    )
