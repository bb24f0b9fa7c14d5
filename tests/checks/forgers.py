"""Records as a patched driver may write them: all that lies in a student's process, and no reference results.

A forger has the plan's inputs, the drivers, the answers that a card shows for fixed inputs, records of earlier plans,
and the record of an honest run of some wrong answer.
"""

import base64
import copy
from collections.abc import Callable
from typing import Any

from helpers.checks.exercise import CheckTask, Exercise, RepairExercise
from helpers.checks.judge import judge
from helpers.checks.probe import probe

SWAPPED = {"train": "eval", "eval": "train", "recorded": "none", "none": "recorded"}


def without_source(exercise: Exercise, record: dict) -> dict:
    """Return a record that is judged by what it reports alone."""
    source = "def other(): 1" if isinstance(exercise, RepairExercise) else None
    return record | {"source": source, "uses": [], "syntax": [], "hides": [], "calls": []}


def points(exercise: Exercise, task: CheckTask, record: dict) -> float:
    """Return the points of a record; mistakes are not looked for, which takes most of a judge's time."""
    quick = copy.copy(exercise)
    quick.mistakes = []
    return judge(quick, task, without_source(exercise, record), hidden=True).points


def run(exercise: Exercise, task: CheckTask, answer: Any) -> dict:
    """Return the record of an honest run."""
    return without_source(exercise, probe(task.plan, answer))


def over_values(record: dict, change: Callable[[int, Any], Any]) -> dict:
    """Return a record whose returned values are changed by `change(number of the case, value)`."""
    runs = [
        run | {"value": change(number, run["value"])} if run["outcome"] == "returned" else run
        for number, run in enumerate(record["runs"])
    ]
    return record | {"runs": runs}


def flipped(value: Any) -> Any:
    """Turn every flag of an encoded value round: booleans, what requires gradients, words for modes."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return SWAPPED.get(value, value)
    if isinstance(value, list):
        return [flipped(v) for v in value]
    if isinstance(value, dict) and value.get("kind") == "dict":
        return value | {"items": [[key, flipped(v)] for key, v in value["items"]]}
    if isinstance(value, dict) and value.get("kind") == "tensor":
        return value | {"requires_grad": not value["requires_grad"]}
    if isinstance(value, dict) and "items" in value:
        return value | {"items": flipped(value["items"])}
    return value


def all_true(value: Any) -> Any:
    """Make every boolean of an encoded value True."""
    if isinstance(value, bool):
        return True
    if isinstance(value, list):
        return [all_true(v) for v in value]
    if isinstance(value, dict) and value.get("kind") == "dict":
        return value | {"items": [[key, all_true(v)] for key, v in value["items"]]}
    return value


def with_facts(mine: Any, right: Any) -> Any:
    """Return an encoded value with every flag, word and whole number as in another one; its floats stay."""
    if isinstance(right, bool | str) or right is None or type(right) is int:
        return right if not isinstance(mine, dict | list) else mine
    if isinstance(right, list) and isinstance(mine, list):
        kept = [with_facts(m, r) for m, r in zip(mine, right, strict=False)]
        return kept + mine[len(kept) :]
    if not (isinstance(right, dict) and isinstance(mine, dict) and "items" in right):
        if isinstance(mine, dict) and isinstance(right, dict) and "requires_grad" in right:
            return mine | {"requires_grad": right["requires_grad"]} if "bytes" in mine else mine
        return mine
    if right["kind"] == "dict" and mine.get("kind") == "dict":
        theirs = {str(key): v for key, v in right["items"]}
        pairs = [[k, with_facts(v, theirs.get(str(k), v))] for k, v in mine["items"]]
        return mine | {"items": pairs}
    return mine | {"items": with_facts(mine["items"], right["items"])} if "items" in mine else mine


def emptied(value: Any) -> Any:
    """Return an encoded value of the same form in which every number is 0 and every text empty."""
    if isinstance(value, bool | int | float | str):
        return type(value)()
    if isinstance(value, list):
        return [emptied(v) for v in value]
    if isinstance(value, dict) and value.get("kind") == "dict":
        return value | {"items": [[key, emptied(v)] for key, v in value["items"]]}
    if isinstance(value, dict) and value.get("kind") in ("tensor", "ndarray"):
        return value | {
            "bytes": base64.b64encode(bytes(len(base64.b64decode(value["bytes"])))).decode()
        }
    if isinstance(value, dict) and "items" in value:
        return value | {"items": emptied(value["items"])}
    return None
