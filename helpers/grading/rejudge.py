"""Judge a class again after a check was mended, from the records of its marking: nobody's code is run.

Without `--apply` it only tells which marks would change. With it gradebook, marked notebooks and records change,
for each submission together. Marks given by hand, comments and extra credit stay.
"""

import contextlib
import copy
import fnmatch
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader, nbgrader_aliases, nbgrader_flags
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.engine import make_url
from tqdm import tqdm
from traitlets import Bool, default
from traitlets.utils.importstring import import_item

from helpers.checks import Lesson, lesson
from helpers.grading.alone import alone
from helpers.grading.batch import course_problem
from helpers.grading.changes import Graded, graded_now
from helpers.grading.checkcells import read_check
from helpers.grading.execute import STAMP
from helpers.grading.intake import hand_in, students
from helpers.grading.marking import DAMAGED, Checked, judge_checks
from helpers.grading.pages.outputs import stored
from helpers.grading.pages.text import printable
from helpers.grading.records import (
    Awarded,
    CheckRecord,
    NotebookRecords,
    RecordsError,
    Shelf,
    stage,
)
from helpers.grading.runner import COURSES_OWN, Executed
from helpers.grading.versions import question, versions

_AGAIN = "mark it again: autograde with --force"


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


@dataclass(frozen=True)
class Mark:
    """A mark that changes.

    Attributes:
        cell: the name of its cell.
        before, after: points; `before` is None where there were none.
        most_before, most: what the cell gave then and gives now.
        by_hand: the mark by hand that counts in its place, or None.
    """

    cell: str
    before: float | None
    after: float
    most_before: float
    most: float
    by_hand: float | None


@dataclass(frozen=True)
class Line:
    """What became of one submission.

    Attributes:
        marks: those that change.
        penalties: the late penalties that change: before and after.
        problems: why it, or a part of it, could not be judged.
        suspicions: what an honest submission does not do.
    """

    student: str
    marks: tuple[Mark, ...] = ()
    penalties: tuple[tuple[float, float], ...] = ()
    problems: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()


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
            else f"its records are damaged; {_AGAIN}"
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
            problems[one.cell] = f"its record is none for the checks as they are now; {_AGAIN}"
            continue
        outputs[one.cell] = executed.notebook.cells[one.index].outputs
        marks[one.cell] = float(outputs[one.cell][0].data["text/plain"])
    for cell, was in kept.awarded.items():
        if cell in now and cell not in marks and was.most != now[cell].points:
            if was.most:
                marks[cell] = _scaled(was, now[cell].points)
            else:
                problems.setdefault(cell, f"it gave no points when it was marked; {_AGAIN}")
    for cell in set(automatic) - set(kept.awarded):
        problems[cell] = f"it was added since; {_AGAIN}"
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
        return f"{one.left_out}; {_AGAIN}"
    if declared is None or one.exercise not in dir(declared):
        return f"the lesson has no exercise {one.exercise} any more"
    hidden = _hides(cell.source, one)
    if hidden is None:
        return f"its cell checks something else now; {_AGAIN}"
    exercise = getattr(declared, one.exercise).exercise
    checked = Checked(exercise, one.answer, hidden, one.seed)
    try:
        plan = checked.plan
        same = question(plan) == one.question
    except Exception as error:  # a declaration may do anything
        return f"its declaration fails: {type(error).__name__}: {error}"
    if not same:
        return f"its inputs, or what runs the answer on them, have changed; {_AGAIN}"
    if (plan["gradients"] and not one.gradients) or (plan["watch"] and not one.watch):
        return f"it now looks at what was not recorded; {_AGAIN}"
    if plan["seconds"] > one.seconds and _ran_out_of_time(one.record, len(plan["cases"])):
        return f"it ran out of time and would have more of it now; {_AGAIN}"
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
            return Line(student, problems=(f"{error}; {_AGAIN}",))
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
                work.problems.append(f"there are no records of {name}; {_AGAIN}")
            return
        page = _page(path)
        if page is None:
            work.problems.append(f"{name} is not marked; mark it with autograde")
            return
        if page.metadata[STAMP].get("records") != kept.marking:
            work.problems.append(f"{name} was marked in another way since; {_AGAIN}")
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


