"""What an answer in a notebook refers to, as the cells before a check define it."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from nbformat.notebooknode import NotebookNode

from helpers.checks.reading import Reader, Reading
from helpers.checks.scopes import (
    DEFINITIONS,
    Scope,
    TooLong,
    bindings,
    tree_of,
)
from helpers.checks.source import segment
from helpers.checks.values import Code
from helpers.grading.executed import COURSES_OWN
from helpers.grading.program.magics import python_of
from helpers.grading.program.space import Space
from helpers.grading.program.views import Entry, View

MAX_SOURCE = 20_000
# characters of a notebook's cells; the longest lesson, solved, has some 60,000
MAX_CODE = 3_000_000
# What an honest answer has no need of, and who makes up a record does.
_MACHINERY = (
    *(
        "helpers.checks.",
        "helpers.grading",
        "torch.overrides",
        "torch.utils._python_dispatch",
        "torch._C",
    ),
    *(
        "sys.modules",
        "sys.settrace",
        "sys.setprofile",
        "sys._getframe",
        "sys.meta_path",
        "sys.path_hooks",
    ),
    *("gc", "ctypes", "inspect.currentframe", "inspect.stack", "linecache", "builtins.__import__"),
    *(
        "IPython.core",
        "importlib",
        "builtins.setattr",
        "unittest.mock",
        "atexit",
        "marshal",
        "types.CodeType",
    ),
)
_OPEN = {"helpers.checks.Lesson", "helpers.checks.Verdict"}


class Program:
    """The code cells of a notebook after its run, with the files beside it."""

    def __init__(
        self,
        cells: Sequence[NotebookNode],
        files: Mapping[str, bytes] | None = None,
        answers: Mapping[int, str] | None = None,
    ) -> None:
        """Read the cells.

        Args:
            cells: all cells, those of checks included.
            files: what lies beside the notebook, by relative path.
            answers: for the index of each check's cell, the name of the answer; these cells are not read.
        """
        texts = {
            name: content[:1_000_000].decode("utf-8", "replace")
            for name, content in (files or {}).items()
            if name.endswith(".py")
        }
        self._answers = dict(answers or {})
        self._space = Space(texts)
        self._begins: dict[int, int] = {}
        self._own: dict[int, str] = {}
        self._unread: set[int] = set()
        left = MAX_CODE
        for index, cell in enumerate(cells):
            self._begins[index] = self._space.now
            if cell.cell_type != "code" or index in self._answers:
                continue
            if not cell.metadata.get(COURSES_OWN):
                self._own[index] = cell.source
            stopped = any(o.get("output_type") == "error" for o in cell.get("outputs", ()))
            doubts, patches = len(self._space.doubts), len(self._space.patches)
            try:
                if len(cell.source) > left:
                    raise TooLong
                left -= len(cell.source)
                text = python_of(cell.source)
                if index in self._own:
                    self._own[index] = text
                self._space.run(text, stopped=stopped)
            except (RecursionError, TooLong) as error:  # nobody writes as long or as deep by hand
                self._space.now += 1  # it stands before what follows, as a cell that was read
                self._space.doubts.append((self._space.now, "a cell too long or too deep"))
                if isinstance(error, TooLong):
                    self._unread.add(index)
            self._space.busy.clear()
            if cell.metadata.get(COURSES_OWN):  # what the course does makes no student a suspect
                del self._space.doubts[doubts:], self._space.patches[patches:]
        self._begins[len(cells)] = self._space.now

    def _time(self, before: int | None) -> int:
        return self._begins[max(self._begins) if before is None else before]

    def source_of(self, name: str, before: int | None = None) -> str | None:
        """Return the text of what a name means before a cell, the latest first; None: no cell says."""
        view = View(self._space, (self._time(before),))
        self._space.steps[0] //= 2
        try:
            return "\n\n".join(map(_text, view.entries(name)[:50]))[:MAX_SOURCE] or None
        except TooLong:
            return None

    def reading(self, name: str, before: int | None = None) -> Reading:
        """Return what an answer refers to, as the cells before a check define it."""
        time = self._time(before)
        self._space.steps[0] //= (
            2  # each answer gets some, so that one cannot use up what others need
        )
        self._space.busy.clear()
        try:
            return self._reading(name, time)
        except (RecursionError, TooLong):
            texts = [t for index, t in self._own.items() if self._begins[index] < time]
            return _words("\n".join(texts))

    def _reading(self, name: str, time: int) -> Reading:
        view = View(self._space, (time,))
        patches = [code for when, code in self._space.patches if when <= time]
        values = view.values(name)
        found = Reader().read([*values, *patches]).reading()
        meddles = self._meddles(time)
        doubts = [why for when, why in self._space.doubts if when <= time]
        if meddles or doubts or None in values or not values:
            found = _together(found, self._whole(name, time, strict=meddles))
        return found

    def _meddles(self, time: int) -> bool:
        """Say whether the student's cells reach into what makes a record."""
        return any(
            path.startswith(_MACHINERY) and path not in _OPEN
            for index, reading in self._readings.items()
            if self._begins[index] < time
            for path in (*reading.uses, *reading.hides)
        )

    @cached_property
    def _readings(self) -> dict[int, Reading]:
        """What each of the student's own cells refers to, all that is in it."""
        return {index: self._read_cell(index, text) for index, text in self._own.items()}

    def _read_cell(self, index: int, text: str) -> Reading:
        if index in self._unread:
            return _words(text)
        try:
            tree = tree_of(text)
            trees = [] if tree is None else [tree, *_trees_in_strings(tree)]
        except TooLong:
            return _words(text)
        view = View(self._space, (self._begins[index + 1],))
        return Reader().read(Code(t, Scope(view), True) for t in trees).reading()

    def _whole(self, name: str, time: int, strict: bool) -> Reading:
        """Return what all that the student wrote refers to, but for the answers to other exercises."""
        found = Reading()
        others = {n for n in self._answers.values() if n != name}
        for index, reading in self._readings.items():
            if self._begins[index] < time and not self._answers_others(index, others):
                found = _together(found, reading)
        if strict:  # who makes a record up would not shrink from a decoy either
            return Reading((*found.uses, *found.doubtful), (), found.hides)
        return Reading(found.uses)

    def _answers_others(self, index: int, others: set[str]) -> bool:
        """Say whether a cell does nothing but answer another exercise."""
        tree = tree_of(self._own[index]) if len(self._own[index]) < 200_000 else None
        if tree is None or not tree.body:
            return False
        kinds = (*DEFINITIONS, ast.Import, ast.ImportFrom)
        if not all(isinstance(s, kinds) or _is_plain(s, others) for s in tree.body):
            return False
        named = {
            n
            for s in tree.body
            for n, _ in bindings(s)
            if not isinstance(s, ast.Import | ast.ImportFrom)
        }
        return bool(named & others) and not any(
            re.search(rf"\b{re.escape(one)}\b", text)
            for one in named
            for other, text in self._own.items()
            if other != index
        )


def _words(text: str) -> Reading:
    """Return the names in a text that cannot be read otherwise, as though each were used."""
    return Reading(
        tuple(f"?.{w}" for w in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", text[:5_000_000])))
    )


def _is_plain(statement: ast.stmt, names: set[str]) -> bool:
    targets = getattr(statement, "targets", [])
    return isinstance(statement, ast.Assign) and all(
        getattr(t, "id", None) in names for t in targets
    )


def _trees_in_strings(tree: ast.Module) -> Iterator[ast.Module]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and len(node.value) < 100_000
        ) and re.search(r"\bdef |\bimport |\blambda\b", node.value):
            inner = tree_of(python_of(node.value))
            if inner is not None:
                yield inner


def _together(one: Reading, other: Reading) -> Reading:
    return Reading(
        tuple(dict.fromkeys((*one.uses, *other.uses))),
        tuple(sorted({*one.syntax, *other.syntax})),
        tuple(dict.fromkeys((*one.hides, *other.hides))),
        tuple(dict.fromkeys((*one.doubtful, *other.doubtful))),
    )


def _text(entry: Entry) -> str:
    node = entry.bound.node
    if node is None or not entry.lines or not hasattr(node, "lineno"):
        return ""
    return segment(list(entry.lines), node)
