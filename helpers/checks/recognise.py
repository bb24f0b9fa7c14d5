"""Which declared mistake an answer behaves like."""

from functools import partial
from typing import Any

from helpers.checks import plain
from helpers.checks.compare import Finding, compare
from helpers.checks.declared import asked, declared_runs, run_declared
from helpers.checks.exercise import Exercise

CUT = (
    "no gradient flows back to `{}`. `.detach()`, `torch.no_grad()`, `.item()`, NumPy and `torch.tensor(...)` cut "
    "the graph."
)


def recognise(exercise: Exercise, plan: dict, runs: list[dict]) -> str:
    """Return the sentence of the declared mistake that behaves like these runs on every case, or ""."""
    for known in exercise.mistakes:
        if behaves_like(exercise, plan, runs, known.answer):
            return known.says
    return ""


def behaves_like(exercise: Exercise, plan: dict, runs: list[dict], answer: Any) -> bool:
    """Say whether an answer of the declaration's gives these runs; it is run as far as the first case that differs."""
    same = partial(_same_outcome, exercise=exercise)
    return all(map(same, runs, declared_runs(exercise, plan, answer)))


def _same_outcome(run: dict, other: dict, exercise: Exercise) -> bool:
    if run["outcome"] != other["outcome"]:
        return False
    if run["outcome"] == "raised":
        return _complaint_of(run["error"]) == _complaint_of(other["error"])
    if run["outcome"] == "out of time":
        return False
    if run["changed"] != other["changed"]:
        return False
    got, theirs = (asked(exercise, plain.decode(r["value"])) for r in (run, other))
    if compare(got, theirs, exercise.close) is not None:
        return False
    return same_gradients(exercise, run, other)


def same_gradients(exercise: Exercise, run: dict, other: dict) -> bool:
    """Say whether two runs have the same gradients, where the exercise asks for them."""
    if not exercise.gradients or other.get("gradients") == run.get("gradients"):
        return True
    if None in (other.get("gradients"), run.get("gradients")):
        return False
    return slopes_differ(exercise, run, other) is None


def slopes_differ(exercise: Exercise, run: dict, other: dict) -> Finding | None:
    """Return how the gradients of two runs differ that the exercise asks for; both have some."""
    got, wanted = plain.decode(run["gradients"]), plain.decode(other["gradients"])
    names = exercise.names
    for number in exercise.differentiated:
        mine = got.get(number) if isinstance(got, dict) else None
        if wanted[number] is not None:
            finding = compare(mine, wanted[number], exercise.close_slopes)
            if mine is None:
                finding = Finding("gradients", CUT.format(names[number]))
            if finding:
                return finding.inside(f"Gradient with respect to `{names[number]}`")
    return None


def _complaint_of(error: dict) -> tuple[str, ...]:
    """Return what tells one error from another: torch has one type for all, so how its message begins too."""
    if error["type"] != "RuntimeError":
        return (error["type"],)
    return (error["type"], *error["message"].split()[:2])


def recognise_parts(exercise: Exercise, plan: dict, runs: list[dict], expected: list[dict]) -> str:
    """Recognise the mistake in one part of a dict of answers, the other parts being right or not."""
    got = plain.decode(runs[0]["value"]) if runs[0]["outcome"] == "returned" else None
    if not isinstance(got, dict) or not isinstance(exercise.reference, dict):
        return ""
    right = plain.decode(expected[0]["value"])
    for known in exercise.mistakes:
        run = run_declared(exercise, plan, known.answer)[0]
        theirs = plain.decode(run["value"]) if run["outcome"] == "returned" else None
        if not isinstance(theirs, dict):
            continue
        # A declared mistake names only the parts that are wrong in it.
        wrong = {k: v for k, v in theirs.items() if compare(v, right.get(k), exercise.close)}
        if wrong and all(
            k in got and compare(got[k], v, exercise.close) is None for k, v in wrong.items()
        ):
            return known.says
    return ""
