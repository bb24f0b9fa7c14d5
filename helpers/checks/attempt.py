"""A learner's attempt beside the right answer: what is wrong in each case, taken through the stages."""

from helpers.checks import plain
from helpers.checks.advice import advice
from helpers.checks.compare import Finding, compare
from helpers.checks.declared import concluded, run_declared
from helpers.checks.exercise import CheckTask, Exercise, TrainingExercise, is_blank
from helpers.checks.recognise import CUT, slopes_differ


class Attempt:
    """A record beside what the reference does on the same cases."""

    def __init__(self, exercise: Exercise, task: CheckTask, record: dict) -> None:
        plan = task.plan
        self.exercise, self.plan, self.record = exercise, plan, record
        self.runs = concluded(exercise, plan, record["runs"]) + [{"outcome": "out of time"}] * (
            len(plan["cases"]) - len(record["runs"])
        )
        self.expected = _expected(exercise, task)

    def units(self, requirement: str) -> list[tuple[int, str | None]]:
        """Return what decides on a requirement: numbers of cases, each with a part of the answer or None."""
        first = next(iter(self.exercise.requirements))
        parts = [p for p, r in self.exercise.parts.items() if r == requirement]
        found: list[tuple[int, str | None]] = []
        for number, case in enumerate(self.plan["cases"]):
            own = case["requirement"]
            if self.exercise.parts and own is None:
                found += [(number, part) for part in parts]
            elif (own or first) == requirement:
                found.append((number, None))
        return found

    def finding(self, number: int, part: str | None) -> Finding | None:
        """Take one case (and part of its answer) through the stages."""
        run, expected = self.runs[number], self.expected[number]
        return _ran(run, self.exercise) or self._differs(run, expected, part)

    def _differs(self, run: dict, expected: dict, part: str | None) -> Finding | None:
        exercise = self.exercise
        got, wanted = plain.decode(run["value"]), plain.decode(expected["value"])
        parts = set(exercise.parts)
        if parts and isinstance(wanted, dict):
            if not isinstance(got, dict):
                return compare(got, wanted)
            keys = {part} if part else parts
            got = {k: v for k, v in got.items() if k in keys}
            wanted = {k: v for k, v in wanted.items() if k in keys}
            if part and is_blank(got.get(part)) and not is_blank(wanted.get(part)):
                return Finding("attempted", f"{part}: no answer yet.")
        finding = exercise.compare(got, wanted)
        if finding:
            return _worded(finding, exercise)
        if run["changed"] != expected["changed"]:
            return Finding(
                "side effects",
                "Your code changed its input: whoever called it still needs that. Operations that end in `_` "
                "(`requires_grad_()` too), `+=` and assignment to `x[...]` write into the tensor; `x + 1` or "
                "`x.clone()` make a new one. Of a list `pop`, `append` and `sort` change the caller's own.",
            )
        touched = set(run.get("touched", ())) - set(expected.get("touched", ()))
        if touched and not isinstance(exercise, TrainingExercise):
            return Finding(
                "side effects",
                "The answer is right, but your code has changed what it was handed, and nobody asked for that: a list "
                "that lost an entry, a model in another mode, other parameters, another dtype, something frozen or "
                "thawed. Leave it as it came.",
            )
        if run.get("overwritten"):
            return Finding(
                "side effects",
                "The answer is right at first, and a later call changes it: something is kept from call to call. Make "
                "what you return anew in each call.",
            )
        if exercise.fresh and run.get("shares"):
            return Finding(
                "side effects",
                "The values are right, but what you return is (a view of) the caller's own tensor: whoever changes the "
                "one changes the other. A new one is asked for: `x.clone()`.",
            )
        return self._gradients(run, expected)

    def _gradients(self, run: dict, expected: dict) -> Finding | None:
        if not self.exercise.gradients:
            return None
        if run.get("gradients") is None:
            if expected.get("gradients") is None:
                return None
            first = next(iter(self.exercise.gradients))
            return Finding("gradients", f"The values are right, but {CUT.format(first)}")
        finding = slopes_differ(self.exercise, run, expected)
        return finding and Finding("gradients", "The values are right. " + finding.message)


def _expected(exercise: Exercise, task: CheckTask) -> list[dict]:
    """Return the runs of the right answer; of a training run, the targets that the task keeps for the judge."""
    if not isinstance(exercise, TrainingExercise):
        return run_declared(exercise, task.plan, exercise.reference)
    return [
        {"outcome": "returned", "value": plain.encode(targets), "changed": []}
        for targets in task.held_out
    ]


def _ran(run: dict, exercise: Exercise) -> Finding | None:
    if run["outcome"] == "out of time":
        words = (
            f"Your code did not come to an end within {exercise.seconds:g} s of computing. Is there a loop that "
            "never stops?"
        )
        return Finding("ran", words)
    if run["outcome"] == "raised":
        error = run["error"]
        if error.get("unusable") is True:
            return Finding("type", error["message"][:1].upper() + error["message"][1:] + ".")
        where = f" in your line `{error['line'][:200]}`" if error["line"] else ""
        words = f"{error['type']}{where}: {error['message'][:500]}"
        return Finding("ran", f"{words}\n{advice(error)}".rstrip())
    return None


def _worded(finding: Finding, exercise: Exercise) -> Finding:
    """Keep the right value of a value exercise out of the words."""
    is_score = isinstance(exercise, TrainingExercise)
    if exercise.reveal or is_score or finding.stage != "values":
        return finding
    return Finding("values", "This is not right yet.", finding.where)
