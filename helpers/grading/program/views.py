"""What a name of a notebook means at a moment."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from helpers.checks.meaning import DEPTH, Meanings
from helpers.checks.scopes import (
    DEFINITIONS,
    Bound,
    Scope,
)
from helpers.checks.texts import text_of
from helpers.checks.values import Code, Instance, Value, defined_in

if TYPE_CHECKING:
    from helpers.grading.program.space import Space

# Names of names of names that are followed; beyond, the expressions themselves are read.
_ALIASES = 6


@dataclass(frozen=True, eq=False)
class Entry:
    """What a name meant from a moment on.

    Attributes:
        time: the number of the statement.
        sure: it takes the place of what the name meant before.
        bound: the meaning.
        lines: those of its cell, for its text.
    """

    time: int
    sure: bool
    bound: Bound
    lines: tuple[str, ...]
    space: "Space"


@dataclass(frozen=True)
class _Piece:
    """A statement or an expression of the notebook, as the answer finds it."""

    entry: Entry
    times: tuple[int, ...]

    @property
    def node(self) -> ast.AST:
        node = self.entry.bound.node
        assert node is not None, "only what has a tree becomes a piece"
        return node

    @property
    def key(self) -> Any:
        return (id(self.node), self.entry.time, self.times)

    @property
    def scope(self) -> Scope:
        late = View(self.entry.space, self.times)
        # What an expression refers to is what held before it: `f = wrap(f)`.
        return Scope(View(self.entry.space, (self.entry.time - 1,), late))

    def parts(self) -> Iterable[Any]:
        made = len(self.times) > 1 or not isinstance(self.node, DEFINITIONS)
        return [Code(self.node, self.scope, made)]

    def attribute(self, name: str) -> list[Value] | None:
        return [] if isinstance(self.node, DEFINITIONS) else None


@dataclass(frozen=True)
class _Class(_Piece):
    def called(self) -> Instance:
        """Return an object of the class."""
        node = self.node
        assert isinstance(node, ast.ClassDef), "only a class becomes one"
        return Instance(("object", id(node)), frozenset(defined_in(node)), (self,))


@dataclass(frozen=True)
class Module:
    """A module beside the notebook."""

    space: "Space"
    is_module = True

    @property
    def key(self) -> Any:
        return ("module", id(self.space))

    def parts(self) -> Iterable[Any]:
        return ()

    def attribute(self, name: str) -> list[Value] | None:
        return View(self.space, (self.space.now,)).values(name)


@dataclass(frozen=True)
class View:
    """The global names of a notebook at a moment (or at any of some), as a `Scope` wants them."""

    space: "Space"
    times: tuple[int, ...]
    after: "View | None" = None

    @property
    def late(self) -> "View":
        return self.after or self

    def entries(self, name: str) -> list[Entry]:
        """Return what the name may mean, the latest first."""
        found = [e for time in self.times for e in self.space.at(name, time)]
        return sorted(dict.fromkeys(found), key=lambda e: -e.time)

    def values(self, name: str) -> list[Value]:
        late = self.late.times
        times = late if self.after is None else tuple(sorted({*self.times, *late}))
        return [v for e in self.entries(name) for v in self._values(e, times)]

    def _values(self, entry: Entry, times: tuple[int, ...]) -> list[Value]:
        bound = entry.bound
        if bound.kind == "import":
            return entry.space.imported(bound.path)
        if bound.kind == "definition":
            kind = _Class if isinstance(bound.node, ast.ClassDef) else _Piece
            return [kind(entry, times)]
        if bound.node is None:
            return [None]
        piece = _Piece(entry, tuple(sorted({entry.time, *times})))
        if len(entry.space.busy) > _ALIASES or piece.key in entry.space.busy:
            return [piece]
        known = entry.space.meanings
        if piece.key not in known:
            entry.space.busy.add(piece.key)
            meaning = Meanings().of(bound.node, piece.scope, DEPTH // 2)
            entry.space.busy.discard(piece.key)
            known[piece.key] = meaning if None not in meaning else [piece]
        return known[piece.key]

    def imported(self, path: str) -> list[Value]:
        return self.space.imported(path)

    def text(self, name: str) -> str | None:
        entries = self.entries(name)
        if len(entries) != 1 or entries[0].bound.kind != "value":
            return None
        entry, busy = entries[0], self.space.busy
        if len(busy) > _ALIASES:
            return None
        key = ("text", id(entry))
        busy.add(key)
        text = text_of(entry.bound.node, _Piece(entry, self.times).scope, 3)
        busy.discard(key)
        return text

    def file(self, path: str) -> str | None:
        return self.space.files.get(str(PurePosixPath(path)))
