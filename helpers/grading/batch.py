"""Mark a class: many submissions at once, one process that writes the gradebook.

Of each submission one `Job` is made, which never changes; a worker runs it, this process judges what comes back.
Every step is a function of the submission alone: nbgrader's converter, which keeps its place in attributes, is
made anew for each step.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import is_ignored, rmtree, setenv
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm
from traitlets import Bool, Integer, Unicode, validate

from helpers.grading.alone import alone
from helpers.grading.changes import changes, graded_now, graded_then
from helpers.grading.checkcells import may_check
from helpers.grading.execute import STAMP, Execute, Marking
from helpers.grading.executed import Executed
from helpers.grading.files import read_files
from helpers.grading.intake import (
    Found,
    HandedIn,
    find_notebooks,
    fingerprint_of,
    hand_in,
    students,
)
from helpers.grading.needs import earned, must_run_in_full, skippable
from helpers.grading.pages.text import printable
from helpers.grading.records import NotebookRecords, records_of
from helpers.grading.report import Outcome, table
from helpers.grading.restore import REMARKS
from helpers.grading.sandbox.sandbox import SandboxError
from helpers.grading.sequence import Task
from helpers.grading.shelf import Shelf
from helpers.grading.worker import Job, close, insist_on_sandbox, modules_of, unpack, warm_up, work
from helpers.grading.workers import LocalWorkers

_SENT = 3  # times that a submission is sent to a worker before it counts as failed


@dataclass(frozen=True)
class Prepared:
    """A submission that is ready to be run.

    Attributes:
        handed_in: the student's files.
        found: each of the assignment's notebooks as it was handed in.
        checks: for each notebook, what its check cells are to be judged by.
        job: what the worker gets.
        remarks: what the report says so far.
    """

    handed_in: HandedIn
    found: Mapping[str, Found]
    checks: Mapping[str, dict]
    job: Job
    remarks: tuple[str, ...]


class _Step(Autograde):
    """nbgrader's Autograde for one step of one submission: made for it, used once."""

    def __init__(self, sanitizing: bool, **more: Any) -> None:
        super().__init__(**more)
        self._sanitizing = sanitizing
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self._init_preprocessors()

    def resources(self, student: str, name: str, path: Path) -> dict:
        """Return what nbgrader's preprocessors are told about a notebook."""
        names = {"student": student, "assignment": self.coursedir.assignment_id, "notebook": name}
        return {
            "unique_key": name,
            "output_files_dir": f"{name}_files",
            "metadata": {"name": name, "path": str(path)},
            "nbgrader": names | {"db_url": self.coursedir.db_url},
        }


