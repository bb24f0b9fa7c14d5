"""Judge one notebook again from its records. Pure: no gradebook, no file, and nobody's code."""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.checks import Lesson
from helpers.grading.changes import Graded
from helpers.grading.checkcells import read_check
from helpers.grading.execute import STAMP
from helpers.grading.executed import COURSES_OWN, Executed
from helpers.grading.marking import DAMAGED, Checked, judge_checks
from helpers.grading.pages.outputs import stored
from helpers.grading.records import (
    Awarded,
    CheckRecord,
    NotebookRecords,
)
from helpers.grading.versions import question, versions
from helpers.lessons import lesson

AGAIN = "mark it again: autograde with --force"


@dataclass(frozen=True)
class Rejudged:
    """A notebook judged again.

    Attributes:
        marks: the points of each cell that was judged or whose points are scaled, by name.
        outputs: those of the checks' cells that were judged, by name.
        problems: why a cell could not be judged, by name.
        suspicions: what an honest submission does not do.
        records: what is to be kept from now on.
    """

    marks: dict[str, float]
    outputs: dict[str, list[NotebookNode]]
    problems: dict[str, str]
    suspicions: tuple[str, ...]
    records: NotebookRecords


def rejudge(kept: NotebookRecords, now: Mapping[str, Graded], automatic: Iterable[str]) -> Rejudged:
    """Judge a notebook again. Pure: the same records and declarations give the same.

    Args:
        kept: the records.
        now: its graded cells as the gradebook knows them.
        automatic: the names of those that are marked automatically.
    """
    lessons = {name: _lesson(name) for name in dict.fromkeys(c.lesson for c in kept.checks)}
    problems: dict[str, str] = {}
    checks: dict[int, Checked] = {}
    for one in kept.checks:
        if one.cell not in now:
            continue
        found = (
            _checked(one, lessons[one.lesson], now[one.cell])
            if one.left_out or one.index in range(len(kept.cells))
            else f"its records are damaged; {AGAIN}"
        )
        if isinstance(found, str):
            problems[one.cell] = found
        else:
            checks[one.index] = found
    executed = _judged(kept, checks, now)
    damaged = {c.index for c in kept.checks if _is_damaged(c, executed.suspicions)}
    marks, outputs = {}, {}
    for one in kept.checks:
        if one.index not in checks:
            continue
        if one.index in damaged and not one.damaged:
            problems[one.cell] = f"its record is none for the checks as they are now; {AGAIN}"
            continue
        outputs[one.cell] = executed.notebook.cells[one.index].outputs
        marks[one.cell] = float(outputs[one.cell][0].data["text/plain"])
    for cell, was in kept.awarded.items():
        if cell in now and cell not in marks and was.most != now[cell].points:
            if was.most:
                marks[cell] = _scaled(was, now[cell].points)
            else:
                problems.setdefault(cell, f"it gave no points when it was marked; {AGAIN}")
    for cell in set(automatic) - set(kept.awarded):
        problems[cell] = f"it was added since; {AGAIN}"
    suspicions = tuple(
        s
        for s in executed.suspicions
        if not any(_is_about(c, s) for c in kept.checks if c.cell in problems)
    )
    awarded = {
        cell: Awarded(marks[cell], now[cell].points) if cell in marks else was
        for cell, was in kept.awarded.items()
    }
    later = tuple(
        replace(c, damaged=c.index in damaged) if c.cell in outputs else c for c in kept.checks
    )
    first = next(iter(lessons), "")
    known = versions(first) if lessons.get(first) else kept.versions
    records = replace(kept, awarded=awarded, checks=later, versions=known)
    return Rejudged(marks, outputs, problems, suspicions, records)


def _lesson(name: str) -> Lesson | None:
    try:
        return lesson(name)
    except LookupError:
        return None


