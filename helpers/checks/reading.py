"""Read a program for what it refers to, with regard to scope.

A name counts for what it means where it stands. A local variable, a parameter, a method of the learner's own
class or the key of a dict may be called as anybody likes; a function of a library counts however it is reached:
by its full name, an import, an alias, a default argument, an element of a list.

The reader works on syntax trees. What a global name means it asks of a namespace (see `Scope.root`): in a
notebook the live one (`helpers.checks.source`), in a marker the one that is read off the cells
(`helpers.grading.program`).
"""

import ast
import builtins
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch

from helpers.checks.scopes import (
    COMPREHENSIONS,
    DEFINITIONS,
    Bound,
    Scope,
    TooLong,
    flatten,
    tree_of,
)

MAX_NODES = 150_000  # of the trees that one answer reaches; a notebook of a lesson has some 20,000
MAX_NOTED = 400
_DEPTH = 30  # of aliases of aliases


@dataclass(frozen=True)
class Lib:
    """Something of a library, by its path, as in "torch.nn.functional.softmax"."""

    path: str


class Own(Protocol):
    """Something that the learner made: a function, a class, an object, a module beside the notebook."""

    @property
    def key(self) -> Any:
        """What tells it from others."""

    def parts(self) -> Iterable[Any]:
        """What it consists of: values, and `Code`."""

    def attribute(self, name: str) -> "list[Value] | None":
        """Return what an attribute of it means; nothing where it is the learner's; None: it may be a tensor's."""


@runtime_checkable
class OwnClass(Own, Protocol):
    """A class that the learner made."""

    def called(self) -> "Instance":
        """Return what a call of it gives."""


@dataclass(frozen=True)
class Code:
    """A tree to be read in a scope.

    Attributes:
        node: a definition, an expression, a module.
        scope: where it stands.
        made: it ran when the answer was defined and not when it is called, so that only the functions in it
            can loop while the answer works.
    """

    node: ast.AST
    scope: Scope
    made: bool = False


Value = Lib | Own | None  # None: a tensor, a number, or whatever


@dataclass(frozen=True)
class Reading:
    """What a program refers to.

    Attributes:
        uses: paths of what it uses of libraries, as "torch.softmax"; "?.softmax" is a method of an object that
            may be a tensor.
        syntax: which of `SYNTAX` occur.
        hides: the means by which it looks up what cannot be read, or calls it unseen: "getattr", "threading" …
        doubtful: as "?.backward", where a class of the learner's has a method of that name as well.
    """

    uses: tuple[str, ...] = ()
    syntax: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


SYNTAX = {
    "for": (ast.For, ast.comprehension, ast.AsyncFor),
    "while": (ast.While,),
    "@": (ast.MatMult,),
    "lambda": (ast.Lambda,),
    "**": (ast.Pow,),
}
_KINDS: dict[type[ast.AST], str] = {kind: word for word, kinds in SYNTAX.items() for kind in kinds}
_RUNS = {"for", "while"}

