"""The first half of a check: run the learner's code on a plan's cases and write down what happened.

Nothing here knows the right answer. A plan and a record are plain data (see `helpers.checks.plain`), so
that a plan can be made, and a record judged, in another process than the one that ran the code.

A plan: {"exercise", "driver", "cases": [{"inputs", ...}], "gradients", "seconds", "watch"}.
A record: {"exercise", "found", "type", "source", "uses", "syntax", "hides", "calls", "runs": [...]}. What the
program says is in "source" and, as `helpers.checks.reading` puts it, in "uses", "syntax" and "hides"; "calls" is
what torch was called with. A run holds "outcome" (returned, raised, or out of time), "value" or "error",
"changed" (numbers of the inputs it altered; "touched" of those that a recipe made), "shares" (of those whose memory
its answer shares), "overwritten" (a later call changed the answer to this one), "gradients" and "printed".
"""

import contextlib
import importlib
import linecache
import traceback
from collections.abc import Iterator
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

_PATIENCE = 3  # cases that do not come to their end, before the rest is not run
_LEAST = 0.05  # seconds that a case may take, whatever the others took

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
    """Run the cases, which share the time. One that never ends costs the others nothing but patience: they get a
    quarter of the time each, until three have not come to their end."""
    driver = plain.resolve(plan["driver"])
    kept: list[tuple[dict, Any]] = []
    left, late = float(plan["seconds"]), 0
    for number, case in enumerate(plan["cases"]):
        runs.append({"outcome": "out of time"})  # holds unless the run comes to its end
        if late == _PATIENCE:
            continue
        try:
            with time_limit(left) as spent:
                runs[-1] = run_case(driver, answer, case["inputs"], number, plan["gradients"], kept)
                left -= spent()
        except OutOfTime:
            left, late = plan["seconds"] / 4, late + 1
        left = max(left, _LEAST)
    with contextlib.suppress(OutOfTime), time_limit(plan["seconds"]):
        for run, value in kept[:-1]:
            run["overwritten"] = _is_changed(value, run["value"])


def run_case(
    driver, answer: Any, inputs: list, seed: int, gradients: list[int], kept: list | None = None
) -> dict:
    """Run one case; `inputs` is plain data, `gradients` the numbers of those that are differentiated.

    Returns the run's entry in the record. What came back goes into `kept`, with that entry.
    """
    kept = [] if kept is None else kept
    arguments = [plain.decode(i) for i in inputs]
    looked = {n: _look(arguments[n]) for n, before in enumerate(inputs) if _holds_recipe(before)}
    seed_all(seed)
    shares: list[int] = []
    with captured() as printed:
        try:
            value = driver(answer, *arguments)
            shares = _shares(value, arguments)
            run = {"outcome": "returned", "value": plain.encode(value)}
            kept.append((run, value))
            if gradients:
                run["gradients"] = _gradients(driver, answer, inputs, seed, gradients)
        except (OutOfTime, Interrupted):
            raise
        except (
            BaseException
        ) as error:  # `sys.exit()` in the learner's code must not end the notebook
            run = {"outcome": "raised", "error": _error(error, answer)}
    run["printed"] = printed.text()
    run["shares"] = shares
    run["changed"] = [
        number
        for number, (argument, before) in enumerate(zip(arguments, inputs, strict=True))
        if number not in looked and _is_changed(argument, before)
    ]
    # What a recipe made (a model, a loader) is meant to be used; what it is like afterwards counts none the less.
    run["touched"] = [n for n, before in looked.items() if _look(arguments[n]) != before]
    return run


def _look(value: Any, depth: int = 0) -> Any:
    """Return what can be seen of an object without using it: modes, what is frozen, types, sums of parameters."""
    if isinstance(value, torch.nn.Module):
        modules = [(name, type(m).__name__, m.training) for name, m in value.named_modules()]
        tensors = [*value.named_parameters(), *value.named_buffers()]
        return modules, [(name, _look(tensor)) for name, tensor in tensors]
    if isinstance(value, torch.Tensor):
        total = value.detach().to(torch.float64).sum().item() if value.numel() else 0.0
        return tuple(value.shape), str(value.dtype), value.requires_grad, repr(total)
    if isinstance(value, list | tuple | dict) and depth < 3:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return type(value).__name__, [(str(k), _look(part, depth + 1)) for k, part in parts]
    return type(value).__name__


def _shares(value: Any, arguments: list) -> list[int]:
    """Return the numbers of the arguments whose memory an answer shares: a change of one is one of both."""
    mine = set(_memory(value))
    return [number for number, argument in enumerate(arguments) if mine & set(_memory(argument))]


def _memory(value: Any, depth: int = 0) -> Iterator[int]:
    if isinstance(value, torch.Tensor) and value.layout is torch.strided and value.numel():
        yield value.untyped_storage().data_ptr()
    elif isinstance(value, list | tuple | dict) and depth < 4:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _memory(part, depth + 1)


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
