"""The whole way of a check, on small exercises: what a learner might write and what they are told."""

import json
import logging
import math
import os
import signal
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from tests.checks.small import check


def right(x):
    return x / x.amax(dim=0)


def with_loop(x):
    return torch.stack([column / column.max() for column in x.T]).T


def small_only(x):
    return x / torch.tensor([5.0, 40.0]) if x.shape == (3, 2) else x


def stub(x):
    """Do something."""
    ...


def raising(x):
    y = x + 1
    return y / missing_name  # noqa: F821


def missing_import(x):
    import no_such_package  # noqa: F401


def wrong_arguments(x, y):
    return x


def endless(x):
    while True:
        x = x + 1


def asleep(x):
    time.sleep(60)


def in_place(x):
    return x.div_(x.amax(dim=0).clone())


def leaving(x):
    raise SystemExit(3)


def no_return(x):
    y = x / x.amax(dim=0)  # noqa: F841


def changes_the_session(x):
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    os.environ["CHANGED"] = ""
    return right(x)


@pytest.mark.parametrize(
    ("answer", "state", "points", "words"),
    [
        (right, "passed", 3, ""),
        (with_loop, "partly right", 2, "`for`"),
        (small_only, "partly right", 2, "differ"),
        (stub, "not attempted", 0, "write the function"),
        # A program without a loop meets the requirement on the way of writing, whatever becomes of it.
        (raising, "partly right", 1, "y / missing_name"),
        (missing_import, "partly right", 1, "not installed"),
        (wrong_arguments, "partly right", 1, "signature"),
        (leaving, "partly right", 1, "SystemExit"),
        (in_place, "partly right", 1, "changed its input"),
        (no_return, "partly right", 1, "`return`"),
        (endless, "out of time", 0, "never stops"),
        (torch.ones(3), "failed", 0, "a Tensor, not a function"),
        (None, "failed", 0, "not a function"),
        (nn.Linear, "failed", 0, "is a class"),
        (changes_the_session, "passed", 3, ""),
    ],
    ids=lambda v: getattr(v, "__name__", str(v)[:20]),
)
def test_each_outcome_has_its_state_points_and_words(answer, state, points, words):
    outcome = check.scale(answer)
    assert (outcome.state, outcome.points) == (state, points), str(outcome)
    assert words in outcome.message


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (raising, "raised", "y / missing_name"),
        (missing_import, "raised", "not installed"),
        (wrong_arguments, "raised", "signature"),
        (leaving, "raised", "SystemExit"),
        (asleep, "out of time", "never stops"),
        (no_return, "failed", "`return`"),
        (in_place, "failed", "instead of"),
    ],
    ids=lambda v: getattr(v, "__name__", str(v)[:20]),
)
@pytest.mark.parametrize("hidden", [False, True])
def test_where_nothing_is_earned_the_state_says_how_it_ended(answer, state, words, hidden):
    outcome = check.square(answer, hidden=hidden)
    assert (outcome.state, outcome.points) == (state, 0), str(outcome)
    assert words in outcome.message


def test_a_missing_name_gives_a_card_and_no_error():
    outcome = check.scale()
    assert outcome.state == "not attempted"
    assert "Run the cell that defines it" in outcome.message


def test_the_answer_is_looked_up_by_name_in_the_calling_notebook():
    notebook = {"check": check.answer, "answer": 42}
    exec("verdict = check()", notebook)
    assert notebook["verdict"].passed


def test_a_mistake_is_recognised_by_what_it_does():
    outcome = check.scale(lambda table: table / torch.max(table))
    assert outcome.mistake == "That is the largest entry of the whole table."
    assert outcome.expected
    assert outcome.got != outcome.expected


def test_the_first_failing_case_is_a_fixed_one_and_the_same_each_time():
    outcomes = {str(check.scale(lambda x: x)) for _ in range(3)}
    assert len(outcomes) == 1


def test_a_cut_graph_is_seen():
    assert "no gradient flows" in check.square(lambda x: (x * x).detach()).message
    assert "no gradient flows" in check.square(lambda x: torch.tensor((x * x).tolist())).message
    wrong_slope = check.square(lambda x: x * x.detach())
    assert "gradient is not" in wrong_slope.message
    assert check.square(lambda x: x * x).passed


def power(x):
    return x**2


def test_a_shortcut_earns_nothing_where_the_way_is_the_exercise():
    outcome = check.square(power)
    assert outcome.points == 0
    assert "`**`" in outcome.message


def test_a_wrong_answer_by_a_shortcut_hears_of_both():
    outcome = check.square(lambda x: x**3)
    assert outcome.message.startswith("Your program uses `**`")
    assert "instead of" in outcome.message


def test_a_shortcut_without_gradient_hears_of_the_shortcut_alone():
    outcome = check.square(lambda x: x.detach() ** 2)
    assert outcome.points == 0
    assert outcome.message == "Your program uses `**`. Multiply."


