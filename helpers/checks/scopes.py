"""What the statements of a Python program bind, and which block a name belongs to.

Everything here walks with a stack of its own: a sum of a thousand terms, or a chain of as many `elif`, is a
tree as deep as that, and recursion would come to its end before it.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from helpers.checks.values import Value

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Block = Function | ast.ClassDef | Comprehension
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MAX_TEXT = (
    2_000_000  # characters; a longer cell takes more memory to read than a marker should give
)
KEPT_TEXT = 20_000  # characters; a tree takes a hundred times as many bytes


class TooLong(Exception):
    """A text is longer or deeper than can be read, though Python may have run it."""


def tree_of(text: str) -> ast.Module | None:
    """Return the syntax tree, or None where the text is no Python. Not to be changed: it may be kept.

    Raises:
        TooLong: the text may be Python, but cannot be read here.
    """
    if len(text) > MAX_TEXT:
        raise TooLong
    return _kept_tree(text) if len(text) <= KEPT_TEXT else _tree(text)


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            return ast.parse(text)
    except (SyntaxError, ValueError, UnicodeError):
        return None
    except (RecursionError, MemoryError) as error:
        raise TooLong from error


_kept_tree = lru_cache(maxsize=256)(_tree)


@dataclass(frozen=True)
class Bound:
    """One meaning that a name has in a block.

    Attributes:
        kind: "definition", "value" (of `node`, an expression), "import" (of `path`), "parameter" (`node` is the
            default or None), "self" (of the class `node`), "deleted" or "unknown".
        node: the definition or the expression.
        path: what is imported, with dots.
    """

    kind: str
    node: ast.AST | None = None
    path: str = ""


class Namespace(Protocol):
    """The names of a module or notebook, as the code in it finds them."""

    @property
    def late(self) -> "Namespace":
        """The namespace as the functions that are defined in it find it when they run."""

    def values(self, name: str) -> "list[Value]":
        """Return what a name may mean; nothing where it is not bound here."""

    def imported(self, path: str) -> "list[Value]":
        """Return what an import of this path brings."""

    def text(self, name: str) -> str | None:
        """Return the text that a name surely means, or None."""

    def file(self, path: str) -> str | None:
        """Return the text of a file that the code reads, or None where it is not at hand."""


@dataclass
class Scope:
    """A block: what its own names mean, and where other names are looked up.

    `root` stands for the namespace of a module (or notebook).
    """

    root: Namespace
    names: dict[str, list[Bound]] = field(default_factory=dict)
    around: "Scope | None" = None
    is_class: bool = False
    global_names: frozenset[str] = frozenset()

    def find(self, name: str) -> tuple["Scope", list[Bound]] | None:
        """Return the block that a name belongs to and what it means there; None: it is global."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                return None
            if name in scope.names:
                return scope, scope.names[name]
            scope = scope.around
        return None

    def inside(self, node: Block, owner: ast.ClassDef | None = None) -> "Scope":
        """Return the scope of a function, lambda, class or comprehension that stands in this one."""
        names: dict[str, list[Bound]] = {}
        if isinstance(node, ast.ClassDef):
            names, outer = _block_names(node.body)
            return Scope(self.root, names, self, True, outer)
        if isinstance(node, COMPREHENSIONS):
            for part in node.generators:
                for name, bound in _targets(part.target, None):
                    names.setdefault(name, []).append(bound)
            return Scope(self.root, names, self)
        around: Scope | None = self
        while around is not None and around.is_class:  # methods do not see the names of their class
            around = around.around
        names = _parameters(node.args, owner if self.is_class else None)
        body: list[ast.stmt] = [ast.Expr(node.body)] if isinstance(node, ast.Lambda) else node.body
        more, outer = _block_names(body)
        for name, meanings in more.items():
            names.setdefault(name, []).extend(meanings)
        return Scope(self.root.late, names, around, False, outer)


def _block_names(body: list[ast.stmt]) -> tuple[dict[str, list[Bound]], frozenset[str]]:
    names: dict[str, list[Bound]] = {}
    elsewhere: set[str] = set()
    outer: set[str] = set()
    for statement, _ in flatten(body):
        if isinstance(statement, ast.Global):
            outer.update(statement.names)
        if isinstance(statement, ast.Nonlocal):
            elsewhere.update(statement.names)
        for name, bound in bindings(statement):
            names.setdefault(name, []).append(bound)
    for name in outer | elsewhere:
        names.pop(name, None)
    return names, frozenset(outer)


def _parameters(arguments: ast.arguments, owner: ast.ClassDef | None) -> dict[str, list[Bound]]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    pairs = list(zip(plain, [*defaults, *arguments.defaults], strict=True))
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    names = {one.arg: [Bound("parameter", default)] for one, default in pairs}
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            names[rest.arg] = [Bound("unknown")]
    if owner is not None and plain:
        names[plain[0].arg] = [Bound("self", owner)]
    return names


