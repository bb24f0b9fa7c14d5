"""What can be said of a definition as a whole: whether it keeps a state, and which names it surely binds."""

import ast

from helpers.grading.effects.known import HARMLESS_DECORATORS
from helpers.grading.effects.scopes import FUNCTIONS


def _is_constant(node: ast.expr | None) -> bool:
    if node is None or isinstance(node, ast.Constant | ast.Name | ast.Attribute):
        return True
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Tuple) and all(map(_is_constant, node.elts))


def keeps_state(definition: ast.AST) -> bool:
    """Say whether a call of what is defined may leave something behind in the definition itself."""
    for node in ast.walk(definition):
        if isinstance(node, FUNCTIONS):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            if not all(map(_is_constant, defaults)):
                return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not all(
            last_name(d) in HARMLESS_DECORATORS for d in node.decorator_list
        ):
            return True
        if isinstance(node, ast.ClassDef):
            values = [getattr(s, "value", None) for s in node.body]
            kept = [s for s, v in zip(node.body, values, strict=True) if not _is_constant(v)]
            if node.keywords or not all(isinstance(s, ast.Expr) for s in kept):
                return True
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in ("__class__", "cls", "type", "mro", "__bases__", "__setattr__"):
                return True
    return False


def last_name(node: ast.expr) -> str:
    """Return what a decorator or a call is called by, without what it is taken from."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def sure_targets(node: ast.stmt) -> set[str]:
    """Return the names that a definition or an assignment binds if it ends without an error."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {
        n.id
        for target in targets
        for n in ast.walk(target)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
