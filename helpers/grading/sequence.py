"""Run all notebooks of one submission, one after the other, each in a kernel of its own."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from helpers.grading.executed import Executed, KernelLost, Probe, TimeLimits
from helpers.grading.files import read_files
from helpers.grading.runner import run
from helpers.grading.sandbox.open_kernel import open_kernel
from helpers.grading.sandbox.provisioner import SandboxKernelManager, SandboxProvisioner
from helpers.grading.sandbox.sandbox import Sandbox, SandboxError, Start

_TRIES = 2  # runs of a notebook whose sandbox ends under it
_GRACE = 60  # seconds that a kernel lives beyond a submission's time: its start, and the end of its last cell


@dataclass(frozen=True)
class Task:
    """One notebook that is to be run: plain data alone.

    Attributes:
        notebook: as JSON text.
        probes: for the index of a check's cell, what is run in its stead.
        skip: indices of the course's own cells that are not to be run.
        own_lesson: whether it is one of the course's lessons.
    """

    notebook: str
    probes: Mapping[int, Probe] = field(default_factory=dict)
    skip: frozenset[int] = frozenset()
    own_lesson: bool = True


def run_all(
    tasks: Mapping[str, Task],
    files: Mapping[str, bytes],
    time_limits: TimeLimits,
    sandbox: Sandbox | None,
) -> dict[str, Executed]:
    """Run the notebooks of a submission in the order of their names.

    Each finds the submission's files, those that earlier ones wrote among them, as it would in a folder of its
    own. All of them together, with what is run again, take `time_limits.submission` seconds.

    Args:
        tasks: by the notebook's name.
        files: those of the submission by path, the notebooks as they were handed in among them.
        time_limits: the limits of time and output.
        sandbox: None: without one.

    Raises:
        SandboxError: there is no sandbox, or it ended again and again.
        ForeignLanguage: a notebook is not in Python.
    """
    done: dict[str, Executed] = {}
    left = time_limits.submission
    names = sorted(tasks)
    for name in names:
        carry = name != names[-1]
        executed, files_after = _run(
            tasks[name], files, replace(time_limits, submission=left), sandbox, carry
        )
        left = max(left - executed.seconds, 0)
        if carry and files_after is None:
            executed.failures.append("the files that it wrote are not there for the next notebook")
        elif files_after is not None:
            files = files_after
        done[name] = executed
    return done


def _run(
    task: Task,
    files: Mapping[str, bytes],
    time_limits: TimeLimits,
    sandbox: Sandbox | None,
    carry: bool,
) -> tuple[Executed, Mapping[str, bytes] | None]:
    notebook = nbformat.reads(task.notebook, as_version=4)
    begin = Start(files, task.own_lesson, time_limits.submission + _GRACE, carry)
    probes = dict(task.probes)
    if sandbox is None:
        return _run_openly(notebook, probes, begin, time_limits, task)
    spent = 0.0
    for _ in range(_TRIES):
        sandbox.launch()  # not in the event loop below: Ctrl-C ends this at once
        manager = SandboxKernelManager(sandbox, begin)
        left = replace(time_limits, submission=max(time_limits.submission - spent, 0))
        try:
            make = partial(_itself, manager)
            executed = run(notebook, probes, make, left, task.skip, task.own_lesson)
        except KernelLost as lost:
            spent += lost.seconds
            continue
        executed.seconds += spent
        provisioner = manager.provisioner
        if not isinstance(provisioner, SandboxProvisioner):
            raise SandboxError("the kernel of this submission was started outside of the sandbox")
        behind = provisioner.behind
        executed.failures += behind.left_out
        return executed, behind.files
    raise SandboxError(f"the sandbox came to an end {_TRIES} times while this submission ran")


def _itself(manager: SandboxKernelManager) -> SandboxKernelManager:
    return manager


def _run_openly(
    notebook: NotebookNode,
    probes: dict[int, Probe],
    begin: Start,
    time_limits: TimeLimits,
    task: Task,
) -> tuple[Executed, Mapping[str, bytes] | None]:
    with tempfile.TemporaryDirectory() as folder:
        make, start = open_kernel(Path(folder), begin)
        executed = run(notebook, probes, make, time_limits, task.skip, task.own_lesson, **start)
        if not begin.carry:
            return executed, None
        files, left_out = read_files(Path(start["cwd"]))
    executed.failures += left_out
    return executed, files
