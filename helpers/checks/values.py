"""What a name or an expression may mean to a reader of programs: something of a library, or of the learner's own."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch

from helpers.checks.scopes import DEFINITIONS, Scope, flatten


@dataclass(frozen=True)
class Lib:
    """Something of a library, by its path, as in "torch.nn.functional.softmax"."""

    path: str


class Own(Protocol):
    """Something that the learner made: a function, a class, an object, a module beside the notebook."""

    @property
    def key(self) -> Any:
        """What tells it from others."""

    def parts(self) -> Iterable[Any]:
        """What it consists of: values, and `Code`."""

    def attribute(self, name: str) -> "list[Value] | None":
        """Return what an attribute of it means; nothing where it is the learner's; None: it may be a tensor's."""


@runtime_checkable
class OwnClass(Own, Protocol):
    """A class that the learner made."""

    def called(self) -> "Instance":
        """Return what a call of it gives."""


@dataclass(frozen=True)
class Code:
    """A tree to be read in a scope.

    Attributes:
        node: a definition, an expression, a module.
        scope: where it stands.
        made: it ran when the answer was defined and not when it is called, so that only the functions in it
            can loop while the answer works.
    """

    node: ast.AST
    scope: Scope
    made: bool = False


Value = Lib | Own | None  # None: a tensor, a number, or whatever


@dataclass(frozen=True)
class Instance:
    """An object of a class of the learner's.

    Attributes:
        key: what tells it from others.
        names: those of its class's methods and attributes.
        of: the class, where it is still to be read.
    """

    key: Any
    names_known: frozenset[str]
    of: tuple = ()

    def parts(self) -> Iterable[Any]:
        """Return the class."""
        return self.of

    def attribute(self, name: str) -> list[Value] | None:
        """Return nothing for what is the learner's own; None for what only a tensor can have."""
        return [] if name in self.names_known or not is_method_of_tensor(name) else None


@dataclass(frozen=True)
class Local:
    """A class that stands in the program that is being read, and is read where it stands."""

    node: ast.ClassDef

    @property
    def key(self) -> Any:
        return ("local", id(self.node))

    def parts(self) -> Iterable[Any]:
        return ()

    def attribute(self, name: str) -> list[Value] | None:
        return []

    def called(self) -> Instance:
        return Instance(("object", id(self.node)), frozenset(defined_in(self.node)))


def defined_in(cls: ast.ClassDef) -> set[str]:
    """Return the names of a class's methods and attributes, those set on `self` included."""
    names = {
        statement.name for statement, _ in flatten(cls.body) if isinstance(statement, DEFINITIONS)
    }
    stack: list[ast.AST] = list(cls.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        stack += ast.iter_child_nodes(node)
    return names


def is_method_of_tensor(name: str) -> bool:
    """Say whether tensors have a method of that name; `x.grad` is none."""
    return callable(getattr(torch.Tensor, name, None))
