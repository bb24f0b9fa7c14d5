"""What is kept of each marking, so that marks can be judged again without running anybody's code.

It is what came back from the student's process, and what else the judge looked at; it lies on a `shelf.Shelf`.
Nothing in it is believed more than at the marking.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.grading.executed import COURSES_OWN, DAMAGED, Executed
from helpers.grading.needs import earned

if TYPE_CHECKING:
    from helpers.grading.marking import Checked

MOST_TEXT = (
    16_000_000  # characters of a submission's records; honest ones have a tenth of it at most
)


@dataclass(frozen=True)
class Cell:
    """A code cell as the judge reads it.

    Attributes:
        source: its text.
        own: whether it stands as the course wrote it.
        stopped: whether it ended in an error.
    """

    source: str
    own: bool
    stopped: bool


@dataclass(frozen=True)
class CheckRecord:
    """One check of a submission.

    Attributes:
        index: the number of its cell.
        cell: the name of its cell.
        lesson: the id of the exercise's lesson.
        exercise: the name of the exercise.
        answer: what the answer was called.
        hidden: whether the words kept drawn inputs to themselves.
        seed: of the plan.
        question: `versions.question` of the plan.
        gradients: numbers of the inputs whose gradients the record holds.
        watch: whether it holds what torch was called with.
        seconds: computing time that the answer was given.
        record: the text that came back; None where none did.
        left_out: why the text is not kept, or "".
        damaged: whether it could not be read as a record.
    """

    index: int
    cell: str
    lesson: str
    exercise: str
    answer: str
    hidden: bool
    seed: int
    question: str
    gradients: tuple[int, ...]
    watch: bool
    seconds: float
    record: str | None
    left_out: str
    damaged: bool


@dataclass(frozen=True)
class Awarded:
    """What a graded cell earned, and the most that it could earn then."""

    points: float
    most: float


@dataclass(frozen=True)
class NotebookRecords:
    """All that is kept of the marking of one notebook.

    Attributes:
        marking: stands in the marked notebook too, which tells that both come from the same marking.
        handed_in: the fingerprint of the files that were handed in.
        versions: what it was marked with, as `versions.versions` has it.
        cells: all cells by number; None: no code.
        files: Python files beside the notebook, by path.
        failures: why cells were not run.
        suspicions: what an honest submission does not do.
        checks: the lesson's checks.
        awarded: what each cell that is marked automatically earned, by name.
        left_out: a sentence for each thing that was too large to be kept.
    """

    marking: str
    handed_in: str
    versions: dict[str, str]
    cells: tuple[Cell | None, ...]
    files: dict[str, str]
    failures: tuple[str, ...]
    suspicions: tuple[str, ...]
    checks: tuple[CheckRecord, ...]
    awarded: dict[str, Awarded]
    left_out: tuple[str, ...]


def records_of(
    executed: Executed,
    checks: Mapping[int, "Checked"],
    files: Mapping[str, bytes],
    handed_in: str,
    notebooks: int = 1,
) -> NotebookRecords:
    """Return what is to be kept of a notebook that was run and judged.

    Args:
        executed: the notebook, its checks judged.
        checks: what they were judged by.
        files: what lay beside the notebook.
        handed_in: the submission's fingerprint.
        notebooks: how many the submission has: they share the room.
    """
    from helpers.grading.versions import question, versions

    cells = executed.notebook.cells
    lessons = [checked.exercise.lesson for checked in checks.values()]
    kept = []
    for index, checked in checks.items():
        plan = checked.task.plan
        damaged = any(s.startswith(f"{DAMAGED} {checked.name}:") for s in executed.suspicions)
        kept.append(
            CheckRecord(
                index=index,
                cell=str(cells[index].metadata["nbgrader"]["grade_id"]),
                lesson=checked.exercise.lesson,
                exercise=checked.exercise.name,
                answer=checked.name,
                hidden=checked.hidden,
                seed=checked.seed,
                question=question(plan),
                gradients=tuple(plan["gradients"]),
                watch=bool(plan["watch"]),
                seconds=float(plan["seconds"]),
                record=executed.records.get(index),
                left_out="",
                damaged=damaged,
            )
        )
    whole = NotebookRecords(
        marking=secrets.token_hex(8),
        handed_in=handed_in,
        versions=versions(lessons[0]) if lessons else {},
        cells=tuple(map(_cell, cells)) if checks else (),
        files={
            path: content[:1_000_000].decode("utf-8", "replace")
            for path, content in files.items()
            if path.endswith(".py") and checks
        },
        failures=tuple(executed.failures),
        suspicions=tuple(s for s in executed.suspicions if not s.startswith(DAMAGED)),
        checks=tuple(kept),
        awarded={
            str(cells[index].metadata["nbgrader"]["grade_id"]): Awarded(points, most)
            for index, (points, most) in earned(cells).items()
        },
        left_out=(),
    )
    return _bounded(whole, MOST_TEXT // notebooks)


def _cell(cell: Any) -> Cell | None:
    if cell.cell_type != "code":
        return None
    stopped = any(o.get("output_type") == "error" for o in cell.get("outputs", ()))
    return Cell(cell.source, bool(cell.metadata.get(COURSES_OWN)), stopped)


def _bounded(one: NotebookRecords, most: int) -> NotebookRecords:
    """Return the records without what is too much: the largest first; without its program none is of use."""
    program = sum(_size(c.source) for c in one.cells if c) + sum(map(_size, one.files.values()))
    sizes = {c.index: _size(c.record or "") for c in one.checks}
    cells: tuple[Cell | None, ...]
    if program > most // 2:
        words = "the program was too large to be kept"
        gone, cells, files = set(sizes), (), {}
    else:
        words, gone, cells, files = (
            "its record was too large to be kept",
            set(),
            one.cells,
            one.files,
        )
        for index in sorted(sizes, key=lambda i: sizes[i], reverse=True):
            if program + sum(size for i, size in sizes.items() if i not in gone) > most:
                gone.add(index)
    if not gone:
        return one
    checks = tuple(
        replace(c, record=None, left_out=words) if c.index in gone else c for c in one.checks
    )
    names = ", ".join(c.exercise for c in checks if c.left_out)
    left_out = f"it cannot be judged again without being run: {words} ({names})"
    return replace(one, checks=checks, cells=cells, files=files, left_out=(left_out,))


def _size(text: str) -> int:
    """Return how many characters a text takes as JSON."""
    return len(json.dumps(text))
