import random
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch

from helpers.checks.limits import PRINTED, OutOfTime, captured, time_limit, undisturbed
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
        with undisturbed():
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
