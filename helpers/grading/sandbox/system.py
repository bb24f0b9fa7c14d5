"""What the kernel of Linux is asked for by number: mounts, bounds, capabilities, calls that are refused.

Runs inside the sandbox; imports nothing of this project.
"""

import ctypes
import os
import platform
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000  # user, mount, pid, ipc
MS_READ_ONLY, MS_NO_SUID, MS_NO_DEV, MS_REMOUNT, MS_BIND = 1, 2, 4, 32, 4096
MS_PRIVATE, MS_RECURSIVE = 1 << 18, 16384
_SET_DUMPABLE, _DROP_FROM_BOUNDING_SET, _NO_NEW_PRIVILEGES = 4, 24, 38
_SET_SECCOMP_FILTER, _ALL_THREADS = 1, 1

_libc = ctypes.CDLL(None, use_errno=True)


def let_look_into(allowed: bool) -> None:
    """Say whether other processes of this user may look into this one; files in /proc/self are its own only then."""
    _libc.prctl(_SET_DUMPABLE, int(allowed), 0, 0, 0)


def new_namespaces() -> bool:
    """Leave the namespaces of users, mounts, processes and IPC; returns whether the system allows it."""
    return _libc.unshare(NEW_NAMESPACES) == 0


def mount(what: str | None, where: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount a file system.

    Raises:
        OSError: the system refuses.
    """
    arguments = [None if a is None else a.encode() for a in (what, where, kind)]
    if _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), where)


def limit(limits: dict, shared: bool) -> None:
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


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for number in range(64):
        _libc.prctl(_DROP_FROM_BOUNDING_SET, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def forbid_calls() -> None:
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
