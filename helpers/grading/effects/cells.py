"""A cell's program, with what IPython adds to Python's own syntax."""

import ast
import re

from IPython.core.inputtransformer2 import TransformerManager

from helpers.checks.scopes import TooLong

MAX_WORK = (
    2_000_000  # characters of a cell, times the commands in it; a lesson's cells have some 3,000
)
_COMMAND = re.compile(r"^[ \t]*[%!?,;/]|\?[ \t]*$|=[ \t]*[%!]", re.MULTILINE)
_HARMLESS_CELL_MAGIC = re.compile(r"^%%(time|capture(\s+--no-\w+)*)\s*\n")
_HARMLESS_LINE_MAGIC = re.compile(r"^%matplotlib\s+inline\s*$", re.M)


def parse(source: str) -> ast.Module | None:
    """Return a cell's program; an empty one where it has no valid syntax, since then nothing of it runs.

    None: it cannot be read, for instance because of a command of IPython's own.
    """
    source = _HARMLESS_LINE_MAGIC.sub("", _HARMLESS_CELL_MAGIC.sub("", source.lstrip()))
    try:
        transformed = plain_python(source)
        if "get_ipython" in transformed:
            return None
        return ast.parse(transformed)
    except SyntaxError:
        # IPython runs a cell with a valid beginning no further than Python does: not at all.
        return ast.Module([], [])
    except (ValueError, RuntimeError, MemoryError, TooLong):
        return None


def plain_python(source: str) -> str:
    """Return a cell as plain Python: IPython's commands become calls.

    IPython reads the whole cell once more for each command in it, so a long cell of many would keep the marker.

    Raises:
        TooLong: that would take longer than a marker should give.
        SyntaxError, RuntimeError: IPython would not run the cell.
    """
    if len(source) * (1 + len(_COMMAND.findall(source))) > MAX_WORK:
        raise TooLong
    return TransformerManager().transform_cell(source)
