"""The first half of a check: run the learner's code on a plan's cases and write down what happened.

Nothing here knows the right answer. A plan and a record are plain data (see `helpers.checks.plain`), so
that a plan can be made, and a record judged, in another process than the one that ran the code.

A plan: {"exercise", "driver", "cases": [{"inputs", ...}], "gradients", "seconds", "watch"}.
A record: {"exercise", "found", "type", "source", "uses", "syntax", "hides", "calls", "runs": [...]}. What the
program says is in "source" and, as `helpers.checks.reading` puts it, in "uses", "syntax" and "hides"; "calls" is
what torch was called with. A run holds "outcome" (returned, raised, or out of time), "value" or "error",
"changed" (numbers of the inputs it altered), "gradients" and "printed".
"""

import contextlib
import importlib
import linecache
import traceback
from typing import Any

import torch

from helpers.checks import plain
from helpers.checks.drivers import UnusableAnswer
from helpers.checks.limits import (
    Interrupted,
    OutOfTime,
    captured,
    isolated_state,
    seed_all,
    silent_stderr,
    time_limit,
)
from helpers.checks.live import read_answer, source_of
from helpers.checks.watch import Watch

# What torch imports with the first gradient takes half a second, which is not the learner's time.
_SLOW_IMPORT = "torch.fx.experimental.symbolic_shapes"
_DIFFERENTIATES = (".backward", ".grad", ".jacobian", ".vjp")

MISSING = object()
"""Stands for an answer whose name the notebook does not know."""


def probe(plan: dict, answer: Any) -> dict:
    """Run `answer` on every case of `plan` and return the record."""
    record = {
        "exercise": plan["exercise"],
        "found": answer is not MISSING,
        "type": type(answer).__name__,
        "is_class": isinstance(answer, type),
        "callable": callable(answer),
        "source": None,
        "uses": [],
        "syntax": [],
        "hides": [],
        "calls": [],
        "runs": [],
    }
    if answer is MISSING:
        return record
    with isolated_state(), silent_stderr(), captured():
        with contextlib.suppress(
            Exception
        ):  # an object may forbid to be looked at, yet do its work
            record["source"] = source_of(answer)
            reading = read_answer(answer)
            record |= {w: list(getattr(reading, w)) for w in ("uses", "syntax", "hides")}
        if plan["gradients"] or any(use.endswith(_DIFFERENTIATES) for use in record["uses"]):
            importlib.import_module(_SLOW_IMPORT)
        watch = Watch() if plan["watch"] else None
        with watch or contextlib.nullcontext():
            _run_cases(plan, answer, record["runs"])
        record["calls"] = watch.calls if watch else []
    return record


def _run_cases(plan: dict, answer: Any, runs: list[dict]) -> None:
    driver = plain.resolve(plan["driver"])
    try:
        with time_limit(plan["seconds"]):
            for number, case in enumerate(plan["cases"]):
                runs.append({"outcome": "out of time"})  # holds unless the run comes to its end
                runs[-1] = run_case(driver, answer, case["inputs"], number, plan["gradients"])
    except OutOfTime:
        pass


def run_case(driver, answer: Any, inputs: list, seed: int, gradients: list[int]) -> dict:
    """Run one case; `inputs` is plain data, `gradients` the numbers of those that are differentiated.

    Returns the run's entry in the record.
    """
    arguments = [plain.decode(i) for i in inputs]
    seed_all(seed)
    with captured() as printed:
        try:
            run = {"outcome": "returned", "value": plain.encode(driver(answer, *arguments))}
            if gradients:
                run["gradients"] = _gradients(driver, answer, inputs, seed, gradients)
        except (OutOfTime, Interrupted):
            raise
        except (
            BaseException
        ) as error:  # `sys.exit()` in the learner's code must not end the notebook
            run = {"outcome": "raised", "error": _error(error, answer)}
    run["printed"] = printed.text()
    # Inputs made by a recipe (a model, a loader) are meant to be used, so only plain ones are compared.
    run["changed"] = [
        number
        for number, (argument, before) in enumerate(zip(arguments, inputs, strict=True))
        if not _holds_recipe(before) and _is_changed(argument, before)
    ]
    return run


def _is_changed(argument: Any, before: Any) -> bool:
    try:
        return plain.encode(argument) != before
    except (OutOfTime, Interrupted):
        raise
    except BaseException:  # the code has put something unreadable into it
        return True


def _holds_recipe(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("kind") == "recipe" or any(map(_holds_recipe, value.values()))
    return isinstance(value, list) and any(map(_holds_recipe, value))


def _gradients(driver, answer: Any, inputs: list, seed: int, numbers: list[int]) -> Any:
    """Differentiate a fixed weighted sum of the output with respect to the inputs with these numbers.

    Returns a dict from number to gradient, as plain data, or None when the output is cut off from all of them.
    """
    arguments = [plain.decode(i) for i in inputs]
    floats = [arguments[number] for number in numbers]
    for argument in floats:
        argument.requires_grad_(True)
    seed_all(seed)
    try:
        result = driver(answer, *arguments)
    except Exception:
        # The same call went well on inputs without gradients: this is NumPy, or writing in place.
        return None
    if not (
        isinstance(result, torch.Tensor) and result.requires_grad and result.is_floating_point()
    ):
        return None
    weights = torch.cos(torch.arange(result.numel(), dtype=result.dtype)).reshape(result.shape)
    slopes = torch.autograd.grad((result * weights).sum(), floats, allow_unused=True)
    return plain.encode(dict(zip(numbers, slopes, strict=True)))


def _error(error: BaseException, answer: Any) -> dict:
    """Describe an exception: its type, its message, and the last line of the learner's own that it passed."""
    try:
        message = str(error)[:1000]
    except (OutOfTime, Interrupted):
        raise
    except BaseException:  # its __str__ is the learner's own
        message = ""
    line, number = "", 0
    for frame, line_number in traceback.walk_tb(error.__traceback__):
        if _is_learners(frame, answer):
            number = line_number
            line = linecache.getline(frame.f_code.co_filename, line_number).strip()
    return {
        "type": type(error).__name__,
        "message": message,
        "line": line[:200],
        "line_number": number,
        "unusable": isinstance(error, UnusableAnswer),
    }


def _is_learners(frame, answer: Any) -> bool:
    return frame.f_globals.get("__name__") in ("__main__", getattr(answer, "__module__", None))
