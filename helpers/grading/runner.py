"""Run a submission's notebook: its own cells as they are, the checks by probes of the marker.

Knows no gradebook and no right answer, so that it may run on any machine of a class.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from helpers.grading.inside import MIME

MAX_RECORD = 20_000_000  # characters of JSON
_MIMES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_MIMES += ("image/png", "image/jpeg", "image/gif")
_TOO_LONG = {
    "ename": "CellTimeoutError",
    "evalue": "the cell took too long",
    "traceback": ["This cell took too long and was stopped."],
}
_INSIDE = "__import__('helpers.checks', fromlist=['checks'])"
_PROBE = _INSIDE + ".send_record({0.plan!r}, {0.name!r})"
_QUIET = _INSIDE + ".quiet({on})"
OURS = 4  # on a busy machine no student is to lose points by what the course wrote
COURSES_OWN = "course_own"
"""Metadata of a cell that stands as the course wrote it: its pictures need not be drawn again."""


@dataclass(frozen=True)
class Patience:
    """How long a submission may take and how much it may say.

    Attributes:
        cell: seconds for a cell on the clock; a check, or a cell of the course's own, may take `OURS` times that.
        submission: seconds for all cells together.
        output: characters shown of a cell's outputs.
    """

    cell: int = 30
    submission: int = 600
    output: int = 3_000_000


class KernelLost(RuntimeError):
    """The sandbox ended under a submission, through no fault of it: it is to be run again."""


@dataclass
class Executed:
    """A notebook after its run.

    Attributes:
        notebook: with the outputs of its own cells; the checks have none yet.
        records: for each probed cell's index, the record as JSON text, or None where none came back.
        failures: why cells were not run, for the marker and the student.
        suspicions: what an honest submission does not do.
    """

    notebook: NotebookNode
    records: dict[int, str | None] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Probe:
    """What is to be sent into a cell's place: a plan as JSON text and the name of the answer."""

    plan: str
    name: str


def run(
    notebook: NotebookNode,
    probes: dict[int, Probe],
    make_manager: Callable[[], Any],
    patience: Patience | None = None,
    **start: Any,
) -> Executed:
    """Run every cell of `notebook` in one kernel.

    Args:
        notebook: changed in place.
        probes: for the index of a check's cell, what is run in its stead.
        make_manager: makes the kernel's manager.
        patience: the limits of time and output.
        start: further arguments for the kernel's start.

    Raises:
        KernelLost: the sandbox ended; nothing is known of the submission.
    """
    client = _Client(notebook, probes, make_manager, patience or Patience())
    run_sync(client.run)(**start)  # also where a loop runs already, as in the formgrader's server
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _sound(cell.outputs)
    return client.done


