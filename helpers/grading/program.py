"""Read off a notebook's cells what a name meant when a check ran.

A record's own word on a program could be made up, so the marker reads the cells itself: in their order, up to
the check, as the kernel ran them. The last sure definition takes the place of those before it; one inside of
`if`, a loop or `try` stands beside them. Where a name came about in a way that cannot be read (a text put
together and run, a hook of IPython), everything that the student wrote before the check is looked at instead.

In doubt: what cannot be read costs nobody points by itself, since the live record stands beside it. But where
a notebook reaches into the course's own machinery, where a record could be made up, doubt goes against it.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from nbformat.notebooknode import NotebookNode

from helpers.checks.reading import (
    Code,
    Instance,
    Lib,
    Reader,
    Reading,
    Value,
    defined_in,
    text_of,
)
from helpers.checks.scopes import (
    DEFINITIONS,
    Bound,
    Scope,
    TooLong,
    bindings,
    flatten,
    heads,
    root_name,
    tree_of,
    written_to,
)
from helpers.checks.source import segment
from helpers.grading.effects.cells import plain_python
from helpers.grading.runner import COURSES_OWN

MAX_SOURCE = 20_000
MAX_CODE = (
    3_000_000  # characters of a notebook's cells; the longest lesson, solved, has some 60,000
)
MAX_STATEMENTS = 30_000  # of a notebook, a few seconds; a lesson, solved, has some 1,000
MAX_STEPS = (
    150_000  # of looking names up, a few seconds; the longest lesson, solved, takes some 5,000
)
_ALIASES = (
    6  # names of names of names that are followed; beyond, the expressions themselves are read
)
_RUN = {"time", "capture", "prun"}  # cell magics whose cell runs in the notebook's own namespace
_ASIDE = {
    "timeit",
    "debug",
    "script",
    "bash",
    "sh",
    "html",
    "javascript",
    "js",
    "latex",
    "markdown",
    "svg",
} | {
    *(
        "python",
        "python3",
        "pypy",
        "perl",
        "ruby",
        "system",
        "sx",
        "!",
        "HTML",
        "SVG",
        "cmd",
        "file",
        "writefile",
    )
}
_LINES = {
    "time",
    "timeit",
    "prun",
    "run",
    "matplotlib",
    "config",
    "load_ext",
    "pip",
    "conda",
    "who",
    "whos",
} | {
    *(
        "autoreload",
        "reload_ext",
        "cd",
        "pwd",
        "ls",
        "env",
        "set_env",
        "precision",
        "xmode",
        "pdb",
        "pinfo",
        "pinfo2",
    ),
    *(
        "pdoc",
        "pdef",
        "psource",
        "pfile",
        "psearch",
        "lsmagic",
        "magic",
        "history",
        "hist",
        "system",
        "sx",
        "sc",
    ),
    *(
        "mkdir",
        "cat",
        "head",
        "less",
        "more",
        "cp",
        "mv",
        "rm",
        "memit",
        "mprun",
        "lprun",
        "logstart",
        "colors",
    ),
    *(
        "unload_ext",
        "doctest_mode",
        "quickref",
        "tb",
        "uv",
        "mamba",
        "man",
        "pprint",
        "automagic",
        "alias",
        "cls",
    ),
}
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
_NAMESPACES = ("globals", "locals", "vars")
_SHELL = {
    "run_line_magic",
    "run_cell_magic",
    "system",
    "getoutput",
    "run_line_magic_string",
    "magic",
}


@dataclass(frozen=True, eq=False)
class _Entry:
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

    entry: _Entry
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
        late = _View(self.entry.space, self.times)
        # What an expression refers to is what held before it: `f = wrap(f)`.
        return Scope(_View(self.entry.space, (self.entry.time - 1,), late))

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
class _Module:
    """A module beside the notebook."""

    space: "Space"
    is_module = True

    @property
    def key(self) -> Any:
        return ("module", id(self.space))

    def parts(self) -> Iterable[Any]:
        return ()

    def attribute(self, name: str) -> list[Value] | None:
        return _View(self.space, (self.space.now,)).values(name)


@dataclass(frozen=True)
class _View:
    """The global names of a notebook at a moment (or at any of some), as a `Scope` wants them."""

    space: "Space"
    times: tuple[int, ...]
    after: "_View | None" = None

    @property
    def late(self) -> "_View":
        return self.after or self

    def entries(self, name: str) -> list[_Entry]:
        """Return what the name may mean, the latest first."""
        found = [e for time in self.times for e in self.space.at(name, time)]
        return sorted(dict.fromkeys(found), key=lambda e: -e.time)

    def values(self, name: str) -> list[Value]:
        late = self.late.times
        times = late if self.after is None else tuple(sorted({*self.times, *late}))
        return [v for e in self.entries(name) for v in self._values(e, times)]

    def _values(self, entry: _Entry, times: tuple[int, ...]) -> list[Value]:
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
            meaning = Reader().meaning(bound.node, piece.scope)
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


@dataclass(eq=False)
class Space:
    """What the statements of a notebook, or of a module, bind, in the order of time."""

    files: dict[str, str]
    now: int = 0
    history: dict[str, list[_Entry]] = field(default_factory=dict)
    floating: dict[str, list[_Entry]] = field(default_factory=dict)
    patches: list[tuple[int, Code]] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    modules: dict[str, "Space | None"] = field(default_factory=dict)
    depth: int = 0
    level: int = 0
    steps: list[int] = field(default_factory=lambda: [0])  # one count for all modules
    busy: set[Any] = field(default_factory=set)
    meanings: dict[Any, list[Value]] = field(default_factory=dict)

    def at(self, name: str, time: int) -> list[_Entry]:
        """Return what a name may mean at a time."""
        found = [e for e in self.floating.get(name, ()) if e.time <= time]
        self.steps[0] += len(found)
        for entry in reversed(self.history.get(name, ())):
            self.steps[0] += 1
            if self.steps[0] > MAX_STEPS:
                raise TooLong
            if entry.time <= time:
                found.append(entry)
                if entry.sure:
                    break
        return found

    def imported(self, path: str) -> list[Value]:
        """Return what an import brings: a module beside the notebook, something of it, or a library's."""
        path = path.lstrip(".")
        module, _, name = path.rpartition(".")
        whole = self._module(path)
        if whole is not None:
            return [_Module(whole)]
        inner = self._module(module) if module else None
        if inner is not None:
            return _View(inner, (inner.now,)).values(name) or [None]
        return [Lib(path)]

    def _module(self, path: str) -> "Space | None":
        if path not in self.modules:
            self.modules[path] = None  # holds while it is read: modules may import each other
            place = path.replace(".", "/")
            for name in (f"{place}.py", f"{place}/__init__.py"):
                found = [f for f in self.files if f == name or f.endswith("/" + name)]
                if found and self.depth < 5:
                    space = Space(
                        self.files, depth=self.depth + 1, modules=self.modules, steps=self.steps
                    )
                    space.run(self.files[min(found, key=len)])
                    self.modules[path] = space
                    break
        return self.modules[path]

    # --- statements

    def run(self, text: str, sure: bool = True, stopped: bool = False) -> None:
        """Take in a cell or a module; `stopped` says that an error ended it somewhere."""
        if self.level > 8:  # a text that runs itself
            self.doubts.append((self.now, "exec"))
            return
        self.level += 1
        try:
            self._run(text, sure, stopped)
        finally:
            self.level -= 1

    def _run(self, text: str, sure: bool, stopped: bool) -> None:
        self.now += 1
        try:
            tree = tree_of(text)
        except TooLong:
            self.doubts.append((self.now, "a text that is too long to be read"))
            return
        lines = tuple(text.splitlines(keepends=True)) if tree else ()
        for statement, always in flatten(tree.body) if tree else ():
            harmless = isinstance(statement, (*DEFINITIONS, ast.Import, ast.ImportFrom)) or (
                isinstance(statement, ast.Expr | ast.Assign)
                and isinstance(statement.value, ast.Constant)
            )
            sure = sure and (harmless or not stopped)
            self._take(statement, sure and always, lines)
            if isinstance(statement, ast.Raise | ast.Assert) or _leaves(statement):
                sure = False

    def _scope(self) -> Scope:
        view = _View(self, (self.now,))
        return Scope(view)

    def _take(self, statement: ast.stmt, sure: bool, lines: tuple[str, ...]) -> None:
        self.now += 1
        if self.now > MAX_STATEMENTS:
            raise TooLong
        for name, bound in bindings(statement):
            self._bind(name, bound, sure, lines)
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            self._star(statement.module or "", sure)
        for place, value in written_to(statement):
            self._write(place, value, lines)
        if isinstance(statement, DEFINITIONS):
            self._floats(statement, lines)
        for part in heads(statement):
            if isinstance(part, ast.Call) or any(isinstance(n, ast.Call) for n in ast.walk(part)):
                self._calls(part, sure, lines)

    def _bind(self, name: str, bound: Bound, sure: bool, lines: tuple[str, ...]) -> None:
        self.history.setdefault(name, []).append(_Entry(self.now, sure, bound, lines, self))

    def _star(self, module: str, sure: bool) -> None:
        space = self._module(module.lstrip("."))
        if space is None:
            self.doubts.append((self.now, f"from {module} import *"))
        for name, entries in space.history.items() if space else ():
            if entries and not name.startswith("_"):
                self._bind(name, Bound("import", path=f"{module}.{name}"), sure, ())

    def _write(self, place: ast.expr, value: ast.AST, lines: tuple[str, ...]) -> None:
        """Take in that something is put into an object."""
        name = root_name(place)
        if isinstance(place, ast.Subscript) and isinstance(place.value, ast.Call):
            called = place.value.func
            if isinstance(called, ast.Name) and called.id in _NAMESPACES:
                key = text_of(place.slice, self._scope())
                if key is None:
                    self.doubts.append((self.now, called.id))
                else:
                    self._bind(key, Bound("value", value), False, lines)
                return
        values = self._scope().root.values(name) if name else []
        if name and values and not any(isinstance(v, Lib) for v in values):
            for one in {name, *self._aliases(name)}:
                self._bind(one, Bound("value", value), False, lines)
        else:  # into torch, or into who knows what: anything may use it
            self.patches.append((self.now, Code(value, self._scope(), True)))
            if not isinstance(place, ast.Subscript):
                self.doubts.append((self.now, "a library that is changed"))

    def _aliases(self, name: str) -> set[str]:
        entries = self.at(name, self.now)[:3]
        return {
            n.id
            for e in entries
            if isinstance(e.bound.node, ast.Name | ast.List | ast.Tuple | ast.Dict)
            for n in ast.walk(e.bound.node)
            if isinstance(n, ast.Name)
        }

    def _floats(self, definition: Any, lines: tuple[str, ...]) -> None:
        """Take in what a function does to the notebook's names when it is called, whenever that is."""
        stack: list[ast.AST] = list(ast.iter_child_nodes(definition))
        names: set[str] = set()
        statements: list[ast.stmt] = []
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Global):
                names.update(node.names)
            if isinstance(node, ast.stmt):
                statements.append(node)
            stack += ast.iter_child_nodes(node)
        scope = self._scope().inside(definition)
        for statement in statements:
            for name, bound in bindings(statement) if names else ():
                if name in names:
                    entry = _Entry(self.now, False, bound, lines, self)
                    self.floating.setdefault(name, []).append(entry)
            for place, value in written_to(statement):
                target = root_name(place)
                found = scope.find(target) if target else None
                if isinstance(definition, ast.ClassDef) or found is not None:
                    continue  # into an object of its own, or one that it is given
                self._write(place, value, lines)

    def _calls(self, part: ast.AST, sure: bool, lines: tuple[str, ...]) -> None:
        """Take in calls that bind names: `exec`, magics, methods that put something into an object."""
        stack = [part]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Lambda):
                continue
            stack += ast.iter_child_nodes(node)
            if isinstance(node, ast.Call):
                self._call(node, sure and node is part, lines)

    def _call(self, node: ast.Call, sure: bool, lines: tuple[str, ...]) -> None:
        called = node.func
        if isinstance(called, ast.Name) and called.id in ("exec", "eval"):
            self._exec(called, node, sure, lines)
        elif isinstance(called, ast.Name) and called.id == "setattr" and len(node.args) == 3:
            self._write(ast.Attribute(node.args[0], "?", ast.Store()), node.args[2], lines)
        elif isinstance(called, ast.Attribute) and _is_shell(called.value):
            self._magic(called.attr, [text_of(a, self._scope()) for a in node.args], sure)
        elif isinstance(called, ast.Attribute):
            name = root_name(called.value)
            inner = called.value
            space = getattr(inner.func, "id", "") if isinstance(inner, ast.Call) else ""
            if space in _NAMESPACES and called.attr in ("update", "__setitem__"):
                self.doubts.append((self.now, space))
                self.patches.append((self.now, Code(node, self._scope(), True)))
            values = self._scope().root.values(name) if name else []
            if name and values and not any(isinstance(v, Lib | None) for v in values):
                for one in {name, *self._aliases(name)}:
                    for given in (*node.args, *(k.value for k in node.keywords)):
                        self._bind(one, Bound("value", given), False, lines)
        elif isinstance(called, ast.Name):
            self._given(called, node, lines)

    def _given(self, called: ast.Name, node: ast.Call, lines: tuple[str, ...]) -> None:
        """Take in that a function of the notebook's changes what it is given."""
        for entry in self.at(called.id, self.now)[:3]:
            definition = entry.bound.node
            if isinstance(definition, ast.FunctionDef) and _changes_arguments(definition):
                for given in node.args:
                    if isinstance(given, ast.Name):
                        for value in (called, *(a for a in node.args if a is not given)):
                            self._bind(given.id, Bound("value", value), False, lines)

    def _exec(self, called: ast.Name, node: ast.Call, sure: bool, lines: tuple[str, ...]) -> None:
        text = text_of(node.args[0], self._scope()) if node.args else None
        compiled = node.args[0] if node.args else None
        if (
            text is None
            and isinstance(compiled, ast.Call)
            and compiled.args
            and getattr(compiled.func, "id", "") == "compile"
        ):
            text = text_of(compiled.args[0], self._scope())
        into = node.args[1] if len(node.args) > 1 else None
        own = into is None or (
            isinstance(into, ast.Call) and getattr(into.func, "id", "") == "globals"
        )
        target = root_name(into) if into is not None else None
        if text is None:
            self.doubts.append((self.now, "exec"))
        elif called.id == "exec" and own:
            self.run(text, sure=sure)
        elif target:
            try:
                tree = tree_of(text)
            except TooLong:
                tree = None
            if tree is not None:
                space = Space(self.files, depth=self.depth + 1, steps=self.steps)
                space.run(text)
                for entries in space.history.values():
                    for entry in entries:
                        self._bind(target, entry.bound, False, lines)
        else:
            self.patches.append((self.now, Code(node, self._scope(), True)))

    def _magic(self, kind: str, texts: list[str | None], sure: bool) -> None:
        known = [text for text in texts if text is not None]
        first = [text for text in texts[:2] if text is not None]
        if kind == "run_cell_magic" and len(known) == len(texts) == 3:
            name, line, body = known
            if name in ("writefile", "file"):
                self.files[line.split()[-1] if line.split() else "?"] = body
                self.modules.clear()
            elif name in _RUN:
                self.run(python_of(body), sure=sure)
            elif name not in _ASIDE:
                self.doubts.append((self.now, f"%%{name}"))
                self.run(python_of(body), sure=False)
        elif kind == "run_line_magic" and len(first) == 2:
            name, line = first
            if name in ("time", "prun"):
                self.run(python_of(line), sure=sure)
            elif name == "run":
                file = next((w for w in line.split() if not w.startswith("-")), "")
                text = self.files.get(str(PurePosixPath(file.strip("'\""))))
                if text is None:
                    self.doubts.append((self.now, "%run"))
                else:
                    self.run(text, sure=sure)
            elif name not in _LINES:
                self.doubts.append((self.now, f"%{name}"))
        elif kind == "run_cell" and texts and texts[0] is not None:
            self.run(python_of(texts[0]), sure=False)
        elif kind not in _SHELL:
            self.doubts.append((self.now, "get_ipython"))


