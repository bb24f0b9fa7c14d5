"""What a mark hangs on beside the student's work: the engine, the lesson's declarations, the question put to it."""

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import helpers.checks
from helpers.lessons import lesson
from helpers.lessons.registry import EXERCISES

_CHECKS = Path(helpers.checks.__file__).parent
_DRIVERS = "drivers"


def versions(lesson_id: str) -> dict[str, str]:
    """Return short digests of the engine's and a lesson's sources, and the version of torch.

    Raises:
        LookupError: there is no such lesson.
    """
    declared = _file(f"{lesson(lesson_id).package}.{EXERCISES}")
    exercises = sorted(declared.parent.rglob("*.py")) if declared else []
    return {
        "engine": _digest_of(tuple(sorted(_CHECKS.rglob("*.py")))),
        "lesson": _digest_of(tuple(exercises)),
        "torch": importlib.metadata.version("torch"),
    }


def _file(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except ImportError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


@functools.lru_cache(
    maxsize=256
)  # the same for each submission; a process does not see its sources change
def _digest_of(paths: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def question(plan: dict) -> str:
    """Return a digest of what a plan has the student's process do: a record answers this and nothing else.

    In it are the inputs, and the text of what runs the answer on them. Not in it is what the judge alone does.
    """
    inputs = [case["inputs"] for case in plan["cases"]]
    text = json.dumps([plan["exercise"], plan["driver"], inputs])
    digest = hashlib.sha256(text.encode())
    for part in _texts({plan["driver"], *_builders(inputs)}):
        digest.update(part.encode())
    return digest.hexdigest()


def _builders(value: Any) -> Iterator[str]:
    """Yield the names of the functions that build inputs."""
    if isinstance(value, dict):
        if value.get("kind") == "recipe":
            yield value["builder"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _builders(part)


def _texts(names: Iterable[str]) -> list[str]:
    """Return the texts of functions of drivers, with all that they refer to of drivers and their own lesson."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name], refers = _definitions(name.rpartition(".")[0]).get(name, ("", frozenset()))
            waiting += refers
    return [found[name] for name in sorted(found)]


@functools.lru_cache(maxsize=64)
def _definitions(module: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return for each name that a module defines its text, and what it refers to of drivers and its own lesson."""
    path = _file(module)
    if path is None:
        return {}
    source = path.read_text(encoding="utf-8")
    lines, body = source.splitlines(), ast.parse(source).body
    # What lies beside the drivers of all lessons is the engine, which has a digest of its own.
    beside = "" if path.parent == _CHECKS else module.rpartition(".")[0]
    known: dict[
        str, str
    ] = {}  # what names of the module mean: "package.drivers", or a name in such a module
    own: dict[str, ast.stmt] = {}
    for statement in body:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            known |= {a.asname or a.name: f"{statement.module}.{a.name}" for a in statement.names}
        for name in _bound_by(statement):
            own[name], known[name] = statement, f"{module}.{name}"
    return {
        f"{module}.{name}": (_text(statement, lines), frozenset(_refers(statement, known, beside)))
        for name, statement in own.items()
    }


def _bound_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]


def _text(statement: ast.stmt, lines: list[str]) -> str:
    decorators = getattr(statement, "decorator_list", [])
    first = min(part.lineno for part in (statement, *decorators))
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _refers(statement: ast.stmt, known: dict[str, str], beside: str) -> Iterator[str]:
    """Yield the names that a statement refers to in modules of drivers, and in the package `beside`."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            name = known.get(node.id, "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{known.get(node.value.id, '')}.{node.attr}"
        else:
            continue
        if f".{_DRIVERS}." in name or (beside and name.startswith(f"{beside}.")):
            yield name