class ParallelAutograde(Autograde):
    """nbgrader's Autograde, with the running left to workers.

    A submission counts as done once its marked notebooks stand in their place, which is after its marks are in
    the gradebook, and as long as nothing else is handed in. Whatever is interrupted before is done anew.
    """

    jobs = Integer(os.cpu_count() or 1, help="Submissions to run at once.").tag(config=True)
    scheduler = Unicode("", help="Address of a Dask scheduler; empty: workers here.").tag(
        config=True
    )
    sandbox = Bool(True, help="Run submissions in a sandbox; without one they run as you.").tag(
        config=True
    )

    @validate("jobs")
    def _at_least_one(self, proposal: Any) -> int:
        if proposal["value"] < 1:
            raise NbGraderException(
                f"--jobs says how many submissions run at once, 1 or more: not {proposal['value']}"
            )
        return proposal["value"]

    def init_notebooks(self) -> None:
        """Find whose work there is.

        Raises:
            NbGraderException: nobody has handed the assignment in, or it was never released.
        """
        assignment = self.coursedir.assignment_id
        with self._gradebook() as book:
            try:
                notebooks = book.find_assignment(assignment).notebooks
            except MissingEntry:
                raise NbGraderException(
                    f"there is no assignment {assignment!r} in the gradebook: release it first"
                ) from None
            self.released = {n.name: frozenset(c.name for c in n.source_cells) for n in notebooks}
            self.graded = {n.name: graded_now(n) for n in notebooks}
        self.folders = students(self.coursedir)
        if not self.folders:
            raise NbGraderException(
                f"nobody has handed in {assignment!r}: there is no folder "
                f"{self.coursedir.format_path(self.coursedir.submitted_directory, 'STUDENT', assignment)}"
            )

    def convert_notebooks(self) -> None:
        """Mark all submissions that were found; `self.report` holds how each went.

        Raises:
            NbGraderException: another command is marking the assignment.
        """
        with alone(self.coursedir):
            self._convert()

    def _convert(self) -> None:
        self.report: list[Outcome] = []
        settings = Execute(parent=self)
        self.sandbox = self.sandbox and settings.sandbox
        waiting = list(self.folders.items())
        with self._workers() as (submit, room), tqdm(total=len(waiting), unit="submission") as bar:
            for outcome in self._mark(waiting, settings.time_limits, submit, room):
                self.report.append(outcome)
                bar.set_postfix(failed=sum(not o.marked for o in self.report))
                bar.update()

    @contextlib.contextmanager
    def _workers(self) -> Iterator[tuple[Callable[..., Future], int]]:
        """Give a function that hands a job over, and the number of jobs worth handing over at once."""
        modules = self._modules() if self.sandbox else frozenset()
        if self.scheduler:
            from distributed import Client, fire_and_forget  # not above: it takes a second

            with Client(self.scheduler) as client:
                if self.sandbox:
                    for worker in client.scheduler_info()["workers"]:
                        begin = client.submit(warm_up, modules, workers=[worker], pure=False)
                        fire_and_forget(begin)
                yield client.get_executor(pure=False).submit, 2 * self.jobs + 1
                client.run(close)
            return
        if self.sandbox:
            insist_on_sandbox()
        prepare, arguments = (warm_up, (modules,)) if self.sandbox else (_nothing, ())
        workers = LocalWorkers(min(self.jobs, len(self.folders)), prepare, arguments)
        try:
            yield workers.submit, workers.room
        except BaseException:
            workers.close()
            raise
        workers.close(close)

    def _modules(self) -> frozenset[str]:
        """Return what the assignment's own cells import."""
        cells = (cell for source in self._sources().values() for cell in source.cells)
        return modules_of(cells)

    def _sources(self) -> dict[str, NotebookNode]:
        folder = self._source_folder()
        return {p.stem: nbformat.read(p, as_version=4) for p in sorted(folder.glob("*.ipynb"))}

    def _source_folder(self) -> Path:
        coursedir = self.coursedir
        return Path(coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id))

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def _mark(
        self, waiting: list[tuple[str, Path]], time_limits: Any, submit: Callable, room: int
    ) -> Iterator[Outcome]:
        """Keep a few submissions ahead of the workers, and finish each as it comes back."""
        running: dict[Future, tuple[Prepared, int]] = {}
        given = self._given_files()

        def send(prepared: Prepared, times: int) -> None:
            running[submit(work, prepared.job)] = prepared, times

        while waiting or running:
            while waiting and len(running) < room:
                student, folder = waiting.pop(0)
                prepared = self._attempt(
                    student, self._prepare, student, folder, given, time_limits
                )
                if isinstance(prepared, Outcome):
                    yield prepared
                else:
                    send(prepared, 1)
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                prepared, times = running.pop(future)
                error = future.exception()
                if error is not None and times < _SENT and not isinstance(error, SandboxError):
                    send(prepared, times + 1)  # its worker died, or what it found was lost
                    continue
                student = prepared.handed_in.student
                judged = self._attempt(student, _judge, prepared, future)
                if isinstance(judged, Outcome):
                    yield judged
                elif judged is None:
                    send(_in_full(prepared), times)
                else:
                    yield self._attempt(student, self._finish, prepared, judged)

    def _attempt(self, student: str, step: Callable, *arguments: Any) -> Any:
        """Carry out a step; whatever goes wrong is this submission's failure alone, and leaves no marks."""
        try:
            return step(*arguments)
        except Exception as error:
            self.log.debug("submission of %s", student, exc_info=True)
            kind = "" if isinstance(error, NbGraderException) else f"{type(error).__name__}: "
            words = f"{kind}{error}".splitlines()[0][:300]
            with contextlib.suppress(Exception):
                self._withdraw(student)
            return Outcome(student, marked=False, remarks=(words,))

    def _given_files(self) -> dict[str, bytes]:
        """Return the files that the course itself gives out beside the notebooks."""
        source = self._source_folder()
        files, left_out = read_files(source) if source.exists() else ({}, [])
        for words in left_out:
            self.log.warning("%s: %s", source, words)
        kept = self.exclude_overwriting.get(self.coursedir.assignment_id, [])
        return {
            path: content
            for path, content in files.items()
            if not path.endswith(".ipynb")
            and path not in kept
            and not is_ignored(str(source / path), self.coursedir.ignore)
        }

    def _prepare(
        self, student: str, folder: Path, given: dict[str, bytes], time_limits: Any
    ) -> Prepared | Outcome:
        """Bring a submission into its released form; returns how it went where it is marked already."""
        handed_in = hand_in(student, folder)
        before = self._marked_before(handed_in)
        if before is not None and not self.force:
            return before
        if not self.create_student:
            with self._gradebook() as book:
                book.find_student(student)
        found, remarks = find_notebooks(handed_in, self.released)
        checks, tasks = {}, {}
        for name, one in found.items():
            step = _Step(True, coursedir=self.coursedir, parent=self.parent)
            resources = step.resources(student, name, folder)
            output, resources = step.exporter.from_notebook_node(one.notebook, resources)
            notebook = nbformat.reads(output, as_version=4)
            restored = tuple(notebook.metadata.pop(REMARKS, ())) if one.usable else ()
            found[name] = replace(one, remarks=(*one.remarks, *restored))
            checks[name] = _checks(notebook, name)
            probes = {index: checked.probe for index, checked in checks[name].items()}
            names = {index: checked.name for index, checked in checks[name].items()}
            skip = skippable(notebook.cells, names) if checks[name] else frozenset()
            tasks[name] = Task(
                nbformat.writes(notebook), probes, skip, own_lesson=bool(checks[name])
            )
        own = all(task.own_lesson for task in tasks.values())
        files = (handed_in.other_files if own else dict(handed_in.files)) | given
        job = Job(student, tasks, files, self.sandbox, time_limits)
        said = tuple(r for one in found.values() for r in one.remarks)
        return Prepared(handed_in, found, checks, job, handed_in.remarks + said + remarks)

    def _finish(self, prepared: Prepared, judged: Mapping[str, Executed]) -> Outcome:
        """Enter the marks, and put the marked notebooks into their place."""
        handed_in = prepared.handed_in
        student, place = handed_in.student, self._place(handed_in.student)
        remarks, suspicions, pages = list(prepared.remarks), [], {}
        records = _records(prepared, judged)
        self._enter_submission(handed_in, prepared.found)
        for name, one in prepared.found.items():
            executed = judged[name]
            step = _Step(False, coursedir=self.coursedir, parent=self.parent)
            resources = step.resources(student, name, place)
            resources[STAMP] = Marking(
                executed, handed_in.fingerprint, one.remarks, one.usable, records[name].marking
            )
            with setenv(NBGRADER_EXECUTION="autograde"):
                page, resources = step.exporter.from_notebook_node(executed.notebook, resources)
            page.encode("utf-8")  # fails before anything is put into its place
            pages[name] = page
            remarks += resources[STAMP]["failures"]
            suspicions += resources[STAMP]["suspicions"]
        remarks += Shelf.of(self.coursedir).keep(student, records)
        self._put(place, pages, handed_in.other_files | self._given_files())
        in_full = all(one.usable for one in prepared.found.values())
        outcome = Outcome(student, True, in_full=in_full, suspicions=tuple(suspicions))
        return self._with_points(replace(outcome, remarks=tuple(dict.fromkeys(remarks))))

    def _enter_submission(self, handed_in: HandedIn, found: Mapping[str, Found]) -> None:
        """Enter who has handed in, and when; a notebook that is missing earns nothing."""
        assignment, student = self.coursedir.assignment_id, handed_in.student
        stamp = handed_in.files.get("timestamp.txt", b"").decode("utf-8", "replace").strip()
        with self._gradebook() as book:
            book.update_or_create_student(student)
            # None where no time is known: that of an earlier file must not stay.
            book.update_or_create_submission(assignment, student, timestamp=stamp or None)
            for name in set(self.released) - set(found):
                for grade in book.find_submission_notebook(name, assignment, student).grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
            book.db.commit()

    def _place(self, student: str) -> Path:
        coursedir = self.coursedir
        return Path(
            coursedir.format_path(coursedir.autograded_directory, student, coursedir.assignment_id)
        )

    def _put(self, place: Path, pages: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        """Write the marked notebooks and the files beside them, all at once or not at all."""
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".marked-", dir=place.parent))
        try:
            fresh.chmod(0o755)
            for path, content in files.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            for name, text in pages.items():
                (fresh / f"{name}.ipynb").write_text(text, encoding="utf-8")
            permissions = int(str(self.permissions), 8)
            for made in fresh.rglob("*"):
                if made.is_file():
                    made.chmod(permissions)
            if place.exists():
                rmtree(str(place))
            fresh.rename(place)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def _withdraw(self, student: str) -> None:
        """Take the automatic marks of a submission back; what was given by hand stays."""
        place = self._place(student)
        if place.exists():
            rmtree(str(place))
        with contextlib.suppress(OSError):
            Shelf.of(self.coursedir).withdraw(student)
        with self._gradebook() as book:
            try:
                submission = book.find_submission(self.coursedir.assignment_id, student)
            except MissingEntry:
                return
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = None
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
            book.db.commit()

    def _marked_before(self, handed_in: HandedIn) -> Outcome | None:
        """Return how an earlier marking of these very files went, or None."""
        place = self._place(handed_in.student)
        remarks, in_full = list(handed_in.remarks), True
        pages = sorted(place.glob("*.ipynb"))
        for path in pages:
            fingerprint, marking = fingerprint_of(path, STAMP)
            if fingerprint != handed_in.fingerprint:
                return None
            remarks += [*marking.get("remarks", ()), *marking.get("failures", ())]
            remarks += changes(graded_then(path), self.graded.get(path.stem, {}))
            in_full = in_full and marking.get("usable", True)
        if not pages:
            return None
        done = Outcome(handed_in.student, True, before=True, in_full=in_full)
        return self._with_points(replace(done, remarks=tuple(dict.fromkeys(map(str, remarks)))))

    def _with_points(self, outcome: Outcome) -> Outcome:
        with self._gradebook() as book:
            found = book.find_submission(self.coursedir.assignment_id, outcome.student)
            return replace(
                outcome,
                points=found.score,
                possible=found.max_score,
                by_hand=bool(found.needs_manual_grade),
            )


