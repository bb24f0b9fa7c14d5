"""What the statements of a notebook bind, one after the other, however they bind it."""

import ast
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

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
from helpers.checks.texts import text_of
from helpers.checks.values import Code, Lib, Value
from helpers.grading.program.magics import ASIDE, LINES, RUN, SHELL, python_of
from helpers.grading.program.views import Entry, Module, View

# of a notebook, a few seconds; a lesson, solved, has some 1,000
MAX_STATEMENTS = 30_000
# of looking names up, a few seconds; the longest lesson, solved, takes some 5,000
MAX_STEPS = 150_000
_NAMESPACES = ("globals", "locals", "vars")


@dataclass(eq=False)
class Space:
    """What the statements of a notebook, or of a module, bind, in the order of time."""

    files: dict[str, str]
    now: int = 0
    history: dict[str, list[Entry]] = field(default_factory=dict)
    floating: dict[str, list[Entry]] = field(default_factory=dict)
    patches: list[tuple[int, Code]] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    modules: dict[str, "Space | None"] = field(default_factory=dict)
    depth: int = 0
    level: int = 0
    steps: list[int] = field(default_factory=lambda: [0])  # one count for all modules
    busy: set[Any] = field(default_factory=set)
    meanings: dict[Any, list[Value]] = field(default_factory=dict)

    def at(self, name: str, time: int) -> list[Entry]:
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
            return [Module(whole)]
        inner = self._module(module) if module else None
        if inner is not None:
            return View(inner, (inner.now,)).values(name) or [None]
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
        view = View(self, (self.now,))
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
        self.history.setdefault(name, []).append(Entry(self.now, sure, bound, lines, self))

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
                    entry = Entry(self.now, False, bound, lines, self)
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
            elif name in RUN:
                self.run(python_of(body), sure=sure)
            elif name not in ASIDE:
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
            elif name not in LINES:
                self.doubts.append((self.now, f"%{name}"))
        elif kind == "run_cell" and texts and texts[0] is not None:
            self.run(python_of(texts[0]), sure=False)
        elif kind not in SHELL:
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
