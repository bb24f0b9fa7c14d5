"""Read the learner's live answer: what it says, and what it refers to.

A live function knows what its names mean: its globals, its closure and its defaults are at hand. So no cell
has to be searched for what a name was bound to, and nothing is counted that the answer does not reach.
"""

import ast
import dis
import functools
import inspect
import linecache
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from torch import nn

from helpers.checks.own import in_library, is_own_file
from helpers.checks.reading import Reader, Reading
from helpers.checks.scopes import Scope
from helpers.checks.source import node_of, nodes_of, segment
from helpers.checks.values import Code, Instance, Lib, Value, defined_in

MAX_SOURCE = 20_000
_MANY = 50  # elements of a list or dict that are looked at
_PUBLIC = (
    *("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.func", "torch.autograd"),
    *("torch.autograd.functional", "torch.special", "torch.linalg", "numpy", "math", "builtins"),
)


def read_answer(answer: Any) -> Reading:
    """Return what an answer, a function, class or object, refers to, with all of the learner's own that it uses."""
    root = _module_of(_unwrapped(answer))
    return Reader().read([as_value(answer, root, is_answer=True)]).reading()


def source_of(answer: Any) -> str | None:
    """Return the source of a function, class or instance of a learner's class, with the functions and
    classes of the same notebook that it uses; None where there is no source to read."""
    root = _module_of(_unwrapped(answer))
    found: list[str] = []
    seen: set[int] = set()
    waiting: list[Any] = [answer]
    while waiting and len(seen) < _MANY:
        one = _unwrapped(waiting.pop(0))
        if id(one) in seen:
            continue
        seen.add(id(one))
        value = as_value(one, root, is_answer=len(seen) == 1)
        if not isinstance(value, _Function | _Class | _Object):
            continue
        text = value.text()
        found += [text] if text else []
        waiting += value.neighbours()
    return "\n\n".join(found)[:MAX_SOURCE] or None


def _unwrapped(answer: Any) -> Any:
    """Return the function behind a partial one and behind decorators that say what they wrap."""
    for _ in range(20):
        if isinstance(answer, functools.partial | functools.partialmethod):
            answer = answer.func
        elif isinstance(answer, staticmethod | classmethod | types.MethodType):
            answer = answer.__func__
        else:
            inner = (
                inspect.getattr_static(answer, "__wrapped__", None) if callable(answer) else None
            )
            if inner is None or isinstance(answer, type):
                return answer
            answer = inner
    return answer


def _module_of(thing: Any) -> str | None:
    if not isinstance(thing, types.FunctionType | type):
        thing = type(thing)
    module = getattr(thing, "__module__", None)
    return module if isinstance(module, str) and not in_library(module) else None


def as_value(thing: Any, root: str | None, *, is_answer: bool = False) -> Value:
    """Return what a live object is to the reader; `root` is the module of the answer, which is the learner's."""
    if isinstance(thing, types.ModuleType):
        known = thing.__name__ in sys.modules and in_library(thing.__name__)
        return Lib(thing.__name__) if known else _Module(thing, root)
    if isinstance(thing, types.FunctionType):
        own = (
            is_answer
            or is_own_file(thing.__code__.co_filename)
            or (root and thing.__module__ == root)
        )
        if own or "__wrapped__" in vars(thing):
            return _Function(thing, root, bool(own))
        return Lib(_path(thing))
    if isinstance(thing, type):
        own = thing.__module__ == root or not in_library(thing.__module__)
        return _Class(thing, root) if own else Lib(_path(thing))
    if isinstance(thing, bool | int | float | complex | str | bytes | None):
        return None
    wraps = (
        functools.partial,
        functools.partialmethod,
        types.MethodType,
        staticmethod,
        classmethod,
    )
    if isinstance(thing, (*wraps, property, dict, list, tuple, set, frozenset)):
        return _Object(thing, root)
    if inspect.getattr_static(thing, "__wrapped__", None) is not None:  # as by lru_cache
        return _Object(thing, root)
    if isinstance(thing, types.BuiltinFunctionType | types.MethodDescriptorType):
        return Lib(_path(thing))
    kind = type(thing)
    if isinstance(thing, nn.Module) or not in_library(kind.__module__) or kind.__module__ == root:
        return _Object(thing, root)
    return Lib(_path(thing)) if callable(thing) else None