def _twice_backward(x):
    result = x.clone().requires_grad_().exp().sum()
    result.backward()
    result.backward()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x if x > 0 else -x, "`torch.where(condition, a, b)`"),
        (lambda x: x ^ 2, "write `x ** 2`"),
        (lambda x: x.max(dim=0) * x, "`.values` and `.indices`"),
        (lambda x: math.exp(torch.stack([x, x]).flatten()), "this tensor holds several"),
        (
            lambda x: x.clone().requires_grad_().exp().backward(),
            "`.sum()` or `.mean()` comes first",
        ),
        (_twice_backward, "good for one `backward()`"),
        (lambda x: x.sum(dim=7), "fewer axes"),
        (lambda x: x.reshape(-1, 1) @ torch.ones(3, 1), "Print `.shape`"),
    ],
    ids=["yes or no", "power", "two things", "one number", "no scalar", "twice", "axes", "shapes"],
)
def test_a_common_error_comes_with_its_way_out(answer, words):
    assert words in check.scale(answer).message


@pytest.mark.parametrize(
    ("answer", "points", "words"),
    [
        ({"sum": (2, 3), "product": (2, 2)}, 2, ""),
        ({"sum": [2, 3], "product": torch.Size([2, 2])}, 2, ""),
        ({"sum": (2, 3), "product": None}, 1, "product: no answer yet."),
        ({"sum": None, "product": ...}, 0, "fill in"),
        ({"sum": (2, 3), "product": (3, 3)}, 1, "not right yet"),
        ({"sum": (9, 9), "product": (3, 3)}, 0, "not right yet"),
        ({"sum": (2, 3)}, 1, "product: no answer yet."),
        ((2, 3), 0, "a dict is expected"),
    ],
    ids=str,
)
def test_a_prediction_earns_points_for_each_part_and_never_shows_the_right_one(
    answer, points, words
):
    outcome = check.shapes(answer)
    assert outcome.points == points
    assert words in outcome.message
    assert not outcome.expected
    assert "(2, 2)" not in outcome.message


def test_a_mistake_in_one_part_is_recognised_beside_right_and_wrong_parts():
    says = "The inner sizes vanish, the outer ones stay."
    assert check.shapes({"sum": (2, 3), "product": (3, 3)}).mistake == says
    assert check.shapes({"sum": (7,), "product": (3, 3)}).mistake == says


@pytest.mark.parametrize("answer", [42, 42.0, torch.tensor(42), torch.tensor([42.0])], ids=str)
def test_a_number_may_come_in_any_form(answer):
    assert check.answer(answer).passed


@pytest.mark.parametrize("answer", [41, "42", None, [42], True], ids=str)
def test_another_value_does_not_pass(answer):
    assert check.answer(answer).points == 0


def test_a_choice_is_read_whatever_its_capitals_and_shows_its_options_when_blank():
    assert check.colour(" b ").passed
    assert check.colour("A").mistake == "That is the grass."
    assert "green" in str(check.colour(None))


class Twin(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.mine = nn.Linear(n_in, n_out)

    def forward(self, x):
        return x @ self.mine.weight.T + self.mine.bias


class NoBias(Twin):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.mine = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.mine(x)


class Empty(nn.Module):
    """Not written yet."""

    def __init__(self, n_in, n_out):
        super().__init__()
        ...

    def forward(self, x): ...


def test_a_module_is_judged_by_parameters_and_output_whatever_its_names():
    assert check.Net(Twin).passed
    assert check.Net(NoBias).points == 0
    assert check.Net(Empty).state == "not attempted"
    assert "class itself" in check.Net(Twin(3, 2)).message
    assert "not a class" in check.Net(right).message
    assert "nn.Module" in check.Net(dict).message


def test_a_model_object_is_judged_on_a_copy():
    mine = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).train()
    before = [p.clone() for p in mine.parameters()]
    assert check.model(mine).passed
    assert mine.training
    assert all(torch.equal(p, b) for p, b in zip(mine.parameters(), before, strict=True))
    assert all(p.grad is None for p in mine.parameters())
    assert check.model(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))).points == 0
    assert "make an object" in check.model(Twin).message


def mean(x):
    return x.sum() / 2


def test_a_broken_program_left_as_it_is_counts_as_not_attempted():
    assert check.mean(mean).state == "not attempted"
    assert "mend the program" in check.mean(mean).message
    assert check.mean(lambda x: x.sum() / 2).state == "failed"
    assert check.mean(lambda x: x.sum() / x.numel()).passed


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


def test_repr_is_the_plain_number_that_nbgrader_reads():
    assert repr(check.scale(right)) == "3.0"
    assert repr(check.scale(with_loop)) == "2.0"
    assert repr(check.scale(stub)) == "0.0"


