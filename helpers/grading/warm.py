"""The warm process: it has imported what lessons use and forks a kernel for each submission.

Runs inside the sandbox as a script, in an answer-free copy of this project; imports nothing of it. Orders
come as lines of JSON on standard input, one answer each on standard output:

{"do": "start", "folder": ..., "limits": {...}, "user_is_shared": ...} → {"isolated": true}
{"do": "poll"}                                                        → {"status": null or a number, "why": ""}
{"do": "signal", "number": 2}                                         → {}
{"do": "end"}                                                         → {"left": processes that it had started}

One kernel runs at a time. It gets namespaces of its own (users, mounts, processes, IPC) inside those of the
sandbox, so that nothing of one submission is left for the next. Where the system refuses that, "isolated" is
false and this process must not be used for another submission.
"""

import contextlib
import ctypes
import importlib
import io
import json
import os
import pkgutil
import resource
import select
import shutil
import signal
import stat
import sys
import time
from pathlib import Path

_NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000  # user, mount, pid, ipc
_MS_READ_ONLY, _MS_NO_SUID, _MS_NO_DEV, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 32, 4096
_MS_PRIVATE, _MS_RECURSIVE = 1 << 18, 16384
_SET_DUMPABLE, _DROP_FROM_BOUNDING_SET, _NO_NEW_PRIVILEGES = 4, 24, 38
_PATROL = 0.2  # seconds between two looks at the memory in use
WORK = "/tmp/work"

_libc = ctypes.CDLL(None, use_errno=True)


def preload(modules: list[str]) -> None:
    """Import `modules` ("package.*": all in it) and make the caches that drawing needs.

    Starts no thread: a fork would lose it.
    """
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for name in modules:
        with contextlib.suppress(ImportError):
            package = importlib.import_module(name.removesuffix(".*"))
            for inner in pkgutil.iter_modules(package.__path__) if name.endswith(".*") else ():
                importlib.import_module(f"{package.__name__}.{inner.name}")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if "matplotlib" in sys.modules:
        figure = importlib.import_module("matplotlib.figure").Figure()
        figure.add_subplot().set_title("x")
        figure.savefig(io.BytesIO())


class Kernel:
    """The kernel that is running, as this process sees it."""

    def __init__(self, order: dict) -> None:
        self.limits = order["limits"]
        self.why = ""
        self.status: int | None = None
        read, write = os.pipe()
        self._keeper = os.fork()
        if not self._keeper:
            with contextlib.suppress(BaseException):
                _keep(order, write)
            os._exit(70)
        os.close(write)
        with os.fdopen(read) as pipe:
            answer = json.loads(pipe.readline() or "{}")
        self.pid: int | None = answer.get("pid")
        self.isolated: bool = answer.get("isolated", False)

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.status is None:
            pid, status = os.waitpid(self._keeper, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def patrol(self) -> None:
        """Kill it where all its processes together are too many or too large.

        The system's own limits are for one process; that on their number does not hold for root.
        """
        if self.poll() is not None:
            return
        others = _others({1, os.getpid(), self._keeper})
        if len(others) > self.limits["processes"]:
            self.why = "it started too many processes"
        elif sum(map(_memory, others)) > self.limits["memory"]:
            self.why = "it took too much memory"
        else:
            return
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal to the kernel. The first process of a namespace takes all others with it."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self) -> int:
        """Kill the kernel with all that it started; return how many processes it had left running."""
        left = len(_others({1, os.getpid(), self._keeper, self.pid}))
        self.signal(signal.SIGKILL)
        if self.status is None:
            os.waitpid(self._keeper, 0)
            self.status = -9
        return left


def _others(known: set[int | None]) -> list[int]:
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) not in known]


def _memory(pid: int) -> int:
    """Return the bytes that a process holds for itself; 0 where it has ended."""
    try:
        resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return 0
    return (resident - shared) * resource.getpagesize()


def _keep(order: dict, write: int) -> None:
    """Make the namespaces, fork the kernel into them, and wait for its end."""
    uid, gid = os.getuid(), os.getgid()
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)  # else the files in /proc/self are not ours
    isolated = _libc.unshare(_NEW_NAMESPACES) == 0
    if isolated:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    kernel = os.fork()
    if kernel:
        _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    if not kernel:
        os.close(write)
        with contextlib.suppress(BaseException):
            _be_kernel(order, isolated)
        os._exit(71)
    os.write(write, json.dumps({"pid": kernel, "isolated": isolated}).encode() + b"\n")
    os.closerange(0, 256)
    _, status = os.waitpid(kernel, 0)
    os._exit(min(abs(os.waitstatus_to_exitcode(status)), 255))


