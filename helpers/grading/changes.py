"""What has changed in a lesson since a submission of it was marked: points, and cells that give some."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.grading.pages.text import whole

_TOLD = 5  # changes that are told one by one


@dataclass(frozen=True)
class Graded:
    """A cell that gives points.

    Attributes:
        points: the most that it gives.
        source: its text, where students cannot change it; else "".
    """

    points: float
    source: str


def graded_now(notebook: Any) -> dict[str, Graded]:
    """Return the graded cells of a notebook in the gradebook, by name."""
    fixed = {c.name: whole(c.source or "") for c in notebook.source_cells if c.locked}
    cells = (*notebook.grade_cells, *notebook.task_cells)
    return {c.name: Graded(float(c.max_score), fixed.get(c.name, "")) for c in cells}


def graded_then(page: Path) -> dict[str, Graded]:
    """Return the graded cells by which a notebook was marked; empty where that cannot be read."""
    try:
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        return {name: one for cell in cells for name, one in _graded(cell)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _graded(cell: dict) -> list[tuple[str, Graded]]:
    known = cell["metadata"].get("nbgrader", {})
    if not (known.get("grade") or known.get("task")):
        return []
    fixed = known.get("locked") and not known.get("solution")
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    return [(known["grade_id"], Graded(float(known["points"]), text if fixed else ""))]


def changes(then: Mapping[str, Graded], now: Mapping[str, Graded]) -> list[str]:
    """Return what the report says of marks that come from another form of the lesson: a sentence or none."""
    if not then:
        return []
    words = []
    for name in sorted({*then, *now}):
        before, after = then.get(name), now.get(name)
        if before is None or after is None:
            words.append(f"{name} was added" if before is None else f"{name} was taken out")
        elif before.points != after.points:
            words.append(f"the points of {name} changed from {before.points:g} to {after.points:g}")
        elif before.source and after.source and before.source != after.source:
            words.append(f"{name} reads otherwise")
    if len(words) > _TOLD:
        words[_TOLD:] = [f"{len(words) - _TOLD} more cells changed"]
    return (
        [f"{', '.join(words)} since this was marked: mark again with --force, or rejudge"]
        if words
        else []
    )
