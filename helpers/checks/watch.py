"""See which functions of torch an answer calls while it runs.

Reading a program can be led astray; what torch is called with cannot be, as long as the record is honest. So
the two stand beside each other: neither replaces the other.
"""

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from torch.overrides import TorchFunctionMode

from helpers.checks.own import is_own_file

_MANY = 300
_HELPERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_EXERCISES = f"{os.sep}exercises{os.sep}"


class Watch(TorchFunctionMode):
    """Within this context, note the functions that the learner's code has torch carry out.

    A function counts once the learner's code is on the way to it: `nn.ReLU()(x)` in an answer calls `F.relu`.
    What a driver calls does not count. Each function is looked at until it has been counted, and then no more,
    so that a training loop is not slowed by it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: set[Any] = set()

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """Note the call and carry it out."""
        if func not in self._found and len(self._found) < _MANY and _is_learners(sys._getframe(1)):
            self._found.add(func)
        return func(*args, **(kwargs or {}))

    @property
    def calls(self) -> list[str]:
        """The paths of the functions, as in "torch.nn.functional.relu"."""
        return sorted({path for func in self._found if (path := _path(func))})


def _is_learners(frame: Any) -> bool:
    """Say whether the first code outside of torch and other libraries is the learner's."""
    while frame is not None:
        whose = _whose(frame.f_code.co_filename)
        if whose is not None:
            return whose
        frame = frame.f_back
    return False


@lru_cache(maxsize=2048)
def _whose(file: str) -> bool | None:
    """Say whether a file holds the learner's code (an answer of a declaration counts as such); None: a library."""
    if _EXERCISES in file:
        return True
    if file.startswith(_HELPERS):
        return False
    return True if is_own_file(file) else None


def _path(func: Callable) -> str | None:
    name, module = getattr(func, "__name__", None), getattr(func, "__module__", None)
    if not isinstance(name, str) or name in ("__get__", "__set__", "__delete__"):
        return None
    return f"{module if isinstance(module, str) else 'torch'}.{name}"[:200]
