"""Each sentence is tried on the error that Python or torch really raises."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.advice import advice

table = torch.ones(2, 3)
whole = torch.ones(2, 3, dtype=torch.int64)


class NoSuper(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(2, 3)


def leaf():
    return torch.ones(3, requires_grad=True)


def endless(x):
    return endless(x)


def unset():
    value += 1  # noqa: F821, F841


def overwritten():
    y = leaf().exp()
    y += 1
    y.sum().backward()


def twice():
    y = (leaf() ** 2).sum()
    y.backward()
    y.backward()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (lambda: missing_name, "does not know this name"),  # noqa: F821
        (unset, "does not know this name"),
        (lambda: __import__("no_such_package"), "not installed"),
        (lambda: endless(1), "calls itself"),
        (lambda: 1 if table > 0 else 2, "yes or no"),
        (lambda: table ^ 2, "`x ** 2`"),
        (lambda: table - table.max(dim=0), "`.values`"),
        (lambda: float(table), "holds several"),
        (lambda: math.exp(table), "holds several"),
        (lambda: table / table.max, "uncalled"),
        (lambda: table.shape[0] + table.mean, "uncalled"),
        (lambda: table.mean[0], "uncalled"),
        (lambda: table.shape(), "without them"),
        (lambda: table(0), "without them"),
        (lambda: table + None, "is None"),
        (lambda: leaf().grad.zero_(), "is None"),
        (lambda: NoSuper(), "`super().__init__()`"),
        (lambda: nn.Module()(table), "forward"),
        (lambda: torch.ones(10**15), "larger than the memory"),
        (lambda: (leaf() * 2).backward(), "`.sum()`"),
        (twice, "once"),
        (overwritten, "overwritten"),
        (lambda: leaf().add_(1), "overwritten"),
        (lambda: table.sum().backward(), "requires_grad=True"),
        (lambda: leaf().numpy(), "no gradients"),
        (lambda: table.sum(dim=2), "fewer axes"),
        (lambda: table.gather(0, torch.full((1, 3), 7)), "too large for that axis"),
        (lambda: table[9], "too large for that axis"),
        (lambda: torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), -1), "`.float()`"),
        (
            lambda: F.cross_entropy(torch.ones(2, 3), torch.ones(2, 2)),
            "class numbers of shape (n,)",
        ),
        (lambda: table[0, 0, 0], "more indices"),
        (lambda: whole.mean(), "`.float()`"),
        (lambda: whole.requires_grad_(), "`.float()`"),
        (lambda: table + torch.ones(2), "do not fit"),
        (lambda: table @ table, "do not fit"),
        (lambda: table @ whole.T, "do not go together"),
    ],
)
def test_a_real_error_is_explained(code, words):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each error is another one
        code()
    error = {"type": caught.type.__name__, "message": str(caught.value), "line": "a line"}
    assert words in advice(error), error


@pytest.mark.parametrize(
    ("line", "words"), [("", "signature"), ("y = f(1, 2, 3)", "That line calls")]
)
def test_wrong_arguments_are_told_apart_by_whose_call_it_was(line, words):
    message = "f() takes 1 positional argument but 2 were given"
    assert words in advice({"type": "TypeError", "message": message, "line": line})


def test_an_unknown_error_is_left_to_its_own_message():
    assert advice({"type": "ValueError", "message": "my own words", "line": ""}) == ""
