"""Which declared mistake an answer behaves like."""

from functools import partial

from helpers.checks import plain
from helpers.checks.compare import compare
from helpers.checks.declared import asked, run_declared
from helpers.checks.exercise import Exercise


def recognise(exercise: Exercise, plan: dict, runs: list[dict]) -> str:
    """Return the sentence of the declared mistake that behaves like these runs on every case, or ""."""
    same = partial(_same_outcome, exercise=exercise)
    for known in exercise.mistakes:
        theirs = run_declared(exercise, plan, known.answer)
        if len(runs) == len(theirs) and all(map(same, runs, theirs)):
            return known.says
    return ""


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
    if compare(got, theirs, exercise.rtol, exercise.atol) is not None:
        return False
    return same_gradients(exercise, run, other)


def same_gradients(exercise: Exercise, run: dict, other: dict) -> bool:
    """Say whether two runs have the same gradients, where the exercise asks for them."""
    if not exercise.gradients or other.get("gradients") == run.get("gradients"):
        return True
    if None in (other.get("gradients"), run.get("gradients")):
        return False
    slopes = plain.decode(run["gradients"]), plain.decode(other["gradients"])
    return compare(*slopes, max(exercise.rtol, 1e-3), max(exercise.atol, 1e-5)) is None


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
        close = {"rtol": exercise.rtol, "atol": exercise.atol}
        wrong = {k: v for k, v in theirs.items() if compare(v, right.get(k), **close)}
        if wrong and all(
            k in got and compare(got[k], v, **close) is None for k, v in wrong.items()
        ):
            return known.says
    return ""
