"""Which cells of a submission have to run for its marks, and whether leaving the others out may have cost any.

What a student wrote always runs. A cell that stands as the course wrote it runs where something that runs after
it may depend on it: a backward slice over names that are bound, read and changed (`helpers.grading.effects`),
in which functions stand for what their bodies do, and objects for all others that may be reached from them.

It rests on this of the cells that are left out, which the course's author wrote: they set no attribute of a
student's function by way of another name for it, and library functions do what their names say. Where even that
should fail, a mark can only get lost, and for lost marks the submission is run in full (`must_run_in_full`).
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

from helpers.checks.scopes import TooLong
from helpers.grading.effects.cells import parse
from helpers.grading.effects.libraries import Libraries
from helpers.grading.effects.model import ANYTHING, PLACES, RANDOM, SETTINGS, Effects, Statement
from helpers.grading.effects.reader import statements
from helpers.grading.effects.relations import Relations
from helpers.grading.effects.steps import Steps
from helpers.grading.effects.versions import Versions, given, unversioned
from helpers.grading.executed import COURSES_OWN

MAX_CODE = 1_000_000  # characters of all cells; a lesson, solved, has some 60,000
KEPT_SOURCE = (
    5_000  # characters of a cell whose program is kept; it takes a hundred times as many bytes
)
MAX_STATEMENTS = 3_000  # a lesson, solved, has some 200


def needed(cells: Sequence[NotebookNode], probes: Mapping[int, str]) -> frozenset[int]:
    """Return the indices of the code cells that must run for the marks of a submission to be those of a full run.

    Args:
        cells: the submission's, restored; those that stand as the course wrote them have `COURSES_OWN`.
        probes: for the index of a check's cell, the name of the answer that is probed in its stead.
    """
    code = frozenset(i for i, cell in enumerate(cells) if cell.cell_type == "code")
    try:
        notebook = _Notebook.read(cells, probes)
        return code if notebook is None else notebook.needed() & code
    except (RecursionError, TooLong):
        return code


def skippable(cells: Sequence[NotebookNode], probes: Mapping[int, str]) -> frozenset[int]:
    """Return the indices of the code cells that need not run; arguments as for `needed`."""
    code = frozenset(i for i, cell in enumerate(cells) if cell.cell_type == "code")
    return code - needed(cells, probes)


def must_run_in_full(
    cells: Sequence[NotebookNode],
    probes: Mapping[int, str],
    ran: frozenset[int],
    points: Mapping[int, tuple[float, float]],
) -> bool:
    """Say whether a submission of which only some cells ran is to be run in full, and the full run counts.

    It is where a graded cell did not earn all its points, or one of the student's own cells ended in an error.
    Excused is a check whose answer nobody attempted: its cells are as they were released. So is one whose
    answer calls such a blank one, where moreover no cell that was left out names anything that it depends on.

    Args:
        cells: after the run, with outputs.
        probes: as for `needed`.
        ran: the indices of the cells that ran.
        points: for each automatically graded cell, its points and the most that it can earn.
    """
    code = {i for i, cell in enumerate(cells) if cell.cell_type == "code"}
    if code <= ran | set(probes):
        return False
    lost = {index for index, (earned, most) in points.items() if earned < most}
    if lost - set(probes) or any(
        _failed(cells[i]) for i in code - set(probes) if _is_own(cells[i])
    ):
        return True
    if not lost:
        return False
    try:
        notebook = _Notebook.read(cells, probes)
        return notebook is None or not all(notebook.is_excused(i, ran) for i in lost)
    except (RecursionError, TooLong):
        return True


def earned(cells: Sequence[NotebookNode]) -> dict[int, tuple[float, float]]:
    """Return for each code cell that is graded automatically its points, and the most that it can earn."""
    points = {}
    for index, cell in enumerate(cells):
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            try:
                got, most = determine_grade(cell)
            except ValueError:  # its output is no number of points
                got, most = 0.0, float(cell.metadata["nbgrader"]["points"])
            points[index] = (float(got or 0), float(most))
    return points


def is_stub(cell: NotebookNode) -> bool:
    """Say whether a solution cell stands as it was released."""
    checksum = cell.metadata.get("nbgrader", {}).get("checksum")
    return bool(checksum) and is_solution(cell) and compute_checksum(cell) == checksum


def _is_own(cell: NotebookNode) -> bool:
    """Say whether a cell runs in any case: the student's own, and tests that give points."""
    return not cell.metadata.get(COURSES_OWN) or is_grade(cell)


def _failed(cell: NotebookNode) -> bool:
    return any(output.get("output_type") == "error" for output in cell.get("outputs", ()))


_kept_program = lru_cache(maxsize=1024)(parse)  # the course's own cells come again and again


def _parse(source: str) -> ast.Module | None:
    return _kept_program(source) if len(source) <= KEPT_SOURCE else parse(source)


def _read(
    source: str, tree: ast.Module, libraries: tuple[tuple[str, str], ...]
) -> tuple[Statement, ...]:
    """Return a cell's statements; those of a cell of usual length are kept."""
    if len(source) <= KEPT_SOURCE:
        return _kept_statements(source, libraries)
    return tuple(statements(tree, Libraries(dict(libraries))))


