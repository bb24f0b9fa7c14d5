"""Whatever an answer does, the session is as before, and the page shows the card alone."""

import logging
import os
import signal
import sys
import time
from types import SimpleNamespace

import pytest
import torch

from tests.checks.learners import Twin, changes_the_session, endless, leaving, raising, right
from tests.checks.small import check


def test_the_session_is_as_before_whatever_the_answer_does():
    torch.manual_seed(5)
    state = torch.get_rng_state()
    for answer in (changes_the_session, raising, endless, leaving):
        check.scale(answer)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()


def test_nothing_reaches_stdout_or_stderr(capfd):
    def loud(x):
        print("x" * 10**7)
        os.sys.stderr.write("y" * 10**7)
        torch.tensor(torch.ones(1))  # torch warns
        return right(x)

    outcome = check.scale(loud)
    assert capfd.readouterr() == ("", "")
    assert outcome.passed
    assert len(check.scale(lambda x: print("x" * 10**7)).printed) < 1000


def test_a_check_ends_soon_when_the_code_does_not():
    start = time.thread_time()
    outcome = check.scale(endless)
    assert outcome.state == "out of time"
    # Computing time, so that a busy machine does not matter: the limit and what the judge adds.
    assert time.thread_time() - start < 3 * check.scale.exercise.seconds


def test_the_defaults_of_the_notebook_change_no_verdict():
    for set_default, value, usual in (
        (torch.set_default_dtype, torch.float64, torch.float32),
        (torch.set_default_device, "meta", None),
        (torch.set_grad_enabled, False, True),
    ):
        set_default(value)
        try:
            outcomes = [check.scale(right), check.Net(Twin)]
        finally:
            set_default(usual)
        assert all(o.passed for o in outcomes), str(outcomes)


def test_a_learners_own_keyboard_interrupt_is_told_and_the_stop_button_stops():
    def gives_up(x):
        raise KeyboardInterrupt

    def is_stopped(x):
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            return right(x)

    assert "KeyboardInterrupt" in check.scale(gives_up).message
    # A process that was started in the background ignores SIGINT from its first moment on.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            check.scale(is_stopped)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, usual)
    assert check.scale(right).passed


def test_nothing_comes_to_stderr_from_below_either(capfd):
    logger = logging.getLogger("set_up_before")
    handler = logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)

    def loud(x):
        os.write(2, b"from C++")
        logger.warning("from a logger")
        return right(x)

    assert check.scale(loud).passed
    assert capfd.readouterr() == ("", "")
    os.write(2, b"later")
    assert capfd.readouterr().err == "later"
    logger.removeHandler(handler)


def test_figures_and_displays_stay_out_of_the_page(monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    mine = plt.figure().number
    shown = []
    shell = SimpleNamespace(display_pub=SimpleNamespace(publish=shown.append))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    publisher, size = shell.display_pub, plt.rcParams["font.size"]

    def draws(x):
        plt.rcParams["font.size"] = 3
        plt.figure()
        shell.display_pub.publish({"text/plain": "a table"}, {})
        return right(x)

    assert check.scale(draws).passed
    assert (plt.get_fignums(), plt.rcParams["font.size"]) == ([mine], size)
    assert shell.display_pub is publisher
    assert shown == []
    plt.close(mine)
