"""Recognise the released cells in a notebook where an editor or a student has dropped what says which they are.

Pure functions: which cell of a submission is which of the release, which of the course's own cells are missing
although something needs them, and what a student wrote into a cell that is not theirs.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nbformat.notebooknode import NotebookNode

from helpers.checks.scopes import TooLong, bindings, flatten, tree_of
from helpers.checks.source import segment
from helpers.grading.program.magics import python_of

_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?^[ \t]*### END HIDDEN TESTS[^\n]*\n?", re.M | re.S
)
_STAR = "*"  # stands for whatever `from x import *` binds


@dataclass(frozen=True)
class Place:
    """A released cell that has a name (nbgrader's grade id).

    Attributes:
        name: the grade id.
        cell_type: "code" or "markdown".
        source: as the learner got it; of a cell of tests the hidden ones may stand in it.
        cell_id: the id that the notebook's format gives to the cell.
        locked: whether the text is the course's.
        solution: whether the learner is to write here.
        question: the text of the cell before, where that is one of the course's own; else "".
        after: the name of the cell before, where it has one; else "".
    """

    name: str
    cell_type: str
    source: str
    cell_id: str = ""
    locked: bool = False
    solution: bool = False
    question: str = ""
    after: str = ""

    @property
    def shown(self) -> str:
        """The text as the learner saw it, but for space at its ends."""
        return text_of(_HIDDEN.sub("", self.source))


def text_of(source: str) -> str:
    """Return a text without the space that editors add and drop."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def recognised(
    cells: Sequence[NotebookNode],
    free: Iterable[int],
    places: Sequence[Place],
    known: Mapping[str, int],
) -> dict[str, int]:
    """Find places among the cells of a submission.

    The best evidence comes first: the cell's id, its text, the check that it calls, the names that it defines,
    what stands before it. A cell is taken once.

    Args:
        cells: all cells of the submission.
        free: indices of those that are not yet known to be of the release.
        places: the released cells that are looked for.
        known: for the names of cells that are known already, their indices.

    Returns:
        The index of the cell for each place that was found, by name.
    """
    left, found = dict.fromkeys(sorted(free)), {}
    for look in (_by_id, _by_text, _by_call, _by_names):
        for place in places:
            if place.name in found:
                continue
            index = look(cells, list(left), place, places)
            if index is not None:
                found[place.name] = index
                del left[index]
    for place in places:
        index = None if place.name in found else _behind(cells, place, {**known, **found})
        if index in left:
            found[place.name] = index
            del left[index]
    return found


def _by_id(
    cells: Sequence[NotebookNode], free: list[int], place: Place, places: Sequence[Place]
) -> int | None:
    if not place.cell_id:
        return None
    for index in free:
        cell = cells[index]
        known = {cell.get("id"), cell.metadata.get("id")}  # Colab keeps it in the metadata
        if place.cell_id in known and cell.cell_type == place.cell_type:
            return index
    return None


def _by_text(
    cells: Sequence[NotebookNode], free: list[int], place: Place, places: Sequence[Place]
) -> int | None:
    same = [p for p in places if (p.cell_type, p.shown) == (place.cell_type, place.shown)]
    if not place.shown or len(same) > 1:
        return None
    return next((i for i in free if text_of(cells[i].source) == place.shown), None)


def _by_call(
    cells: Sequence[NotebookNode], free: list[int], place: Place, places: Sequence[Place]
) -> int | None:
    if place.solution or place.cell_type != "code":
        return None
    wanted = _statements(place.shown)
    if not wanted:
        return None
    return next(
        (i for i in free if _is_code(cells[i]) and _statements(cells[i].source) == wanted), None
    )


def _by_names(
    cells: Sequence[NotebookNode], free: list[int], place: Place, places: Sequence[Place]
) -> int | None:
    wanted = bound_in(place.source) - {_STAR} if place.cell_type == "code" else frozenset()
    if not place.solution or not wanted:
        return None
    able = [i for i in free if _is_code(cells[i]) and wanted <= bound_in(cells[i].source)]
    return able[-1] if able else None


def _behind(cells: Sequence[NotebookNode], place: Place, known: Mapping[str, int]) -> int | None:
    """Return the index of the cell behind the one that the place stood behind."""
    before = known.get(place.after)
    if place.question:
        same = (i for i, c in enumerate(cells) if text_of(c.source) == place.question)
        before = next(same, None)
    if not place.solution or before is None or before + 1 >= len(cells):
        return None
    return before + 1 if cells[before + 1].cell_type == place.cell_type else None


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code"


@lru_cache(maxsize=4096)  # the course's own cells come again with each submission
def _statements(source: str) -> tuple[str, ...]:
    """Return the statements of a cell in a form that does not hang on space and comments; () where it has none."""
    tree = _tree(source)
    if tree is None:
        return ()
    lines = python_of(source).splitlines(keepends=True)
    return tuple(_form(s, lines) for s in tree.body)