# Ways to get at anything without its name, or to call it unseen.
_HIDING = (
    *("ctypes", "_ctypes", "cffi", "gc", "pickle", "marshal", "dill", "cloudpickle", "runpy", "codeop"),
    *("importlib", "pkgutil", "imp", "sys.modules", "sys._getframe", "sys._current_frames", "sys.settrace"),
    *("sys.setprofile", "inspect.currentframe", "inspect.stack", "inspect.getmembers"),
    *("inspect.getattr_static", "types.FunctionType", "types.CodeType", "builtins.__dict__"),
    *("subprocess", "os.system", "os.popen", "os.exec", "os.spawn", "torch.hub", "torch.package"),
    *("torch.jit.CompilationUnit", "torch.jit.load", "torch.utils.cpp_extension", "torch.load"),
    *("builtins.eval", "builtins.exec", "builtins.getattr", "builtins.__import__", "builtins.globals"),
    *("builtins.vars", "builtins.locals", "builtins.compile", "builtins.__loader__", "builtins.__spec__"),
    *("operator.attrgetter", "operator.methodcaller"),
    # What finds a thing by a text, or runs a text.
    *("string.Formatter", "pydoc", "logging.config", "traitlets", "unittest.mock", "timeit", "code", "doctest"),
    *("cProfile", "profile", "trace", "bdb", "pdb", "typing.get_type_hints", "typing.ForwardRef", "typing._eval_type"),
    *("inspect.getmembers_static", "inspect.get_annotations", "pandas.eval", "sympy", "numexpr", "torch.fx"),
    *("joblib", "shelve", "yaml"),
    # Where calls go unseen: what torch is called with is watched in one thread.
    *("threading", "_thread.start_new_thread", "_thread.start_new", "concurrent", "multiprocessing", "asyncio"),
    *("os.fork", "os.forkpty", "pty", "torch.multiprocessing", "torch.nn.parallel", "torch.distributed"),
)  # fmt: skip
_HIDING_ATTRIBUTES = {
    *("__dict__", "__getattribute__", "__getattr__", "__globals__", "__code__", "__closure__"),
    *("__builtins__", "__subclasses__", "f_globals", "f_locals", "f_builtins", "user_ns"),
}
_CODE = {"builtins.eval", "builtins.exec", "builtins.compile"}
_NAMESPACES = {"builtins.globals", "builtins.locals", "builtins.vars"}
_IMPORTERS = {"builtins.__import__", "importlib.import_module"}
_GETTERS = {"operator.attrgetter", "operator.methodcaller"}
_LOOKS = {"get", "__getitem__", "pop", "setdefault"}
_GRAD_MODES = {
    "no_grad",
    "enable_grad",
    "set_grad_enabled",
    "inference_mode",
}  # live in torch.autograd


