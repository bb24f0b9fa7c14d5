"""Read the learner's own source: what it says, which line failed, which names it uses."""

import ast
import builtins
import copy
import functools
import inspect
import linecache
import textwrap
import types
from typing import Any

MAX_SOURCE = 20_000


def source_of(answer: Any) -> str | None:
    """Return the source of a function, class or instance of a learner's class, with the functions and
    classes of the same notebook that it uses; None where there is no source to read."""
    return "\n\n".join(_sources(answer, set()))[:MAX_SOURCE] or None


def _sources(answer: Any, seen: set[int]) -> list[str]:
    answer = _whole(answer)
    answer = inspect.unwrap(answer) if callable(answer) else answer
    if id(answer) in seen or len(seen) > 50:
        return []
    seen.add(id(answer))
    if isinstance(answer, types.FunctionType):
        own, functions = _function_source(answer), [answer]
    elif isinstance(answer, type):
        functions = [f for f in vars(answer).values() if isinstance(f, types.FunctionType)]
        own = _class_source(answer, functions)
    else:
        return []
    found = [own] if own else []
    for function in functions:
        for name in _names(function.__code__):
            other = function.__globals__.get(name)
            if getattr(other, "__module__", None) == function.__module__:
                found += _sources(other, seen)
    return found


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _function_source(function: types.FunctionType) -> str | None:
    if function.__name__ == "<lambda>":
        return _lambda_source(function.__code__)
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError, IndentationError, SyntaxError):
        return None


def _lambda_source(code: types.CodeType) -> str | None:
    """Cut a lambda out of the lines around it: an instruction of its stands where its body begins and ends."""
    places = set(code.co_positions())
    tree = parse("".join(linecache.getlines(code.co_filename)))
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)] if tree else []
    for node in lambdas:
        body = node.body
        if (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in places:
            return ast.unparse(node)
    # Some versions of Python give a short body no place of its own.
    same_line = [node for node in lambdas if node.lineno == code.co_firstlineno]
    return ast.unparse(same_line[0]) if len(same_line) == 1 else None


def _class_source(cls: type, functions: list[types.FunctionType]) -> str | None:
    # `inspect.getsource` finds no class of a notebook: __main__ has no file. Its methods know their cell.
    for function in functions:
        lines = linecache.getlines(function.__code__.co_filename)
        tree = parse("".join(lines))
        for node in ast.walk(tree) if tree else ():
            holds = isinstance(node, ast.ClassDef) and node.name == cls.__name__
            if holds and node.lineno <= function.__code__.co_firstlineno <= (node.end_lineno or 0):
                return textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
    return None


def names_used(answer: Any) -> list[str]:
    """Return the true names of the functions from elsewhere that the answer refers to, whatever it calls them.

    `from torch import softmax as s` makes `s` count as "softmax", and so does `answer = torch.softmax`; an
    object such as `nn.ReLU()` counts as its class. The learner's own functions do not count: their sources do.
    """
    answer = inspect.unwrap(_whole(answer))
    if not isinstance(answer, types.FunctionType | type):
        return [_true_name(answer)] if callable(answer) else []
    functions = [answer] if isinstance(answer, types.FunctionType) else []
    if isinstance(answer, type):
        functions = [f for f in vars(answer).values() if isinstance(f, types.FunctionType)]
    found = set()
    for function in functions:
        for name in _names(function.__code__):
            target = _whole(function.__globals__.get(name, getattr(builtins, name, None)))
            is_own = getattr(target, "__module__", None) == function.__module__
            if callable(target) and not is_own:
                found.add(_true_name(target))
    return sorted(found)


def _whole(target: Any) -> Any:
    """Return the function behind a partial one."""
    return target.func if isinstance(target, functools.partial) else target


def _true_name(target: Any) -> str:
    """Return the name that a function or class was defined with; an object such as a layer has its class's."""
    name = getattr(target, "__name__", None)
    return name if isinstance(name, str) else type(target).__name__


@functools.lru_cache(maxsize=32)
def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def parse(source: str | None) -> ast.Module | None:
    """Return the syntax tree of `source`, or None where it cannot be read. Not to be changed: it is kept."""
    return _parse(source) if source else None


def is_stub(source: str | None) -> bool:
    """Say whether a function or class is as the learner found it: nothing but a docstring and `...`."""
    tree = parse(source)
    return bool(tree and tree.body) and _is_empty(tree.body[:1])


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
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__"


def same_program(one: str | None, other: str | None) -> bool:
    """Say whether two sources are the same program, whatever their comments, docstrings and layout."""
    trees = parse(one), parse(other)
    if None in trees:
        return False
    return _bare(copy.deepcopy(trees[0])) == _bare(copy.deepcopy(trees[1]))


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


_STATEMENTS = {
    "for": (ast.For, ast.comprehension, ast.AsyncFor),
    "while": (ast.While,),
    "@": (ast.MatMult,),
    "lambda": (ast.Lambda,),
    "**": (ast.Pow,),
}


def forbidden_in(source: str | None, used: list[str], words: tuple[str, ...]) -> str | None:
    """Return the first of `words` that the program uses, or None.

    A word is a function's or method's last name ("softmax" stands for `torch.softmax`, `F.softmax` and
    `x.softmax`), or one of "for", "while", "@", "**", "lambda". Names in strings and comments do not count;
    `eval`, `exec`, `getattr` and `__import__` always do, since they can hide any name.
    """
    tree = parse(source)
    names: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
        for word, kinds in _STATEMENTS.items():
            if isinstance(node, kinds):
                names.add(word)
    for word in (*words, "eval", "exec", "getattr", "__import__"):
        if word in used or (word in names and not _defines(tree, word)):
            return word
    return None


def _defines(tree: ast.Module | None, word: str) -> bool:
    """A learner's own function may bear the forbidden name: it is the exercise's name, say `softmax`."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    if tree is None or not any(isinstance(n, kinds) and n.name == word for n in ast.walk(tree)):
        return False
    return not any(isinstance(n, ast.Attribute) and n.attr == word for n in ast.walk(tree))
