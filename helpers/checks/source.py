"""The text of a definition: where it stands, whether it is still a stub, whether two are the same program."""

import ast
import copy
import functools
import linecache
import textwrap
import types
from typing import Any

from helpers.checks.scopes import TooLong, tree_of


@functools.lru_cache(maxsize=64)
def _nodes_in(text: str) -> tuple[ast.AST, ...]:
    try:
        tree = tree_of(text)
    except TooLong:
        return ()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return tuple(node for node in ast.walk(tree) if isinstance(node, kinds)) if tree else ()


def nodes_of(file: str) -> tuple[ast.AST, ...]:
    """Return the definitions and lambdas of a file, or of a cell."""
    return _nodes_in("".join(linecache.getlines(file)))


def node_of(code: types.CodeType) -> Any:
    """Return the definition or the lambda that a function's code was made from, or None."""
    lines = [n for n in nodes_of(code.co_filename) if _first_line(n) == code.co_firstlineno]
    if code.co_name != "<lambda>":
        return next((n for n in lines if getattr(n, "name", None) == code.co_name), None)
    places = set(code.co_positions())
    lambdas = [n for n in lines if isinstance(n, ast.Lambda)]
    for node in lambdas:
        body = node.body
        if (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in places:
            return node
    # Some versions of Python give a short body no place of its own.
    return lambdas[0] if len(lambdas) == 1 else None


def _first_line(node: Any) -> int:
    decorators = getattr(node, "decorator_list", ())
    return min([node.lineno, *(d.lineno for d in decorators)])


def segment(lines: list[str], node: Any) -> str:
    """Return the text of a node, of whose file these are the lines."""
    first, last = _first_line(node), node.end_lineno or node.lineno
    cut = [line.encode() for line in lines[first - 1 : last]]
    if not cut:
        return ""
    cut[-1] = cut[-1][: node.end_col_offset]
    if first == node.lineno and cut[0][: node.col_offset].strip():  # something stands before it
        cut[0] = cut[0][node.col_offset :]
    return textwrap.dedent(b"".join(cut).decode(errors="replace"))


def parse(source: str | None) -> ast.Module | None:
    """Return the syntax tree of `source`, or None where it cannot be read. Not to be changed: it is kept."""
    try:
        return tree_of(source) if source else None
    except TooLong:
        return None


def is_stub(source: str | None) -> bool:
    """Say whether a function or class is as the learner found it: nothing but a docstring and `...`."""
    tree = parse(source)
    return tree is not None and bool(tree.body) and _is_empty(tree.body[:1])


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(_says_nothing(statement) for statement in body)


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return _is_empty(node.body)
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Return):
        return node.value is None or _is_nothing(node.value)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _calls_super_init(node.value)
    return False


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or node.value is Ellipsis)


def _calls_super_init(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node) == "super().__init__()"


def same_program(one: str | None, other: str | None) -> bool:
    """Say whether two sources are the same program, whatever their comments, docstrings and layout."""
    first, second = parse(one), parse(other)
    if first is None or second is None:
        return False
    try:
        return _bare(copy.deepcopy(first)) == _bare(copy.deepcopy(second))
    except RecursionError:  # one is far longer than anything that the course hands out
        return False


def _bare(tree: ast.Module) -> str:
    first = tree.body[0]
    for node in ast.walk(first):
        if isinstance(node, ast.FunctionDef):
            node.returns, node.args = None, _without_annotations(node.args)
            node.decorator_list = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(first)


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return arguments
