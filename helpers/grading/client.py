"""The client of one submission's kernel: takes its cells one by one, within limits of time, output and messages."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zmq
import zmq.asyncio
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from helpers.checks.recording import MIME
from helpers.grading.channels import BoundedClient
from helpers.grading.executed import (
    COURSE_TIMEOUT_FACTOR,
    COURSES_OWN,
    SKIP_TAG,
    Executed,
    KernelLost,
    Probe,
    TimeLimits,
)
from helpers.grading.files import shown
from helpers.grading.outputs import CUT, JUDGED, SPARED, length, not_run, size, sound
from helpers.grading.watch import Watch

MAX_RECORD = 20_000_000  # characters of JSON
_TOO_LONG = {
    "ename": "CellTimeoutError",
    "evalue": "the cell took too long",
    "traceback": ["This cell took too long and was stopped."],
}
_PROBE = (
    "__import__('helpers.checks.recording', fromlist=['recording'])"
    ".send_record({0.plan!r}, {0.name!r})"
)
_QUIET = "__import__('helpers.plots.quiet', fromlist=['quiet']).quiet({on})"
_ALTOGETHER = "the submission took too long altogether"
_UNREADABLE = "the kernel's messages cannot be read"
_DAMAGED = 200  # messages that make no sense, after which no further one is waited for
_SILENT = 3  # cells whose outputs do not come to an end, after which the same holds
_SUSPICIONS = 20  # different ones that are told
_GRACE = 30  # seconds for a run to end by itself before its kernel is killed from outside
_GROWTH = 600 << 20  # bytes by which this process may grow while a submission runs
_START = 120  # seconds for a kernel to answer; no student's code has run by then


@dataclass(frozen=True)
class _End:
    """Where and why a run came to its end before its last cell."""

    index: int
    why: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


class _Stubborn(DeadKernelError):
    """A kernel that was killed, since it did not answer when it was interrupted; the message says so."""


class SubmissionClient(NotebookClient):
    def __init__(
        self,
        notebook: NotebookNode,
        probes: dict[int, Probe],
        make_manager: Callable[[], Any],
        time_limits: TimeLimits,
        skip: frozenset[int],
        own_lesson: bool,
    ) -> None:
        super().__init__(
            notebook,
            timeout_func=self._seconds,
            allow_errors=True,
            interrupt_on_timeout=True,
            raise_on_iopub_timeout=True,
            iopub_timeout=20,  # a busy machine must not cost a record that is on its way
            error_on_timeout=_TOO_LONG,
            shutdown_kernel="immediate",
            skip_cells_with_tag="",
            record_timing=False,
            on_cell_executed=_note_error,
        )
        self.done = Executed(notebook)
        self._probes, self._make, self._time_limits = probes, make_manager, time_limits
        self._skip, self._own_lesson = skip, own_lesson
        self._record: str | None = None
        self._shown, self._expecting = 0, False
        self._end: _End | None = None
        self._quiet, self._silent = False, 0

    def _seconds(self, cell: NotebookNode) -> float:
        ours = self._expecting or (self._own_lesson and _of_the_course(cell))
        return self._time_limits.cell * (COURSE_TIMEOUT_FACTOR if ours else 1)

    def _client(self) -> BoundedClient:
        if not isinstance(self.kc, BoundedClient):
            raise DeadKernelError("there is no connection to the kernel")
        return self.kc

    async def run(self, **start: Any) -> None:
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        self.reset_execution_trackers()
        self.km = manager = self._make()
        seconds = self._time_limits.submission + _START + 2 * _GRACE
        with Watch(manager.kill_hard, seconds, _GROWTH) as watch:
            try:
                await self._open(manager, start)
                begun = time.monotonic()
                await self._run_cells(begun + self._time_limits.submission, watch)
                self.done.seconds = time.monotonic() - begun
            finally:
                await self._close(manager)
        self._report(manager.provisioner, watch)

    async def _open(self, manager: Any, start: dict[str, Any]) -> None:
        """Start the kernel and its client; unlike nbclient's own way, without taking Ctrl-C for itself."""
        await self.async_start_new_kernel(**start)
        info = manager.get_connection_info(session=True)
        self.kc = client = BoundedClient(**info, parent=manager, context=zmq.asyncio.Context())
        client.start_channels()
        try:
            async with asyncio.timeout(_START):
                await client.wait_for_ready()
        except (RuntimeError, TimeoutError):  # no code of the submission has run
            raise KernelLost from None
        client.allow_stdin = False

    async def _close(self, manager: Any) -> None:
        client, self.kc = self.kc, None  # it would wait for messages that are still on their way
        if client is not None:
            client.stop_channels()
            client.context.destroy(linger=0)
        try:
            async with asyncio.timeout(_GRACE):
                if manager.has_kernel:
                    await manager.shutdown_kernel(now=True)
        except TimeoutError:
            manager.kill_hard()
        finally:
            await manager.cleanup_resources()

    async def _run_cells(self, deadline: float, watch: Watch) -> None:
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code":
                continue
            if self._end is None and time.monotonic() > deadline:
                self._stop(index, cell, _ALTOGETHER)
            if self._end is not None:
                self._leave(index, cell, self._end)
            elif not self._is_skipped(index, cell):
                await self._take(index, cell, deadline, watch)

    def _is_skipped(self, index: int, cell: NotebookNode) -> bool:
        tags = cell.metadata.get("tags")
        tagged = isinstance(tags, list) and SKIP_TAG in tags and _of_the_course(cell)
        return index not in self._probes and (index in self._skip or tagged)

    async def _take(self, index: int, cell: NotebookNode, deadline: float, watch: Watch) -> None:
        """Run a cell or a probe; whatever comes of it, the run goes on or has an end with a reason."""
        probe = self._probes.get(index)
        why = ""
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await (self._probe(index, cell, probe) if probe else self._run_cell(cell, index))
        except TimeoutError:
            why = _ALTOGETHER
        except CellTimeoutError:  # the reply is there, the last of its outputs is not
            self._silent += 1
            words = "its outputs did not all arrive; one may be larger than 32 MB"
            cell.outputs.append(not_run(words))
            self.done.reasons[index] = words
        except _Stubborn as error:
            why = str(error)
        except DeadKernelError:
            # nbclient says this, too, when this very task is cancelled.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from None
            why = self._death(watch) if time.monotonic() < deadline else _ALTOGETHER
        except zmq.ZMQError:  # the kernel's side of a connection takes nothing any more
            why = _UNREADABLE
        except Exception as error:  # of a reply that the student's process made up
            self._suspect(f"a damaged message: {type(error).__name__}")
            cell.outputs.append(not_run("its reply cannot be read"))
        reasons = self._client().damaged
        damaged = sum(reasons.values())
        if damaged:
            self._suspect(f"a damaged message: {shown(next(iter(reasons)))}")
        if not why and (damaged > _DAMAGED or self._silent >= _SILENT):
            why = _UNREADABLE
        if probe:
            self.done.records.setdefault(index, None)
        if why:
            self._stop(index, cell, why)
        if self._end is not None and self._end.index == index:
            self._leave(index, cell, self._end)

    def _death(self, watch: Watch) -> str:
        provisioner = self.km.provisioner if self.km else None
        why = watch.why or getattr(provisioner, "why", "")
        return f"the kernel came to an end{': ' if why else ''}{why}"

    def _stop(self, index: int, cell: NotebookNode, why: str) -> None:
        if self._end is None:
            self._end = _End(index, why, _place(index, cell))

    def _leave(self, index: int, cell: NotebookNode, end: _End) -> None:
        """Say of a cell that it did not run, or not to its end."""
        here = end.index == index
        words = end.why if here else f"not reached, because of {end}"
        self.done.reasons[index] = words
        if index in self._probes:
            self.done.records.setdefault(index, None)
            cell.outputs = []
        else:
            cell.outputs.append(not_run(words))

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
            self._suspect(f"no record of {probe.name} came back")

    async def _run_cell(self, cell: NotebookNode, index: int) -> None:
        quiet = self._own_lesson and bool(cell.metadata.get(COURSES_OWN))
        if quiet != self._quiet:
            self._quiet = quiet
            self._client().execute(_QUIET.format(on=quiet), silent=True, store_history=False)
        self._shown = 0
        await self.async_execute_cell(cell, index, store_history=True)

    async def _async_poll_kernel_alive(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self.kc is None:
                return
            try:
                await self._async_check_alive()
            except DeadKernelError:
                if self.task_poll_for_reply is not None:
                    self.task_poll_for_reply.cancel()
                return

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> dict | None:
        """After the interrupt, see whether the kernel still answers; if not, it is killed."""
        reply = await super()._async_handle_timeout(timeout, cell)
        client = self._client()
        asked = client.kernel_info()
        until = time.monotonic() + 5
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(Exception):
                message = await client.shell_channel.get_msg(timeout=left)
                if message["parent_header"].get("msg_id") == asked:
                    return reply
        provisioner = self.km.provisioner if self.km else None
        if provisioner is not None:
            await provisioner.send_signal(9)
        stubborn = "a cell did not stop when it was interrupted"
        raise _Stubborn(_UNREADABLE if client.damaged else stubborn)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        kind, content = msg.get("msg_type", ""), msg.get("content", {})
        try:
            if kind.startswith("comm") or self._is_record(kind, content):
                return None
            self._shown += size(kind, content)
            most = self._time_limits.outputs
            if self._shown > self._time_limits.output or len(cell.outputs) >= most:
                self._shown = max(self._shown, self._time_limits.output + 1)
                judged = kind in JUDGED and len(cell.outputs) < most + SPARED
                if not judged and kind not in ("status", "clear_output"):
                    return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            if self._shown > self._time_limits.output:
                cell.outputs.append(new_output("stream", name="stdout", text=CUT))
            raise
        except Exception as error:  # a message that the student's process made up
            self._suspect(f"a damaged message: {type(error).__name__}")
            return None

    def _is_record(self, kind: str, content: dict) -> bool:
        if kind != "display_data" or MIME not in content["data"]:
            return False
        record = content["data"][MIME]
        if not self._expecting:
            self._suspect("a record that nobody asked for")
        elif self._record is not None:
            self._suspect("a second record")
        elif isinstance(record, str) and len(record) <= MAX_RECORD:
            self._record = record
        return True

    def _suspect(self, words: str) -> None:
        known = self.done.suspicions
        if words not in known and len(known) < _SUSPICIONS:
            known.append(words)

    def _report(self, provisioner: Any, watch: Watch) -> None:
        if getattr(provisioner, "lost", False) and not watch.why:
            raise KernelLost(self.done.seconds)
        left = getattr(provisioner, "left", 0)
        if left:
            self._suspect(f"{left} process(es) left running")
        if self._end is None and watch.why:
            self._end = _End(len(self.nb.cells), watch.why, "the last cell")
        if self._end is not None:
            self.done.failures.append(self._end_in_words(self._end))

    def _end_in_words(self, end: _End) -> str:
        after = [i for i in self.done.reasons if i > end.index]
        checks = sum(i in self._probes or _is_graded(self.nb.cells[i]) for i in after)
        if not after:
            return str(end)
        return f"{end}; {len(after)} cell(s) after it were not reached, {checks} of them graded"

    def tidy(self) -> None:
        """Rebuild the outputs and bound them, of each cell and of all."""
        used = 0
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                left = max(self._time_limits.altogether - used, 0)
                cell.outputs = sound(cell.outputs, min(2 * self._time_limits.output, left))
                used += sum(map(length, cell.outputs))


def _of_the_course(cell: NotebookNode) -> bool:
    """Return whether a cell's source is the course's: it stands as released, or nbgrader has put it back."""
    nbgrader = cell.metadata.get("nbgrader")
    locked = isinstance(nbgrader, dict) and bool(nbgrader.get("locked"))
    return locked or bool(cell.metadata.get(COURSES_OWN))


def _is_graded(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader")
    return isinstance(nbgrader, dict) and bool(nbgrader.get("grade"))


def _place(index: int, cell: NotebookNode) -> str:
    """Return words by which a student finds a cell."""
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {index + 1} ({shown(first, 50)})"


def _note_error(cell: NotebookNode, execute_reply: dict, **_: Any) -> None:
    """Add the error of a reply where no output tells it, as after a timeout."""
    reply = execute_reply["content"]
    if reply["status"] == "error" and not any(o.output_type == "error" for o in cell.outputs):
        words = {key: reply.get(key) for key in ("ename", "evalue", "traceback")}
        cell.outputs.append(new_output("error", **words))
