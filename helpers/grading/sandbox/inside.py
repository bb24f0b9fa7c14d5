"""From the fork server to a kernel in namespaces of its own.

Runs inside the sandbox; imports nothing of this project but the files that lie beside it. The processes, from outside
to inside:

    the fork server → the keeper → init, the first of the new namespaces → the kernel → what that starts

The keeper waits for init outside the namespaces. Init prepares the view of the files, takes in processes whose
parent has ended, and ends all others with the kernel. The kernel has no capability before its first thread starts.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import sys
import time
from pathlib import Path

from protocol import CONNECTION, FILES, SOCKETS, WORK
from system import (
    MS_BIND,
    MS_NO_DEV,
    MS_NO_SUID,
    MS_PRIVATE,
    MS_READ_ONLY,
    MS_RECURSIVE,
    MS_REMOUNT,
    drop_capabilities,
    forbid_calls,
    let_look_into,
    limit,
    mount,
    new_namespaces,
)

_SITES = ("site-packages", "dist-packages")
_SHARED = ("/tmp", "/dev/shm")  # where files are memory


def keep(order: dict, extra: set[str], line: socket.socket) -> None:
    """Make the namespaces, fork init into them, and wait for its end."""
    uid, gid = os.getuid(), os.getgid()
    let_look_into(True)  # else the files in /proc/self are not ours
    isolated = new_namespaces()
    if isolated:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    init = os.fork()
    if init:
        let_look_into(False)
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
    shutil.copytree(f"{folder}/{FILES}", WORK)
    ready, tell = os.pipe()
    go, let_go = os.pipe()
    kernel = os.fork()
    if not kernel:
        with contextlib.suppress(BaseException):
            os.close(ready)
            os.close(let_go)
            _be_kernel(order, extra, line, tell, go)
        os._exit(71)
    let_look_into(False)
    line.close()
    os.close(tell)
    os.close(go)
    if os.read(ready, 1) and isolated:
        # Once the sockets are there nothing more is to be written outside the own /tmp.
        flags = MS_REMOUNT | MS_BIND | MS_READ_ONLY | MS_NO_SUID | MS_NO_DEV
        mount(None, folder, None, flags)
    drop_capabilities()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(let_go, b".")
    os.closerange(0, 256)
    while True:
        pid, status = os.wait()
        if pid == kernel:
            os._exit(_code(status))


def _be_kernel(order: dict, extra: set[str], line: socket.socket, tell: int, go: int) -> None:
    folder, limits = order["folder"], order["limits"]
    os.setsid()  # a signal to its process group must not reach the fork server
    places = [os.open(place, os.O_RDONLY | os.O_DIRECTORY) for place in (WORK, *_SHARED)]
    socket.send_fds(line, [json.dumps({"who": "kernel"}).encode()], places)
    line.close()
    _forget_descriptors({tell, go})
    os.chdir(WORK)
    limit(limits, shared=order["user_is_shared"])
    # Before the first thread starts: a thread that has them keeps them.
    drop_capabilities()
    forbid_calls()
    for name in ("random", "numpy.random"):  # else every kernel would draw the same
        if name in sys.modules:
            sys.modules[name].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["kernel"]
    kernel = IPKernelApp.instance(connection_file=f"{folder}/{CONNECTION}")
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
        if (
            sum(stat.S_ISSOCK(os.lstat(f"{folder}/{n}").st_mode) for n in os.listdir(folder))
            == SOCKETS
        ):
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
    mount(None, "/", None, MS_PRIVATE | MS_RECURSIVE)
    python = {p for p in (sys.prefix, sys.base_prefix) if p.startswith("/tmp/")}
    kept = {path: os.open(path, os.O_PATH) for path in (folder, *sorted(python))}
    for place in ("/tmp", "/dev/shm"):
        options = f"size={limits['disk']},nr_inodes={limits['files']},mode=0777"
        mount("tmpfs", place, "tmpfs", MS_NO_SUID | MS_NO_DEV, options)
    for path, opened in kept.items():
        os.makedirs(path)
        mount(f"/proc/self/fd/{opened}", path, None, MS_BIND)
        os.close(opened)
    with contextlib.suppress(OSError):  # refused where /proc of the sandbox is partly covered
        mount("proc", "/proc", "proc", MS_NO_SUID | MS_NO_DEV)