@lru_cache(maxsize=1024)
def _kept_statements(source: str, libraries: tuple[tuple[str, str], ...]) -> tuple[Statement, ...]:
    tree = _parse(source)
    return () if tree is None else tuple(statements(tree, Libraries(dict(libraries))))


@dataclass(frozen=True)
class _Notebook:
    """The code of a submission, with the relations of its names.

    Attributes:
        cells: the statements of each code cell but checks, their names with versions.
        own: the indices of cells that run in any case: the student's own, and tests.
        tests: the indices of cells that give points as nbgrader does it.
        stubs: the indices of solution cells that stand as they were released.
        probes: the names of the answers, in the version that is probed.
        relations: what the names are to each other.
    """

    cells: dict[int, tuple[Statement, ...]]
    own: frozenset[int]
    tests: frozenset[int]
    stubs: frozenset[int]
    probes: Mapping[int, str]
    relations: Relations

    @classmethod
    def read(cls, cells: Sequence[NotebookNode], probes: Mapping[int, str]) -> "_Notebook | None":
        """Read a notebook; None where a cell of the student's could depend on anything at all.

        Raises:
            TooLong: there is more to look at than a marker should give time to.
        """
        code = {
            i: cell for i, cell in enumerate(cells) if cell.cell_type == "code" and i not in probes
        }
        if sum(len(cell.source) for cell in code.values()) > MAX_CODE:
            raise TooLong
        trees = {i: _parse(cell.source) for i, cell in code.items()}
        if sum(len(tree.body) for tree in trees.values() if tree is not None) > MAX_STATEMENTS:
            raise TooLong
        unread = {i for i, tree in trees.items() if tree is None}
        own = frozenset(i for i, cell in code.items() if _is_own(cell))
        if unread & own:
            return None
        libraries = Libraries.of(tree for tree in trees.values() if tree is not None)
        known = tuple(sorted(libraries.names.items()))
        anything = Effects(reads={ANYTHING}, stores={ANYTHING, *PLACES})
        read = {
            i: (Statement(now=anything),) if tree is None else _read(code[i].source, tree, known)
            for i, tree in trees.items()
        }
        tests = frozenset(i for i in own if is_grade(cells[i]))
        stubs = frozenset(i for i in own if is_stub(cells[i]))
        steps = Steps()
        every = [s for part in read.values() for s in part]
        versions = Versions(every, [s for i in own for s in read[i]], steps)
        seen, answers = {}, {}
        for i in sorted({*read, *probes}):
            if i in probes:
                answers[i] = versions.of(probes[i])
            else:
                seen[i] = tuple(versions.go_past(read[i], i in own))
        every = [s for part in seen.values() for s in part]
        relations = Relations(every, set(libraries.names), steps)
        return cls(seen, own, tests, stubs, answers, relations)

    def needed(self) -> frozenset[int]:
        """Go through the cells backwards, with the names and places that what runs later may depend on."""
        does = {i: self.relations.of_cell(part) for i, part in self.cells.items()}
        if any(ANYTHING in does[i].reads for i in self.own):
            return frozenset({*self.cells, *self.probes})
        graded = self.relations.reach(
            set(self.probes.values()).union(*(does[i].reads for i in self.tests))
        )
        live, found = {SETTINGS}, set(self.probes)
        for i in sorted({*self.cells, *self.probes}, reverse=True):
            if i in self.probes:
                live |= self.relations.reach({self.probes[i]})
            elif i in self.own or self._may_change(does[i], live):
                found.add(i)
                if i in self.own:
                    live -= set().union(*(s.seeds for s in self.cells[i]))
                live |= self._depends(i, does[i], graded)
            if ANYTHING in live:
                return frozenset(found | {k for k in self.cells if k < i})
        return frozenset(found)

    def _depends(self, index: int, does: Effects, graded: set[str]) -> set[str]:
        """Return what a cell depends on.

        A check seeds the random state itself. What else a student's cell draws counts where it may show in a
        mark; in the cell's own output it would be as good a draw as any other.
        """
        depends = self.relations.reach(does.reads)
        counts = index not in self.own or index in self.tests
        if counts or self.relations.changed(does) & graded:
            depends |= does.reads & set(RANDOM.values())
        return depends

    def _may_change(self, does: Effects, live: set[str]) -> bool:
        return ANYTHING in does.stores or bool(self.relations.changed(does) & live)

    def is_excused(self, index: int, ran: frozenset[int]) -> bool:
        """Say whether a check cannot have lost points by the cells that did not run."""
        name = self.probes[index]
        if self._is_blank(name):
            return True
        reach = self.relations.reach({name})
        if not any(map(self._is_blank, reach & set(self.probes.values()))):
            return False
        left_out = Effects()
        for i in set(self.cells) - ran:
            left_out.add(self.relations.of_cell(self.cells[i]))
        return not self._may_change(left_out, reach | {SETTINGS})

    def _is_blank(self, name: str) -> bool:
        """Say whether an answer comes from untouched solution cells alone."""
        from_cells = {i for i in self.own if unversioned(name) in given(self.cells[i])}
        return bool(from_cells) and from_cells <= self.stubs