def _checked(one: CheckRecord, declared: Lesson | None, cell: Graded) -> Checked | str:
    """Return what a record is to be judged by, or why it cannot be."""
    if one.left_out:
        return f"{one.left_out}; {AGAIN}"
    if declared is None or one.exercise not in dir(declared):
        return f"the lesson has no exercise {one.exercise} any more"
    hidden = _hides(cell.source, one)
    if hidden is None:
        return f"its cell checks something else now; {AGAIN}"
    exercise = getattr(declared, one.exercise).exercise
    checked = Checked(exercise, one.answer, hidden, one.seed)
    try:
        plan = checked.task.plan
        same = question(plan) == one.question
    except Exception as error:  # a declaration may do anything
        return f"its declaration fails: {type(error).__name__}: {error}"
    if not same:
        return f"its inputs, or what runs the answer on them, have changed; {AGAIN}"
    if not {*plan["gradients"]} <= {*one.gradients} or (plan["watch"] and not one.watch):
        return f"it now looks at what was not recorded; {AGAIN}"
    if plan["seconds"] > one.seconds and _ran_out_of_time(one.record, len(plan["cases"])):
        return f"it ran out of time and would have more of it now; {AGAIN}"
    return checked


def _hides(source: str, one: CheckRecord) -> bool | None:
    """Return whether a cell hides drawn inputs; None where it is not the check that was recorded."""
    for name in set(re.findall(r"[^\W\d]\w*", source)):  # whatever the lesson's checks are called
        call = read_check(source, name)
        if call and call[:2] == (one.exercise, one.answer):
            return call[2]
    return None


def _ran_out_of_time(record: str | None, cases: int) -> bool:
    try:
        runs = json.loads(record or "")["runs"]
        return len(runs) < cases or any(run["outcome"] == "out of time" for run in runs)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _judged(
    kept: NotebookRecords, checks: dict[int, Checked], now: Mapping[str, Graded]
) -> Executed:
    """Return the notebook as the judge needs it, judged."""
    cells = [_cell(one) for one in kept.cells]
    known = {one.index: one for one in kept.checks}
    for index in checks:
        metadata = {"nbgrader": {"points": now[known[index].cell].points}}
        cells[index] = new_code_cell("", metadata=metadata)
    executed = Executed(
        new_notebook(cells=cells),
        records={index: one.record for index, one in known.items()},
        failures=list(kept.failures),
        suspicions=list(kept.suspicions),
    )
    files = {path: text.encode("utf-8", "replace") for path, text in kept.files.items()}
    others = {index: one.answer for index, one in known.items() if index not in checks}
    if checks:
        judge_checks(executed, checks, files, others)
    return executed


def _cell(one: Any) -> NotebookNode:
    if one is None:
        return new_markdown_cell("")
    cell = new_code_cell(one.source, metadata={COURSES_OWN: True} if one.own else {})
    if one.stopped:
        cell.outputs = [new_output("error", ename="", evalue="", traceback=[])]
    return cell


def _is_about(one: CheckRecord, suspicion: str) -> bool:
    return suspicion.startswith(f"{DAMAGED} {one.answer}:")


def _is_damaged(one: CheckRecord, suspicions: Iterable[str]) -> bool:
    return any(_is_about(one, s) for s in suspicions)


def _scaled(was: Awarded, most: float) -> float:
    return min(round(was.points * most / was.most, 6), most)


def renewed(page: NotebookNode, found: Rejudged, now: Mapping[str, Graded]) -> NotebookNode:
    """Return a marked notebook with the new cards and points."""
    page = copy.deepcopy(page)
    for cell in page.cells:
        known = cell.metadata.get("nbgrader", {})
        name = known.get("grade_id")
        if (known.get("grade") or known.get("task")) and name in now:
            known["points"] = now[name].points
            if name in found.outputs:
                cell.outputs = stored(found.outputs[name])
    page.metadata[STAMP]["suspicions"] = list(found.suspicions)
    return page
