import functools

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.source import (
    forbidden_in,
    is_stub,
    names_used,
    parse,
    same_program,
    source_of,
)

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
        None,
        "not python (",
    ],
)
def test_anything_written_is_an_attempt(attempt):
    assert not is_stub(attempt)


@pytest.mark.parametrize(
    ("program", "word"),
    [
        ("def f(x): return torch.softmax(x, 0)", "softmax"),
        ("def f(x): return x.softmax(0)", "softmax"),
        ("def f(x):\n from torch import softmax as t\n return t(x, 0)", "softmax"),
        ("def f(x): return getattr(torch, 'soft' + 'max')(x, 0)", "getattr"),
        ("def f(x): return eval('x')", "eval"),
        ("def f(x): return [a for a in x]", "for"),
        ("def f(x):\n while x: pass", "while"),
        ("def f(x): return x @ x", "@"),
        ("def f(x): return x ** 2", "**"),
        ("def softmax(x): return torch.softmax(x, 0)", "softmax"),
    ],
)
def test_a_forbidden_word_is_found_in_the_tree(program, word):
    assert forbidden_in(program, [], ("softmax", "for", "while", "@", "**")) == word


@pytest.mark.parametrize(
    "program",
    [
        "def f(x):\n    '''softmax, for and while.'''\n    return x.exp()  # softmax",
        "def softmax(x):\n    return x.exp() / x.exp().sum()",
        "def f(x): return 'softmax'",
        None,
    ],
)
def test_names_in_text_do_not_count(program):
    assert forbidden_in(program, [], ("softmax", "for", "while")) is None


def test_another_name_for_a_forbidden_function_is_seen():
    assert "softmax" in names_used(_uses_alias)


def test_a_function_of_torch_or_a_layer_given_as_the_answer_is_seen():
    assert names_used(torch.softmax) == ["softmax"]
    assert names_used(functools.partial(torch.softmax, dim=0)) == ["softmax"]
    assert names_used(nn.ReLU()) == ["ReLU"]
    assert names_used(torch.tensor(1.0)) == []


layer = nn.Softmax(dim=0)
part = functools.partial(torch.softmax, dim=0)


@torch.no_grad()
def _decorated(x):
    return s(x, dim=0)


def test_a_layer_a_partial_function_and_a_decorator_hide_no_function():
    assert names_used(lambda x: layer(x)) == ["Softmax"]
    assert names_used(lambda x: part(x)) == ["softmax"]
    assert names_used(_decorated) == ["softmax"]


def test_the_exercises_own_name_does_not_hide_an_import_of_the_forbidden_function():
    program = "def softmax(x):\n    return s(x, dim=0)"
    assert forbidden_in(program, ["softmax"], ("softmax",)) == "softmax"


def test_the_learners_own_function_of_that_name_does_not_count():
    assert names_used(_uses_helper) == []


def test_the_source_includes_the_learners_own_functions_that_it_calls():
    assert "F.softmax" in source_of(_uses_helper)


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
