"""Mutants of a right answer: its program with one operator, constant, comparison, call, keyword or line changed.

Mutation testing after R. A. DeMillo, R. J. Lipton, F. G. Sayward, "Hints on test data selection", Computer 11(4), 1978:
inputs that tell a program from all those that differ from it in one place tell it from most wrong ones.
"""

import ast
import copy
import inspect
import operator
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from types import FunctionType
from typing import Any

_OTHER: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# What is easily taken for each other.
_PAIRS = (
    *(("mean", "sum"), ("max", "min"), ("amax", "amin"), ("argmax", "argmin"), ("std", "var")),
    *(("maximum", "minimum"), ("log", "log1p"), ("exp", "expm1"), ("zeros", "ones")),
    *(("zeros_like", "ones_like"), ("floor", "ceil"), ("train", "eval"), ("all", "any")),
    *(("sin", "cos"), ("add_", "sub_"), ("mul_", "div_"), ("rand", "randn"), ("square", "abs")),
)
_TAKEN_FOR = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])} | {
    "sqrt": "square",
    "median": "mean",
    "softmax": "log_softmax",
    "log_softmax": "softmax",
    "logsumexp": "sum",
    "cumsum": "cumprod",
    "sigmoid": "tanh",
    "tanh": "sigmoid",
    "append": "extend",
    "round": "floor",
}

Change = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Mutant:
    """A right answer with one change.

    Attributes:
        was: the line that was changed. now: what it says in its place.
        what: the piece that was changed, in a learner's words: "the operator `-`".
        answer: the function or class.
    """

    was: str
    now: str
    what: str
    answer: Any

    @property
    def id(self) -> str:
        """The change as declarations name it: "x - m -> x + m"."""
        return f"{self.was} -> {self.now}"


def mutants(answer: Any) -> list[Mutant]:
    """Return the mutants of a function or class; none where it has no program of its own that can be read.

    What it calls of the exercises' own package is part of its program and is changed, too.
    """
    parts = _program(answer)
    found: dict[tuple[str, str], Mutant] = {}
    for part in parts:
        before = ast.unparse(part.tree)
        for number in count():
            changed = copy.deepcopy(part.tree)
            change = next((c for n, c in enumerate(_changes(changed)) if n == number), None)
            if change is None:
                break
            what, apply = change
            apply()
            after = ast.unparse(changed)
            if after == before or (part.name, after) in found:
                continue
            try:
                code = _built(parts, part, after)
            except Exception:  # a class body that does not stand the change
                continue
            found[part.name, after] = Mutant(*_line(before, after), what, code)
    return list(found.values())


@dataclass(frozen=True)
class _Part:
    """A function or class of a program: its own name, those under which it is known, and where it stands."""

    name: str
    known_as: frozenset[str]
    tree: ast.Module
    names: dict[str, Any]


_numbers = count()


def _built(parts: list[_Part], changed: _Part, text: str) -> Any:
    """Return the first part, made anew with another text for one of them."""
    space: dict[str, Any] = {}
    for part in reversed(parts):  # the names of the answer's own module win
        space |= part.names
    for part in parts:
        said = text if part is changed else ast.unparse(part.tree)
        exec(compile(said, f"<mutant {next(_numbers)}>", "exec"), space)
        space |= dict.fromkeys(part.known_as, space[part.name])
        if part is parts[0]:
            answer = space[part.name]
    return answer


def _program(answer: Any) -> list[_Part]:
    """Return an answer and what it calls of its package, the answer first."""
    parts: dict[int, _Part] = {}
    waiting = [(answer, getattr(answer, "__name__", ""))]
    package = getattr(answer, "__module__", "").rpartition(".")[0]
    while waiting:
        one, known_as = waiting.pop()
        if id(one) in parts:
            old = parts[id(one)]
            parts[id(one)] = replace(old, known_as=old.known_as | {known_as})
            continue
        tree = _tree(one)
        if tree is None:
            continue
        names = vars(sys.modules[one.__module__])
        parts[id(one)] = _Part(one.__name__, frozenset({known_as}), tree, names)
        for name in sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}):
            used = names.get(name)
            home = getattr(used, "__module__", None) or ""
            if isinstance(used, FunctionType | type) and home.startswith(f"{package}."):
                waiting.append((used, name))
    return list(parts.values())


def _tree(answer: Any) -> ast.Module | None:
    named = getattr(answer, "__name__", "")
    if not isinstance(answer, FunctionType | type) or not named.isidentifier():
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return None
    top = tree.body[0]
    if isinstance(top, ast.FunctionDef | ast.ClassDef) and top.name == named:
        return tree
    return None


def _line(before: str, after: str) -> tuple[str, str]:
    """Return the first lines that differ."""
    one, other = before.splitlines(), after.splitlines()
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    end = 0
    while end < min(len(one), len(other)) - same and one[-1 - end] == other[-1 - end]:
        end += 1
    rest = [part[same : len(part) - end] for part in (one, other)]
    was, now = (" ⏎ ".join(line.strip() for line in lines) for lines in rest)
    return was, now or "(nothing)"


