"""Run students' code where it can reach nothing: walls, limits, and a warm process that forks kernels."""

import atexit
import contextlib
import json
import os
import select
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from jupyter_client import AsyncKernelManager

from helpers.grading.walls import Bubblewrap, Container, Limits, chosen
from helpers.notebooks import ROOT

PRELOADED = (
    "numpy",
    "torch",
    "torch.optim",
    "matplotlib.pyplot",
    "ipykernel.kernelapp",
    "ipywidgets",
    "PIL.Image",
    "helpers.data",
    "helpers.plots",
    "helpers.demos.*",
    "helpers.checks.probe",
    "helpers.checks.drivers.*",
)
_FOLDERS = "course-marking-"  # and the number of the process that owns one
ENDED = "the sandbox came to an end"
RENEWED = 200  # submissions after which the warm process is replaced
_START = 120  # seconds for the warm process to come up
_ANSWER = 30  # seconds for the answer to an order
_SOCKETS = 10  # seconds for a kernel to open its sockets


class SandboxError(RuntimeError):
    """Students' code cannot be run safely here; the message says what to do."""


def seal(folder: Path) -> Path:
    """Copy what a lesson imports into `folder`, without the exercises' answers and without the grader."""
    here = ROOT / "helpers"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        here, folder / "helpers", ignore=lambda d, names: _withheld(Path(d), here) | skip(d, names)
    )
    lessons = folder / "helpers/checks/lessons"
    lessons.mkdir()
    (lessons / "__init__.py").write_text("")
    shutil.copy(here / "grading/inside.py", folder / "helpers/checks/__init__.py")
    shutil.copy(here / "grading/warm.py", folder / "warm.py")
    (folder / "assets").mkdir()  # the real one is mounted over it
    return folder


def _withheld(folder: Path, package: Path) -> set[str]:
    return {package: {"grading"}, package / "checks": {"lessons"}}.get(folder, set())


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
    """A warm process within walls; one kernel at a time.

    Args:
        limits: what each submission may use.
        modules: what the warm process imports besides `PRELOADED`.
        walls: left out: what this machine's environment asks for.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        modules: frozenset[str] = frozenset(),
        walls: Bubblewrap | Container | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.modules = modules
        self._walls = walls or chosen()
        _clear_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-", dir="/tmp"))
        self._kernels = self._folder / "k"
        self._kernels.mkdir()
        self._sealed = seal(self._folder / "sealed")
        if self._walls.foreign:
            if (ROOT / "assets").exists():
                shutil.copytree(ROOT / "assets", self._sealed / "assets", dirs_exist_ok=True)
            _let_read(self._sealed, self._kernels)
        self._name, self._launched = "", 0
        self._process: subprocess.Popen | None = None
        self._count = 0
        self._own = self._kernels
        self._isolated = True
        atexit.register(self.close)

    def start(self, connection: dict, files: Path | None) -> None:
        """Start a kernel.

        Args:
            connection: Jupyter's connection information, with the transport "ipc" and `place()` for ip.
            files: folder with the submission's files, which are copied; None: an empty folder.

        Raises:
            SandboxError: the kernel cannot be started.
        """
        folder = self._own
        copied = folder / "files"
        if files is None:
            copied.mkdir()
        else:
            copy_files(files, copied, self.limits)
        (folder / "connection.json").write_text(json.dumps(connection))
        order = {"do": "start", "folder": str(folder), "limits": asdict(self.limits)}
        if self._walls.foreign:
            _let_read(folder)
            folder.chmod(0o777)  # for the sockets, until they are there
            order["user_is_shared"] = True
        try:
            answer = self._ask(order)
        except SandboxError:  # it died between two submissions: once more with a new one
            self._stop()
            answer = self._ask(order)
        self._isolated = answer["isolated"]
        if self._walls.foreign:
            _wait_for_sockets(folder)
            folder.chmod(0o755)

    def warm(self) -> None:
        """Start the warm process now, where there is none, so that the first kernel need not wait for it."""
        if self._process is None:
            self._process = self._launch()

    def place(self) -> Path:
        """Make a folder for the next kernel; return the beginning of its sockets' paths."""
        self._count += 1
        self._own = self._kernels / str(self._count)
        self._own.mkdir()
        return self._own / "s"

    def poll(self) -> tuple[int | None, str]:
        """Return the kernel's exit status (None while it runs) and why it was ended, if it was."""
        if self._process is None or self._process.poll() is not None:
            return -9, ENDED
        answer = self._ask({"do": "poll"})
        return answer.get("status"), answer.get("why", "")

    def signal(self, number: int) -> None:
        """Send the kernel a signal."""
        self._ask({"do": "signal", "number": number})

    def end(self) -> int:
        """End the kernel and all that it started; returns how many processes it had left running."""
        left = 0
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(SandboxError):
                left = self._ask({"do": "end"}).get("left", 0)
        shutil.rmtree(self._own, ignore_errors=True)
        if not self._isolated or self._count % RENEWED == 0:
            self._stop()
        return left

    def close(self) -> None:
        """End the warm process and take its folder away."""
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _stop(self) -> None:
        if self._process is not None:
            self._walls.end(self._name)
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):  # an order that could not be sent is still in it
                    stream.close()
            self._process = None

    def _ask(self, order: dict) -> dict:
        self.warm()
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return self._answer(_ANSWER)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the warm process is gone: {error}{self._complaints()}") from None

    def _answer(self, patience: float) -> dict:
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise OSError("it does not answer")
        return json.loads(self._process.stdout.readline())

    def _complaints(self) -> str:
        log = self._folder / "log"
        return "\n" + log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _launch(self) -> subprocess.Popen:
        self._launched += 1
        self._name = f"{self._folder.name}-{self._launched}"
        command = self._walls.command(self._name, self._sealed, self._kernels, self.limits)
        with (self._folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*command, json.dumps([*PRELOADED, *sorted(self.modules)])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._folder,  # an engine may leave files where it is started
                env=self._walls.environment(),
            )
        self._process = process
        try:
            self._answer(_START)
        except (OSError, ValueError):
            self._stop()
            message = f"the sandbox does not start:{self._complaints()}"
            raise SandboxError(message) from None
        return process


