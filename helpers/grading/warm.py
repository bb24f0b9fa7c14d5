"""The warm process: it has imported what lessons use and forks a kernel for each submission.

Runs inside the sandbox as a script, in an answer-free copy of this project; imports nothing of it but the file that
lies beside it. Orders come as lines of JSON on standard input, one answer each on standard output:

{"do": "start", "folder": ..., "limits": {...}, "own_lesson": true, "lifetime": 900, "user_is_shared": ...}
                                         → {"isolated": true}
{"do": "poll"}                           → {"status": null or a number, "why": ""}
{"do": "signal", "number": 2}            → {}
{"do": "end", "carry": false}            → {"left": processes that had left the kernel, "files": {}, "left_out": []}

One kernel runs at a time. It gets namespaces of its own (users, mounts, processes, IPC) inside those of the
sandbox, so that nothing of one submission is left for the next. Where the system refuses that, "isolated" is
false and this process must not be used for another submission. The processes, from outside to inside:

    this process → the keeper → init, the first of the new namespaces → the kernel → what that starts

The keeper waits for init outside the namespaces. Init prepares the view of the files, takes in processes whose
parent has ended, and ends all others with the kernel. The kernel has no capability before its first thread starts.
"""

import base64
import contextlib
import ctypes
import importlib
import io
import json
import os
import pkgutil
import platform
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from files import read_files  # the folder is no package

# A student's module may have the same name, or that of this file.
sys.path.pop(0)
del sys.modules["files"]

_NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000  # user, mount, pid, ipc
_MS_READ_ONLY, _MS_NO_SUID, _MS_NO_DEV, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 32, 4096
_MS_PRIVATE, _MS_RECURSIVE = 1 << 18, 16384
_SET_DUMPABLE, _DROP_FROM_BOUNDING_SET, _NO_NEW_PRIVILEGES = 4, 24, 38
_SET_SECCOMP_FILTER, _ALL_THREADS = 1, 1
_PATROL = 0.2  # seconds between two looks at the memory in use
_IMPORT = 20  # seconds that a module named by a lesson may take to import
_END = 20  # seconds for a killed kernel to be gone
WORK = "/tmp/work"
_KERNEL = (  # what each kernel would else import when it starts
    "ipykernel.debugger",
    "debugpy.server.api",
    "IPython.extensions.storemagic",
    "IPython.core.completerlib",
    "tornado.platform.asyncio",
)
_SITES = ("site-packages", "dist-packages")
_SHARED = ("/tmp", "/dev/shm")  # where files are memory

_libc = ctypes.CDLL(None, use_errno=True)