def _changes(tree: ast.Module) -> Iterator[Change]:
    """Yield the changes of a tree, each with a function that makes it there."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                if value and isinstance(value[0], ast.stmt):
                    yield from _of_lines(value)
                for place, node in enumerate(value):
                    if isinstance(node, ast.expr) and field not in ("decorator_list", "bases"):
                        yield from _of_expression(node, _setter(value, place))
            elif isinstance(value, ast.expr) and field not in ("returns", "annotation"):
                yield from _of_expression(value, _put(parent, field))
        yield from _of_node(parent)


def _setter(nodes: list, place: int) -> Callable[[ast.AST], None]:
    def put(node: ast.AST) -> None:
        nodes[place] = node

    return put


def _put(parent: ast.AST, field: str) -> Callable[[ast.AST], None]:
    return lambda node: setattr(parent, field, node)


def _of_expression(node: ast.expr, put: Callable[[ast.AST], None]) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        what = f"the operator in `{_short(node)}`"
        yield what, lambda: put(node.left)
        if isinstance(node.op, ast.Add | ast.Mult):
            yield what, lambda: put(node.right)
        if isinstance(node.op, ast.Sub | ast.Div):
            yield what, lambda: put(ast.BinOp(node.right, node.op, node.left))
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield f"the sign in `{_short(node)}`", lambda: put(node.operand)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.IfExp):
        what = f"the condition in `{_short(node)}`"
        yield what, lambda: put(node.body)
        yield what, lambda: put(node.orelse)
    elif isinstance(node, ast.Call):
        yield from _of_call(node, put)


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    what = f"`{value!r}`"

    def becomes(other: Any) -> Change:
        return what, lambda: setattr(node, "value", other)

    if isinstance(value, bool):
        yield becomes(not value)
    elif isinstance(value, int):
        yield becomes(value + 1)
        if value:
            yield becomes(value - 1)
    elif isinstance(value, float):
        yield becomes(value * 2 if value else 1.0)
        if value:
            yield becomes(value / 2)


def _of_call(node: ast.Call, put: Callable[[ast.AST], None]) -> Iterator[Change]:
    called = node.func
    what = f"the call `{_short(node)}`"
    if isinstance(called, ast.Attribute):
        own = isinstance(called.value, ast.Name) and called.value.id in ("torch", "F", "nn", "math")
        if not own and not _is_super(called.value):
            yield what, lambda: put(called.value)
        elif own and node.args and not isinstance(node.args[0], ast.Starred):
            yield what, lambda: put(node.args[0])
        other = _TAKEN_FOR.get(called.attr)
        if other:
            yield what, lambda: setattr(called, "attr", other)
    elif isinstance(called, ast.Name) and called.id in _TAKEN_FOR:
        yield what, lambda: setattr(called, "id", _TAKEN_FOR[called.id])
    if len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):

        def swap() -> None:
            node.args[0], node.args[1] = node.args[1], node.args[0]

        yield f"the order of the arguments of `{_short(called)}`", swap
    for place, word in enumerate(node.keywords):
        if word.arg:
            yield f"`{_short(word)}`", partial(node.keywords.pop, place)


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _of_node(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        for other in _OTHER.get(type(node.op), ()):
            yield f"the operator in `{_short(node)}`", partial(setattr, node, "op", other())
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in _OTHER.get(type(op), ()):
                yield (
                    f"the comparison `{_short(node)}`",
                    partial(operator.setitem, node.ops, place, other()),
                )
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if getattr(node, field) is not None:
                yield f"the slice `{_short(node)}`", partial(setattr, node, field, None)
    if isinstance(node, ast.If | ast.While):
        for value in (True, False):
            if not (isinstance(node, ast.While) and value):
                yield (
                    f"the condition `{_short(node.test)}`",
                    partial(setattr, node, "test", ast.Constant(value)),
                )
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for place, _ in enumerate(node.decorator_list):
            yield f"what stands above `{node.name}`", partial(node.decorator_list.pop, place)


def _of_lines(lines: list) -> Iterator[Change]:
    for place, line in enumerate(lines):
        what = f"the line `{_short(line)}`"

        def put(*others: ast.stmt, place: int = place) -> None:
            lines[place : place + 1] = others or [ast.Pass()]

        if isinstance(line, ast.With):
            yield what, partial(put, *line.body)
        if isinstance(line, ast.For | ast.While):
            yield (
                f"what `{_short(line)}` repeats",
                partial(line.body.append, ast.Break()),
            )
        if isinstance(line, ast.AugAssign):
            simple = ast.Assign([line.target], line.value)
            yield what, partial(put, ast.fix_missing_locations(_at(simple)))
        if isinstance(line, ast.Continue):
            yield what, partial(put, ast.Break())
        is_text = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
        if isinstance(line, ast.Expr | ast.AugAssign | ast.Assign | ast.If) and not is_text:
            yield what, put


def _at(node: ast.stmt) -> ast.stmt:
    node.lineno, node.col_offset = 1, 0
    return node


def _short(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0].rstrip(":")
    return text if len(text) <= 60 else text[:59] + "…"