def _path(thing: Any) -> str:
    """Return the path by which a function or class of a library is known."""
    name = getattr(thing, "__name__", None)
    if not isinstance(name, str):
        kind = type(thing)
        op = str(thing) if kind.__module__.startswith("torch._ops") else kind.__name__
        return f"{kind.__module__}.{op}"[:200]
    for module in _PUBLIC:
        if module in sys.modules and vars(sys.modules[module]).get(name) is thing:
            return f"{module}.{name}"
    home = getattr(thing, "__module__", None)
    # `reduce` of functools says that its home is `_functools`.
    return f"{home.lstrip('_') if isinstance(home, str) else 'torch'}.{name}"


class _Root:
    """The names that a live function finds outside of itself."""

    def __init__(self, names: dict, closure: dict[str, Any], root: str | None) -> None:
        self._names, self._closure, self._root = names, closure, root

    @property
    def late(self) -> "_Root":
        return self

    def _found(self, name: str) -> Any:
        return self._closure.get(name, self._names.get(name, self))

    def values(self, name: str) -> list[Value]:
        found = self._found(name)
        return [] if found is self else [as_value(found, self._root)]

    def imported(self, path: str) -> list[Value]:
        module, _, name = path.rpartition(".")
        if path in sys.modules:
            return [as_value(sys.modules[path], self._root)]
        found = vars(sys.modules[module]).get(name) if module in sys.modules else None
        own = module in sys.modules and not in_library(module)
        return [as_value(found, self._root)] if own else [Lib(path)]

    def text(self, name: str) -> str | None:
        found = self._found(name)
        return found if type(found) is str else None

    def file(self, path: str) -> str | None:
        return None


class _Live:
    is_module = False

    def __init__(self, thing: Any, root: str | None) -> None:
        self.thing, self.root = thing, root

    @property
    def key(self) -> Any:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Live) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)

    def parts(self) -> Iterable[Any]:
        return ()

    def attribute(self, name: str) -> list[Value] | None:
        found = inspect.getattr_static(self.thing, name, self)
        return [] if found is self else [as_value(found, self.root)]

    def _all(self, things: Iterable[Any]) -> list[Value]:
        return [as_value(thing, self.root) for thing in list(things)[:_MANY]]


class _Module(_Live):
    is_module = True


class _Function(_Live):
    def __init__(
        self, thing: Any, root: str | None, own: bool, owner: ast.ClassDef | None = None
    ) -> None:
        super().__init__(thing, root)
        self.own, self.owner = own, owner

    def parts(self) -> Iterator[Any]:
        function = self.thing
        given = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        yield from self._all([*given, *vars(function).values()])
        if not self.own:  # a decorator of a library: what it holds of the learner's
            yield from self._all(v for v in _closure(function).values() if callable(v))
            return
        root = _Root(function.__globals__, _closure(function), self.root)
        node = node_of(function.__code__)
        if node is None:
            yield from _read_code(function.__code__, root)
            return
        if isinstance(node, ast.Lambda):
            yield Code(node, Scope(root))
            return
        # Not the definition as a whole: its decorators and defaults are at hand as they are now.
        scope = Scope(root, is_class=self.owner is not None).inside(node, self.owner)
        for statement in node.body:
            yield Code(statement, scope)

    def attribute(self, name: str) -> list[Value] | None:
        return self._all([vars(self.thing)[name]]) if name in vars(self.thing) else []

    def text(self) -> str | None:
        node = node_of(self.thing.__code__)
        if node is None:
            return None
        return segment(linecache.getlines(self.thing.__code__.co_filename), node)

    def neighbours(self) -> list[Any]:
        names, closure = self.thing.__globals__, _closure(self.thing)
        used = _names(self.thing.__code__)
        return [
            closure[n] if n in closure else names[n] for n in used if n in closure or n in names
        ]