def _checks(notebook: NotebookNode, name: str) -> dict:
    """Find the checks of a notebook; another course's has none, and is marked without torch."""
    if not may_check(notebook):
        return {}
    from helpers.grading.marking import find_checks  # imports torch

    return find_checks(notebook, name)


def _judge(prepared: Prepared, future: Future) -> dict[str, Executed] | None:
    """Read what a worker brought back, and judge the checks; None: all cells are to be run."""
    every = {name: unpack(result) for name, result in future.result().items()}
    for name, executed in every.items():
        if prepared.checks[name]:
            from helpers.grading.marking import judge_checks  # imports torch

            judge_checks(executed, dict(prepared.checks[name]), prepared.job.files)
    return None if _may_have_lost(prepared, every) else every


def _records(prepared: Prepared, judged: Mapping[str, Executed]) -> dict[str, NotebookRecords]:
    """Return what is to be kept of a submission, before its notebooks are made into pages."""
    number, marking = len(prepared.found), prepared.handed_in.fingerprint
    return {
        name: records_of(judged[name], prepared.checks[name], prepared.job.files, marking, number)
        for name in prepared.found
    }


def _may_have_lost(prepared: Prepared, judged: Mapping[str, Executed]) -> bool:
    """Say whether cells that were left out may have cost a mark."""
    for name, executed in judged.items():
        cells, skip = executed.notebook.cells, prepared.job.tasks[name].skip
        names = {index: checked.name for index, checked in prepared.checks[name].items()}
        ran = frozenset(range(len(cells))) - skip
        if must_run_in_full(cells, names, ran, earned(cells)):
            return True
    return False