def preload(modules: list[str], extra: list[str]) -> set[str]:
    """Import modules and make the caches that drawing needs.

    "package.*" stands for all that is in it, "package.*.name" for this one of each package in it.

    Starts no thread: a fork would lose it.

    Args:
        modules: what the course itself needs.
        extra: what a lesson's cells import; these may do anything when they are imported, and are left out then.

    Returns:
        The names in `sys.modules` that a kernel would not have by itself.
    """
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # First, since what is imported later builds upon what the kernel changes in Python's own debugger.
    kernel = importlib.import_module("ipykernel.kernelapp")
    kernel.IPKernelApp.init_pdb(kernel)
    for name in _KERNEL:
        _import(name)
    before = set(sys.modules)
    for name in modules:
        _import(name)
    for name in extra:
        with _alarm(_IMPORT):
            _import(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if "matplotlib.pyplot" in sys.modules:
        figure = importlib.import_module("matplotlib.figure").Figure()
        figure.add_subplot().set_title("x")
        figure.savefig(io.BytesIO())
    return set(sys.modules) - before


def _import(name: str) -> None:
    """Import a module, if it lets itself be imported: some raise more than ImportError, some end the program."""
    with contextlib.suppress(BaseException):
        outer, star, rest = name.partition(".*")
        package = importlib.import_module(outer)
        for inner in pkgutil.iter_modules(package.__path__) if star else ():
            with contextlib.suppress(ImportError):  # not every lesson has drivers
                importlib.import_module(f"{outer}.{inner.name}{rest}")


@contextlib.contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Break off what takes longer, if it is Python that does; else the marker ends this process."""

    def ring(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        with contextlib.suppress(TimeoutError):
            yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


@dataclass(frozen=True)
class Process:
    """One line of the table of processes."""

    parent: int
    session: int
    ended: bool


class Kernel:
    """The kernel that is running, as this process sees it."""

    def __init__(self, order: dict, extra: set[str]) -> None:
        self.limits = order["limits"]
        self.why = ""
        self.status: int | None = None
        self.isolated = False
        self._until = time.monotonic() + order["lifetime"]
        self._init: int | None = None
        self._pid: int | None = None
        self._places: list[int] = []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with ours:
            self._keeper = os.fork()
            if not self._keeper:
                ours.close()
                with contextlib.suppress(BaseException):
                    _keep(order, extra, theirs)
                os._exit(70)
            theirs.close()
            self._acquaint(ours)

    def _acquaint(self, line: socket.socket) -> None:
        """Learn who init and the kernel are, and take the descriptors of the kernel's folders.

        These are opened before any code of a student runs, and stay valid when the kernel has ended.
        """
        space = socket.CMSG_SPACE(struct.calcsize("3i")) + socket.CMSG_SPACE(3 * 4)
        while True:
            text, ancillary, _, _ = line.recvmsg(1000, space)
            if not text:
                return
            said = json.loads(text)
            for _, kind, data in ancillary:
                if kind == socket.SCM_RIGHTS:
                    self._places = list(struct.unpack(f"{len(data) // 4}i", data))
                elif kind == socket.SCM_CREDENTIALS and said["who"] == "kernel":
                    self._pid = struct.unpack("3i", data)[0]  # as it is called out here
            if said["who"] == "keeper":
                self._init, self.isolated = said["init"], said["isolated"]

    @property
    def _known(self) -> set[int | None]:
        return {1, os.getpid(), self._keeper, self._init}

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.status is None:
            pid, status = os.waitpid(self._keeper, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def patrol(self) -> None:
        """Kill it where it has lived too long, or all its processes together are too many or too large.

        The system's own limits are for one process; that on their number does not hold for root.
        """
        if self.poll() is not None:
            return
        others = [pid for pid in _processes() if pid not in self._known]
        if time.monotonic() > self._until:
            self.why = "it took too long altogether"
        elif len(others) > self.limits["processes"]:
            self.why = "it started too many processes"
        elif self._memory(others) > self.limits["memory"]:
            self.why = "it took too much memory"
        else:
            return
        self.signal(signal.SIGKILL)

    def _memory(self, pids: list[int]) -> int:
        """Return the bytes that processes hold together, with each page counted once.

        Pages that several have mapped are counted once, and so are files in `/tmp` and `/dev/shm`, which are
        memory, whether mapped or not. Of a file that is mapped both counts tell, hence the larger one.
        """
        files = sum(map(_used, self._devices()))
        quick = [_resident(pid) for pid in pids]
        if sum(map(sum, quick)) + files <= self.limits["memory"]:
            return 0  # not even when what is shared is counted again for each of them
        exact = [_proportional(pid) or rough for pid, rough in zip(pids, quick, strict=True)]
        own, shared = (sum(column) for column in zip(*exact, strict=True))
        return own + max(shared, files)

    def _devices(self) -> list[int]:
        return list({os.fstat(place).st_dev: place for place in self._places[1:]}.values())

    def signal(self, number: int) -> None:
        """Send a signal to the kernel. Init takes all others with it, where it has a namespace of its own."""
        targets = (self._pid, self._init) if number == signal.SIGKILL else (self._pid,)
        for pid in targets:
            if pid and self.status is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def strays(self) -> int:
        """Return how many processes have left the kernel: an honest program's do not.

        Workers of a loader, of joblib or of multiprocessing, and a command that still runs, are children of the
        kernel or of its children, in the kernel's session. A process that is to outlive its program leaves: its
        parent ends (a double fork), or it opens a session of its own. Names and command lines tell nothing,
        since a process chooses them.
        """
        table = _processes()
        kept = {self._pid}
        for _ in table:  # as many rounds as there can be generations
            grown = {
                pid
                for pid, one in table.items()
                if one.parent in kept and one.session == self._pid and pid not in kept
            }
            if not grown:
                break
            kept |= grown
        known = self._known | kept
        return sum(not one.ended for pid, one in table.items() if pid not in known)

    def end(self, carry: bool) -> dict:
        """Kill the kernel with all that it started; return what the order's answer tells.

        Args:
            carry: whether the files that it leaves in its folder are read.
        """
        answer = {"left": self.strays() if self.poll() is None else 0, "files": {}, "left_out": []}
        until = time.monotonic() + _END
        self.signal(signal.SIGKILL)
        while self.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        while not self.isolated and time.monotonic() < until:
            others = {p for p, one in _processes().items() if not one.ended} - self._known
            if not others:
                break
            for pid in others:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        answer["stuck"] = self.poll() is None
        if carry and self._places and not answer["stuck"]:
            files, answer["left_out"] = read_files(self._places[0])
            answer["files"] = {n: base64.b64encode(c).decode() for n, c in files.items()}
        for place in self._places:
            os.close(place)
        self._places = []
        return answer


def _processes() -> dict[int, Process]:
    """Return the table of all processes in the sandbox."""
    table = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # Behind the name, which is in brackets and may hold anything.
                fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                table[int(name)] = Process(int(fields[1]), int(fields[3]), fields[0] in b"ZX")
    return table


def _resident(pid: int) -> tuple[int, int]:
    """Return the bytes that a process has of its own and of shared memory; 0 where it has ended."""
    return _sizes(f"/proc/{pid}/status", ("RssAnon", "VmSwap"), ("RssShmem",)) or (0, 0)


def _proportional(pid: int) -> tuple[int, int] | None:
    """Return the same with what n processes share counted as an n-th; None where that is not told."""
    return _sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Anon", "SwapPss"), ("Pss_Shmem",))


def _sizes(path: str, own: tuple[str, ...], shared: tuple[str, ...]) -> tuple[int, int] | None:
    sizes = {}
    try:
        for line in Path(path).read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if value.endswith(" kB"):
                sizes[key] = int(value.split()[0]) << 10
    except (OSError, ValueError):  # it has ended, or does not let itself be looked at
        return None
    one, two = (sum(sizes.get(key, 0) for key in keys) for keys in (own, shared))
    return one, two


def _used(place: int) -> int:
    """Return the bytes in use in a file system of memory."""
    with contextlib.suppress(OSError):
        system = os.fstatvfs(place)
        return (system.f_blocks - system.f_bfree) * system.f_frsize
    return 0


def _keep(order: dict, extra: set[str], line: socket.socket) -> None:
    """Make the namespaces, fork init into them, and wait for its end."""
    uid, gid = os.getuid(), os.getgid()
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)  # else the files in /proc/self are not ours
    isolated = _libc.unshare(_NEW_NAMESPACES) == 0
    if isolated:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    init = os.fork()
    if init:
        _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    else:
        with contextlib.suppress(BaseException):
            _be_init(order, extra, isolated, line)
        os._exit(71)
    line.send(json.dumps({"who": "keeper", "init": init, "isolated": isolated}).encode())
    os.closerange(0, 256)
    _, status = os.waitpid(init, 0)
    os._exit(_code(status))


def _code(status: int) -> int:
    """Return an exit status as a shell does: 128 and the signal's number for a process that was killed."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _be_init(order: dict, extra: set[str], isolated: bool, line: socket.socket) -> None:
    """Prepare what the kernel sees, fork it, take in orphans, and end with it."""
    folder = order["folder"]
    if isolated:
        _own_view(folder, order["limits"])
    # Imports may have made it, where /tmp is not a fresh one.
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(f"{folder}/files", WORK)
    ready, tell = os.pipe()
    go, let_go = os.pipe()
    kernel = os.fork()
    if not kernel:
        with contextlib.suppress(BaseException):
            os.close(ready)
            os.close(let_go)
            _be_kernel(order, extra, line, tell, go)
        os._exit(71)
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    line.close()
    os.close(tell)
    os.close(go)
    if os.read(ready, 1) and isolated:
        # Once the sockets are there nothing more is to be written outside the own /tmp.
        flags = _MS_REMOUNT | _MS_BIND | _MS_READ_ONLY | _MS_NO_SUID | _MS_NO_DEV
        _mount(None, folder, None, flags)
    _drop_capabilities()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(let_go, b".")
    os.closerange(0, 256)
    while True:
        pid, status = os.wait()
        if pid == kernel:
            os._exit(_code(status))


def _be_kernel(order: dict, extra: set[str], line: socket.socket, tell: int, go: int) -> None:
    folder, limits = order["folder"], order["limits"]
    os.setsid()  # a signal to its process group must not reach the warm process
    places = [os.open(place, os.O_RDONLY | os.O_DIRECTORY) for place in (WORK, *_SHARED)]
    socket.send_fds(line, [json.dumps({"who": "kernel"}).encode()], places)
    line.close()
    _forget_descriptors({tell, go})
    os.chdir(WORK)
    _limit(limits, shared=order.get("user_is_shared", False))
    # Before the first thread starts: a thread that has them keeps them.
    _drop_capabilities()
    _forbid_calls()
    for name in ("random", "numpy.random"):  # else every kernel would draw the same
        if name in sys.modules:
            sys.modules[name].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["kernel"]
    kernel = IPKernelApp.instance(connection_file=f"{folder}/connection.json")
    umask = os.umask(0)  # so that the marker, who may be another user, may write to the sockets
    kernel.initialize(["--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False"])
    _wait_for_sockets(folder)
    os.umask(umask)
    _choose_modules(order["own_lesson"], extra)  # what the kernel itself needs is imported by now
    os.write(tell, b".")
    os.read(go, 1)
    os.close(tell)
    os.close(go)
    kernel.start()


def _choose_modules(own_lesson: bool, extra: set[str]) -> None:
    """Say what an import finds.

    In a lesson of the course's own a file beside the notebook stands in for no installed module. In another
    course's notebook it does, as it would in Jupyter, though for none of Python's own; and the course's `helpers`
    are not there.
    """
    installed = [p for p in sys.path if p]
    if own_lesson:
        sys.path = [*installed, WORK]
        return
    sealed = os.environ.pop("PYTHONPATH", "")
    sys.path = [p for p in installed if p != sealed]
    sites = (n for n, p in enumerate(sys.path) if Path(p).name in _SITES)
    sys.path.insert(next(sites, 0), "")  # where IPython puts it
    beside = {name.partition(".")[0] for name in os.listdir(WORK)} - sys.stdlib_module_names
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top == "helpers" or (name in extra and top in beside):
            del sys.modules[name]


def _wait_for_sockets(folder: str) -> None:
    """Wait for the five sockets of a kernel: the heartbeat opens its own in another thread."""
    for _ in range(1000):
        if sum(stat.S_ISSOCK(os.lstat(f"{folder}/{n}").st_mode) for n in os.listdir(folder)) == 5:
            return
        time.sleep(0.005)
    raise TimeoutError("the kernel did not open its sockets")


def _forget_descriptors(kept: set[int]) -> None:
    for number in range(3, 4096):
        if number not in kept:
            with contextlib.suppress(OSError):
                os.close(number)
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


def _forbid_calls() -> None:
    """Refuse the system calls that give memory which no limit counts, or namespaces with new capabilities.

    Bytes that are in no process and in no file that this process can see (`memfd_create`, System V memory and
    messages, mounts in a namespace of one's own) would not be counted. On other machines than these two kinds
    the filter is left out.
    """
    kind = _CALLS.get(platform.machine())
    if kind is None:
        return
    load, equals, at_least, masked, give = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, missing, allow = 0x50001, 0x50026, 0x7FFF0000  # EPERM, ENOSYS
    clone, numbers = kind.clone, kind.refused
    program = [(load, 0, 0, 4), (equals, 1, 0, kind.architecture), (give, 0, 0, refuse)]
    # The second numbering that x86_64 may have begins there.
    program += [(load, 0, 0, 0), (at_least, 0, 1, 1 << 30), (give, 0, 0, refuse)]
    for number in numbers:
        program += [(equals, 0, 1, number), (give, 0, 0, refuse)]
    # `clone3` keeps its flags where a filter cannot look; without it the C library takes `clone`.
    program += [(equals, 0, 1, 435), (give, 0, 0, missing)]
    program += [(equals, 0, 3, clone), (load, 0, 0, 16), (masked, 0, 1, _ANY_NAMESPACE)]
    program += [(give, 0, 0, refuse), (give, 0, 0, allow)]
    steps = b"".join(struct.pack("HBBI", *step) for step in program)
    filter_ = ctypes.create_string_buffer(steps, len(steps))
    whole = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(filter_))
    _libc.syscall(kind.seccomp, _SET_SECCOMP_FILTER, _ALL_THREADS, whole)


