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

from helpers.grading.files import read_files
from helpers.grading.runner import COURSES_OWN, Executed, Patience, Probe
from helpers.grading.sandbox import Sandbox, SandboxError
from helpers.grading.sequence import Task, run_all
from helpers.grading.walls import why_not

_sandbox: Sandbox | None = None


def run_here(
    notebook: NotebookNode,
    probes: dict[int, Probe],
    files: Path | Mapping[str, bytes] | None,
    safe: bool,
    patience: Patience,
) -> Executed:
    """Run a submission on this machine; `safe` asks for the sandbox, which is kept for the next one.

    Raises:
        SandboxError: there is no sandbox here, or it ended again and again.
    """
    left_out: list[str] = []
    if isinstance(files, Path):
        files, left_out = read_files(files)
    own = [cell for cell in notebook.cells if cell.metadata.get(COURSES_OWN)]
    sandbox = _sandbox_with(modules_of(own)) if safe else None
    task = Task(nbformat.writes(notebook), probes)
    executed = run_all({"": task}, files or {}, patience, sandbox)[""]
    executed.failures += left_out
    return executed


def warm_up(modules: frozenset[str]) -> None:
    """Make this process's sandbox ready for notebooks that import `modules`."""
    _sandbox_with(modules).warm()


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
            elif isinstance(statement, ast.ImportFrom) and not statement.level:
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
class Parcel:
    """A submission's notebook on its way to a worker: plain data alone.

    Attributes:
        notebook: as JSON text.
        probes: for the index of a check's cell, the plan as JSON text and the name of the answer.
        files: the files beside the notebook, by relative path.
    """

    notebook: str
    probes: dict[int, tuple[str, str]]
    files: dict[str, bytes]
    safe: bool
    patience: Patience


def pack(
    notebook: str, probes: dict[int, Probe], folder: Path, safe: bool, patience: Patience
) -> Parcel:
    """Put a submission (JSON text) and the plain files of its folder into a parcel."""
    files, _ = read_files(folder)
    plain = {index: (probe.plan, probe.name) for index, probe in probes.items()}
    return Parcel(notebook, plain, files, safe, patience)


def work(parcel: Parcel) -> dict:
    """Run what is in a parcel; returns plain data that `unpack` reads."""
    notebook = nbformat.reads(parcel.notebook, as_version=4)
    probes = {index: Probe(*probe) for index, probe in parcel.probes.items()}
    executed = run_here(notebook, probes, parcel.files, parcel.safe, parcel.patience)
    return asdict(executed) | {"notebook": nbformat.writes(executed.notebook)}


def work_all(parcels: dict[str, Parcel]) -> dict[str, dict]:
    """Run each notebook of a submission; returns by path what `work` does."""
    return {path: work(parcel) for path, parcel in parcels.items()}


def unpack(result: dict) -> Executed:
    """Return what `work` found out."""
    notebook = nbformat.reads(result["notebook"], as_version=4)
    return Executed(**result | {"notebook": notebook})
