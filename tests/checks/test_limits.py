import random
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings

import matplotlib.pyplot  # noqa: F401 - its settings are among what is put back
import numpy as np
import pytest
import torch

from helpers.checks import limits
from helpers.checks.limits import (
    PRINTED,
    OutOfTime,
    captured,
    isolated_state,
    time_limit,
)
from helpers.checks.watch import Watch


def _bare_except():
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            continue


def _except_exception():
    while True:
        try:
            sum(range(100))
        except Exception:
            continue


def _for_ever():
    while True:
        pass


def _asleep():
    time.sleep(60)


def _bare_except_around_torch():
    big = torch.rand(400, 400)
    while True:
        try:
            torch.matmul(big, big)
        except:  # noqa: E722
            continue


def test_a_loop_that_is_always_in_torch_ends_although_its_calls_are_watched():
    with pytest.raises(OutOfTime), time_limit(0.2), Watch():
        _bare_except_around_torch()


@pytest.mark.parametrize("code", [_for_ever, _except_exception, _bare_except, _asleep])
def test_code_that_never_ends_is_stopped(code):
    with pytest.raises(OutOfTime), time_limit(0.2):
        code()
    assert sys.gettrace() is None or "coverage" in repr(sys.gettrace())


def test_the_clock_ends_with_the_block_wherever_a_tick_falls():
    """The handler is called at every event of what puts back, as though the time were just then over.

    With pyplot in memory the settings of Matplotlib are put back too, which calls much that is Matplotlib's own.
    """
    stopped, stdout, before = [], sys.stdout, signal.getsignal(signal.SIGALRM)

    def tick(frame, event, argument):
        handler = signal.getsignal(signal.SIGALRM)
        if callable(handler) and handler is not before and frame.f_code in limits._TIDY:
            stopped.append((frame.f_code.co_name, event))
            handler(signal.SIGALRM, frame)

    for body in (lambda: None, lambda: 1 / 0):
        try:
            with time_limit(0.0):
                sys.setprofile(tick)
                with captured(), isolated_state():
                    body()
        except (OutOfTime, ZeroDivisionError) as error:
            files = [step.filename for step in traceback.extract_tb(error.__traceback__)]
            assert not [file for file in files if "matplotlib" in file], "stopped half-way"
        finally:
            sys.setprofile(None)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) is before
        assert sys.stdout is stdout
    assert {name for name, _ in stopped} >= {"__exit__", "captured", "isolated_state", "_alarm"}


SLOW = """
import time
start = time.thread_time()
while time.thread_time() - start < {}:
    pass
done = True
"""


def test_an_import_is_not_counted_and_not_cut_in_half(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text(SLOW.format(0.4))
    monkeypatch.syspath_prepend(tmp_path)
    with time_limit(0.1):
        import slow_to_import
    assert slow_to_import.done


def test_code_that_had_its_time_ends_behind_the_import(tmp_path, monkeypatch):
    def code():
        import slow_and_late  # noqa: F401

        _for_ever()

    (tmp_path / "slow_and_late.py").write_text(SLOW.format(0.4))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OutOfTime), time_limit(0.1):
        code()
    assert sys.modules["slow_and_late"].done


def test_an_import_that_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "_IMPORTS", 0.3)
    (tmp_path / "never_imported.py").write_text("while True: pass")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OutOfTime), time_limit(0.1):
        import never_imported  # noqa: F401


def test_a_timer_that_ran_before_runs_on():
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with time_limit(5):
            pass
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_code_in_another_thread_is_stopped_too():
    outcome = []

    def work():
        try:
            with time_limit(0.1):
                _for_ever()
        except OutOfTime:
            outcome.append("stopped")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(timeout=30)
    assert outcome == ["stopped"]


BOTH = """
import threading
from helpers.checks.limits import OutOfTime, time_limit

def stopped():
    try:
        with time_limit(0.1):
            while True:
                pass
    except OutOfTime:
        return "stopped"

for _ in range(3):
    thread = threading.Thread(target=stopped)
    thread.start()
    thread.join()
print(stopped(), stopped())
"""


def test_a_limit_in_another_thread_leaves_those_of_the_main_thread_as_they_were():
    done = subprocess.run([sys.executable, "-c", BOTH], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["stopped", "stopped"], done.stderr


def test_code_within_its_time_is_left_alone():
    with time_limit(5):
        total = sum(range(1000))
    assert total == 499500


def test_a_flood_of_output_is_cut_and_counted():
    with captured() as printed:
        print("a" * 10_000_000)
        print("to stderr", file=sys.stderr)
        warnings.warn("a warning", stacklevel=1)
    assert len(printed.text()) < PRINTED + 100
    assert "characters more" in printed.text()


def test_stderr_and_warnings_do_not_reach_the_page(capfd):
    with captured() as printed:
        warnings.warn("old function", FutureWarning, stacklevel=1)
        print("x", file=sys.stderr)
    assert "old function" in printed.text()
    assert capfd.readouterr() == ("", "")


def test_random_states_and_settings_are_as_before():
    limit = sys.getrecursionlimit()
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    expected = torch.rand(1), random.random(), np.random.rand()  # noqa: NPY002
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    with torch.no_grad():
        with isolated_state():
            assert torch.is_grad_enabled()
            torch.rand(5), random.random(), np.random.rand()  # noqa: NPY002
            torch.manual_seed(99)
            torch.set_default_dtype(torch.float64)
            torch.set_default_device("meta")
            torch.set_printoptions(precision=1)
            torch.use_deterministic_algorithms(True)
            sys.setrecursionlimit(sys.getrecursionlimit() + 1)
        assert not torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32
    assert torch.get_default_device() == torch.device("cpu")
    assert not torch.are_deterministic_algorithms_enabled()
    assert str(torch.tensor(1 / 3)) == "tensor(0.3333)"
    assert sys.getrecursionlimit() == limit
    assert (torch.rand(1), random.random(), np.random.rand()) == expected  # noqa: NPY002