_ANY_NAMESPACE = 0x7E020000  # users, mounts, processes, network, IPC, names, control groups
_ON_BOTH = (425, 428, 429, 430, 432, 442, 447)  # io_uring, the new calls for mounts, memfd_secret


@dataclass(frozen=True)
class _Calls:
    """A kind of machine: its sign in filters, and its numbers of system calls."""

    architecture: int
    seccomp: int
    clone: int
    refused: tuple[int, ...]


_CALLS = {
    "x86_64": _Calls(
        architecture=0xC000003E,
        seccomp=317,
        clone=56,
        # unshare setns mount umount pivot_root memfd shmget msgget userfaultfd bpf perf keys
        refused=(272, 308, 165, 166, 155, 319, 29, 68, 323, 321, 298, 248, 249, 250, *_ON_BOTH),
    ),
    "aarch64": _Calls(
        architecture=0xC00000B7,
        seccomp=277,
        clone=220,
        refused=(97, 268, 40, 39, 41, 279, 194, 186, 282, 280, 241, 217, 218, 219, *_ON_BOTH),
    ),
}


def serve(orders: io.TextIOBase, answers: io.TextIOBase, extra: set[str]) -> None:
    """Carry out orders until there are no more."""
    kernel: Kernel | None = None
    next_patrol = time.monotonic()
    while True:
        ready = select.select([orders], [], [], max(next_patrol - time.monotonic(), 0))[0]
        if time.monotonic() >= next_patrol:  # however many orders there are
            if kernel:
                kernel.patrol()
            next_patrol = time.monotonic() + _PATROL
        if not ready:
            continue
        line = orders.readline()
        if not line:
            return
        order: dict[str, Any] = json.loads(line)
        answer: dict[str, Any] = {}
        if order["do"] == "start":
            kernel = Kernel(order, extra)
            answer = {"isolated": kernel.isolated}
        elif kernel and order["do"] == "poll":
            answer = {"status": kernel.poll(), "why": kernel.why}
        elif kernel and order["do"] == "signal":
            kernel.signal(order["number"])
        elif kernel and order["do"] == "end":
            answer = kernel.end(order.get("carry", False))
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Take the way out for orders and answers away from standard input and output, then serve."""
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(2, 1)
    wanted = json.loads(sys.argv[1])
    extra = preload(wanted["modules"], wanted["extra"])
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)  # kernels must not look into this process
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    serve(orders, answers, extra)


if __name__ == "__main__":
    main()