def _be_kernel(order: dict, isolated: bool) -> None:
    folder, limits = order["folder"], order["limits"]
    os.setsid()  # a signal to its process group must not reach the warm process
    _forget_descriptors()
    if isolated:
        _own_view(folder, limits)
    # Imports may have made it, where /tmp is not a fresh one.
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(f"{folder}/files", WORK)
    os.chdir(WORK)
    _limit(limits, shared=order.get("user_is_shared", False))
    for name in ("random", "numpy.random"):  # else every kernel would draw the same
        if name in sys.modules:
            sys.modules[name].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["kernel"]
    # Last, so that a file beside the notebook cannot stand in for an installed module.
    sys.path = [p for p in sys.path if p] + [WORK]
    kernel = IPKernelApp.instance(connection_file=f"{folder}/connection.json")
    umask = os.umask(0)  # so that the marker, who may be another user, may write to the sockets
    kernel.initialize(["--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False"])
    _wait_for_sockets(folder)
    os.umask(umask)
    if isolated:  # once the sockets are there nothing more is to be written outside the own /tmp
        flags = _MS_REMOUNT | _MS_BIND | _MS_READ_ONLY | _MS_NO_SUID | _MS_NO_DEV
        _mount(None, folder, None, flags)
    _drop_capabilities()
    kernel.start()


def _wait_for_sockets(folder: str) -> None:
    """Wait for the five sockets of a kernel: the heartbeat opens its own in another thread."""
    for _ in range(1000):
        if sum(stat.S_ISSOCK(os.lstat(f"{folder}/{n}").st_mode) for n in os.listdir(folder)) == 5:
            return
        time.sleep(0.005)
    raise TimeoutError("the kernel did not open its sockets")


def _forget_descriptors() -> None:
    os.closerange(3, 4096)
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


def _own_view(folder: str, limits: dict) -> None:
    """Mount a fresh /tmp with nothing but the kernel's own folder, a fresh /dev/shm and a fresh /proc.

    Python stays visible (read-only, as in the sandbox) where it is installed in /tmp.
    """
    _mount(None, "/", None, _MS_PRIVATE | _MS_RECURSIVE)
    python = {p for p in (sys.prefix, sys.base_prefix) if p.startswith("/tmp/")}
    kept = {path: os.open(path, os.O_PATH) for path in (folder, *sorted(python))}
    for place in ("/tmp", "/dev/shm"):
        options = f"size={limits['disk']},nr_inodes={limits['files']},mode=0777"
        _mount("tmpfs", place, "tmpfs", _MS_NO_SUID | _MS_NO_DEV, options)
    for path, opened in kept.items():
        os.makedirs(path)
        _mount(f"/proc/self/fd/{opened}", path, None, _MS_BIND)
        os.close(opened)
    with contextlib.suppress(OSError):  # refused where /proc of the sandbox is partly covered
        _mount("proc", "/proc", "proc", _MS_NO_SUID | _MS_NO_DEV)


def _mount(what: str | None, where: str, kind: str | None, flags: int, options: str = "") -> None:
    arguments = [None if a is None else a.encode() for a in (what, where, kind)]
    if _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), where)


def _limit(limits: dict, shared: bool) -> None:
    """Set the system's limits; that on processes counts all of a user, so not where others share it."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    bounds = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + limits["memory"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["disk"],
        resource.RLIMIT_CPU: limits["seconds"],
        resource.RLIMIT_CORE: 0,
    }
    if not shared:
        bounds[resource.RLIMIT_NPROC] = limits["processes"]
    for which, bound in bounds.items():
        resource.setrlimit(which, (bound, bound))


def _drop_capabilities() -> None:
    for number in range(64):
        _libc.prctl(_DROP_FROM_BOUNDING_SET, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def serve(orders: io.TextIOBase, answers: io.TextIOBase) -> None:
    """Carry out orders until there are no more."""
    kernel: Kernel | None = None
    while True:
        if not select.select([orders], [], [], _PATROL)[0]:
            if kernel:
                kernel.patrol()
            continue
        line = orders.readline()
        if not line:
            return
        order, answer = json.loads(line), {}
        if order["do"] == "start":
            kernel = Kernel(order)
            answer = {"isolated": kernel.isolated}
        elif kernel and order["do"] == "poll":
            answer = {"status": kernel.poll(), "why": kernel.why}
        elif kernel and order["do"] == "signal":
            kernel.signal(order["number"])
        elif kernel and order["do"] == "end":
            answer = {"left": kernel.end()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Take the way out for orders and answers away from standard input and output, then serve."""
    orders = os.fdopen(os.dup(0), "r")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(2, 1)
    preload(json.loads(sys.argv[1]))
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)  # kernels must not look into this process
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    serve(orders, answers)


if __name__ == "__main__":
    main()
