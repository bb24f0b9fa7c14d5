"""Mark a class: many submissions at once, one process that writes the gradebook.

Of each submission one `Job` is made, which never changes; a worker runs it, this process judges what comes back.
Every step is a function of the submission alone: nbgrader's converter, which keeps its place in attributes, is
made anew for each step.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import is_ignored, setenv
from tqdm import tqdm
from traitlets import Bool, Integer, Unicode, validate

from helpers.grading.alone import alone
from helpers.grading.changes import graded_now
from helpers.grading.execute import STAMP, Execute, Marking
from helpers.grading.executed import Executed
from helpers.grading.files import read_files
from helpers.grading.intake import hand_in, students
from helpers.grading.marked import MarkedClass
from helpers.grading.report import Outcome
from helpers.grading.sandbox.sandbox import SandboxError
from helpers.grading.shelf import Shelf
from helpers.grading.submission import (
    Prepared,
    Step,
    judge,
    prepare,
    records_to_keep,
    to_run_in_full,
)
from helpers.grading.worker import close, insist_on_sandbox, launch_sandbox, modules_of, work
from helpers.grading.workers import LocalWorkers

_SENT = 3  # times that a submission is sent to a worker before it counts as failed


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
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            try:
                notebooks = book.find_assignment(assignment).notebooks
            except MissingEntry:
                raise NbGraderException(
                    f"there is no assignment {assignment!r} in the gradebook: release it first"
                ) from None
            self.released = {n.name: frozenset(c.name for c in n.source_cells) for n in notebooks}
            graded = {n.name: graded_now(n) for n in notebooks}
        self.marked = MarkedClass(
            self.coursedir, frozenset(self.released), graded, self.permissions
        )
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
                        begin = client.submit(launch_sandbox, modules, workers=[worker], pure=False)
                        fire_and_forget(begin)
                yield client.get_executor(pure=False).submit, 2 * self.jobs + 1
                client.run(close)
            return
        if self.sandbox:
            insist_on_sandbox()
        prepare, arguments = (launch_sandbox, (modules,)) if self.sandbox else (_nothing, ())
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
                judged = self._attempt(student, judge, prepared, future)
                if isinstance(judged, Outcome):
                    yield judged
                elif judged is None:
                    send(to_run_in_full(prepared), times)
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
                self.marked.withdraw(student)
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
        before = self.marked.marked_before(handed_in)
        if before is not None and not self.force:
            return before
        if not self.create_student:
            with self.marked.gradebook() as book:
                book.find_student(student)
        make = partial(Step, True, coursedir=self.coursedir, parent=self.parent)
        return prepare(handed_in, self.released, make, folder, given, self.sandbox, time_limits)

    def _finish(self, prepared: Prepared, judged: Mapping[str, Executed]) -> Outcome:
        """Enter the marks, and put the marked notebooks into their place."""
        handed_in = prepared.handed_in
        student, place = handed_in.student, self.marked.place(handed_in.student)
        remarks, suspicions, pages = list(prepared.remarks), [], {}
        records = records_to_keep(prepared, judged)
        self.marked.enter(handed_in, prepared.found)
        for name, one in prepared.found.items():
            executed = judged[name]
            step = Step(False, coursedir=self.coursedir, parent=self.parent)
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
        self.marked.put(place, pages, handed_in.other_files | self._given_files())
        in_full = all(one.usable for one in prepared.found.values())
        outcome = Outcome(student, True, in_full=in_full, suspicions=tuple(suspicions))
        return self.marked.with_points(replace(outcome, remarks=tuple(dict.fromkeys(remarks))))


def _nothing() -> None:
    """Make nothing ready: without a sandbox there is nothing to launch."""
