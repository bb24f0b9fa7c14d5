"""One submission on its way: brought into its released form, handed to a worker as a job, judged when it comes back."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde

from helpers.grading.checkcells import may_check
from helpers.grading.executed import Executed, TimeLimits
from helpers.grading.intake import Found, HandedIn, find_notebooks
from helpers.grading.needs import earned, must_run_in_full, skippable
from helpers.grading.records import NotebookRecords, records_of
from helpers.grading.restore import REMARKS
from helpers.grading.sequence import Task
from helpers.grading.worker import Job, unpack


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


class Step(Autograde):
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


def prepare(
    handed_in: HandedIn,
    released: Mapping[str, frozenset[str]],
    make_step: Callable[[], Step],
    folder: Path,
    given: Mapping[str, bytes],
    safe: bool,
    time_limits: TimeLimits,
) -> Prepared:
    """Bring a submission into its released form, and make its job.

    Args:
        handed_in: the student's files.
        released: for each of the assignment's notebooks the names of its cells.
        make_step: makes nbgrader's converter anew for each notebook.
        folder: where the submission lies.
        given: the files that the course itself gives out.
        safe: whether it is run in the sandbox.
        time_limits: the limits of time and output.
    """
    found, remarks = find_notebooks(handed_in, released)
    checks, tasks = {}, {}
    for name, one in found.items():
        step = make_step()
        resources = step.resources(handed_in.student, name, folder)
        output, resources = step.exporter.from_notebook_node(one.notebook, resources)
        notebook = nbformat.reads(output, as_version=4)
        restored = tuple(notebook.metadata.pop(REMARKS, ())) if one.usable else ()
        found[name] = replace(one, remarks=(*one.remarks, *restored))
        checks[name] = checks_of(notebook, name)
        probes = {index: checked.probe for index, checked in checks[name].items()}
        names = {index: checked.name for index, checked in checks[name].items()}
        skip = skippable(notebook.cells, names) if checks[name] else frozenset()
        tasks[name] = Task(nbformat.writes(notebook), probes, skip, own_lesson=bool(checks[name]))
    own = all(task.own_lesson for task in tasks.values())
    files = (handed_in.other_files if own else dict(handed_in.files)) | dict(given)
    job = Job(handed_in.student, tasks, files, safe, time_limits)
    said = tuple(r for one in found.values() for r in one.remarks)
    return Prepared(handed_in, found, checks, job, handed_in.remarks + said + remarks)


def checks_of(notebook: NotebookNode, name: str) -> dict:
    """Find the checks of a notebook; another course's has none, and is marked without torch."""
    if not may_check(notebook):
        return {}
    from helpers.grading.marking import find_checks  # imports torch

    return find_checks(notebook, name)


def judge(prepared: Prepared, future: Future) -> dict[str, Executed] | None:
    """Read what a worker brought back, and judge the checks; None: all cells are to be run."""
    every = {name: unpack(result) for name, result in future.result().items()}
    for name, executed in every.items():
        if prepared.checks[name]:
            from helpers.grading.marking import judge_checks  # imports torch

            judge_checks(executed, dict(prepared.checks[name]), prepared.job.files)
    return None if _may_have_lost(prepared, every) else every


def records_to_keep(
    prepared: Prepared, judged: Mapping[str, Executed]
) -> dict[str, NotebookRecords]:
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


def to_run_in_full(prepared: Prepared) -> Prepared:
    """Return a submission of which every cell is to be run."""
    tasks = {name: replace(task, skip=frozenset()) for name, task in prepared.job.tasks.items()}
    return replace(prepared, job=replace(prepared.job, tasks=tasks))
