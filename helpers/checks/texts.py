"""The text that an expression surely is, where that can be read."""

import ast
import textwrap

from helpers.checks.scopes import Scope

_DEPTH = 30  # of names of names


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