def _in_full(prepared: Prepared) -> Prepared:
    """Return a submission of which every cell is to be run."""
    tasks = {name: replace(task, skip=frozenset()) for name, task in prepared.job.tasks.items()}
    return replace(prepared, job=replace(prepared.job, tasks=tasks))


def _nothing() -> None:
    """Make nothing ready: without a sandbox there is nothing to launch."""


def course_problem(config: Mapping, folder: Path) -> str:
    """Return why nothing may be marked with a configuration, in words that say where to go, or "".

    Without the course's own settings nbgrader runs students' code as whoever marks.
    """
    chosen = [str(p) for p in config.get("Autograde", {}).get("autograde_preprocessors", [])]
    if any(p.endswith("helpers.grading.execute.Execute") or "Execute'" in p for p in chosen):
        return ""
    above = [p for p in folder.resolve().parents if (p / "nbgrader_config.py").exists()]
    where = f"go to {above[0]}" if above else "go to the course's folder, where that file lies"
    return f"{folder} has no nbgrader_config.py that runs submissions in the sandbox, so nothing is marked: {where}"


def gradebook_problem(url: str, error: Exception) -> str:
    """Return in words that the gradebook cannot be used."""
    where = make_url(url).render_as_string(hide_password=True)
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return printable(
        f"the gradebook {where} cannot be used: {cause}. If another program has it open, close that; what was marked "
        "before is kept, run the same command again for the rest",
        1000,
    )


