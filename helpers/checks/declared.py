"""Runs of a declaration's own answers, and what is concluded from runs: the judge's side, never a learner's code."""

from collections.abc import Callable, Iterator
from typing import Any

from helpers.checks import plain
from helpers.checks.exercise import Exercise
from helpers.checks.probe import run_case


def run_declared(exercise: Exercise, plan: dict, answer: Any) -> list[dict]:
    """Run an answer of the declaration itself on the cases of a plan, as the probe runs the learner's."""
    return list(declared_runs(exercise, plan, answer))


def declared_runs(exercise: Exercise, plan: dict, answer: Any) -> Iterator[dict]:
    """Run an answer of the declaration itself, case by case: who compares may stop at the first that differs."""
    for number, case in enumerate(plan["cases"]):
        run = run_case(exercise.driver, answer, case["inputs"], number, exercise.differentiated)
        yield from concluded(exercise, {"cases": [case]}, [run])


def concluded(exercise: Exercise, plan: dict, runs: list[dict]) -> list[dict]:
    """Return the runs with what the declaration's `conclude` makes of each value that a driver reported.

    Raises:
        PlainError: `conclude` cannot read a value, which no driver would have reported so.
    """
    conclude = exercise.conclude
    if conclude is None:
        return list(runs)
    return [
        run | {"value": _conclusion(conclude, case["inputs"], run["value"])}
        if run["outcome"] == "returned"
        else run
        for case, run in zip(plan["cases"], runs, strict=False)
    ]


def _conclusion(conclude: Callable[..., Any], inputs: list, value: Any) -> Any:
    seen = plain.decode(value)
    try:
        return plain.encode(conclude(seen, *map(plain.decode, inputs)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
        raise plain.PlainError(f"no driver reports this: {error}") from None


def asked(exercise: Exercise, answer: Any) -> Any:
    """Return the parts of an answer that the exercise compares, or the whole where it names none."""
    if not exercise.parts or not isinstance(answer, dict):
        return answer
    return {k: v for k, v in answer.items() if k in exercise.parts}
