import dataclasses
import functools
from functools import reduce

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from helpers.checks.bans import banned_in, plain_name
from helpers.checks.live import read_answer, source_of
from helpers.checks.source import is_stub, parse, same_program
from helpers.checks.watch import Watch

s = torch.softmax


def _uses_alias(x):
    return s(x, dim=0)


def _helper(x):
    return F.softmax(x, dim=0)


def _uses_helper(x):
    return _helper(x)


@pytest.mark.parametrize(
    "stub",
    [
        "def f(x):\n    ...",
        "def f(x):\n    '''Text.'''\n    # YOUR CODE HERE\n    ...",
        "def f(x):\n    pass",
        "def f(x):\n    return None",
        "class A(B):\n    '''Text.'''\n    def __init__(self):\n        super().__init__()\n        ...\n"
        "    def forward(self, x):\n        ...",
    ],
)
def test_what_the_learner_was_given_is_no_attempt(stub):
    assert is_stub(stub)


@pytest.mark.parametrize(
    "attempt",
    [
        "def f(x):\n    y = 1",
        "def f(x):\n    return x",
        "def f(x):\n    raise ValueError",
        "class A(B):\n    def __init__(self):\n        super().__init__()\n        self.a = 1",
        "class A(B):\n    def __init__(self, parameters, rate):\n        super().__init__(parameters, lr=rate)",
        None,
        "not python (",
    ],
)
def test_anything_written_is_an_attempt(attempt):
    assert not is_stub(attempt)


def found(answer, *words):
    """Return the banned word that an answer is found to use."""
    reading = read_answer(answer)
    return banned_in(words, reading.syntax, reading.uses) or next(iter(reading.hides), None)


def made(program: str):
    """Return the function `f` of a program that has no file."""
    space = {"torch": torch, "F": F, "nn": nn, "__name__": "__main__"}
    exec(program, space)
    return space["f"]


WORDS = ("softmax", "grad", "l1_loss", "optim", "map", "**", "for", "while", "@")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda x: torch.softmax(x, 0), "softmax"),
        (lambda x: x.softmax(0), "softmax"),
        (lambda x: x.exp().softmax(0), "softmax"),
        (lambda x: [F][0].l1_loss(x, x), "l1_loss"),
        (lambda x, s=torch.softmax: s(x, 0), "softmax"),
        (lambda x: nn.L1Loss()(x, x), "L1Loss"),
        (lambda x: torch.optim.Adagrad([x]), "optim"),
        (lambda x: torch.autograd.grad(x, x), "grad"),
        (lambda x: list(map(abs, x)), "map"),
        (lambda x: getattr(torch, "soft" + "max")(x, 0), "softmax"),
        (lambda x, n="exp": getattr(torch, n)(x), "getattr"),
        (lambda x: eval("x" * len(x)), "eval"),
        (lambda x: eval("torch.softmax(x, 0)"), "softmax"),
        (lambda x: [a for a in x], "for"),  # noqa: C416
        (lambda x: x @ x, "@"),
        (lambda x: x**2, "**"),
    ],
)
def test_a_use_is_found(answer, word):
    assert found(answer, *WORDS) == word


@pytest.mark.parametrize(
    ("program", "means"),
    [
        ("import timeit\ndef f(x): return timeit.timeit('torch.soft' + 'max')", "timeit"),
        (
            "from string import Formatter as G\ndef f(x): return G().get_field('a', (), {})",
            "string.Formatter",
        ),
        ("import pydoc\ndef f(x): return pydoc.resolve(x)", "pydoc.resolve"),
        ("import typing\ndef f(x): return typing.get_type_hints(x)", "typing.get_type_hints"),
        (
            "import inspect\ndef f(x): return dict(inspect.getmembers_static(x))",
            "inspect.getmembers_static",
        ),
        ("import code\ndef f(x): code.InteractiveInterpreter({}).runsource(x)", "code"),
        ("import threading\ndef f(x): threading.Thread(target=x).start()", "threading"),
        (
            "def f(x):\n    import multiprocessing.pool as m\n    return m.ThreadPool(1)",
            "multiprocessing",
        ),
        ("import concurrent.futures as c\ndef f(x): return c.ThreadPoolExecutor(1)", "concurrent"),
        ("import os\ndef f(x): return os.fork()", "os.fork"),
    ],
)
def test_what_finds_or_calls_a_function_unseen_is_told(program, means):
    hides = read_answer(made(program)).hides
    assert any(hide.startswith(means.split(".")[0]) for hide in hides), hides


def test_a_dataclass_hides_nothing():
    assert not read_answer(Point).hides


