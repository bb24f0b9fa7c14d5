"""The marker's side of the sandbox: it starts the fork server, gives it orders, and ends it."""

import atexit
import base64
import contextlib
import json
import os
import select
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from helpers.grading.files import write_files
from helpers.grading.sandbox import protocol
from helpers.grading.sandbox.export import export_without_answers
from helpers.grading.sandbox.isolation import Bubblewrap, Container, Limits, chosen
from helpers.notebooks import ROOT

PRELOADED = (
    "numpy",
    "torch",
    "torch.optim",
    "matplotlib.pyplot",
    "ipywidgets",
    "PIL.Image",
    "helpers.data",
    "helpers.plots.quiet",
    "helpers.checks.recording",
    "helpers.checks.probe",
    "helpers.lessons.*.drivers",
    "helpers.lessons.*.demos",
)
"""What a lesson of the course needs. Another course's notebook needs nothing but what its own cells import."""

_FOLDERS = "course-marking-"  # and the number of the process that owns one
ENDED = "the sandbox came to an end"
RENEWED = 200  # submissions after which the fork server is replaced
_START = 120  # seconds for the fork server to come up
_EXTRA = 60  # seconds for it to come up where it imports what a lesson's cells name
_ANSWER = 30  # seconds for the answer to an order
_CARRY = 120  # the same, where it brings files
_SOCKETS = 10  # seconds for a kernel to open its sockets


_NO_FILES: Mapping[str, bytes] = MappingProxyType({})


class SandboxError(RuntimeError):
    """Students' code cannot be run safely here; the message says what to do."""


@dataclass(frozen=True)
class Start:
    """What a kernel starts with.

    Attributes:
        files: those of the submission, by path; it finds copies of them in its folder.
        own_lesson: whether the notebook is one of the course's lessons. Else a module beside the notebook wins
            over every other of its name, and the course's `helpers` are not there.
        lifetime: seconds on the clock after which the kernel is ended, whatever happens outside.
        carry: whether the files that it leaves behind are wanted.
    """

    files: Mapping[str, bytes] = field(default_factory=lambda: _NO_FILES)
    own_lesson: bool = True
    lifetime: float = 900.0
    carry: bool = False


@dataclass(frozen=True)
class Left:
    """What a kernel left behind.

    Attributes:
        processes: how many had left the kernel's own ones and went on.
        files: the plain files in its folder by path, or None where they were not wanted or not to be had.
        left_out: a sentence for each thing that was too large or no plain file.
    """

    processes: int = 0
    files: Mapping[str, bytes] | None = None
    left_out: tuple[str, ...] = ()


def _clear_leftovers() -> None:
    """Take away the folders of markers that were killed."""
    for folder in Path("/tmp").glob(f"{_FOLDERS}*"):
        owner = folder.name.removeprefix(_FOLDERS).partition("-")[0]
        if not owner.isdigit() or Path(f"/proc/{owner}").exists():
            continue
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder)