def _let_read(*folders: Path) -> None:
    """Let another user read folders, whatever this one's umask is."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _wait_for_sockets(folder: Path) -> None:
    """Wait until a kernel has opened its five sockets; one that fails to is found out by `poll`."""
    until = time.monotonic() + _SOCKETS
    while time.monotonic() < until:
        if sum(stat.S_ISSOCK(p.lstat().st_mode) for p in folder.iterdir()) == 5:
            return
        time.sleep(0.01)


def copy_files(source: Path, target: Path, limits: Limits) -> None:
    """Copy the plain files of a submission; links, devices and notebooks stay behind.

    Raises:
        SandboxError: there are too many, or they are too large.
    """
    size, count = 0, 0
    target.mkdir()
    for folder, folders, names in os.walk(source):
        folders[:] = [f for f in folders if not (Path(folder) / f).is_symlink()]
        for name in names:
            path = Path(folder) / name
            if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
                continue
            size, count = size + path.stat().st_size, count + 1
            if size > limits.disk // 2 or count > limits.files // 2:
                raise SandboxError("the files beside the notebook are too many or too large")
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)


def open_kernel(folder: Path, files: Path) -> tuple[Callable, dict]:
    """Return the manager and the start arguments of a kernel without walls, in a copy of `files`.

    It imports the answer-free copy too, but nothing keeps a student's code from looking further.
    """
    sealed = seal(folder / "sealed")
    (sealed / "assets").rmdir()
    (sealed / "assets").symlink_to(ROOT / "assets")
    copy_files(files, folder / "files", Limits())
    environment = os.environ | {"PYTHONPATH": str(sealed), "NBGRADER_EXECUTION": "autograde"}
    environment["COURSE_PROGRESS"] = str(folder / "progress.json")
    manager = partial(AsyncKernelManager, kernel_name="python3")
    return manager, {"env": environment, "cwd": str(folder / "files")}
