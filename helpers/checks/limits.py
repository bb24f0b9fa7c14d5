"""Run a learner's code so that it cannot loop for ever, flood the page or change the session around it."""

import builtins
import contextlib
import ctypes
import inspect
import io
import logging
import os
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np
import torch

PRINTED = 2_000  # characters kept of what the code prints
_PATIENCE = 4  # times the computing time that may pass on the clock
_TICK = 0.05  # seconds between two looks at the clock
_IMPORTS = 20  # seconds on the clock that imports may take without being counted
_OUR_FOLDER = os.path.dirname(__file__)
_BETWEEN = os.path.join(_OUR_FOLDER, "watch.py")  # stands between the learner's code and torch

# Kept from the start: a learner's code may put others in their place, and the limit would be gone.
_handle, _handler_of = signal.signal, signal.getsignal
_set_timer = getattr(signal, "setitimer", None)  # not on Windows
_cpu, _wall = time.thread_time, time.monotonic

# Python's own that are used here to put back what a learner's code changes.
_CONTEXTS = (
    type(contextlib.contextmanager(iter)(())),
    contextlib.redirect_stdout,
    warnings.catch_warnings,
    contextlib.nullcontext,
    contextlib.suppress,
)


class OutOfTime(BaseException):
    """The code used up its time. Not an `Exception`, so that `except Exception` does not swallow it."""


class Interrupted(KeyboardInterrupt):
    """The learner pressed the stop button; a `KeyboardInterrupt` that their code raises is another thing."""


class Printed(io.TextIOBase):
    """A stream that keeps the first characters and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._room = PRINTED
        self.dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() takes a str")
        if self._room > 0:
            self._kept.append(text[: self._room])
        self.dropped += max(0, len(text) - max(self._room, 0))
        self._room -= len(text)
        return len(text)

    def warn(
        self, message: Warning | str, category: type[Warning], *rest: Any, **more: Any
    ) -> None:
        """Keep a warning; in place of `warnings.showwarning`."""
        self.write(f"{category.__name__}: {message}\n")

    def text(self) -> str:
        """Return what was kept, with a note of how much was dropped."""
        kept = "".join(self._kept)
        return kept + (f"\n… and {self.dropped:,} characters more" if self.dropped else "")


@contextlib.contextmanager
def captured() -> Iterator[Printed]:
    """Collect stdout, stderr and warnings, drop what is displayed; nothing reaches the page."""
    stream = Printed()
    with (
        _nothing_displayed(),
        _nothing_typed(),
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        warnings.showwarning = stream.warn
        yield stream


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Drop what comes to stderr past `sys.stderr`: from C++, from child processes, from loggers set up before.

    One such line beside the card would cost all marks of the cell under nbgrader.
    """
    level = logging.root.manager.disable
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        kept = None
    else:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)
        if kept is not None:
            os.dup2(kept, 2)
            os.close(kept)


@contextlib.contextmanager
def _nothing_displayed() -> Iterator[None]:
    """Drop what `display` and `plt.show` would put beside the card, and close the figures left open."""
    ipython, pyplot = sys.modules.get("IPython"), sys.modules.get("matplotlib.pyplot")
    shell = ipython.get_ipython() if ipython else None
    figures = set(pyplot.get_fignums()) if pyplot else set()
    if ipython and shell:
        publisher = shell.display_pub
        shell.display_pub = ipython.core.displaypub.CapturingDisplayPublisher()
    try:
        yield
    finally:
        if shell:
            shell.display_pub = publisher
        pyplot = sys.modules.get("matplotlib.pyplot")  # the code may have imported it
        if pyplot:
            for number in set(pyplot.get_fignums()) - figures:
                pyplot.close(number)


@contextlib.contextmanager
def _nothing_typed() -> Iterator[None]:
    """Have `input()` raise an error in plain words, where it would wait for ever."""

    def no_input(prompt: object = "") -> str:
        raise EOFError("nobody types during a check; the values come in as arguments")

    typed, stdin = builtins.input, sys.stdin
    builtins.input, sys.stdin = no_input, io.StringIO()
    try:
        yield
    finally:
        builtins.input, sys.stdin = typed, stdin


