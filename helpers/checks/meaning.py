"""What an expression means where it stands: a name, an attribute, a call that looks something up."""

import ast
import builtins
from typing import Any

from helpers.checks.scopes import Bound, Scope
from helpers.checks.texts import text_of
from helpers.checks.values import Lib, Local, OwnClass, Value

DEPTH = 30  # of aliases of aliases
NAMESPACES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})
IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module"})
_LOOKS = {"get", "__getitem__", "pop", "setdefault"}


class Meanings:
    """Works out what expressions mean, and keeps what it has found."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[Scope, list[Value]]] = {}

    def of(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> list[Value]:
        """Return what an expression may be; [None] where that cannot be said."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        values: list[Value] = [None] if depth > DEPTH else self._base_values(node, scope, depth)
        for name in reversed(names):
            values = [v for base in values for v in attribute_of(base, name)][:20] or [None]
        return values

    def _base_values(self, node: ast.AST | None, scope: Scope, depth: int) -> list[Value]:
        if isinstance(node, ast.Name):
            return self._name(node.id, scope, depth)
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value, scope, depth + 1)
        if isinstance(node, ast.IfExp):
            branches = (node.body, node.orelse)
            return [v for branch in branches for v in self.of(branch, scope, depth + 1)]
        if isinstance(node, ast.BoolOp):
            return [v for one in node.values[:10] for v in self.of(one, scope, depth + 1)]
        if isinstance(node, ast.Call | ast.Subscript):
            return self._result(node, scope, depth)
        return [None]

    def _result(self, node: ast.Call | ast.Subscript, scope: Scope, depth: int) -> list[Value]:
        found = self.item(node, scope)
        if found is not None:
            name = text_of(found[1], scope)
            if name is None:
                return [None]
            values = [
                of_global(name, scope) if base == "globals" else attribute_of(base, name)
                for base in found[0]
            ]
            return [v for some in values for v in some] or [None]
        if not isinstance(node, ast.Call):
            return [None]
        called = self.of(node.func, scope, depth + 1)
        paths = {v.path for v in called if isinstance(v, Lib)}
        if "builtins.getattr" in paths and len(node.args) > 1:
            name = text_of(node.args[1], scope)
            bases = self.of(node.args[0], scope, depth + 1)
            return [v for b in bases for v in attribute_of(b, name)] if name else [None]
        if paths & IMPORTERS and node.args:
            text = text_of(node.args[0], scope)
            return (
                [Lib(text.split(".")[0] if "builtins.__import__" in paths else text)]
                if text
                else [None]
            )
        # An object of the learner's own class.
        return [v.called() for v in called if isinstance(v, OwnClass)] or [None]

    def _name(self, name: str, scope: Scope, depth: int = 0) -> list[Value]:
        found = scope.find(name)
        if found is None:
            return of_global(name, scope)
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
                local = Local(bound.node)
                values.append(local.called() if bound.kind == "self" else local)
            elif bound.kind in ("value", "parameter") and bound.node is not None:
                place = owner if bound.kind == "value" else owner.around or owner
                values += self.of(bound.node, place, depth + 6)
                if bound.kind == "parameter":
                    values.append(None)
            else:
                values.append(None)
        return list(dict.fromkeys(values))[:20] or [None]

    def item(self, node: ast.AST, scope: Scope) -> tuple[list[Any], ast.expr] | None:
        """Return where `vars(torch)["relu"]` and the like look something up, and the key; None: it is nothing such."""
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
            return self.of(place.value, scope), key
        if (
            isinstance(place, ast.Attribute)
            and place.attr == "modules"
            and Lib("sys") in self.of(place.value, scope)
        ):
            return [Lib("")], key
        if isinstance(place, ast.Call):
            paths = {v.path for v in self.of(place.func, scope) if isinstance(v, Lib)}
            if paths & NAMESPACES:
                return (self.of(place.args[0], scope) if place.args else ["globals"]), key
        return None


def attribute_of(base: Value, name: str) -> list[Value]:
    """Return what an attribute of something may be."""
    if base is None:
        return [None]
    if isinstance(base, Lib):
        return [Lib(f"{base.path}.{name}" if base.path else name)]
    found = base.attribute(name)
    return [None] if found is None else found


def of_global(name: str, scope: Scope) -> list[Value]:
    """Return what a name may be that no block binds."""
    values = scope.root.values(name)
    if values:
        return values
    if hasattr(builtins, name):
        return [Lib(f"builtins.{name}")]
    return [Lib("IPython.get_ipython")] if name == "get_ipython" else [None]