def table(lines: list[Line], applied: bool) -> str:
    """Return what changes, what could not be judged, and the counts, as lines for a terminal."""
    shown = []
    for line in lines:
        who = printable(line.student, 80)
        shown += [f"{who}  {printable(_in_words(mark), 300)}" for mark in line.marks]
        shown += [f"{who}  late penalty {a:g} → {b:g}" for a, b in line.penalties]
        shown += [f"{who}  not judged again: {printable(why, 500)}" for why in line.problems]
        if line.suspicions:
            shown.append(f"{who}  suspicious: {printable('; '.join(line.suspicions), 500)}")
    marks = [mark for line in lines for mark in line.marks]
    whose = sum(bool(line.marks) for line in lines)
    more = sum(m.after - (m.before or 0.0) for m in marks)
    words = "changed" if applied else "would change"
    counts = [
        f"{sum(not line.problems for line in lines)} judged again",
        f"{sum(bool(line.problems) for line in lines)} not or in part",
        f"{len(marks)} marks of {whose} submissions {words} ({more:+g} points)",
    ]
    last = ", ".join(counts)
    return "\n".join([*shown, last if applied or not marks else f"{last}: --apply does it"])


def _in_words(mark: Mark) -> str:
    before = "no mark" if mark.before is None else f"{mark.before:g}/{mark.most_before:g}"
    words = f"{mark.cell}  {before} → {mark.after:g}/{mark.most:g}"
    return (
        words if mark.by_hand is None else f"{words}; by hand it has {mark.by_hand:g}, which stays"
    )


class RejudgeApp(NbGrader):
    """Judges a lesson again from its records."""

    name = "rejudge"
    description = "Judge a lesson again from the records of its marking, after a check was mended."
    aliases = nbgrader_aliases
    flags = nbgrader_flags | {
        "apply": ({"RejudgeApp": {"apply": True}}, "Change the marks; else they are only shown.")
    }

    apply = Bool(False, help="Change the marks; else they are only shown.").tag(config=True)

    @default("classes")
    def _classes_default(self) -> list:
        return [*super()._classes_default(), Autograde]

    def start(self) -> None:
        """Judge, print the table, and leave with 0 if every submission could be judged, else with 1."""
        if len(self.extra_args) == 1:
            self.coursedir.assignment_id = self.extra_args.pop()
        if self.extra_args or not self.coursedir.assignment_id:
            self.fail("name one lesson, say: python -m helpers.grading rejudge 01_tensors")
        problem = course_problem(self.config, Path(self.coursedir.root))
        if problem:
            self.fail(problem)
        self._insist_on_gradebook()
        lines = []
        try:
            with alone(self.coursedir) if self.apply else contextlib.nullcontext():
                for line in Rejudging(self, self.apply).lines():
                    lines.append(line)
        except NbGraderException as error:
            self.fail(str(error))
        except MissingEntry:
            words = printable(self.coursedir.assignment_id, 80)
            self.fail(f"there is no assignment {words} in the gradebook: release it first")
        except KeyboardInterrupt:
            print(table(lines, self.apply))
            self.fail(
                "stopped; each submission above is done as a whole, the others are as they were"
            )
        if not lines:
            self.fail("there is no such submission in the gradebook, and none was handed in")
        print(table(lines, self.apply))
        sys.exit(any(line.problems for line in lines))

    def _insist_on_gradebook(self) -> None:
        url = make_url(self.coursedir.db_url)
        path = url.database if url.get_backend_name() == "sqlite" else ""
        if path and not Path(path).exists():
            self.fail(f"there is no gradebook {path}: release the lesson first")
