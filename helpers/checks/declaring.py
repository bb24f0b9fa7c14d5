"""From a module that declares an exercise to the exercise."""

import difflib
import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch

from helpers.checks.exercise import ChoiceExercise, DeclarationError, Exercise

ONLY = "gives the right answer"
"""The one requirement of an exercise that declares `points`."""


_GIVEN = frozenset(
    {"name", "lesson", "ask", "id", "shortcuts", "cases", "task", "is_attempted"}
    | {"names", "rules", "close", "close_slopes", "differentiated"}
)
"""What an exercise has by itself and no declaration says."""


def fields_of(kind: type[Exercise]) -> frozenset[str]:
    """Return the names that a declaration of this kind may give a value to."""
    names = {n for cls in kind.__mro__ for n in (*vars(cls), *vars(cls).get("__annotations__", ()))}
    return frozenset(n for n in names if not n.startswith("_")) - _GIVEN | {"kind"}


def declaration(module: ModuleType, lesson: str) -> Exercise:
    """Return the exercise that a module declares.

    The module's name is the name that the learner's answer has, its docstring says in a sentence what is asked,
    `kind` which class of `helpers.checks.exercise` it is, and the other public names in small letters are the
    attributes of that class. Names of its own begin with an underscore or are written in capitals.

    Args:
        module: such a module, as `helpers/lessons/tensors/exercises/standardize.py`.
        lesson: the lesson's id, say "01_tensors".

    Raises:
        DeclarationError: what is declared makes no exercise; the message says what to mend.
    """
    given = {
        name: thing for name, thing in vars(module).items() if _is_declared(name, thing, module)
    }
    name = module.__name__.rpartition(".")[2]
    return declare(name, lesson, module.__doc__, given)


def _is_declared(name: str, thing: Any, module: ModuleType) -> bool:
    """Say whether a name of a module is a part of the declaration, and no import or name of its own."""
    if name.startswith("_") or name.isupper() or isinstance(thing, ModuleType):
        return False
    if name in _ALWAYS:
        return True
    home = getattr(thing, "__module__", None)
    return home == module.__name__ or not callable(thing)


_ALWAYS = frozenset({"kind", "driver", "conclude", "score", "reference"})
"""Fields whose values may be imported."""


def declare(name: str, lesson: str, ask: str | None, given: Mapping[str, Any]) -> Exercise:
    """Return the exercise with these attributes; arguments as `declaration` finds them in a module.

    Raises:
        DeclarationError: they make no exercise; the message says what to mend.
    """
    where = f"exercise {lesson}/{name}"
    kind = given.get("kind")
    if not (isinstance(kind, type) and issubclass(kind, Exercise)):
        raise DeclarationError(f"{where}: `kind = FunctionExercise`, or another kind, is missing")
    known = fields_of(kind)
    for field in given:
        if field not in known:
            near = difflib.get_close_matches(field, known, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise DeclarationError(
                f"{where}: a {kind.__name__} has no `{field}`{hint} A name of your own begins with an underscore "
                "or is written in capitals"
            )
    # The functions of a declaration take no self.
    plain = {n: staticmethod(v) if inspect.isfunction(v) else v for n, v in given.items()}
    declared = type(kind.__name__, (kind,), plain)()
    declared.name, declared.lesson = name, lesson
    declared.ask = inspect.cleandoc(ask or "")
    declared.requirements, declared.points = _points(where, given)
    _refuse_nonsense(declared)
    return declared


def _points(where: str, given: Mapping[str, Any]) -> tuple[dict[str, float], float]:
    """Return the requirements with their points, and the sum."""
    requirements, points = given.get("requirements"), given.get("points")
    if (requirements is None) == (points is None):
        raise DeclarationError(
            f"{where}: say what it is worth once: `requirements = {{text: points}}`, or `points = 2` where there "
            "is only one requirement"
        )
    wanted: dict[str, float]
    wanted = requirements if requirements is not None else {ONLY: given["points"]}
    if not wanted or not all(
        isinstance(p, int | float) and not isinstance(p, bool) and p > 0 for p in wanted.values()
    ):
        raise DeclarationError(f"{where}: points are numbers above 0")
    return wanted, float(sum(wanted.values()))


def _refuse_nonsense(declared: Exercise) -> None:
    where = f"exercise {declared.id}"
    if not declared.ask:
        raise DeclarationError(f"{where} needs a docstring: one sentence of what is asked")
    unknown = {c.requirement for c in declared.cases(0)} | set(declared.parts.values())
    unknown |= {f.requirement for f in declared.shortcuts}
    strays = sorted(r for r in unknown if r is not None and r not in declared.requirements)
    if strays:
        raise DeclarationError(f"{where}: there is no requirement {strays[0]!r}")
    _refuse_gradients(declared, where)
    if isinstance(declared, ChoiceExercise) and not declared.options:
        raise DeclarationError(f"{where}: a choice needs options")


def _refuse_gradients(declared: Exercise, where: str) -> None:
    try:
        numbers = declared.differentiated
        inputs = [case.inputs[number] for case in declared.cases(0) for number in numbers]
    except (ValueError, IndexError, TypeError):
        raise DeclarationError(
            f"{where}: `gradients` names arguments of the reference that every case gives"
        ) from None
    if not all(isinstance(i, torch.Tensor) and i.is_floating_point() for i in inputs):
        raise DeclarationError(f"{where}: `gradients` names floating-point tensors")
