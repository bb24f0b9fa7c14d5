"""What keeps students' code in: bubblewrap, or a container where an image is named."""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from helpers.grading.sandbox.protocol import BESIDE_COURSE, COURSE, WORK
from helpers.lessons.registry import exercises
from helpers.notebooks import ROOT

CHOICE = "COURSE_CONTAINER"
"""The environment variable that names the image; left out: bubblewrap. Each worker's machine has its own."""

NOBODY = 65534
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/fonts")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime")
_ENVIRONMENT = {
    "HOME": WORK,
    "USER": "student",  # the system has no name for whom it runs as
    "TMPDIR": "/tmp",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    # Else the first `torch.compile` forks a pool of workers, as many as the machine has cores.
    "TORCHINDUCTOR_COMPILE_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NBGRADER_EXECUTION": "autograde",
    "COURSE_PROGRESS": "/tmp/progress.json",
    "PYTHONPATH": COURSE,
}
_FORK_SERVER = ("-P", f"{COURSE}/{BESIDE_COURSE}/fork_server.py")
_ENGINES = ("podman", "docker")
_ENGINES_OWN = (  # what an engine's command needs to find its containers; nothing of it reaches one
    "HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "CONTAINER_HOST",
)
_SERVER_MEMORY = 1 << 30  # bytes that the fork server itself may take
_SERVER_PROCESSES = 64
_SECONDS = 60  # seconds for a short command of an engine


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        memory: bytes, of all its processes together, and that each may take beyond what a kernel starts with.
        disk: bytes in its own folder, and of one file.
        files: number of files.
        processes: processes and threads.
        open_files: open files of a process.
        seconds: computing time of a process.
    """

    memory: int = 2 << 30
    disk: int = 256 << 20
    files: int = 4096
    processes: int = 128
    open_files: int = 512
    seconds: int = 300


@dataclass(frozen=True)
class Bubblewrap:
    """This machine's own system and Python, read-only, and nothing else of it."""

    foreign = False  # files that are made inside belong to whoever marks

    def why_not(self) -> str:
        """Return why this does not work here, or ""."""
        if shutil.which("bwrap") is None:
            return (
                "bubblewrap is not installed: `sudo apt-get install bubblewrap`, or name a container image in "
                f"{CHOICE} (see TEACHING.md)"
            )
        attempt = subprocess.run([*self._view(), "true"], capture_output=True, text=True)
        if attempt.returncode:
            return f"bubblewrap does not work here: {attempt.stderr.strip()}"
        return ""

    def command(self, name: str, sealed: Path, kernels: Path, limits: Limits) -> list[str]:
        """Return the command that starts the fork server, which sees these two folders."""
        command = self._view()
        for path in sorted({sys.prefix, sys.base_prefix}):
            command += ["--ro-bind", path, path]
        for folder in exercises():  # of packages that are installed beside Python's own
            command += (
                ["--tmpfs", str(folder), "--remount-ro", str(folder)] if _is_seen(folder) else []
            )
        command += ["--ro-bind", str(sealed), COURSE]
        command += ["--ro-bind-try", str(ROOT / "assets"), f"{COURSE}/assets"]
        command += ["--bind", str(kernels), str(kernels)]
        for key, value in _ENVIRONMENT.items():
            command += ["--setenv", key, value]
        command += ["--setenv", "PATH", f"{sys.prefix}/bin:/usr/bin:/bin"]
        command += ["--remount-ro", "/dev", "--remount-ro", "/"]
        return [*command, sys.executable, *_FORK_SERVER]

    def environment(self) -> dict[str, str]:
        """Return the environment of the command itself."""
        return {"PATH": os.environ.get("PATH", os.defpath)}

    def end(self, name: str) -> None:
        """Do nothing: what is inside ends with the command."""

    def _view(self) -> list[str]:
        """Return the bubblewrap command that shows a read-only system and no network."""
        command = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
        command += ["--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop", "ALL", "--clearenv"]
        for path in (*_SYSTEM, *_SYSTEM_FILES):
            command += ["--ro-bind-try", path, path]
        command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"]
        return [*command, "--size", str(Limits.disk), "--tmpfs", "/tmp"]