class Reader:
    """Goes through everything that an answer reaches, once."""

    def __init__(self) -> None:
        self._uses: dict[str, None] = {}
        self._methods: dict[str, None] = {}
        self._any: dict[str, None] = {}
        self._syntax: set[str] = set()
        self._hides: dict[str, None] = {}
        self._own_names: set[str] = set()
        self._seen: set[Any] = set()
        self._waiting: list[Any] = []
        self._escaped = False  # a module is handed on as a value, so that any object may be it
        self._left = MAX_NODES
        self._known: dict[tuple[int, str], tuple[Scope, list[Value]]] = {}

    def read(self, things: Iterable[Any]) -> "Reader":
        """Read values and code and all that they reach."""
        self._waiting += things
        while self._waiting:
            thing = self._waiting.pop()
            if isinstance(thing, Code):
                self._walk(thing)
            elif isinstance(thing, Lib):
                self._use(thing.path)
            elif thing is not None and thing.key not in self._seen and len(self._seen) < 2000:
                self._seen.add(thing.key)
                self._own_names |= getattr(thing, "names", set)()
                self._waiting += thing.parts()
        return self

    def meaning(self, node: ast.AST, scope: Scope) -> list[Value]:
        """Return what an expression may be; [None] where that cannot be said."""
        return self._values(node, scope, _DEPTH // 2)

    def reading(self) -> Reading:
        """Return what was found."""
        doubtful = [m for m in self._methods if m in self._own_names]
        plain = [
            m
            for m in self._methods
            if m not in self._own_names and (self._escaped or is_method_of_tensor(m))
        ]
        uses = [*self._uses, *(f"?.{m}" for m in (*plain, *self._any))]
        if self._left < 0:
            self._hides["a program too long to be read"] = None
        return Reading(
            tuple(use[:200] for use in uses[:MAX_NOTED]),
            tuple(sorted(self._syntax)),
            tuple(hide[:60] for hide in list(self._hides)[:20]),
            tuple(f"?.{m}"[:200] for m in doubtful[:MAX_NOTED]),
        )

    # --- notes

    def _use(self, path: str) -> None:
        if path.rpartition(".")[2] in _GRAD_MODES:
            return
        self._uses[path] = None
        for hiding in _HIDING:
            if path == hiding or path.startswith(hiding + "."):
                self._hides[path.removeprefix("builtins.")] = None
        if path.endswith("get_ipython"):
            self._hides["get_ipython"] = None

    def _refer(self, values: Iterable[Value], bare: bool) -> None:
        for value in values:
            if isinstance(value, Lib):
                self._use(value.path)
                self._escaped |= bare and _is_module(value.path)
            elif value is not None:
                self._waiting.append(value)

    # --- trees

    def _walk(self, code: Code) -> None:
        stack: list[tuple[ast.AST, Scope, bool]] = [(code.node, code.scope, code.made)]
        while stack and self._left >= 0:
            self._left -= 1
            node, scope, made = stack.pop()
            word = _KINDS.get(type(node))
            if word and not (made and word in _RUNS):
                self._syntax.add(word)
            if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
                stack += self._function(node, scope)
            elif isinstance(node, ast.ClassDef):
                stack += self._class(node, scope, made)
            elif isinstance(node, COMPREHENSIONS):
                inner = scope.inside(node)
                stack += [(part, inner, made) for part in ast.iter_child_nodes(node)]
            else:
                stack += [(part, scope, made) for part in self._expression(node, scope)]

    def _function(self, node: Any, scope: Scope) -> Iterator[tuple[ast.AST, Scope, bool]]:
        owner = None
        if scope.is_class:
            classes = [b.node for b in scope.names.get("__class__", ())]
            owner = next((node for node in classes if isinstance(node, ast.ClassDef)), None)
        inner = scope.inside(node, owner)
        for decorator in getattr(node, "decorator_list", ()):
            yield decorator, scope, True
        yield node.args, scope, True
        if getattr(node, "returns", None) is not None:
            yield node.returns, scope, True
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        for statement in body:
            yield statement, inner, False

    def _class(
        self, node: ast.ClassDef, scope: Scope, made: bool
    ) -> Iterator[tuple[ast.AST, Scope, bool]]:
        self._own_names |= defined_in(node)
        inner = scope.inside(node)
        inner.names["__class__"] = [Bound("definition", node)]
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            yield part, scope, made
        for statement in node.body:
            yield statement, inner, made

    def _expression(self, node: ast.AST, scope: Scope) -> list[ast.AST]:
        """Note what a node refers to; returns the parts of it that are still to be read."""
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                self._refer(self._values(node, scope), bare=True)
            return []
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope)
        if isinstance(node, ast.Subscript | ast.Call):
            looked_up = self._looked_up(node, scope)
            if looked_up is not None:
                return looked_up
        if isinstance(node, ast.Call):
            return self._call(node, scope, children)
        return children

    def _attribute(self, node: ast.Attribute, scope: Scope) -> list[ast.AST]:
        bases = self._values(node.value, scope)
        for base in bases:
            if isinstance(base, Lib) and isinstance(node.ctx, ast.Load):
                self._refer(self._attribute_of(base, node.attr), bare=True)
                if node.attr in _HIDING_ATTRIBUTES:
                    self._hides[node.attr] = None
            elif base is None:
                if isinstance(node.ctx, ast.Load):
                    self._methods[node.attr] = None
                if node.attr in _HIDING_ATTRIBUTES - {"__dict__"}:
                    self._hides[node.attr] = None
            else:
                self._refer([base, *(self._attribute_of(base, node.attr))], bare=False)
        inner = node.value
        known = isinstance(inner, ast.Attribute) and all(isinstance(b, Lib) for b in bases)
        return [] if isinstance(inner, ast.Name) or known else [inner]

    def _call(self, node: ast.Call, scope: Scope, children: list[ast.AST]) -> list[ast.AST]:
        """Read the calls that get at things by name, or run a text."""
        rest = [*node.args, *node.keywords]
        for value in self._values(node.func, scope):
            path = value.path if isinstance(value, Lib) else ""
            text = self._text(node.args[0], scope) if node.args else None
            if path in _CODE and node.args:
                self._run_text(text, path, node.args[0], scope)
                return rest
            if path == "builtins.getattr" and len(node.args) > 1:
                self._getattr(node, scope)
                return rest[1:] if _is_module_name(node.args[0]) else rest
            if path in _IMPORTERS and node.args:
                if text is None:
                    self._hides[path.rpartition(".")[2]] = None
                else:
                    self._refer([Lib(text)], bare=False)
                return rest
            if path in _GETTERS and node.args:
                if text is None:
                    self._hides[path.rpartition(".")[2]] = None
                else:
                    self._any.update(dict.fromkeys(text.split(".")))
                return rest
            if path in _NAMESPACES:
                bases = self._values(node.args[0], scope) if node.args else [None]
                if not node.args or any(isinstance(b, Lib) for b in bases):
                    self._hides[path.removeprefix("builtins.")] = None
                return rest
        return children

    def _run_text(self, text: str | None, path: str, node: ast.expr, scope: Scope) -> None:
        if text is None:
            inner = node.func if isinstance(node, ast.Call) else None
            compiled = inner is not None and Lib("builtins.compile") in self._values(inner, scope)
            if not compiled:  # of `exec(compile(...))` the inner call is read by itself
                self._hides[path.removeprefix("builtins.")] = None
            return
        try:
            tree = tree_of(text.strip())
        except TooLong:
            self._hides[path.removeprefix("builtins.")] = None
            return
        if tree is not None and text not in self._seen:  # a text may run itself
            self._seen.add(text)
            self._waiting.append(Code(tree, as_block(tree, scope)))

    def _getattr(self, node: ast.Call, scope: Scope) -> None:
        name = self._text(node.args[1], scope)
        for base in self._values(node.args[0], scope):
            if name is not None:
                if base is None:
                    self._methods[name] = None
                self._refer(self._attribute_of(base, name), bare=True)
            elif base is None or isinstance(base, Lib) or _is_open(base):
                self._hides["getattr"] = None

    def _looked_up(self, node: ast.Subscript | ast.Call, scope: Scope) -> list[ast.AST] | None:
        """Read `vars(torch)["relu"]` and the like; returns what is left to read, None: it is nothing such."""
        found = self._item(node, scope)
        if found is None:
            return None
        space, key = found
        name = self._text(key, scope)
        for base in space:
            if base == "globals":
                if name is None:
                    self._hides["globals"] = None
                else:
                    self._refer(self._global(name, scope), bare=True)
            elif name is None:
                if base is None or isinstance(base, Lib):
                    self._hides["__dict__"] = None
            else:
                if base is None:
                    self._methods[name] = None
                self._refer(self._attribute_of(base, name), bare=True)
        return [key]

    def _item(self, node: ast.AST, scope: Scope) -> tuple[list[Any], ast.expr] | None:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            place, key = node.value, node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _LOOKS
            and node.args
        ):
            place, key = node.func.value, node.args[0]
        else:
            return None
        if isinstance(place, ast.Attribute) and place.attr == "__dict__":
            return self._values(place.value, scope), key
        if (
            isinstance(place, ast.Attribute)
            and place.attr == "modules"
            and Lib("sys") in self._values(place.value, scope)
        ):
            return [Lib("")], key
        if isinstance(place, ast.Call):
            paths = {v.path for v in self._values(place.func, scope) if isinstance(v, Lib)}
            if paths & _NAMESPACES:
                return (self._values(place.args[0], scope) if place.args else ["globals"]), key
        return None

    # --- what an expression means

    def _values(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> list[Value]:
        """Return what an expression may be; [None] where that cannot be said."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        values: list[Value] = [None] if depth > _DEPTH else self._base_values(node, scope, depth)
        for name in reversed(names):
            values = [v for base in values for v in self._attribute_of(base, name)][:20] or [None]
        return values

    def _base_values(self, node: ast.AST | None, scope: Scope, depth: int) -> list[Value]:
        if isinstance(node, ast.Name):
            return self._name(node.id, scope, depth)
        if isinstance(node, ast.NamedExpr):
            return self._values(node.value, scope, depth + 1)
        if isinstance(node, ast.IfExp):
            branches = (node.body, node.orelse)
            return [v for branch in branches for v in self._values(branch, scope, depth + 1)]
        if isinstance(node, ast.BoolOp):
            return [v for one in node.values[:10] for v in self._values(one, scope, depth + 1)]
        if isinstance(node, ast.Call | ast.Subscript):
            return self._result(node, scope, depth)
        return [None]

    def _result(self, node: ast.Call | ast.Subscript, scope: Scope, depth: int) -> list[Value]:
        found = self._item(node, scope)
        if found is not None:
            name = self._text(found[1], scope)
            if name is None:
                return [None]
            values = [
                self._global(name, scope) if base == "globals" else self._attribute_of(base, name)
                for base in found[0]
            ]
            return [v for some in values for v in some] or [None]
        if not isinstance(node, ast.Call):
            return [None]
        called = self._values(node.func, scope, depth + 1)
        paths = {v.path for v in called if isinstance(v, Lib)}
        if "builtins.getattr" in paths and len(node.args) > 1:
            name = self._text(node.args[1], scope)
            bases = self._values(node.args[0], scope, depth + 1)
            return [v for b in bases for v in self._attribute_of(b, name)] if name else [None]
        if paths & _IMPORTERS and node.args:
            text = self._text(node.args[0], scope)
            return (
                [Lib(text.split(".")[0] if "builtins.__import__" in paths else text)]
                if text
                else [None]
            )
        # An object of the learner's own class.
        return [v.called() for v in called if isinstance(v, OwnClass)] or [None]

    def _attribute_of(self, base: Value, name: str) -> list[Value]:
        if base is None:
            return [None]
        if isinstance(base, Lib):
            return [Lib(f"{base.path}.{name}" if base.path else name)]
        found = base.attribute(name)
        return [None] if found is None else found

    def _name(self, name: str, scope: Scope, depth: int = 0) -> list[Value]:
        found = scope.find(name)
        if found is None:
            return self._global(name, scope)
        owner, meanings = found
        key = id(owner), name
        if key not in self._known:
            self._known[key] = owner, [None]  # holds while it is worked out: `x = x.T`
            values = self._meanings(owner, meanings, depth)
            self._known[key] = owner, values
        return self._known[key][1]

    def _meanings(self, owner: Scope, meanings: list[Bound], depth: int) -> list[Value]:
        values: list[Value] = []
        for bound in meanings:
            if bound.kind == "import":
                values += owner.root.imported(bound.path)
            elif isinstance(bound.node, ast.ClassDef):
                local = _Local(bound.node)
                values.append(local.called() if bound.kind == "self" else local)
            elif bound.kind in ("value", "parameter") and bound.node is not None:
                place = owner if bound.kind == "value" else owner.around or owner
                values += self._values(bound.node, place, depth + 6)
                if bound.kind == "parameter":
                    values.append(None)
            else:
                values.append(None)
        return list(dict.fromkeys(values))[:20] or [None]

    def _global(self, name: str, scope: Scope) -> list[Value]:
        values = scope.root.values(name)
        if values:
            return values
        if hasattr(builtins, name):
            return [Lib(f"builtins.{name}")]
        return [Lib("IPython.get_ipython")] if name == "get_ipython" else [None]

    def _text(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> str | None:
        return text_of(node, scope, depth)


def text_of(node: ast.AST | None, scope: Scope, depth: int = 0) -> str | None:
    """Return the text that an expression surely is, or None."""
    if depth > _DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        found = scope.find(node.id)
        if found is None:
            return scope.root.text(node.id)
        meanings = found[1]
        if len(meanings) == 1 and meanings[0].kind == "value":
            return text_of(meanings[0].node, found[0], depth + 1)
        return None
    if isinstance(node, ast.FormattedValue):
        plain = node.conversion == -1 and node.format_spec is None
        return text_of(node.value, scope, depth + 1) if plain else None
    if isinstance(node, ast.JoinedStr):
        return _joined([text_of(part, scope, depth + 1) for part in node.values])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([text_of(part, scope, depth + 1) for part in (node.left, node.right)])
    if isinstance(node, ast.Call):
        return _text_of_call(node, scope, depth)
    return None


def _text_of_call(node: ast.Call, scope: Scope, depth: int) -> str | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "dedent" and len(node.args) == 1:
        text = text_of(node.args[0], scope, depth + 1)
        return None if text is None else textwrap.dedent(text)
    if not isinstance(node.func, ast.Attribute):
        return None
    inner = node.func.value
    if name in ("strip", "lstrip", "rstrip", "lower", "upper") and not node.args:
        text = text_of(inner, scope, depth + 1)
        return None if text is None else getattr(text, name)()
    if name == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
        glue = text_of(inner, scope, depth + 1)
        parts = [text_of(part, scope, depth + 1) for part in node.args[0].elts]
        return None if glue is None else _joined(parts, glue)
    if name in ("read", "read_text") and isinstance(inner, ast.Call) and inner.args:
        path = text_of(inner.args[0], scope, depth + 1)
        return None if path is None else scope.root.file(path)
    return None


def _joined(parts: list[str | None], glue: str = "") -> str | None:
    known = [part for part in parts if part is not None]
    return glue.join(known) if len(known) == len(parts) else None


def as_block(tree: ast.Module, scope: Scope) -> Scope:
    """Return the scope of a text that is run in another scope: what it binds stays in it."""
    fake = ast.FunctionDef(
        name="",
        args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=tree.body,
        decorator_list=[],
    )
    return scope.inside(fake)


@dataclass(frozen=True)
class Instance:
    """An object of a class of the learner's.

    Attributes:
        key: what tells it from others.
        names: those of its class's methods and attributes.
        of: the class, where it is still to be read.
    """

    key: Any
    names_known: frozenset[str]
    of: tuple = ()

    def parts(self) -> Iterable[Any]:
        """Return the class."""
        return self.of

    def attribute(self, name: str) -> list[Value] | None:
        """Return nothing for what is the learner's own; None for what only a tensor can have."""
        return [] if name in self.names_known or not is_method_of_tensor(name) else None


@dataclass(frozen=True)
class _Local:
    """A class that stands in the program that is being read, and is read where it stands."""

    node: ast.ClassDef

    @property
    def key(self) -> Any:
        return ("local", id(self.node))

    def parts(self) -> Iterable[Any]:
        return ()

    def attribute(self, name: str) -> list[Value] | None:
        return []

    def called(self) -> Instance:
        return Instance(("object", id(self.node)), frozenset(defined_in(self.node)))


def defined_in(cls: ast.ClassDef) -> set[str]:
    """Return the names of a class's methods and attributes, those set on `self` included."""
    names = {
        statement.name for statement, _ in flatten(cls.body) if isinstance(statement, DEFINITIONS)
    }
    stack: list[ast.AST] = list(cls.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        stack += ast.iter_child_nodes(node)
    return names


def _is_open(value: Any) -> bool:
    return bool(getattr(value, "is_module", False))


def _is_module_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def is_method_of_tensor(name: str) -> bool:
    """Say whether tensors have a method of that name; `x.grad` is none."""
    return callable(getattr(torch.Tensor, name, None))


def _is_module(path: str) -> bool:
    return path in sys.modules


_CALLED_BY_SIGN = {
    *("add", "sub", "rsub", "mul", "div", "truedivide", "floordivide", "remainder", "pow", "matmul", "neg"),
    *("abs", "eq", "ne", "lt", "le", "gt", "ge", "bitwiseand", "bitwiseor", "bitwisexor", "bitwisenot"),
    *("and", "or", "xor", "invert", "rpow", "rdiv", "rmatmul", "rmul", "radd", "getitem", "setitem", "pos"),
}  # fmt: skip


def plain_name(name: str) -> str:
    """Return a name as bans compare it: `LeakyReLU`, `leaky_relu_` and `_leaky_relu` are one."""
    return name.strip("_").replace("_", "").lower()


def banned_in(
    words: Iterable[str], syntax: Iterable[str], uses: Iterable[str], calls: Iterable[str] = ()
) -> str | None:
    """Return the first of a ban's words that a program uses, or None.

    A word is a function's last name ("softmax" stands for `torch.softmax`, `F.softmax` and `x.softmax`), or a
    module's ("optim" stands for all that is in `torch.optim`), or one of `SYNTAX`. One with a dot stands for that
    path alone: "functools.reduce" is not `np.add.reduce`.

    Args:
        words: those of the ban.
        syntax: which of `SYNTAX` the program has.
        uses: what a `Reading` found.
        calls: what torch was seen to be called with. `x * y` and `x.mul(y)` look the same there, so what has
            a sign of its own does not count.
    """
    paths = list(uses)
    named = {plain_name(part): path for path in paths for part in path.split(".")}
    called = {plain_name(part): path for path in calls for part in path.split(".")}
    signs = set(syntax)
    for word in words:
        if word in SYNTAX:
            if word in signs:
                return word
            continue
        if "." in word:
            if word in paths:
                return word
            continue
        plain = plain_name(word)
        if plain in named or (plain in called and plain not in _CALLED_BY_SIGN):
            last = (named.get(plain) or called[plain]).rpartition(".")[2]
            return last if plain_name(last) == plain else word
    return None
