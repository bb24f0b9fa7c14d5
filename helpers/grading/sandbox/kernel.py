"""A kernel as the fork server sees it: its end, its processes, the memory that they hold.

Runs inside the sandbox; imports nothing of this project but the files that lie beside it.
"""

import base64
import contextlib
import json
import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from files import read_files
from inside import keep
from protocol import Ended

_END = 20  # seconds for a killed kernel to be gone


@dataclass(frozen=True)
class Process:
    """One line of the table of processes."""

    parent: int
    session: int
    ended: bool


class Kernel:
    """The kernel that is running, as the fork server sees it."""

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
                    keep(order, extra, theirs)
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

    def end(self, carry: bool) -> Ended:
        """Kill the kernel with all that it started; return what the order's answer tells.

        Args:
            carry: whether the files that it leaves in its folder are read.
        """
        left = self.strays() if self.poll() is None else 0
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
        answer = Ended(left=left, stuck=self.poll() is None, files={}, left_out=())
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
