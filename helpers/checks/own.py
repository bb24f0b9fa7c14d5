"""Which code is the learner's, and which a library's or the course's."""

import functools
import os
import sys
import sysconfig

_HELPERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_PATHS = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
LIBRARIES = (*(os.path.realpath(path) + os.sep for path in _PATHS), _HELPERS)
"""Where code lies that is not the learner's."""


@functools.lru_cache(maxsize=512)
def in_library(module: str) -> bool:
    """Say whether a module is a library's or the course's."""
    if (
        module == "__main__" or ".exercises." in module
    ):  # a declaration's answers count as a learner's
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return file is None or os.path.realpath(file).startswith(LIBRARIES)


@functools.lru_cache(maxsize=2048)
def is_own_file(file: str) -> bool:
    """Say whether code of this file is the learner's: a cell, a module beside the notebook, a text run by `exec`."""
    return not (file.startswith("<frozen") or os.path.realpath(file).startswith(LIBRARIES))