class _Client(NotebookClient):
    def __init__(
        self, notebook: NotebookNode, probes: dict, make_manager: Callable, patience: Patience
    ) -> None:
        super().__init__(
            notebook,
            timeout_func=self._seconds,
            allow_errors=True,
            interrupt_on_timeout=True,
            raise_on_iopub_timeout=False,
            iopub_timeout=20,  # a busy machine must not cost a record that is on its way
            error_on_timeout=_TOO_LONG,
            shutdown_kernel="immediate",
            skip_cells_with_tag="",
            record_timing=False,
            on_cell_executed=_note_error,
        )
        self.done = Executed(notebook)
        self._probes, self._make, self._patience = probes, make_manager, patience
        self._shown, self._record, self._expecting = 0, None, False
        self._over, self._quiet = "", False

    def _seconds(self, cell: NotebookNode) -> int:
        ours = self._expecting or cell.metadata.get(COURSES_OWN)
        return self._patience.cell * (OURS if ours else 1)

    def create_kernel_manager(self) -> Any:
        self.km = self._make()
        return self.km

    async def run(self, **start: Any) -> None:
        deadline = time.monotonic() + self._patience.submission
        self.reset_execution_trackers()
        async with self.async_setup_kernel(**start):
            provisioner = self.km.provisioner
            for index, cell in enumerate(self.nb.cells):
                if time.monotonic() > deadline and not self._over:
                    self._over = "the submission took too long altogether"
                if cell.cell_type == "code":
                    await self._take(index, cell)
        if getattr(provisioner, "lost", False):
            raise KernelLost
        left = getattr(provisioner, "left", 0)
        if left:
            self.done.suspicions.append(f"{left} process(es) left running")
        if self._over:
            why = getattr(provisioner, "why", "")
            self.done.failures.append(f"{self._over}{': ' if why else ''}{why}")

    async def _take(self, index: int, cell: NotebookNode) -> None:
        probe = self._probes.get(index)
        if self._over:
            cell.outputs = [] if probe else [_not_run(self._over)]
            if probe:
                self.done.records[index] = None
            return
        try:
            if probe:
                await self._probe(index, cell, probe)
            else:
                await self._run_cell(cell, index)
        except DeadKernelError:
            self._over = self._over or "the kernel came to an end"
            if probe:
                self.done.records.setdefault(index, None)
            else:
                cell.outputs.append(_not_run(self._over))

    async def _probe(self, index: int, cell: NotebookNode, probe: Probe) -> None:
        scratch = new_code_cell(_PROBE.format(probe))
        self._record, self._expecting = None, True
        try:
            await self._run_cell(scratch, index)
        finally:
            self._expecting = False
            self.nb.cells[index] = cell
            self.done.records[index] = self._record
        if self._record is None:
            self.done.suspicions.append(f"no record of {probe.name} came back")

    async def _run_cell(self, cell: NotebookNode, index: int) -> None:
        quiet = bool(cell.metadata.get(COURSES_OWN))
        if quiet != self._quiet:
            self._quiet = quiet
            self.kc.execute(_QUIET.format(on=quiet), silent=True, store_history=False)
        self._shown = 0
        await self.async_execute_cell(cell, index, store_history=True)

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> dict | None:
        """After the interrupt, see whether the kernel still answers; if not, it is killed."""
        reply = await super()._async_handle_timeout(timeout, cell)
        asked = self.kc.kernel_info()
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with contextlib.suppress(Exception):
                message = await self.kc.shell_channel.get_msg(timeout=0.5)
                if message["parent_header"].get("msg_id") == asked:
                    return reply
        await self.km.provisioner.send_signal(9)
        self._over = "a cell did not stop when it was interrupted"
        return reply

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        kind, content = msg.get("msg_type", ""), msg.get("content")
        try:
            if kind.startswith("comm") or self._is_record(kind, content):
                return None
            self._shown += _size(kind, content)
            if self._shown > self._patience.output and kind not in ("status", "error"):
                return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            if self._shown > self._patience.output:
                text = "… the rest of the output was too long to keep"
                cell.outputs.append(new_output("stream", name="stdout", text=text))
            raise
        except Exception as error:  # a message that the student's process made up
            self.done.suspicions.append(f"a damaged message: {type(error).__name__}")
            return None

    def _is_record(self, kind: str, content: dict) -> bool:
        if kind != "display_data" or MIME not in content["data"]:
            return False
        record = content["data"][MIME]
        if not self._expecting:
            self.done.suspicions.append("a record that nobody asked for")
        elif self._record is not None:
            self.done.suspicions.append("a second record")
        elif isinstance(record, str) and len(record) <= MAX_RECORD:
            self._record = record
        return True


def _note_error(cell: NotebookNode, execute_reply: dict, **_: Any) -> None:
    """Add the error of a reply where no output tells it, as after a timeout."""
    reply = execute_reply["content"]
    if reply["status"] == "error" and not any(o.output_type == "error" for o in cell.outputs):
        words = {key: reply.get(key) for key in ("ename", "evalue", "traceback")}
        cell.outputs.append(new_output("error", **words))


def _size(kind: str, content: dict) -> int:
    if kind == "stream":
        return len(content["text"])
    if kind in ("display_data", "execute_result", "update_display_data"):
        return sum(len(v) if isinstance(v, str) else 1000 for v in content["data"].values())
    return 0


def _not_run(why: str) -> NotebookNode:
    return new_output(
        "error", ename="NotRun", evalue=why, traceback=[f"This cell was not run to its end: {why}."]
    )


def _sound(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs rebuilt from their known parts, so that the notebook can be written and shown."""
    return [kept for output in outputs if (kept := _sound_one(output)) is not None]


def _sound_one(output: NotebookNode) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        traceback = output.get("traceback")
        lines = traceback[:200] if isinstance(traceback, list) else []
        return new_output(
            "error",
            ename=_text(output.get("ename")),
            evalue=_text(output.get("evalue")),
            traceback=[_text(line) for line in lines],
        )
    if kind not in ("display_data", "execute_result"):
        return None
    data = output.get("data")
    shown = {m: _text(data[m]) for m in _MIMES if isinstance(data, dict) and m in data}
    if kind == "display_data":
        return new_output(kind, data=shown)
    if not shown.get("text/plain"):  # nbgrader reads points from it
        return _not_run("its result has no text")
    return new_output(kind, data=shown, execution_count=None)


def _text(value: Any) -> str:
    """Return text that can be written as UTF-8."""
    text = value if isinstance(value, str) else str(value)[:1000]
    return text.encode("utf-8", "replace").decode("utf-8")