_STATES: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = (
    (random.getstate, random.setstate),
    (np.random.get_state, np.random.set_state),
    (torch.get_rng_state, torch.set_rng_state),
)
_SETTINGS: tuple[tuple[Callable[[], Any], Callable[[Any], Any], Any], ...] = (
    (torch.is_grad_enabled, torch.set_grad_enabled, True),
    (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    (torch.get_default_device, torch.set_default_device, torch.device("cpu")),
    (torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms, False),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
    (sys.getrecursionlimit, sys.setrecursionlimit, None),
)
"""How to read and how to write a setting, and its value during a check (None: as it is)."""


def _set(write, read, value) -> None:
    if read() != value:  # writing the default device, even the same one, slows torch down
        write(value)


@contextlib.contextmanager
def isolated_state() -> Iterator[None]:
    """Use torch's own default settings inside; put back settings and random states on leaving."""
    states = [(write, read()) for read, write in _STATES]
    settings = [(write, read, read()) for read, write, _ in _SETTINGS]
    torch_print = torch._tensor_str.get_printoptions()
    try:
        for read, write, during in _SETTINGS:
            if during is not None:
                _set(write, read, during)
        pyplot = sys.modules.get("matplotlib.pyplot")
        style = pyplot.rc_context() if pyplot else contextlib.nullcontext()
        with np.printoptions(), np.errstate(), style:
            yield
    finally:
        for write, before in states:
            write(before)
        for write, read, before in settings:
            _set(write, read, before)
        torch.set_printoptions(**torch_print)


def seed_all(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators, so that a run can be repeated."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - a learner's code may use the legacy generator
    # Not torch.manual_seed, which writes down the call stack each time.
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` when the stop button was pressed, even if the code in the block caught it."""
    before = _handler_of(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed = False

    def on_interrupt(signum, frame):
        nonlocal pressed
        pressed = True
        raise Interrupted

    _handle(signal.SIGINT, on_interrupt)
    try:
        with contextlib.suppress(Interrupted):
            yield
    finally:
        _handle(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[Callable[[], float]]:
    """Raise `OutOfTime` in the block once it has computed for `seconds`, or four times as long has passed on the clock.

    It yields a function that says how many seconds are spent. Computing time is the thread's own, so that a busy
    machine does not cost a learner marks. What is imported on the way, torch's own at the first call of something
    too, is not counted and not cut in half (up to `_IMPORTS` seconds): half a module would be broken for the whole
    session. Once the time is up every further line of the code raises again, so that a bare `except:` cannot go on
    for ever.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and _set_timer:
        clock = _Clock(seconds)
        with _alarm(clock, _set_timer):
            yield clock.spent
    else:
        start = _cpu()
        with _watchdog(_PATIENCE * seconds):
            yield lambda: _cpu() - start


class _Clock:
    """The time that a block has taken, without that of imports."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = self._last = _cpu(), _wall()
        self._spared = 0.0, 0.0

    def look(self, importing: bool) -> bool:
        """Say whether the time is over; what passed since the last look counts unless something was imported."""
        now = _cpu(), _wall()
        if importing and self._spared[1] < _IMPORTS:
            cpu, wall = (n - last for n, last in zip(now, self._last, strict=True))
            self._spared = self._spared[0] + cpu, self._spared[1] + wall
        self._last = now
        cpu, wall = (
            n - first - spared
            for n, first, spared in zip(now, self._start, self._spared, strict=True)
        )
        return cpu >= self._seconds or wall >= _PATIENCE * self._seconds

    def spent(self) -> float:
        """Return the seconds of computing that count so far."""
        return _cpu() - self._start[0] - self._spared[0]

    @property
    def spares(self) -> bool:
        """Say whether an import may still go on."""
        return self._spared[1] < _IMPORTS


def _is_ours(file: str) -> bool:
    return file.startswith(_OUR_FOLDER) and file != _BETWEEN


def _importing(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the learner's code that imports something just now, if any does."""
    found = None
    while frame is not None and not _is_ours(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            found = frame.f_back
        frame = frame.f_back
    return found


def _learners_part(frame: FrameType | None) -> tuple[FrameType | None, bool]:
    """Return the innermost frame that puts nothing back, and whether one above it does.

    What puts back streams, settings and the timer itself comes to its end, with all that it calls: if it were stopped
    half-way, the session would stay changed, and the clock would go on for ever.
    """
    inner, puts_back = frame, False
    while inner is not None and inner.f_code.co_filename in _TIDY_FILES:
        puts_back = puts_back or inner.f_code in _TIDY
        inner = inner.f_back
    outer = inner
    while outer is not None and not _is_ours(outer.f_code.co_filename):
        outer = outer.f_back
    called_to_put_back = (
        outer is not None and outer.f_code in _TIDY
    )  # Matplotlib in `isolated_state`
    return (None, True) if called_to_put_back else (inner, puts_back)


@contextlib.contextmanager
def _alarm(clock: _Clock, set_timer: Callable[..., Any]) -> Iterator[None]:
    tracer = sys.gettrace()
    ended = False

    def insist(frame, event, argument):
        """Trace function: the next line of a traced frame raises, be it in the midst of an `except:`."""
        if event == "line" and not ended:
            raise OutOfTime
        return None if event == "call" or ended else insist

    def on_tick(signum, frame):
        if ended:
            return
        importer = _importing(frame)
        if not clock.look(importer is not None):
            return
        goes_on = importer is not None and clock.spares
        frame, puts_back = _learners_part(importer if goes_on else frame)
        sys.settrace(insist)
        while frame is not None and not _is_ours(frame.f_code.co_filename):
            frame.f_trace = insist
            frame = frame.f_back
        if not puts_back and not goes_on:
            raise OutOfTime

    before = _handle(signal.SIGALRM, on_tick)
    timer = set_timer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        yield
    finally:
        ended = True
        sys.settrace(tracer)
        set_timer(signal.ITIMER_REAL, 0)
        _handle(signal.SIGALRM, before)
        set_timer(signal.ITIMER_REAL, *timer)


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """The way for Windows and for other threads: a second thread raises in this one."""
    ended = False
    wake = threading.Event()
    thread = ctypes.c_ulong(threading.get_ident())

    def watch() -> None:
        wake.wait(seconds)
        while not ended:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(OutOfTime))
            wake.wait(_TICK)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended = True
        while watcher.is_alive():
            with contextlib.suppress(OutOfTime):
                wake.set()
                watcher.join()
        # One that is on its way has to arrive. Taken back, it would leave the interpreter waiting for it: a call that
        # is traced, in whichever thread, would then never begin (seen in CPython 3.11).
        with contextlib.suppress(OutOfTime):
            for _ in range(100):
                pass


def _codes(*functions: Any) -> frozenset[CodeType]:
    return frozenset(inspect.unwrap(function).__code__ for function in functions)


_TIDY = _codes(
    *(captured, silent_stderr, _nothing_displayed, _nothing_typed, isolated_state, _set),
    *(interruptible, time_limit, _alarm),
    *(getattr(kind, name) for kind in _CONTEXTS for name in ("__enter__", "__exit__")),
)
_TIDY_FILES = frozenset(code.co_filename for code in _TIDY)