class BatchApp(AutogradeApp):
    """`nbgrader autograde` with many workers."""

    name = "autograde"
    aliases = AutogradeApp.aliases | {
        "jobs": "ParallelAutograde.jobs",
        "scheduler": "ParallelAutograde.scheduler",
    }
    flags = AutogradeApp.flags | {
        "no-sandbox": (
            {"ParallelAutograde": {"sandbox": False}},
            "Run submissions as you, without a sandbox: only if you trust every one of them.",
        ),
    }

    def start(self) -> None:
        """Mark, print the table, and leave with 0 if every submission is marked, else with 1."""
        if len(self.extra_args) == 1:
            self.coursedir.assignment_id = self.extra_args.pop()
        if not self.coursedir.assignment_id:
            self.fail("name the assignment, say: python -m helpers.grading autograde 01_tensors")
        problem = course_problem(self.config, Path(self.coursedir.root))
        if problem:
            self.fail(problem)
        try:
            converter = ParallelAutograde(coursedir=self.coursedir, parent=self)
            converter.start()
        except (SandboxError, NbGraderException) as error:
            self.fail(printable(str(error), 2000) if "\n" not in str(error) else str(error))
        except SQLAlchemyError as error:
            self.log.debug("the gradebook", exc_info=True)
            self.fail(gradebook_problem(self.coursedir.db_url, error))
        except KeyboardInterrupt:
            self.fail("stopped; what is finished is kept, run the same command again for the rest")
        print(table(converter.report))
        sys.exit(any(not o.marked or not o.in_full for o in converter.report))
