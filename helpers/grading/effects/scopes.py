"""Which names are bound where: by imports, in a scope, by a function of its own."""

import ast
from collections.abc import Iterator

from helpers.checks.scopes import Function

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def of_scope(root: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, those of functions, classes and comprehensions within it left out.

    An assignment expression in a comprehension belongs to the scope around it.
    """
    waiting = list(ast.iter_child_nodes(root))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, _COMPREHENSIONS):
            waiting += [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            continue
        waiting += ast.iter_child_nodes(node)


def names_bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself binds or deletes."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    elif isinstance(node, _NAMED):
        if node.name:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def imports_below(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names bound by imports anywhere below a node, each with what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module or '.'}.{alias.name}"


def imports_of(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names that a node binds as an import, each with what it stands for."""
    return imports_below(node) if isinstance(node, ast.Import | ast.ImportFrom) else iter(())


def bound_without_import(tree: ast.AST) -> Iterator[str]:
    """Yield the names bound at the top of a cell, or by functions that declare them global."""
    declared = {n for g in ast.walk(tree) if isinstance(g, ast.Global) for n in g.names}
    yield from declared
    for node in of_scope(tree):
        yield from names_bound(node)


def own_names(function: Function) -> tuple[set[str], set[str]]:
    """Return the parameters of a function and the other names that belong to it."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [a for a in (arguments.vararg, arguments.kwarg) if a]
    body: list[ast.stmt]
    body = [ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body
    inner = ast.Module(body, [])
    bound = {name for node in of_scope(inner) for name in names_bound(node)}
    bound |= {name for node in of_scope(inner) for name, _ in imports_of(node)}
    declared = {n for node in of_scope(inner) if isinstance(node, ast.Global) for n in node.names}
    return {a.arg for a in every}, bound - declared
