"""What a worker does: take a submission, run it, hand back the notebook with the records.

It has no gradebook and asks for no right answer; a worker may run on another machine.
"""

import ast
import contextlib
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from helpers.grading.executed import COURSES_OWN, Executed, Probe, TimeLimits
from helpers.grading.files import read_files
from helpers.grading.sandbox.isolation import why_not
from helpers.grading.sandbox.sandbox import Sandbox, SandboxError
from helpers.grading.sequence import Task, run_all

_sandbox: Sandbox | None = None


def run_here(
    notebook: NotebookNode,
    probes: dict[int, Probe],
    files: Path | Mapping[str, bytes] | None,
    safe: bool,
    time_limits: TimeLimits,
    skip: frozenset[int] = frozenset(),
    own_lesson: bool = True,
) -> Executed:
    """Run a submission on this machine, but for the cells in `skip`.

    `safe` asks for the sandbox, which is kept for the next one; `own_lesson` is as in `Task`.

    Raises:
        SandboxError: there is no sandbox here, or it ended again and again.
    """
    left_out: list[str] = []
    if isinstance(files, Path):
        files, left_out = read_files(files)
    own = [cell for cell in notebook.cells if cell.metadata.get(COURSES_OWN)]
    sandbox = _sandbox_with(modules_of(own)) if safe else None
    task = Task(nbformat.writes(notebook), probes, skip, own_lesson)
    executed = run_all({"": task}, files or {}, time_limits, sandbox)[""]
    executed.failures += left_out
    return executed


def launch_sandbox(modules: frozenset[str]) -> None:
    """Make this process's sandbox ready for notebooks that import `modules`."""
    _sandbox_with(modules).launch()


def _sandbox_with(modules: frozenset[str]) -> Sandbox:
    """Return this process's sandbox; one that has not yet imported `modules` is replaced."""
    global _sandbox
    known = _sandbox.modules if _sandbox else frozenset()
    if _sandbox is None or not modules <= known:
        insist_on_sandbox()
        close()
        _sandbox = Sandbox(modules=known | modules)
    return _sandbox


def modules_of(cells: Iterable[NotebookNode]) -> frozenset[str]:
    """Return the modules that the code of some cells imports.

    With the first optimizer torch imports its compiler, which takes more than a second; so that counts too.
    """
    return frozenset().union(*(_imports(c.source) for c in cells if c.cell_type == "code"))


@functools.lru_cache(maxsize=4096)  # the course's own cells come again with each submission
def _imports(source: str) -> frozenset[str]:
    modules = {"torch._dynamo"} if re.search(r"\boptim\b", source) else set()
    with contextlib.suppress(SyntaxError):  # IPython's own commands
        for statement in ast.walk(ast.parse(source)):
            if isinstance(statement, ast.Import):
                modules.update(alias.name for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                modules.add(statement.module)
    return frozenset(modules)


def insist_on_sandbox() -> None:
    """Raise SandboxError, saying what is at stake, where there can be no sandbox."""
    reason = why_not()
    if reason:
        raise SandboxError(
            f"{reason}.\nWithout a sandbox a student's code runs as you: it can read and change your files, "
            "the solutions and the gradebook. If you trust every submission, say so with --no-sandbox (of "
            "`python -m helpers.grading autograde`) or --Execute.sandbox=False (of `nbgrader autograde`)."
        )


def close() -> None:
    """End this process's sandbox, if it has one, and take its folder away."""
    global _sandbox
    if _sandbox is not None:
        _sandbox.close()
        _sandbox = None


@dataclass(frozen=True)
class Job:
    """All that a worker needs of one submission: plain data, made once, never changed.

    Attributes:
        student: whose it is.
        tasks: the notebooks that are to be run, by the names under which they were released.
        files: what lies beside them, by path: the student's own files and the course's.
        safe: whether it needs the sandbox.
        time_limits: the limits of time and output.
    """

    student: str
    tasks: Mapping[str, Task]
    files: Mapping[str, bytes]
    safe: bool
    time_limits: TimeLimits


def work(job: Job) -> dict[str, dict]:
    """Run a submission's notebooks; returns for each name plain data that `unpack` reads."""
    sandbox = None
    if job.safe:
        sandbox = _sandbox_with(frozenset().union(*map(_modules_of_task, job.tasks.values())))
    done = run_all(job.tasks, job.files, job.time_limits, sandbox)
    return {
        name: asdict(executed) | {"notebook": nbformat.writes(executed.notebook)}
        for name, executed in done.items()
    }


def _modules_of_task(task: Task) -> frozenset[str]:
    cells = nbformat.reads(task.notebook, as_version=4).cells
    return modules_of(c for c in cells if c.metadata.get(COURSES_OWN))


def unpack(result: dict) -> Executed:
    """Return what `work` found out about one notebook."""
    notebook = nbformat.reads(result["notebook"], as_version=4)
    return Executed(**result | {"notebook": notebook})