def flatten(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of a block and of the blocks in it, in order, but not those of functions and classes.

    With each comes whether it surely runs: not so inside of `if`, loops, `try`, `with` and `match`.
    """
    stack = [(statement, True) for statement in reversed(body)]
    while stack:
        statement, sure = stack.pop()
        yield statement, sure
        if not isinstance(statement, DEFINITIONS):
            stack += [(inner, False) for inner in reversed(list(_blocks(statement)))]


def _blocks(statement: ast.stmt) -> Iterator[ast.stmt]:
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        for one in getattr(statement, name, ()):
            if isinstance(one, ast.ExceptHandler | ast.match_case):
                yield from one.body
            else:
                yield one


def heads(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the parts of a statement that are no statements: conditions, values, targets, patterns."""
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.ExceptHandler):
            if part.type is not None:
                yield part.type
        elif isinstance(part, ast.match_case):
            yield part.pattern
            if part.guard is not None:
                yield part.guard
        elif not isinstance(part, ast.stmt):
            yield part


def bindings(statement: ast.stmt) -> Iterator[tuple[str, Bound]]:
    """Yield what a statement by itself binds, in its own block: a name and its meaning."""
    if isinstance(statement, DEFINITIONS):
        for part in heads(statement):
            yield from _named_in(part)
        yield statement.name, Bound("definition", statement)
        return
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            whole = alias.name if alias.asname else alias.name.split(".")[0]
            yield alias.asname or whole, Bound("import", path=whole)
        return
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, Bound("import", path=f"{module}.{alias.name}")
        return
    for part in heads(statement):
        yield from _named_in(part)
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _targets(target, statement.value)
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value is not None:
        yield from _targets(statement.target, statement.value)
    elif isinstance(statement, ast.For | ast.AsyncFor):
        yield from _targets(statement.target, statement.iter)
    elif isinstance(statement, ast.With | ast.AsyncWith):
        for item in statement.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, item.context_expr)
    elif isinstance(statement, ast.Delete):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, Bound("deleted")
    elif isinstance(statement, ast.Try | ast.TryStar):
        for handler in statement.handlers:
            if handler.name:
                yield handler.name, Bound("unknown")
    elif isinstance(statement, ast.Match):
        for case in statement.cases:
            for node in ast.walk(case.pattern):
                name = getattr(node, "name", None) or getattr(node, "rest", None)
                if isinstance(name, str):
                    yield name, Bound("value", statement.subject)


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, Bound]]:
    """Pair the names of a target with what they get; `a, b = f, g` pairs them one by one."""
    stack: list[tuple[ast.expr, ast.expr | None]] = [(target, value)]
    while stack:
        one, given = stack.pop()
        if isinstance(one, ast.Starred):
            stack.append((one.value, given))
        elif isinstance(one, ast.Tuple | ast.List):
            parts = given.elts if isinstance(given, ast.Tuple | ast.List) else []
            matched = len(parts) == len(one.elts) and not any(
                isinstance(p, ast.Starred) for p in (*parts, *one.elts)
            )
            stack += [(t, parts[n] if matched else given) for n, t in enumerate(one.elts)]
        elif isinstance(one, ast.Name):
            yield one.id, Bound("value", given) if given is not None else Bound("unknown")


def _named_in(part: ast.AST) -> Iterator[tuple[str, Bound]]:
    """Yield what `:=` binds in an expression."""
    stack = [part]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target.id, Bound("value", node.value)
        if not isinstance(node, ast.Lambda):
            stack += ast.iter_child_nodes(node)


def written_to(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what a statement puts into an object: the place (an attribute or an item) and the value."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(statement, ast.Assign):
        pairs = [(target, statement.value) for target in statement.targets]
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value is not None:
        pairs = [(statement.target, statement.value)]
    elif isinstance(statement, ast.For | ast.AsyncFor):
        pairs = [(statement.target, statement.iter)]
    elif isinstance(statement, ast.With | ast.AsyncWith):
        pairs = [(i.optional_vars, i.context_expr) for i in statement.items if i.optional_vars]
    while pairs:
        target, value = pairs.pop()
        if isinstance(target, ast.Starred):
            pairs.append((target.value, value))
        elif isinstance(target, ast.Tuple | ast.List):
            pairs += [(one, value) for one in target.elts]
        elif isinstance(target, ast.Attribute | ast.Subscript):
            yield target, value


def root_name(place: ast.expr) -> str | None:
    """Return the name at the root of `name.attribute[item]`, or None."""
    while isinstance(place, ast.Attribute | ast.Subscript | ast.Starred):
        place = place.value
    return place.id if isinstance(place, ast.Name) else None
