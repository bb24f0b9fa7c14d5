"""Read check cells: for which lessons a notebook asks, under which names, and what a graded cell checks."""

import ast
from collections.abc import Iterable, Iterator

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade

from helpers.checks.scopes import DEFINITIONS
from helpers.grading.effects.cells import parse

_PACKAGE, _NAME = "helpers", "lessons"
_MODULE = f"{_PACKAGE}.{_NAME}"
ASKED = "course_lessons"
"""Metadata of a submission that is to be marked: the names of lessons in the notebook as it was released."""

USUAL = "check"
"""The name of a lesson's checks in a notebook that does not say."""


def lessons_bound(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """Return the names that stand for a lesson's checks, with the lesson's package or id.

    `from helpers.lessons.tensors import check` binds one, and so does `check = lesson("01_tensors")`. Whether a
    package is a lesson is not looked up here. A name that is bound to more than one stands for the last.
    """
    trees = _trees(cells)
    callees = _callees(trees)
    bound: dict[str, str] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                bound |= dict(_taken_from(node))
            asked = _asked(getattr(node, "value", None), callees)
            if asked and isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                bound |= {t.id: asked for t in targets if isinstance(t, ast.Name)}
    return bound


def lessons_asked(cells: Iterable[NotebookNode]) -> dict[str, None]:
    """Return the lessons that a notebook asks for, bound to a name or not, in their order."""
    trees = _trees(cells)
    callees = _callees(trees)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    packages = [p for n in nodes if isinstance(n, ast.ImportFrom) for _, p in _taken_from(n)]
    return dict.fromkeys([*packages, *(asked for n in nodes if (asked := _asked(n, callees)))])


def names_of_checks(cells: Iterable[NotebookNode]) -> frozenset[str]:
    """Return all names that a check can be reached by: those of lessons, of `lesson`, and what is made of them."""
    trees = _trees(cells)
    tops = {callee.partition(".")[0] for callee in _callees(trees)}
    names = set(lessons_bound(cells)) | (tops - {_PACKAGE})
    kinds = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    made = [statement for tree in trees for statement in tree.body if isinstance(statement, kinds)]
    while True:
        more = {name for s in made if mentions(s, names) for name in _given_by(s)} - names
        if not more:
            return frozenset(names)
        names |= more


def read_check(source: str, name: str = USUAL) -> tuple[str, str, bool] | None:
    """Read a check's cell: the exercise, the name of the answer, and whether inputs are to be hidden.

    Args:
        source: the cell's.
        name: what the lesson's checks are called in the notebook.

    Returns:
        None where the cell is anything but calls of one check.
    """
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    calls = [call for s in statements if (call := _read_call(s, name)) is not None]
    if not calls or len(calls) != len(statements) or len({c[:2] for c in calls}) != 1:
        return None
    return (*calls[-1][:2], any(c[2] for c in calls))


def may_check(notebook: NotebookNode) -> bool:
    """Say whether a graded cell reads like a check, so that it is worth to import what finds and judges checks."""
    names = {*(notebook.metadata.get(ASKED) or lessons_bound(notebook.cells)), USUAL}
    graded = (c.source for c in notebook.cells if c.cell_type == "code" and is_grade(c))
    return any(read_check(source, name) for source in graded for name in names)


def mentions(tree: ast.AST, names: Iterable[str]) -> set[str]:
    """Return which of `names` a piece of program refers to."""
    known = set(names)
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in known}


def _read_call(statement: ast.stmt, name: str) -> tuple[str, str, bool] | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return None
    if not (isinstance(call.func.value, ast.Name) and call.func.value.id == name):
        return None
    exercise, hidden = call.func.attr, False
    answers = [a.id for a in call.args if isinstance(a, ast.Name)]
    if len(call.args) > 1 or len(answers) != len(call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg != "hidden" or not isinstance(keyword.value, ast.Constant):
            return None
        hidden = bool(keyword.value.value)
    return exercise, answers[0] if answers else exercise, hidden


def _trees(cells: Iterable[NotebookNode]) -> list[ast.Module]:
    trees = (parse(cell.source) for cell in cells if cell.cell_type == "code")
    return [tree for tree in trees if tree is not None]


def _callees(trees: Iterable[ast.Module]) -> set[str]:
    """Return the ways in which a notebook may write the function `lesson`, by its imports."""
    return {callee for tree in trees for node in ast.walk(tree) for callee in _imported(node)}


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name == _MODULE:
                yield f"{alias.asname or _MODULE}.lesson"
    elif isinstance(node, ast.ImportFrom) and node.module in (_PACKAGE, _MODULE) and not node.level:
        for alias in node.names:
            if node.module == _MODULE and alias.name in ("lesson", "*"):
                yield alias.asname or "lesson"
            elif node.module == _PACKAGE and alias.name == _NAME:
                yield f"{alias.asname or _NAME}.lesson"


def _asked(node: ast.AST | None, callees: set[str]) -> str:
    """Return the lesson that a call asks for, or ""."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in callees:
        return ""
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    first = values[0] if len(values) == 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _taken_from(node: ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield the names that an import gives to a package's checks, with the package."""
    if node.module and not node.level:
        for alias in node.names:
            if alias.name == USUAL or (alias.name == "*" and node.module.startswith(f"{_MODULE}.")):
                yield alias.asname or USUAL, node.module


def _given_by(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            names = (n for n in ast.walk(target) if isinstance(n, ast.Name))
            yield from (n.id for n in names if isinstance(n.ctx, ast.Store))
    elif isinstance(statement, DEFINITIONS):
        yield statement.name
