"""A cell's program, with what IPython adds to Python's own syntax."""

import ast
import re

from IPython.core.inputtransformer2 import TransformerManager

_HARMLESS_CELL_MAGIC = re.compile(r"^%%(time|capture(\s+--no-\w+)*)\s*\n")
_HARMLESS_LINE_MAGIC = re.compile(r"^%matplotlib\s+inline\s*$", re.M)


def parse(source: str) -> ast.Module | None:
    """Return a cell's program; an empty one where it has no valid syntax, since then nothing of it runs.

    None: it cannot be read, for instance because of a command of IPython's own.
    """
    source = _HARMLESS_LINE_MAGIC.sub("", _HARMLESS_CELL_MAGIC.sub("", source.lstrip()))
    try:
        transformed = TransformerManager().transform_cell(source)
        if "get_ipython" in transformed:
            return None
        return ast.parse(transformed)
    except SyntaxError:
        # IPython runs a cell with a valid beginning no further than Python does: not at all.
        return ast.Module([], [])
    except (ValueError, RecursionError, MemoryError):
        return None
