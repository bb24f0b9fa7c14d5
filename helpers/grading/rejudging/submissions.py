"""Judge the submissions of an assignment again, and change gradebook, marked notebooks and records together."""

import contextlib
import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from tqdm import tqdm
from traitlets.utils.importstring import import_item

from helpers.grading.changes import Graded, graded_now
from helpers.grading.execute import STAMP
from helpers.grading.intake import hand_in, students
from helpers.grading.records import NotebookRecords
from helpers.grading.rejudging.changed import Line, Mark
from helpers.grading.rejudging.notebook import AGAIN, Rejudged, rejudge, renewed
from helpers.grading.shelf import RecordsError, Shelf
from helpers.grading.whole_files import stage


@dataclass
class _Work:
    """What is to be done for one submission: collected first, then done at once."""

    marks: list[Mark] = field(default_factory=list)
    penalties: list[tuple[float, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)
    grades: list[tuple[Any, float]] = field(default_factory=list)
    late: list[tuple[Any, float | None]] = field(default_factory=list)
    files: dict[Path, bytes] = field(default_factory=dict)
    records: dict[str, NotebookRecords] = field(default_factory=dict)


class Rejudging:
    """Judges the submissions of one assignment again.

    Args:
        app: nbgrader's application, with its settings.
        apply: whether to change anything.
    """

    def __init__(self, app: NbGrader, apply: bool) -> None:
        self._coursedir, self._apply = app.coursedir, apply
        self._assignment = app.coursedir.assignment_id
        self._shelf = Shelf.of(app.coursedir)
        converter = Autograde(coursedir=app.coursedir, parent=app)
        self._penalties = _late_penalties(converter)

    def lines(self) -> Iterator[Line]:
        """Judge one submission after the other; yields what became of each.

        Raises:
            MissingEntry: there is no such assignment.
        """
        handed_in = students(self._coursedir)
        with Gradebook(self._coursedir.db_url, self._coursedir.course_id) as book:
            known = [s.student.id for s in book.find_assignment(self._assignment).submissions]
            chosen = sorted({*filter(self._is_meant, known), *handed_in})
            for student in tqdm(chosen, unit="submission", disable=not chosen):
                try:
                    yield self._submission(book, student, handed_in.get(student))
                except Exception as error:  # one submission's failure is no other's
                    book.db.rollback()
                    words = f"{type(error).__name__}: {error}"
                    yield Line(student, problems=(words,))
                book.db.expire_all()

    def _is_meant(self, student: str) -> bool:
        asked = self._coursedir.student_id
        excluded = {name for name in self._coursedir.student_id_exclude.split(",") if name}
        meant = student == asked or fnmatch.fnmatchcase(student, asked)
        return meant and student not in excluded

    def _submission(self, book: Gradebook, student: str, folder: Path | None) -> Line:
        try:
            submission = book.find_submission(self._assignment, student)
        except MissingEntry:
            return Line(student, problems=("it is not marked yet",))
        try:
            records = self._shelf.read(student)
        except RecordsError as error:
            return Line(student, problems=(f"{error}; {AGAIN}",))
        if folder is not None:
            fingerprint = hand_in(student, folder).fingerprint
            if any(kept.handed_in != fingerprint for kept in records.values()):
                words = "something was handed in since it was marked; mark it with autograde"
                return Line(student, problems=(words,))
        work = _Work()
        for notebook in submission.notebooks:
            self._notebook(submission, notebook, records.get(notebook.name), work)
        if self._apply:
            self._carry_out(book, student, records | work.records, work)
        return Line(
            student,
            tuple(work.marks),
            tuple(work.penalties),
            tuple(work.problems),
            tuple(dict.fromkeys(work.suspicions)),
        )

    def _notebook(
        self, submission: Any, entry: Any, kept: NotebookRecords | None, work: _Work
    ) -> None:
        """Judge one notebook, and note what is to be done."""
        student, name = submission.student.id, entry.name
        place = self._coursedir.format_path(
            self._coursedir.autograded_directory, student, self._assignment
        )
        path = Path(place, f"{name}.ipynb")
        if kept is None:
            if path.exists():
                work.problems.append(f"there are no records of {name}; {AGAIN}")
            return
        page = _page(path)
        if page is None:
            work.problems.append(f"{name} is not marked; mark it with autograde")
            return
        if page.metadata[STAMP].get("records") != kept.marking:
            work.problems.append(f"{name} was marked in another way since; {AGAIN}")
            return
        now = graded_now(entry.notebook)
        found = rejudge(kept, now, _automatic(entry.notebook))
        work.problems += [f"{cell}: {why}" for cell, why in sorted(found.problems.items())]
        work.suspicions += found.suspicions
        work.records[name] = found.records
        marks = list(_marks(entry.grades, found, kept, now))
        work.grades += [(grade, mark.after) for grade, mark in marks]
        work.marks += [mark for _, mark in marks]
        if marks:
            self._note_penalty(submission, entry, dict(found.marks), work)
        fresh = renewed(page, found, now)
        if fresh != page:
            work.files[path] = nbformat.writes(fresh).encode("utf-8")

    def _note_penalty(
        self, submission: Any, entry: Any, marks: Mapping[str, float], work: _Work
    ) -> None:
        """Work out the late penalty anew, as nbgrader's AssignLatePenalties does."""
        if self._penalties is None:
            return
        score, late = _score(entry.grades, marks), submission.total_seconds_late
        penalty = None
        if late > 0:
            plugin = self._penalties.plugin_inst
            penalty = plugin.late_submission_penalty(submission.student.id, score, late)
        if penalty is not None:
            penalty = min(max(penalty, 0), score)
        before = entry.late_submission_penalty
        if penalty != before:
            work.late.append((entry, penalty))
            work.penalties.append((before or 0.0, penalty or 0.0))

    def _carry_out(
        self, book: Gradebook, student: str, records: Mapping[str, NotebookRecords], work: _Work
    ) -> None:
        """Change gradebook, marked notebooks and records; what fails before the end of it changes nothing.

        Should this process be killed after the marks are entered, the next run does the rest.
        """
        content, path = self._shelf.packed(student, records), self._shelf.path(student)
        if content != path.read_bytes():
            work.files[path] = content
        staged: dict[Path, Path] = {}
        try:
            for path, text in work.files.items():
                staged[path] = stage(path, text)
            for grade, points in work.grades:
                grade.auto_score = points
                # As nbgrader has it: who gave a mark by hand looks at it again.
                grade.needs_manual_grade = grade.manual_score is not None
            for entry, penalty in work.late:
                entry.late_submission_penalty = penalty
            book.db.commit()
        except BaseException:
            book.db.rollback()
            for part in staged.values():
                part.unlink(missing_ok=True)
            raise
        for path, part in staged.items():
            part.replace(path)


def _late_penalties(converter: Autograde) -> AssignLatePenalties | None:
    """Return the step that assigns late penalties, as the course has it, or None."""
    for chosen in converter.autograde_preprocessors:
        kind = import_item(chosen) if isinstance(chosen, str) else chosen
        if isinstance(kind, type) and issubclass(kind, AssignLatePenalties):
            step = kind(parent=converter)
            step.init_plugin()
            return step
    return None


def _page(path: Path) -> NotebookNode | None:
    """Return a marked notebook; None where there is none that was marked to its end."""
    with contextlib.suppress(Exception):
        page = nbformat.read(path, as_version=4)
        if isinstance(page.metadata.get(STAMP), dict):
            return page
    return None


def _automatic(notebook: Any) -> set[str]:
    solutions = {c.name for c in notebook.solution_cells}
    return {c.name for c in notebook.grade_cells if c.cell_type == "code"} - solutions


def _marks(
    grades: Iterable[Any], found: Rejudged, kept: NotebookRecords, now: Mapping[str, Graded]
) -> Iterator[tuple[Any, Mark]]:
    """Yield the gradebook's entries that change, each with the change."""
    for grade in sorted(grades, key=lambda g: g.name):
        after = found.marks.get(grade.name)
        if after is None or after == grade.auto_score:
            continue
        was = kept.awarded.get(grade.name)
        most = now[grade.name].points
        before = most if was is None else was.most
        yield grade, Mark(grade.name, grade.auto_score, after, before, most, grade.manual_score)


def _score(grades: Iterable[Any], marks: Mapping[str, float]) -> float:
    """Return a notebook's score with new automatic marks, as the gradebook would add it up."""
    total = 0.0
    for grade in grades:
        points = marks.get(grade.name, grade.auto_score)
        points = points if grade.manual_score is None else grade.manual_score
        total += 0.0 if points is None else points + (grade.extra_credit or 0.0)
    return total
