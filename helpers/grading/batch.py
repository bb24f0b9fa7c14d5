"""Mark a class: many submissions at once, one process that writes the gradebook.

Workers run the notebooks (`helpers.grading.worker`); this process prepares them, judges what comes back and
enters the marks, with nbgrader's own preprocessors.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from distributed import Client, LocalCluster, as_completed, fire_and_forget
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from tqdm import tqdm
from traitlets import Bool, Integer, Unicode

from helpers.grading.execute import STAMP, Execute, Marking
from helpers.grading.sandbox import SandboxError
from helpers.grading.worker import (
    Parcel,
    close,
    insist_on_sandbox,
    modules_of,
    pack,
    unpack,
    warm_up,
    work_all,
)

_SENT = 3  # times that a submission is sent to a worker before it counts as failed
UNREADABLE = (
    "The file that was handed in is no notebook that can be read, so nothing in it was marked"
)


@dataclass
class Submission:
    """One student's work on its way through the marking."""

    student: str
    notebooks: list[str]
    points: float = 0.0
    possible: float = 0.0
    by_hand: bool = False
    failures: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)
    marked: bool = False
    sent: int = 0
    checks: dict[str, dict] = field(default_factory=dict)


class ParallelAutograde(Autograde):
    """nbgrader's Autograde, with the running left to workers.

    A submission counts as done once its marked notebook is written, which is after its marks are in the
    gradebook. One that was interrupted before is begun anew, so each is marked once.
    """

    jobs = Integer(os.cpu_count() or 1, help="Submissions to run at once.").tag(config=True)
    scheduler = Unicode("", help="Address of a Dask scheduler; empty: workers here.").tag(
        config=True
    )
    sandbox = Bool(True, help="Run submissions in a sandbox; without one they run as you.").tag(
        config=True
    )

    def convert_notebooks(self) -> None:
        """Mark all submissions that were found; `self.report` holds how each went."""
        self.report: list[Submission] = []
        waiting = list(self._submissions())
        if not waiting:
            return
        settings = Execute(parent=self)
        self._patience = settings.patience
        self.sandbox = self.sandbox and settings.sandbox
        with self._client() as client, tqdm(total=len(waiting), unit="submission") as bar:
            if self.sandbox:
                self._warm_up(client)
            self._mark(waiting, client, bar)
            client.run(close)

    def _submissions(self) -> Iterator[Submission]:
        pattern = self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
        for folder in sorted(self.assignments):
            student = re.match(pattern, folder)["student_id"]
            yield Submission(student, sorted(self.assignments[folder]))

    def _client(self) -> Client:
        if self.scheduler:
            return Client(self.scheduler)
        if self.sandbox:
            insist_on_sandbox()
        cluster = LocalCluster(
            n_workers=self.jobs,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,  # the sandbox limits what a submission takes
        )
        return Client(cluster)

    def _warm_up(self, client: Client) -> None:
        """Have the workers import what the lesson needs, while this process imports the judge."""
        coursedir = self.coursedir
        folder = Path(
            coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id)
        )
        sources = [_read(str(path))[0] for path in sorted(folder.glob("*.ipynb"))]
        modules = frozenset().union(*(modules_of(source.cells) for source in sources))
        for worker in client.scheduler_info()["workers"]:
            fire_and_forget(client.submit(warm_up, modules, workers=[worker], pure=False))

    def _mark(self, waiting: list[Submission], client: Client, bar: tqdm) -> None:
        """Keep a few submissions ahead of the workers, and finish each as it comes back."""
        running: dict[str, tuple[Submission, dict]] = {}
        results = as_completed()

        def send(one: Submission, parcels: dict[str, Parcel]) -> None:
            one.sent += 1
            future = client.submit(work_all, parcels, pure=False)
            running[future.key] = one, parcels
            results.add(future)

        def send_next() -> None:
            while waiting and len(running) < 2 * self.jobs + 1:
                one = waiting.pop(0)
                parcels = self._attempt(one, self._prepare, one)
                if parcels:
                    send(one, parcels)
                else:
                    bar.update()

        send_next()
        for future in results:
            one, parcels = running.pop(future.key)
            try:
                came_back = future.result()
            except Exception as error:
                if one.sent < _SENT:  # its worker died, or what it found was lost on the way
                    send(one, parcels)
                    continue
                self._attempt(one, _give_up, error)
            else:
                self._attempt(one, self._finish, one, came_back)
            bar.set_postfix(failed=sum(not s.marked for s in self.report))
            bar.update()
            send_next()

    def _attempt(self, one: Submission, step, *arguments):
        """Carry out a step; whatever goes wrong is this submission's failure alone."""
        self.notebooks = one.notebooks
        try:
            return step(*arguments)
        except KeyboardInterrupt:
            raise
        except Exception as error:
            self.log.debug("submission of %s", one.student, exc_info=True)
            one.failures.append(f"{type(error).__name__}: {error}".splitlines()[0][:300])
            self._discard(one)
            self.report.append(one)
            return None

    def _discard(self, one: Submission) -> None:
        folder = self.coursedir.format_path(
            self.coursedir.autograded_directory, one.student, self.coursedir.assignment_id
        )
        if os.path.exists(folder):
            rmtree(folder)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Say whether a submission is to be marked; what an interrupted run left is taken away."""
        folder = Path(self._format_dest(assignment_id, student_id))
        if folder.exists() and not all(map(_is_marked, self._results(folder))):
            rmtree(str(folder))
        return super().init_destination(assignment_id, student_id)

    def _results(self, folder: Path) -> list[Path]:
        return [folder / Path(notebook).name for notebook in self.notebooks]

    def _prepare(self, one: Submission) -> dict[str, Parcel]:
        """Bring a submission into its released form; returns nothing where it is marked already."""
        from helpers.grading.marking import find_checks  # imports torch

        assignment = self.coursedir.assignment_id
        if not self.init_destination(assignment, one.student):
            return {}
        self.run_pre_convert_hook()
        handed_in = ", ".join(Path(notebook).name for notebook in self.notebooks)
        try:
            self.init_assignment(assignment, one.student)
        except NbGraderException:
            raise ValueError(f"no notebook of that name was released: {handed_in}") from None
        one.notebooks = self.notebooks
        self._sanitizing = True
        self._init_preprocessors()
        parcels = {}
        for path in self.notebooks:
            resources = self.init_single_notebook_resources(path)
            notebook, complaint = _read(path)
            one.failures += complaint
            output, resources = self.exporter.from_notebook_node(notebook, resources)
            checks = find_checks(nbformat.v4.reads(output), resources["nbgrader"]["notebook"])
            one.checks[path] = checks
            probes = {index: checked.probe for index, checked in checks.items()}
            folder = Path(self.writer.build_directory)
            parcels[path] = pack(output, probes, folder, self.sandbox, self._patience)
        return parcels

    def _finish(self, one: Submission, results: dict[str, dict]) -> None:
        """Judge what came back and enter it into the gradebook."""
        assignment = self.coursedir.assignment_id
        self._sanitizing = True  # the paths are those of what was handed in
        known = {path: self.init_single_notebook_resources(path) for path in one.notebooks}
        self._sanitizing = False
        self._init_preprocessors()
        for path, resources in known.items():
            executed = unpack(results[path])
            resources[STAMP] = Marking(one.checks[path], executed)
            output, resources = self.exporter.from_notebook_node(executed.notebook, resources)
            self.write_single_notebook(output, resources)
            one.failures += resources[STAMP]["failures"]
            one.suspicions += resources[STAMP]["suspicions"]
        self.set_permissions(assignment, one.student)
        self.run_post_convert_hook()
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            found = book.find_submission(assignment, one.student)
            one.points, one.possible = found.score, found.max_score
            one.by_hand = found.needs_manual_grade
        one.marked = True
        one.checks.clear()
        self.report.append(one)


def _give_up(error: BaseException) -> None:
    raise error


def _is_marked(path: Path) -> bool:
    try:
        return STAMP in nbformat.read(path, as_version=4).metadata
    except Exception:  # an interrupted run may leave half a file
        return False


def _read(path: str) -> tuple[NotebookNode, list[str]]:
    """Read a submitted notebook; one that cannot be read becomes a page that says so."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        return notebook, []
    except Exception:
        return new_notebook(cells=[new_markdown_cell(f"**{UNREADABLE}.**")]), [UNREADABLE]


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
        converter = ParallelAutograde(coursedir=self.coursedir, parent=self)
        try:
            converter.start()
        except SandboxError as error:
            self.fail(str(error))
        print(table(converter.report))
        sys.exit(any(not s.marked or UNREADABLE in s.failures for s in converter.report))


def table(report: list[Submission]) -> str:
    """Return the outcome: a line for each submission that wants attention, and the counts."""
    lines = []
    for one in sorted(report, key=lambda s: s.student):
        words = [f"not marked: {w}" if not one.marked else w for w in one.failures]
        words += [f"suspicious: {w}" for w in dict.fromkeys(one.suspicions)]
        if words:
            lines.append(f"{one.student}  {one.points:g}/{one.possible:g}  {'; '.join(words)}")
    counts = {
        "marked": sum(s.marked for s in report),
        "not marked": sum(not s.marked for s in report),
        "wait for a mark by hand": sum(s.by_hand for s in report),
        "suspicious": sum(bool(s.suspicions) for s in report),
    }
    return "\n".join([*lines, ", ".join(f"{n} {what}" for what, n in counts.items())])
