"""Processes of this machine that run submissions: one for each job, reached by pipes alone.

A process that dies takes only what it was given with it, and its place is filled again.
"""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

_AHEAD = 2  # what a process is given at once, so that it need not wait for the next


class LocalWorkers:
    """A few processes side by side; the next piece of work goes to the one with the least to do.

    Args:
        number: how many.
        prepare: called in each when it starts, with `arguments`.
    """

    def __init__(self, number: int, prepare: Callable[..., Any], arguments: tuple = ()) -> None:
        self._prepare, self._arguments = prepare, arguments
        self._places = [_Place(self._new()) for _ in range(number)]

    @property
    def room(self) -> int:
        """How many pieces of work are worth handing over at once."""
        return _AHEAD * len(self._places)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Hand a piece of work over; its future fails with `BrokenProcessPool` where the process dies."""
        place = min(self._places, key=lambda p: p.waiting)
        try:
            future = place.pool.submit(work, *arguments)
        except BrokenProcessPool:
            place.pool = self._new()
            future = place.pool.submit(work, *arguments)
        place.given(future)
        return future

    def close(self, finish: Callable[[], Any] | None = None) -> None:
        """End all processes, after `finish` has been called in each; None: at once."""
        for place in self._places:
            if finish:
                with contextlib.suppress(Exception):
                    place.pool.submit(finish).result(timeout=30)
            else:
                for process in list((place.pool._processes or {}).values()):
                    process.kill()
            place.pool.shutdown(wait=bool(finish), cancel_futures=True)

    def _new(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        start = (self._prepare, self._arguments)
        return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=start)


@dataclass
class _Place:
    pool: ProcessPoolExecutor
    waiting: int = 0

    def given(self, future: Future) -> None:
        self.waiting += 1
        future.add_done_callback(self._done)

    def _done(self, _: Future) -> None:
        self.waiting -= 1


def _begin(prepare: Callable[..., Any], arguments: tuple) -> None:
    """End with the process that started this one, however that ends; then make ready."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the orders
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    # What keeps it from getting ready is told when work comes: a failed start would break the whole place.
    with contextlib.suppress(Exception):
        prepare(*arguments)
