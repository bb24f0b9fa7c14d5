"""A thread that ends a run from outside, should the run itself not come to its end."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

_LOOK = 0.05  # seconds between two looks


class Watch:
    """Calls `kill` once when the clock has passed or this process has grown too much; use with `with`.

    A run waits in an event loop, and a student's messages keep that loop busy; parts of a message that has no end
    pile up where no loop sees them. So both are watched from another thread.

    Attributes:
        why: why `kill` was called, or "".
    """

    def __init__(self, kill: Callable[[], object], seconds: float, memory: int) -> None:
        self.why = ""
        self._kill, self._until = kill, time.monotonic() + seconds
        self._most = own_memory() + memory
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="watch")

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            if time.monotonic() > self._until:
                self.why = "the submission took too long altogether"
            elif own_memory() > self._most:
                self.why = "its messages took too much memory"
            if self.why:
                with contextlib.suppress(Exception):
                    self._kill()
                return


def own_memory() -> int:
    """Return the bytes of memory that this process uses; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
