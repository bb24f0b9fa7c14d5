"""The course's figures: arrays or tensors in, matplotlib Axes (or a Figure of several panels) out.

`plots.catalogue()` prints what there is, `help(plots.heat_map)` explains one. Functions made for one lesson stand in
that lesson's `figures`, such as `helpers.lessons.loss.figures`.

Each function takes `title` by keyword, a sentence that says what is to be seen; without it some write one of their
own. Those that draw a single panel take `ax` too, and return the Axes; those of several panels say so and return the
Figure. None shows a figure or changes matplotlib's settings.

One thing has one name in all of them:

    labels          a text for each thing drawn, in order: pictures, tensors, features
    class_names     a name for each class, in order of the class numbers
    axis_labels     what the two axes say, (x, y), with units
    axis_label      what the one axis says whose meaning the caller knows, with its unit
    row_labels, column_labels   a text for each row or column of a table
    X, y            rows (n, d) of a data set, and their classes or numbers (n,)
    images          pictures (n, h, w) or (n, c, h, w), as torch has them: see `helpers.plots.images`
    classes         the class numbers (n,) of points or pictures
    predictions     what a model says, beside `targets`, what is true
    span            the ends (low, high) of the range that is drawn
    wrong           true or false for each row (n,): whether it is to be set off as wrong
    count           how many are drawn; `columns`: how many of them side by side
    pattern         how numbers are written, as for `format`
    log             whether the axis of the values is logarithmic

Series of one figure look as `helpers.plots.style.look` says, and diagrams are made of `helpers.plots.canvas`.
"""

import ast
import functools
import importlib
from pathlib import Path
from typing import NamedTuple


class _Entry(NamedTuple):
    module: str
    heading: str  # of the module
    summary: str  # of the function


def catalogue() -> None:
    """Print every figure of the course with the first sentence of its docstring, module by module."""
    heading = None
    for name, entry in _entries().items():
        if entry.heading != heading:
            heading = entry.heading
            print(f"\n{heading}")
        print(f"    {name:22} {entry.summary}")


@functools.cache
def _entries() -> dict[str, _Entry]:
    """Read off the modules' sources what they offer in `__all__`; nothing is imported, so pyplot stays out."""
    entries: dict[str, _Entry] = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem == "__init__":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {
            node.name: ast.get_docstring(node) or ""
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        heading = _first_sentence(ast.get_docstring(tree) or "")
        for name in _offered(tree):
            entries[name] = _Entry(file.stem, heading, _first_sentence(docs[name]))
    return entries


def _offered(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return []


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def __getattr__(name: str):
    """Import a function's module when it is first asked for: pyplot stays out until something is drawn."""
    if name == "__all__":
        return sorted(_entries())
    if name.startswith("__") or name not in _entries():
        raise AttributeError(f"helpers.plots has no {name!r}; it has {', '.join(_entries())}")
    return getattr(importlib.import_module(f"helpers.plots.{_entries()[name].module}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_entries()]
