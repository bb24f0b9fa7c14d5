"""What the names stand for that a notebook imports."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.grading.effects.scopes import bound_without_import, imports_of, of_scope


@dataclass(frozen=True)
class Libraries:
    """The names that a notebook's cells bind by imports alone, with what each stands for."""

    names: dict[str, str]

    @classmethod
    def of(cls, trees: Iterable[ast.Module]) -> "Libraries":
        """Return those of a notebook's cells."""
        trees = list(trees)
        found: dict[str, set[str]] = {}
        for tree in trees:
            for node in of_scope(tree):
                for name, path in imports_of(node):
                    found.setdefault(name, set()).add(path)
        otherwise = {name for tree in trees for name in bound_without_import(tree)}
        return cls({n: min(p) for n, p in found.items() if n not in otherwise and len(p) == 1})

    def path(self, node: ast.expr, hidden: set[str]) -> str:
        """Return the dotted path of what an expression names in a library, or ""."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in hidden or node.id not in self.names:
            return ""
        return ".".join([self.names[node.id], *parts])