def test_hidden_cases_keep_the_drawn_inputs_and_answers_to_themselves():
    outcome = check.scale(small_only, hidden=True)
    assert outcome.points == 2
    assert not outcome.tried
    assert not outcome.got
    assert not outcome.expected
    assert "drew" in outcome.message


@pytest.mark.parametrize(
    "forge",
    [
        lambda r: None,
        lambda r: [],
        lambda r: r | {"exercise": "00_small/answer"},
        lambda r: r | {"runs": "all good"},
        lambda r: r | {"runs": r["runs"] * 2},
        lambda r: r | {"runs": [{"outcome": "returned", "points": 3}] * 2},
        lambda r: (
            r | {"runs": [{"outcome": "returned", "value": {"kind": "x"}, "changed": []}] * 2}
        ),
        lambda r: r | {"runs": [{"outcome": "raised"}] * 2},
        lambda r: r | {"found": "yes"},
        lambda r: r | {"uses": [1]},
        lambda r: {"points": 3, "passed": True},
    ],
)
def test_a_forged_or_damaged_record_earns_nothing(forge):
    plan = check.scale.exercise.plan(1)
    record = json.loads(json.dumps(probe(plan, right)))
    assert judge(check.scale.exercise, plan, record).passed
    assert judge(check.scale.exercise, plan, forge(record)).points == 0


def test_a_record_of_other_inputs_earns_nothing_on_the_drawn_ones():
    replayed = probe(check.scale.exercise.plan(1), right)
    assert judge(check.scale.exercise, check.scale.exercise.plan(2), replayed).points < 3


def test_judging_runs_no_learner_code():
    plan = check.scale.exercise.plan(1)
    ran = []

    def counted(x):
        ran.append(1)
        return right(x)

    record = probe(plan, counted)
    times = len(ran)
    judge(check.scale.exercise, plan, record)
    assert len(ran) == times == len(plan["cases"])


def test_a_plan_and_a_record_are_plain_json():
    plan = check.Net.exercise.plan(1)
    assert json.loads(json.dumps(plan)) == plan
    record = probe(plan, Twin)
    assert json.loads(json.dumps(record)) == record


def test_a_check_ends_soon_when_the_code_does_not():
    start = time.thread_time()
    outcome = check.scale(endless)
    assert outcome.state == "out of time"
    # Computing time, so that a busy machine does not matter: the limit and what the judge adds.
    assert time.thread_time() - start < 3 * check.scale.exercise.seconds


@pytest.mark.parametrize(
    "value",
    [
        10**400,
        np.longdouble(1),
        np.array([1.0], dtype=">f4"),
        {frozenset([1]): {frozenset([2])}},
        torch.ones(2).to_sparse(),
        torch.ones(2, device="meta"),
        torch.ones(2, dtype=torch.complex64),
        torch.ones(2_000_000),
        [0] * 1_000_000,
        (i for i in range(3)),
        torch.ones(2).mean,
        nn.Parameter(torch.ones(2)),
        "a: b",
    ],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize(
    "one", [check.scale, check.square, check.answer, check.shapes, check.colour, check.model]
)
def test_whatever_comes_out_gives_a_card(one, value):
    outcome = one((lambda x: value) if one.exercise.wants == "function" else value)
    assert outcome.points < outcome.possible
    assert outcome.message
    assert "damaged" not in outcome.message
    assert outcome._repr_html_()


class Secretive:
    """Does its work, but may not be looked at."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, x):
        return right(x)


def test_an_object_that_may_not_be_looked_at_is_still_called():
    assert check.scale(Secretive()).passed


class Unprintable(Exception):
    def __str__(self):
        raise KeyboardInterrupt


def unprintable(x):
    raise Unprintable


def asks(x):
    return x * float(input("factor? "))


def checks_itself(x):
    return check.scale(checks_itself)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (unprintable, "Unprintable"),
        (asks, "as arguments"),
        (checks_itself, "a cell of its own"),
        (lambda x: x.max, "round brackets"),
        (lambda x: (right(x),), "comma"),
        (lambda x: list(right(x)), "torch.stack"),
        (lambda x: x.max(dim=0), "`.values`"),
        (lambda x: x.max().item(), "leave it out"),
        (lambda x: x.requires_grad_().detach() / x.detach().amax(dim=0), "requires_grad_()"),
    ],
)
def test_what_beginners_write_by_mistake_is_named(answer, words):
    assert words in check.scale(answer).message


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


def test_a_model_not_made_yet_is_not_attempted_and_one_that_keeps_a_tensor_is_told():
    assert check.model(None).state == "not attempted"
    keeping = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    keeping.last = keeping(torch.ones(1, 3))
    assert "cannot be copied" in check.model(keeping).message


def test_hidden_cases_do_not_show_what_was_printed_about_them():
    def tells(x):
        print("the input is", x)
        return small_only(x)

    assert check.scale(tells).printed
    assert not check.scale(tells, hidden=True).printed
