"""Many inputs that an exercise could be tried on: those of its declaration, drawn again and again, and changed.

Changed: one row, two rows, each row twice, ties, constant and empty columns, negative, large and tiny numbers, and for
a single number 0, 1, 2, -1.
Not every change leaves an input that the exercise means: those on which its right answers differ are left out.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from helpers.checks import plain
from helpers.checks.declared import asked, concluded
from helpers.checks.exercise import Exercise
from helpers.checks.limits import OutOfTime, captured, silent_stderr, time_limit
from helpers.checks.probe import run_case
from helpers.checks.recognise import same_gradients

Inputs = tuple[Any, ...]


def _floats(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return change(value.detach().clone()).to(value.dtype)
        return value

    return apply


def _constant_column(t: torch.Tensor) -> torch.Tensor:
    if t.dim() > 1 and t.numel():
        t[..., 0] = t.flatten()[0]
    return t


def _ties(t: torch.Tensor) -> torch.Tensor:
    if t.dim() and len(t) > 1:
        t[-1] = t[0]
    return t


def _zero_first(t: torch.Tensor) -> torch.Tensor:
    if t.dim() and t.numel():
        t[0] = 0
    return t


VALUES: dict[str, Callable[[Any], Any]] = {
    "negative": _floats(torch.neg),
    "a thousand times": _floats(lambda t: t * 1000),
    "a thousandth": _floats(lambda t: t / 1000),
    "shifted": _floats(lambda t: t + 5),
    "zeros": _floats(torch.zeros_like),
    "whole numbers": _floats(torch.round),
    "a constant column": _floats(_constant_column),
    "first and last row alike": _floats(_ties),
    "a row of zeros": _floats(_zero_first),
}
NUMBERS = (0, 1, 2, 3, -1, 0.5)


def rows(inputs: Inputs, number: int) -> Inputs | None:
    """Cut all tensors that have as many rows as the first one to `number` rows; None where that changes nothing."""
    tensors = [i for i in inputs if isinstance(i, torch.Tensor) and i.dim()]
    if not tensors or len(tensors[0]) <= number:
        return None
    long = len(tensors[0])
    return tuple(
        i[:number].clone() if isinstance(i, torch.Tensor) and i.dim() and len(i) == long else i
        for i in inputs
    )


def doubled(inputs: Inputs) -> Inputs | None:
    """Put all rows under themselves once more; None where there are none."""
    tensors = [i for i in inputs if isinstance(i, torch.Tensor) and i.dim()]
    if not tensors:
        return None
    long = len(tensors[0])
    return tuple(
        torch.cat([i, i]) if isinstance(i, torch.Tensor) and i.dim() and len(i) == long else i
        for i in inputs
    )


def widened(inputs: Inputs) -> Iterator[tuple[str, Inputs]]:
    """Yield an input changed in many ways, each with what was done."""
    for number in (1, 2, 3):
        cut = rows(inputs, number)
        if cut is not None:
            yield f"rows: {number}", cut
    twice = doubled(inputs)
    if twice is not None:
        yield "each row twice", twice
    for place, value in enumerate(inputs):
        others = (inputs[:place], inputs[place + 1 :])
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            for name, change in VALUES.items():
                yield name, (*others[0], change(value), *others[1])
        elif isinstance(value, int | float) and not isinstance(value, bool):
            for other in NUMBERS:
                if other != value and isinstance(other, type(value)):
                    yield f"argument {place + 1}: {other}", (*others[0], other, *others[1])
    if sum(isinstance(i, torch.Tensor) for i in inputs) > 1:
        for name in ("negative", "a thousand times", "a thousandth", "zeros"):
            yield name, tuple(map(VALUES[name], inputs))


def pool(exercise: Exercise, seeds: range) -> Iterator[tuple[str, Inputs]]:
    """Yield inputs: those of the declaration at many seeds, and those of the first seeds changed in many ways."""
    for seed in seeds:
        for number, case in enumerate(exercise.cases(seed)):
            yield f"seed {seed}, case {number + 1}", case.inputs
    for seed in seeds[:3]:
        for number, case in enumerate(exercise.cases(seed)):
            for what, inputs in widened(case.inputs):
                yield f"seed {seed}, case {number + 1}, {what}", inputs


class Tried:
    """Answers of the declaration on inputs of a pool, each worked out once."""

    def __init__(self, exercise: Exercise, inputs: list[tuple[str, Inputs]]) -> None:
        """Run the reference and the alternatives; keep the inputs on which they agree."""
        self.exercise = exercise
        self.kept: list[tuple[str, list, dict]] = []
        others = [a for a in exercise.alternatives if callable(a)]
        for what, some in inputs:
            try:
                encoded = [plain.encode(i) for i in some]
            except plain.PlainError:
                continue
            right = run(exercise, exercise.reference, encoded)
            if not _is_usual(right):
                continue
            if all(_same(exercise, run(exercise, other, encoded), right) for other in others):
                self.kept.append((what, encoded, right))

    def where_it_differs(self, answer: Any) -> tuple[str, list] | None:
        """Return the first input on which an answer differs from the reference."""
        for what, encoded, right in self.kept:
            if not _same(self.exercise, run(self.exercise, answer, encoded), right):
                return what, encoded
        return None


def run(exercise: Exercise, answer: Any, encoded: list) -> dict:
    """Run an answer of the declaration on one input, and conclude as the judge does."""
    try:
        with silent_stderr(), captured(), time_limit(exercise.seconds):
            done = run_case(exercise.driver, answer, encoded, 0, exercise.differentiated)
    except OutOfTime:
        return {"outcome": "out of time"}
    try:
        return concluded(exercise, {"cases": [{"inputs": encoded}]}, [done])[0]
    except Exception as error:  # of an input that `conclude` does not mean
        return {"outcome": "raised", "error": {"type": type(error).__name__}}


def _is_usual(right: dict) -> bool:
    if right["outcome"] != "returned":
        return False
    value = plain.decode(right["value"])
    found = [value, *(value.values() if isinstance(value, dict) else ())]
    return all(bool(t.isfinite().all()) for t in found if isinstance(t, torch.Tensor))


def _same(exercise: Exercise, one: dict, right: dict) -> bool:
    if one["outcome"] != right["outcome"] or one.get("changed") != right.get("changed"):
        return False
    got, wanted = (asked(exercise, plain.decode(r["value"])) for r in (one, right))
    return exercise.compare(got, wanted) is None and same_gradients(exercise, one, right)
