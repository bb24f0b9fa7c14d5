"""Read a program for what it refers to, with regard to scope.

A name counts for what it means where it stands. A local variable, a parameter, a method of the learner's own
class or the key of a dict may be called as anybody likes; a function of a library counts however it is reached:
by its full name, an import, an alias, a default argument, an element of a list.

The reader works on syntax trees. What a global name means it asks of a namespace (see `Scope.root`): in a
notebook the live one (`helpers.checks.live`), in a marker the one that is read off the cells
(`helpers.grading.program`).
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.checks.bans import SYNTAX
from helpers.checks.meaning import IMPORTERS, NAMESPACES, Meanings, attribute_of, of_global
from helpers.checks.scopes import COMPREHENSIONS, Bound, Scope, TooLong, tree_of
from helpers.checks.texts import text_of
from helpers.checks.values import Code, Lib, Value, defined_in, is_method_of_tensor

MAX_NODES = 150_000  # of the trees that one answer reaches; a notebook of a lesson has some 20,000
MAX_NOTED = 400
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
_GETTERS = {"operator.attrgetter", "operator.methodcaller"}
_GRAD_MODES = {
    "no_grad",
    "enable_grad",
    "set_grad_enabled",
    "inference_mode",
}  # live in torch.autograd


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
        self._meanings = Meanings()

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
                self._refer(self._meanings.of(node, scope), bare=True)
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
        bases = self._meanings.of(node.value, scope)
        for base in bases:
            if isinstance(base, Lib) and isinstance(node.ctx, ast.Load):
                self._refer(attribute_of(base, node.attr), bare=True)
                if node.attr in _HIDING_ATTRIBUTES:
                    self._hides[node.attr] = None
            elif base is None:
                if isinstance(node.ctx, ast.Load):
                    self._methods[node.attr] = None
                if node.attr in _HIDING_ATTRIBUTES - {"__dict__"}:
                    self._hides[node.attr] = None
            else:
                self._refer([base, *(attribute_of(base, node.attr))], bare=False)
        inner = node.value
        known = isinstance(inner, ast.Attribute) and all(isinstance(b, Lib) for b in bases)
        return [] if isinstance(inner, ast.Name) or known else [inner]

    def _call(self, node: ast.Call, scope: Scope, children: list[ast.AST]) -> list[ast.AST]:
        """Read the calls that get at things by name, or run a text."""
        rest = [*node.args, *node.keywords]
        for value in self._meanings.of(node.func, scope):
            path = value.path if isinstance(value, Lib) else ""
            text = text_of(node.args[0], scope) if node.args else None
            if path in _CODE and node.args:
                self._run_text(text, path, node.args[0], scope)
                return rest
            if path == "builtins.getattr" and len(node.args) > 1:
                self._getattr(node, scope)
                return rest[1:] if _is_module_name(node.args[0]) else rest
            if path in IMPORTERS and node.args:
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
            if path in NAMESPACES:
                bases = self._meanings.of(node.args[0], scope) if node.args else [None]
                if not node.args or any(isinstance(b, Lib) for b in bases):
                    self._hides[path.removeprefix("builtins.")] = None
                return rest
        return children

    def _run_text(self, text: str | None, path: str, node: ast.expr, scope: Scope) -> None:
        if text is None:
            inner = node.func if isinstance(node, ast.Call) else None
            compiled = inner is not None and Lib("builtins.compile") in self._meanings.of(
                inner, scope
            )
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
        name = text_of(node.args[1], scope)
        for base in self._meanings.of(node.args[0], scope):
            if name is not None:
                if base is None:
                    self._methods[name] = None
                self._refer(attribute_of(base, name), bare=True)
            elif base is None or isinstance(base, Lib) or _is_open(base):
                self._hides["getattr"] = None

    def _looked_up(self, node: ast.Subscript | ast.Call, scope: Scope) -> list[ast.AST] | None:
        """Read `vars(torch)["relu"]` and the like; returns what is left to read, None: it is nothing such."""
        found = self._meanings.item(node, scope)
        if found is None:
            return None
        space, key = found
        name = text_of(key, scope)
        for base in space:
            if base == "globals":
                if name is None:
                    self._hides["globals"] = None
                else:
                    self._refer(of_global(name, scope), bare=True)
            elif name is None:
                if base is None or isinstance(base, Lib):
                    self._hides["__dict__"] = None
            else:
                if base is None:
                    self._methods[name] = None
                self._refer(attribute_of(base, name), bare=True)
        return [key]


def as_block(tree: ast.Module, scope: Scope) -> Scope:
    """Return the scope of a text that is run in another scope: what it binds stays in it."""
    fake = ast.FunctionDef(
        name="",
        args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=tree.body,
        decorator_list=[],
    )
    return scope.inside(fake)


def _is_open(value: Any) -> bool:
    return bool(getattr(value, "is_module", False))


def _is_module_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def _is_module(path: str) -> bool:
    return path in sys.modules