class Sandbox:
    """A fork server that can reach nothing; one kernel at a time.

    Args:
        limits: what each submission may use.
        modules: what the fork server imports; with one of the course's `helpers` among them `PRELOADED`, too.
        isolation: left out: what this machine's environment asks for.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        modules: frozenset[str] = frozenset(),
        isolation: Bubblewrap | Container | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.modules = modules
        self._isolation = isolation or chosen()
        _clear_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-", dir="/tmp"))
        self._kernels = self._folder / "k"
        self._kernels.mkdir()
        self._sealed = export_without_answers(self._folder / "sealed")
        if self._isolation.foreign:
            if (ROOT / "assets").exists():
                shutil.copytree(ROOT / "assets", self._sealed / "assets", dirs_exist_ok=True)
            _let_read(self._sealed, self._kernels)
        self._name, self._launched = "", 0
        self._process: subprocess.Popen | None = None
        self._count = 0
        self._own = self._kernels
        self._kept_apart = True
        self._extra = modules
        self._closed = False
        atexit.register(self.close)

    def start(self, connection: dict[str, Any], begin: Start | None = None) -> None:
        """Start a kernel.

        Args:
            connection: Jupyter's connection information, with the transport "ipc" and `place()` for ip.
            begin: what it starts with.

        Raises:
            SandboxError: the kernel cannot be started.
        """
        begin = begin or Start()
        folder = self._own
        write_files(begin.files, folder / protocol.FILES)
        (folder / protocol.CONNECTION).write_text(json.dumps(connection))
        order = protocol.start(
            str(folder),
            asdict(self.limits),
            begin.own_lesson,
            begin.lifetime,
            self._isolation.foreign,
        )
        if self._isolation.foreign:
            _let_read(folder)
            folder.chmod(0o777)  # for the sockets, until they are there
        try:
            answer = self._ask(order)
        except SandboxError:  # it died between two submissions: once more with a new one
            self._stop()
            answer = self._ask(order)
        self._kept_apart = answer["isolated"]
        if self._isolation.foreign:
            _wait_for_sockets(folder)
            folder.chmod(0o755)

    def launch(self) -> None:
        """Start the fork server now, where there is none, so that the first kernel need not wait for it.

        Raises:
            SandboxError: it does not start, or this sandbox is closed.
        """
        if self._closed:
            raise SandboxError("the sandbox is closed")
        if self._process is not None:
            return
        if self._extra:
            try:
                self._process = self._launch(self._extra, _EXTRA)
                return
            except SandboxError:  # a module that ends the program or never comes to an end
                self._extra = frozenset()
        self._process = self._launch(frozenset(), _START)

    def place(self) -> Path:
        """Make a folder for the next kernel; return the beginning of its sockets' paths."""
        self._count += 1
        self._own = self._kernels / str(self._count)
        self._own.mkdir()
        return self._own / "s"

    def poll(self) -> tuple[int | None, str]:
        """Return the kernel's exit status (None while it runs) and why it was ended, if it was."""
        if not self._lives():
            return -9, ENDED
        try:
            answer = self._ask(protocol.poll())
        except SandboxError:
            return -9, ENDED
        return answer.get("status"), answer.get("why", "")

    def signal(self, number: int) -> None:
        """Send the kernel a signal, if it still runs."""
        if self._lives():
            with contextlib.suppress(SandboxError):
                self._ask(protocol.send_signal(number))

    def end(self, carry: bool = False) -> Left:
        """End the kernel and all that it started; `carry`: return the files that it leaves, too."""
        left = Left()
        if self._lives():
            with contextlib.suppress(SandboxError):
                answer = self._ask(protocol.end(carry), _CARRY if carry else _ANSWER)
                left = _left(answer, carry)
                self._kept_apart = self._kept_apart and not answer.get("stuck")
        shutil.rmtree(self._own, ignore_errors=True)
        if not self._kept_apart or self._count % RENEWED == 0:
            self._stop()
        return left

    def kill(self) -> None:
        """Kill the fork server with all that runs in it; any thread may do so, while another one waits for it."""
        process = self._process
        if process is not None:
            process.kill()
            self._isolation.end(self._name)

    def close(self) -> None:
        """End the fork server and take its folder away; no other one is started."""
        self._closed = True
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._isolation.end(self._name)
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # an order that could not be sent is still in it
                    if stream is not None:
                        stream.close()

    def _ask(self, order: dict[str, Any], seconds: float = _ANSWER) -> dict[str, Any]:
        self.launch()
        process = self._process
        try:
            if process is None or process.stdin is None:
                raise OSError("it was ended")
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return _answer(process, seconds)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the fork server is gone: {error}{self._complaints()}") from None

    def _complaints(self) -> str:
        log = self._folder / "log"
        return "\n" + log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _launch(self, extra: frozenset[str], seconds: float) -> subprocess.Popen:
        self._launched += 1
        self._name = f"{self._folder.name}-{self._launched}"
        command = self._isolation.command(self._name, self._sealed, self._kernels, self.limits)
        lesson = any(name.partition(".")[0] == "helpers" for name in self.modules)
        wanted = protocol.Wanted(modules=PRELOADED if lesson else (), extra=sorted(extra))
        with (self._folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*command, json.dumps(wanted)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                cwd=self._folder,  # an engine may leave files where it is started
                env=self._isolation.environment(),
                start_new_session=True,  # Ctrl-C is for the marker alone
            )
        self._process = process
        try:
            _answer(process, seconds)
        except (OSError, ValueError):
            self._stop()
            message = f"the sandbox does not start:{self._complaints()}"
            raise SandboxError(message) from None
        except BaseException:  # Ctrl-C
            self._stop()
            raise
        return process


def _answer(process: subprocess.Popen, seconds: float) -> dict[str, Any]:
    answers = process.stdout
    if answers is None or not select.select([answers], [], [], seconds)[0]:
        raise OSError("it does not answer")
    return json.loads(answers.readline())


def _left(answer: dict[str, Any], carry: bool) -> Left:
    files = {n: base64.b64decode(c) for n, c in answer.get("files", {}).items()} if carry else None
    return Left(answer.get("left", 0), files, tuple(answer.get("left_out", ())))


def _let_read(*folders: Path) -> None:
    """Let another user read folders, whatever this one's umask is."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _wait_for_sockets(folder: Path) -> None:
    """Wait until a kernel has opened its five sockets; one that fails to is found out by `poll`."""
    until = time.monotonic() + _SOCKETS
    while time.monotonic() < until:
        if sum(stat.S_ISSOCK(p.lstat().st_mode) for p in folder.iterdir()) == protocol.SOCKETS:
            return
        time.sleep(0.01)
