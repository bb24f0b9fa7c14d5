"""Mark a lesson's notebook: choose the inputs of each check, and judge what came back.

Everything here happens in the marker's own process. Of the student's process nothing counts but records,
which are plain data, judged against the declaration's own answers.
"""

import contextlib
import functools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import determine_grade, is_grade

from helpers.checks.exercise import CheckTask, Exercise
from helpers.checks.judge import NOT_A_RECORD, judge
from helpers.checks.verdict import Requirement, Verdict
from helpers.grading.checkcells import ASKED, USUAL, lessons_bound, read_check
from helpers.grading.executed import DAMAGED, Executed, Probe
from helpers.grading.files import shown
from helpers.grading.outputs import not_run
from helpers.grading.pages import CARD
from helpers.grading.program.notebook import Program
from helpers.lessons import lesson


@dataclass(frozen=True)
class Checked:
    """A graded cell that is a check of the lesson.

    Attributes:
        exercise: the declaration.
        name: what the answer is called in the notebook.
        hidden: whether the words keep drawn inputs to themselves.
        seed: of the plan.
    """

    exercise: Exercise
    name: str
    hidden: bool
    seed: int

    @functools.cached_property
    def task(self) -> CheckTask:
        """The task for the seed: the same whenever the same declaration makes it anew."""
        with _one_thread():
            return self.exercise.task(self.seed)

    @property
    def probe(self) -> Probe:
        """What the student's process is asked to do."""
        return Probe(json.dumps(self.task.plan), self.name)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch add up in one order: with more threads its sums come out a little otherwise."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def find_checks(notebook: NotebookNode, name: str) -> dict[int, Checked]:
    """Return the graded cells that are checks of a lesson, by index, each with fresh inputs.

    The cells must have their released source and metadata again (`RestoreCells`, `OverwriteCells`). Other
    graded cells are not in the result: they are run as nbgrader does.

    Args:
        notebook: its own `from helpers.lessons.tensors import check` says the lesson: as it was released, if
            that is known.
        name: the file's, which says the lesson where the notebook does not.
    """
    lessons = _lessons(notebook, name)
    found = {}
    for index, cell in enumerate(notebook.cells):
        metadata = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not metadata.get("grade") or metadata.get("solution"):
            continue
        for bound, exercises in lessons:
            call = read_check(cell.source, bound)
            if call and call[0] in exercises:
                exercise = exercises[call[0]]
                seed = random.SystemRandom().randrange(2**31)
                found[index] = Checked(exercise, call[1], call[2], seed)
                break
    return found


def _lessons(notebook: NotebookNode, name: str) -> list[tuple[str, dict[str, Exercise]]]:
    """Return the names of lessons in a notebook, each with its exercises; the most trustworthy come first."""
    asked = notebook.metadata.get(ASKED) or lessons_bound(notebook.cells)
    found = []
    for bound, lesson_id in (*asked.items(), (USUAL, name)):
        with contextlib.suppress(LookupError):
            found.append((bound, {c.name: c.exercise for c in lesson(lesson_id)}))
    return found


def judge_checks(
    executed: Executed,
    checks: dict[int, Checked],
    files: Mapping[str, bytes] | None = None,
    others: Mapping[int, str] | None = None,
) -> None:
    """Write the verdict on each check into its cell: points as text, the card as HTML.

    Args:
        executed: the notebook after its run, with the records.
        checks: what `find_checks` found in it.
        files: what lay beside the notebook, by relative path: answers may come from a module there.
        others: the answers of checks that are not to be judged, by index.
    """
    answers = dict(others or {}) | {index: checked.name for index, checked in checks.items()}
    program = Program(executed.notebook.cells, files, answers)
    for index, checked in checks.items():
        text = executed.records.get(index)
        cell = executed.notebook.cells[index]
        most = float(cell.metadata["nbgrader"]["points"])
        verdict = _worth(_judge(checked, text, program, executed, index), most)
        data = {"text/plain": repr(min(verdict.points, most)), "text/html": verdict._repr_html_()}
        cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
        cell.execution_count = None
        cell.metadata[CARD] = True
    _put_tests_right(executed, checks)


def _put_tests_right(executed: Executed, checks: Mapping[int, Checked]) -> None:
    """Bring the outputs of the course's own tests into a form that gives points.

    One that says more points than there are gives none; one that shows nothing is passed over. nbgrader would refuse
    the whole submission for either.
    """
    for index, cell in enumerate(executed.notebook.cells):
        if cell.cell_type != "code" or index in checks or not is_grade(cell):
            continue
        try:
            determine_grade(cell)
        except KeyError:
            cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
        except ValueError:
            cell.outputs = [not_run("its output is no number of points that this test can give")]
            name = cell.metadata["nbgrader"].get("grade_id")
            executed.suspicions.append(f"made-up points in {shown(name)}")


def _worth(verdict: Verdict, most: float) -> Verdict:
    """Return a verdict whose points are shares of what its cell is worth, which the gradebook says."""
    if not verdict.possible or verdict.possible == most:
        return verdict
    share = most / verdict.possible
    scaled = (
        replace(r, earned=r.earned * share, points=r.points * share) for r in verdict.requirements
    )
    return replace(verdict, requirements=tuple(scaled))


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
        verdict = judge(exercise, checked.task, record, hidden=checked.hidden)
        if verdict.message == NOT_A_RECORD:
            raise ValueError(NOT_A_RECORD)
        return verdict
    except Exception as error:  # only a record that was made up brings the judge to fall
        executed.suspicions.append(f"{DAMAGED} {checked.name}: {type(error).__name__}")
        return _nothing(exercise, [])


def _as_the_cells_say(
    exercise: Exercise, record: dict, program: Program, name: str, index: int
) -> dict:
    """Return what the cells say of an answer beside the record's own word, which could be made up.

    The record can only add to it: an honest one knows the live objects and what torch was called with.
    """
    said = {}
    if exercise.answer_kind in ("function", "class"):
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
        return value.get("kind") == "recipe" or any(map(_holds_recipe, value.values()))
    return isinstance(value, list) and any(map(_holds_recipe, value))