def _leaves(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(called, ast.Name | ast.Attribute) and (
        getattr(called, "id", getattr(called, "attr", "")) in ("exit", "quit", "_exit")
    )


def _is_shell(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "get_ipython"


def _changes_arguments(definition: ast.FunctionDef) -> bool:
    names = {a.arg for a in (*definition.args.posonlyargs, *definition.args.args)}
    for statement, _ in flatten(definition.body):
        if any(root_name(place) in names for place, _ in written_to(statement)):
            return True
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Expr) and isinstance(value, ast.Call):
            if isinstance(value.func, ast.Attribute) and root_name(value.func.value) in names:
                return True
            if getattr(value.func, "id", "") == "setattr":
                return True
    return False


def python_of(text: str) -> str:
    """Return a cell as plain Python: magics become calls. What cannot be turned is returned as it is.

    Raises:
        TooLong: it may be Python, but cannot be read here.
    """
    try:
        return plain_python(text)
    except TooLong:
        raise
    except Exception:  # of a cell that is no Python, or too deep for the tokenizer
        return text


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
        view = _View(self._space, (self._time(before),))
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
        view = _View(self._space, (time,))
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
        view = _View(self._space, (self._begins[index + 1],))
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


def _text(entry: _Entry) -> str:
    node = entry.bound.node
    if node is None or not entry.lines or not hasattr(node, "lineno"):
        return ""
    return segment(list(entry.lines), node)