class _Class(_Live):
    def parts(self) -> Iterator[Any]:
        node = self._node()
        for thing in list(vars(self.thing).values()):
            value = as_value(thing, self.root)
            if isinstance(value, _Function) and value.own:
                value = _Function(thing, self.root, True, owner=node)
            yield value
        parents = (*self.thing.__bases__, type(self.thing))
        yield from self._all(p for p in parents if p not in (object, type))

    def names(self) -> set[str]:
        """Return the names of its methods and attributes."""
        node = self._node()
        return {*vars(self.thing), *(defined_in(node) if node else ())}

    def attribute(self, name: str) -> list[Value] | None:
        found = inspect.getattr_static(self.thing, name, self)
        return [] if found is self else [as_value(found, self.root)]

    def called(self) -> Instance:
        return Instance(("object", id(self.thing)), frozenset(self.names()), (self,))

    def _functions(self) -> list[types.FunctionType]:
        return [
            f
            for v in vars(self.thing).values()
            if isinstance(f := _unwrapped(v), types.FunctionType)
        ]

    def _node(self) -> ast.ClassDef | None:
        # `inspect.getsource` finds no class of a notebook: __main__ has no file. Its methods know their cell.
        for function in self._functions():
            line = function.__code__.co_firstlineno
            for node in nodes_of(function.__code__.co_filename):
                if (
                    isinstance(node, ast.ClassDef)
                    and node.name == self.thing.__name__
                    and node.lineno <= line <= (node.end_lineno or 0)
                ):
                    return node
        return None

    def text(self) -> str | None:
        node = self._node()
        if node is None:
            return None
        return segment(linecache.getlines(self._functions()[0].__code__.co_filename), node)

    def neighbours(self) -> list[Any]:
        return [n for f in self._functions() for n in _Function(f, self.root, True).neighbours()]


class _Object(_Live):
    """An object that holds others: a list, a partial function, a layer, one of the learner's own class."""

    def parts(self) -> Iterable[Any]:
        thing = self.thing
        if isinstance(thing, dict):
            return self._all(thing.values())
        if isinstance(thing, list | tuple | set | frozenset):
            return self._all(thing)
        if isinstance(thing, functools.partial | functools.partialmethod):
            return self._all([thing.func, *thing.args, *thing.keywords.values()])
        if isinstance(thing, types.MethodType):
            return self._all([thing.__func__, thing.__self__])
        if isinstance(thing, staticmethod | classmethod):
            return self._all([thing.__func__])
        if isinstance(thing, property):
            return self._all([f for f in (thing.fget, thing.fset) if f])
        held = vars(thing).values() if hasattr(thing, "__dict__") else ()
        if isinstance(thing, nn.Module):
            held = [*held, *(type(module) for module in thing.modules())]
        return self._all([type(thing), *held])

    def attribute(self, name: str) -> list[Value] | None:
        if isinstance(self.thing, dict | list | tuple | set | frozenset):
            return None
        return super().attribute(name)

    def text(self) -> str | None:
        kind = as_value(type(self.thing), self.root)
        return kind.text() if isinstance(kind, _Class) else None

    def neighbours(self) -> list[Any]:
        kind = as_value(type(self.thing), self.root)
        return kind.neighbours() if isinstance(kind, _Class) else []


def _closure(function: types.FunctionType) -> dict[str, Any]:
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return found


def _names(code: types.CodeType) -> list[str]:
    names, codes = [], [code]
    for one in codes:  # grows while it is gone through
        names += [*one.co_names, *one.co_freevars]
        codes += [c for c in one.co_consts if isinstance(c, types.CodeType)]
    return list(dict.fromkeys(names))


def _read_code(code: types.CodeType, root: _Root) -> Iterator[Value | Code]:
    """Read a function that has no source, as one made by `exec`, from its instructions."""
    codes = [code]
    for one in codes:  # grows while it is gone through
        codes += [c for c in one.co_consts if isinstance(c, types.CodeType)]
        chain: ast.expr | None = None
        for step in dis.get_instructions(one):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF"):
                yield from _chain(chain, root)
                chain = ast.Name(step.argval, ast.Load())
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                inner = chain or ast.Constant(None)
                chain = ast.Attribute(inner, step.argval, ast.Load())
            elif step.opname in ("IMPORT_NAME", "IMPORT_FROM"):
                yield Lib(str(step.argval))
            elif step.opname not in ("CACHE", "PRECALL", "PUSH_NULL", "RESUME", "EXTENDED_ARG"):
                yield from _chain(chain, root)
                chain = None


def _chain(chain: ast.expr | None, root: _Root) -> list[Code]:
    return [Code(chain, Scope(root))] if chain is not None else []
