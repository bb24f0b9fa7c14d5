"""The fork server: it has imported what lessons use, and forks a kernel for each submission.

Runs inside the sandbox as a script, in an answer-free copy of this project; imports nothing of it but the files that
lie beside it. What it is told and what it answers stands in `protocol`. One kernel runs at a time, in namespaces of its
own (users, mounts, processes, IPC) inside those of the sandbox, so that nothing of one submission is left for the next.
Where the system refuses that, the answer says so, and this process must not be used for another submission.
"""

import contextlib
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from kernel import Kernel
from protocol import BESIDE, END, POLL, SIGNAL, START, Ended, Started, State
from system import let_look_into

# A student's module may have the same name as one of these, which are no package.
sys.path.pop(0)
for name in BESIDE:
    sys.modules.pop(name, None)

_PATROL = 0.2  # seconds between two looks at the memory in use
_IMPORT = 20  # seconds that a module named by a lesson may take to import
_KERNEL = (  # what each kernel would else import when it starts
    "ipykernel.debugger",
    "debugpy.server.api",
    "IPython.extensions.storemagic",
    "IPython.core.completerlib",
    "tornado.platform.asyncio",
)


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
        answer: Started | State | Ended | None = None
        if order["do"] == START:
            kernel = Kernel(order, extra)
            answer = Started(isolated=kernel.isolated)
        elif kernel and order["do"] == POLL:
            answer = State(status=kernel.poll(), why=kernel.why)
        elif kernel and order["do"] == SIGNAL:
            kernel.signal(order["number"])
        elif kernel and order["do"] == END:
            answer = kernel.end(order["carry"])
        answers.write(json.dumps(answer or {}) + "\n")
        answers.flush()


def main() -> None:
    """Take the way out for orders and answers away from standard input and output, then serve."""
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(2, 1)
    wanted = json.loads(sys.argv[1])
    extra = preload(wanted["modules"], wanted["extra"])
    let_look_into(False)  # kernels must not look into this process
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    serve(orders, answers, extra)


if __name__ == "__main__":
    main()