@dataclasses.dataclass
class Point:
    x: float = 0.0
    rest: list = dataclasses.field(default_factory=list)

    def __call__(self, x):
        return x * self.x


def _names(x):
    grad = x.exp()
    softmax = grad / grad.sum()
    softmax.optim = {"l1_loss": grad}
    return softmax


class _Engine:
    def __init__(self):
        self.grad, self.softmax = 0.0, 1.0

    def l1_loss(self):
        return self.grad + self.softmax

    def map(self, grad):
        return self.l1_loss() + getattr(self, "gr" + grad)


def _with_engine(model, x):
    model.eval()
    return _Engine().l1_loss() + x.grad + vars(_Engine())["grad"]


@pytest.mark.parametrize(
    "answer",
    [_names, _Engine, _with_engine, lambda softmax: softmax, lambda x: x.grad, lambda x: "softmax"],
)
def test_a_name_is_not_a_use(answer):
    assert found(answer, *WORDS) is None


def test_a_function_without_a_file_is_read_from_its_instructions():
    assert found(made("def f(x): return F.softmax(x, 0)"), "softmax") == "softmax"
    assert found(made("def f(x):\n softmax = x.exp()\n return softmax"), "softmax") is None


def test_another_name_for_a_forbidden_function_is_seen():
    assert found(_uses_alias, "softmax") == "softmax"
    assert found(_uses_helper, "softmax") == "softmax"


layer = nn.Softmax(dim=0)
part = functools.partial(torch.softmax, dim=0)


@torch.no_grad()
def _decorated(x):
    return s(x, dim=0)


@pytest.mark.parametrize(
    "answer",
    [
        torch.softmax,
        layer,
        part,
        lambda x: layer(x),
        lambda x: part(x),
        _decorated,
        functools.lru_cache(s),
    ],
)
def test_a_layer_a_partial_function_and_a_decorator_hide_no_function(answer):
    assert plain_name(found(answer, "softmax")) == "softmax"


def test_torch_is_watched_and_computes_as_without():
    x = torch.randn(3, 4, requires_grad=True)

    def answer(x):
        return nn.ReLU()(x).sum() + torch._softmax(x, 0, False).mul(2).sum()

    answer(x).backward()
    alone, x.grad = x.grad, None
    with Watch() as watch:
        answer(x).backward()
    assert torch.equal(x.grad, alone)
    assert banned_in(["relu"], (), (), watch.calls) == "relu"
    assert banned_in(["softmax"], (), (), watch.calls) == "_softmax"
    assert banned_in(["mul"], (), (), watch.calls) is None  # `*` looks the same


names = st.sampled_from(["softmax", "x", "relu", "torch", "F"])


@given(names, names, names)
def test_a_parameter_hides_what_its_name_means_outside(parameter, used, called):
    """Only a name that the function does not bind can mean torch's."""
    program = f"def f({parameter}, *a):\n    {called} = 1\n    return {used}(1)"
    space = {"softmax": torch.softmax, "relu": torch.relu, "torch": torch, "F": F, "x": len}
    exec(program, space)
    is_use = used in ("softmax", "relu") and used not in (parameter, called)
    assert (found(space["f"], "softmax", "relu") is not None) == is_use


def test_the_source_includes_the_learners_own_functions_that_it_calls():
    assert "F.softmax" in source_of(_uses_helper)


def test_a_very_long_program_is_read():
    zeros = " + 0" * 700
    assert parse(f"def f(x): return x{zeros}") is not None
    assert same_program(f"def f(x): return x{zeros}", "def f(x): return x") is False


def test_things_without_source_give_none():
    assert source_of(torch.tensor(1.0)) is None
    assert source_of(len) is None
    assert parse("x = (") is None


def test_programs_are_the_same_whatever_their_comments_and_layout():
    one = "def f(x: int) -> int:\n    '''Doc.'''\n    return x + 1  # add"
    assert same_program(one, "def f(x):\n    return (x\n        + 1)")
    assert not same_program(one, "def f(x):\n    return x + 2")
    assert not same_program(one, None)


def test_a_lambda_is_cut_out_of_the_lines_around_it():
    pair = [lambda x: x + 1, lambda x: x.softmax(0) * 2]
    assert source_of(pair[0]) == "lambda x: x + 1"
    assert source_of(pair[1]) == "lambda x: x.softmax(0) * 2"


def _by_reduce(n):
    return reduce(lambda pair, _: (pair[1], sum(pair)), range(n), (0, 1))[0]


def test_a_function_imported_by_name_is_known_by_its_public_path():
    assert found(_by_reduce, "functools.reduce") == "functools.reduce"
    assert found(_by_reduce, "torch.reduce") is None
