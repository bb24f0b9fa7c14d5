"""Mark a lesson's notebook: choose the inputs of each check, and judge what came back.

Everything here happens in the marker's own process. Of the student's process nothing counts but records,
which are plain data, judged against the declaration's own answers.
"""

import ast
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from helpers.checks import lesson
from helpers.checks.exercise import Exercise
from helpers.checks.judge import NOT_A_RECORD, judge
from helpers.checks.verdict import Requirement, Verdict
from helpers.grading.pages import CARD
from helpers.grading.program import Program
from helpers.grading.runner import Executed, Probe


@dataclass(frozen=True)
class Checked:
    """A graded cell that is a check of the lesson: what it checks, and the plan made for it."""

    exercise: Exercise
    name: str
    hidden: bool
    plan: dict

    @property
    def probe(self) -> Probe:
        """What the student's process is asked to do."""
        return Probe(json.dumps(self.plan), self.name)


def find_checks(notebook: NotebookNode, lesson_id: str) -> dict[int, Checked]:
    """Return the graded cells that are checks of the lesson, by index, each with fresh inputs.

    The cells must have their released source and metadata again (`RestoreCells`, `OverwriteCells`). Other
    graded cells are not in the result: they are run as nbgrader does.
    """
    try:
        checks = lesson(lesson_id)
    except LookupError:
        return {}
    found = {}
    for index, cell in enumerate(notebook.cells):
        metadata = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not metadata.get("grade") or metadata.get("solution"):
            continue
        call = read_check(cell.source)
        if call and call[0] in dir(checks):
            exercise = getattr(checks, call[0]).exercise
            seed = random.SystemRandom().randrange(2**31)
            found[index] = Checked(exercise, call[1], call[2], exercise.plan(seed))
    return found


def read_check(source: str) -> tuple[str, str, bool] | None:
    """Read a check's cell: the exercise, the name of the answer, and whether inputs are to be hidden.

    Returns None where the cell is anything but calls of one check.
    """
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    calls = [_read_call(s) for s in statements]
    if not calls or None in calls or len({c[:2] for c in calls}) != 1:
        return None
    return (*calls[-1][:2], any(c[2] for c in calls))


def _read_call(statement: ast.stmt) -> tuple[str, str, bool] | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return None
    if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "check"):
        return None
    name, hidden = call.func.attr, False
    if len(call.args) > 1 or not all(isinstance(a, ast.Name) for a in call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg != "hidden" or not isinstance(keyword.value, ast.Constant):
            return None
        hidden = bool(keyword.value.value)
    return name, call.args[0].id if call.args else name, hidden


def judge_checks(
    executed: Executed, checks: dict[int, Checked], files: Mapping[str, bytes] | None = None
) -> None:
    """Write the verdict on each check into its cell: points as text, the card as HTML.

    Args:
        executed: the notebook after its run, with the records.
        checks: what `find_checks` found in it.
        files: what lay beside the notebook, by relative path: answers may come from a module there.
    """
    answers = {index: checked.name for index, checked in checks.items()}
    program = Program(executed.notebook.cells, files, answers)
    for index, checked in checks.items():
        text = executed.records.get(index)
        verdict = _judge(checked, text, program, executed, index)
        cell = executed.notebook.cells[index]
        most = float(cell.metadata["nbgrader"]["points"])
        data = {"text/plain": repr(min(verdict.points, most)), "text/html": verdict._repr_html_()}
        cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
        cell.execution_count = None
        cell.metadata[CARD] = True


def _judge(
    checked: Checked, text: str | None, program: Program, executed: Executed, index: int
) -> Verdict:
    exercise = checked.exercise
    if text is None:
        return _nothing(exercise, executed.failures)
    try:
        record = json.loads(text)
        if _holds_recipe(record):
            raise ValueError("a record holds no recipes")
        if isinstance(record, dict):
            record |= _as_the_cells_say(exercise, record, program, checked.name, index)
        verdict = judge(exercise, checked.plan, record, hidden=checked.hidden)
        if verdict.message == NOT_A_RECORD:
            raise ValueError(NOT_A_RECORD)
        return verdict
    except Exception as error:  # only a record that was made up brings the judge to fall
        executed.suspicions.append(f"a damaged record of {checked.name}: {type(error).__name__}")
        return _nothing(exercise, [])


def _as_the_cells_say(
    exercise: Exercise, record: dict, program: Program, name: str, index: int
) -> dict:
    """Return what the cells say of an answer beside the record's own word, which could be made up.

    The record can only add to it: an honest one knows the live objects and what torch was called with.
    """
    said = {}
    if exercise.wants in ("function", "class"):
        source = program.source_of(name, before=index)
        said["source"] = record.get("source") if source is None else source
    if exercise.shortcuts and record.get("found") is True:
        reading = program.reading(name, before=index)
        for key in ("uses", "syntax", "hides"):
            live = record.get(key)
            if isinstance(live, list):
                said[key] = [*getattr(reading, key), *live]
    return said


def _nothing(exercise: Exercise, failures: list[str]) -> Verdict:
    requirements = tuple(Requirement(t, 0.0, p) for t, p in exercise.requirements.items())
    words = f"This check was not reached: {failures[0]}." if failures else NOT_A_RECORD
    return Verdict(exercise.name, exercise.ask, "failed", requirements, message=words)


def _holds_recipe(value: object) -> bool:
    """Say whether a record asks for an object to be built, which is for the marker's inputs alone."""
    if isinstance(value, dict):
        return value.get("kind") == "made" or any(map(_holds_recipe, value.values()))
    return isinstance(value, list) and any(map(_holds_recipe, value))