def _form(statement: ast.stmt, lines: list[str]) -> str:
    try:
        return ast.dump(statement)
    except RecursionError:  # a sum of a thousand terms
        return segment(lines, statement)


def _tree(source: str) -> ast.Module | None:
    try:
        return tree_of(python_of(source))
    except TooLong:
        return None


@lru_cache(maxsize=4096)
def bound_in(source: str) -> frozenset[str]:
    """Return the names that a cell binds in the notebook; "*" among them where it imports all of a module."""
    tree = _tree(source)
    if tree is None:
        return frozenset()
    names = {name for statement, _ in flatten(tree.body) for name, _ in bindings(statement)}
    stars = any(
        isinstance(s, ast.ImportFrom) and any(a.name == "*" for a in s.names)
        for s in ast.walk(tree)
    )
    return frozenset(names | ({_STAR} if stars else set()))


@lru_cache(maxsize=4096)
def read_in(source: str) -> frozenset[str]:
    """Return the names that a cell refers to, its functions' bodies included."""
    tree = _tree(source)
    if tree is None:
        return frozenset(re.findall(r"[A-Za-z_]\w*", source[:100_000]))
    return frozenset(
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    )


def is_answered_elsewhere(cells: Sequence[NotebookNode], place: Place) -> bool:
    """Say whether a learner's own cells define all that the cell of a place would define."""
    wanted = bound_in(place.source) - {_STAR} if place.cell_type == "code" else frozenset()
    return bool(wanted) and wanted <= _bound(cells)


def _bound(cells: Iterable[NotebookNode]) -> frozenset[str]:
    return frozenset().union(*(bound_in(c.source) for c in cells if _is_code(c)))


def missing_but_needed(
    cells: Sequence[NotebookNode], source: Sequence[NotebookNode]
) -> list[NotebookNode]:
    """Return the course's own code cells that a submission lacks although it refers to what they define.

    Args:
        cells: those of the submission, with all cells of the release that have names.
        source: the lesson's own cells that have none, in order.
    """
    ids = {c.get("id") for c in cells if _is_code(c)}
    there = {s for c in cells if _is_code(c) for s in _statements(c.source)}
    lacking = [
        c for c in source if _is_code(c) and c.get("id") not in ids and not _stands(c.source, there)
    ]
    bound = set(_bound(cells))
    chosen: set[int] = set()
    wanted = set().union(*(read_in(c.source) for c in cells if _is_code(c))) - bound
    while True:
        more = [
            n for n, c in enumerate(lacking) if n not in chosen and _gives(c.source, wanted - bound)
        ]
        if not more:
            return [lacking[n] for n in sorted(chosen)]
        # The last that binds a name before it is needed would do as well; all of them is what was released.
        chosen.update(more)
        for n in more:
            bound |= bound_in(lacking[n].source)
            wanted |= read_in(lacking[n].source)


def _stands(source: str, there: set[str]) -> bool:
    own = _statements(source)
    return set(own) <= there


def _gives(source: str, wanted: set[str]) -> bool:
    binds = bound_in(source)
    return bool(binds & wanted) or (_STAR in binds and bool(wanted - set(dir(builtins))))


def place_for(
    cell: NotebookNode, cells: Sequence[NotebookNode], before: Sequence[NotebookNode]
) -> int:
    """Return the index at which a missing cell of the course's is put back.

    That is after the nearest of the cells that stood before it, and before all that refer to what it defines.

    Args:
        cell: the missing one.
        cells: the submission's.
        before: the lesson's cells up to it, in order.
    """
    at = 0
    for earlier in reversed(before):
        index = _position(earlier, cells)
        if index is not None:
            at = index + 1
            break
    binds = bound_in(cell.source)
    readers = (n for n, c in enumerate(cells) if _is_code(c) and read_in(c.source) & binds)
    return min(at, next(readers, at))


def _position(known: NotebookNode, cells: Sequence[NotebookNode]) -> int | None:
    name = _grade_id(known)
    for index, cell in enumerate(cells):
        if name is not None:
            if _grade_id(cell) == name:
                return index
        elif cell.get("id") == known.get("id") or (
            cell.cell_type == known.cell_type and text_of(cell.source) == text_of(known.source)
        ):
            return index
    return None


def _grade_id(cell: NotebookNode) -> str | None:
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else None


def written_into(source: str, place: Place) -> str:
    """Return what a student wrote into a cell that is the course's: "" where that defines nothing."""
    tree = _tree(source)
    if tree is None:
        own = set(map(str.strip, place.source.splitlines()))
        other = [line for line in source.splitlines() if line.strip() not in own]
        return "\n".join(other).strip()
    known = set(_statements(place.source))
    lines = python_of(source).splitlines(keepends=True)
    rest = [s for s in tree.body if _form(s, lines) not in known]
    kept = "\n\n".join(segment(lines, s).strip() for s in rest)
    return kept if bound_in(kept) else ""