@dataclass(frozen=True)
class Container:
    """A container of Podman or Docker.

    Its user is another than the one who marks. Where the engine allows no namespaces inside, as Docker does not,
    each submission gets a container of its own.

    Attributes:
        image: with Python and the packages of requirements.txt, but without the course: `Containerfile`.
        engine: the program; empty: Podman if it is installed, else Docker.
    """

    image: str
    engine: str = ""
    foreign = True

    @property
    def program(self) -> str:
        """The engine's program, or "" where there is none."""
        return self.engine or next(filter(shutil.which, _ENGINES), "")

    def why_not(self) -> str:
        """Return why this does not work here, or ""."""
        if not self.program:
            return (
                f"{CHOICE} names the image {self.image}, but neither Podman nor Docker is installed"
            )
        found = self._do("image", "inspect", self.image)
        if found is None or found.returncode:
            said = found.stderr.strip() if found else "it does not answer"
            return f"{self.program} cannot use the image {self.image} (see TEACHING.md): {said}"
        return ""

    def command(self, name: str, sealed: Path, kernels: Path, limits: Limits) -> list[str]:
        """Return the command that starts the fork server, which sees these two folders."""
        memory = str(limits.memory + limits.disk + _SERVER_MEMORY)
        command = [self.program, "run", "--rm", "--interactive", "--name", name, "--pull", "never"]
        command += ["--network", "none", "--read-only", "--cap-drop", "ALL"]
        command += ["--security-opt", "no-new-privileges", "--user", f"{NOBODY}:{NOBODY}"]
        command += ["--memory", memory, "--memory-swap", memory, "--shm-size", str(limits.disk)]
        command += ["--pids-limit", str(limits.processes + _SERVER_PROCESSES)]
        bounds = {"nofile": limits.open_files, "fsize": limits.disk, "core": 0}
        for key, most in bounds.items():
            command += ["--ulimit", f"{key}={most}:{most}"]
        command += ["--tmpfs", f"/tmp:rw,nosuid,nodev,mode=1777,size={limits.disk}"]
        command += ["--volume", f"{sealed}:{COURSE}:ro,Z", "--volume", f"{kernels}:{kernels}:rw,Z"]
        for key, value in _ENVIRONMENT.items():
            command += ["--env", f"{key}={value}"]
        command += ["--workdir", "/tmp", "--log-driver", "none", "--entrypoint", "python"]
        return [*command, self.image, *_FORK_SERVER]

    def environment(self) -> dict[str, str]:
        """Return the environment of the engine's command, of which nothing reaches the container."""
        own = {key: os.environ[key] for key in _ENGINES_OWN if key in os.environ}
        return own | {"PATH": os.environ.get("PATH", os.defpath)}

    def end(self, name: str) -> None:
        """End a container: it would go on when only the engine's command is killed."""
        self._do("rm", "--force", name)

    def _do(self, *arguments: str) -> subprocess.CompletedProcess | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(
                [self.program, *arguments],
                env=self.environment(),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
            )
        return None


def _is_seen(folder: Path) -> bool:
    shown = [*_SYSTEM, sys.prefix, sys.base_prefix]
    return any(folder.is_relative_to(path) for path in shown)


def chosen() -> Bubblewrap | Container:
    """Return the isolation that this machine's environment asks for."""
    image = os.environ.get(CHOICE, "")
    return Container(image) if image else Bubblewrap()


def why_not() -> str:
    """Return why there can be no sandbox on this machine, or ""."""
    if not sys.platform.startswith("linux"):
        return "the sandbox needs Linux"
    return chosen().why_not()
