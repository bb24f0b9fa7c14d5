"""What is said of a wrong answer by what it has to do with the expected one."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.checks.relations import Seen, relation

TABLES = (
    torch.tensor([[1.5, -2.0, 0.0], [0.3, 2.0, -0.7]]),
    torch.tensor([[0.2], [-1.2], [3.0], [1.1]]),
    torch.tensor([[0.1, 0.9, -3.0], [2.0, -0.5, 0.4], [1.0, 0.0, 5.0]]),
)
VECTORS = (torch.tensor([3.0, -1.5, 2.0]), torch.tensor([0.5, 4.0, -2.0, 7.0]))


def said(right, wrong, inputs=TABLES, name="x"):
    return relation([Seen(wrong(x), right(x), {name: x}) for x in inputs])


def relu(x):
    return x.clamp(min=0)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (lambda x: x - 1, lambda x: 1 - x, "the wrong sign"),
        (lambda x: x, lambda x: x.abs(), "every minus is lost"),
        (lambda x: x + 0.3, lambda x: (x + 0.3).clamp(min=0), "every negative one has become 0"),
        (lambda x: x.std(), lambda x: x.var(), "are the squares"),
        (lambda x: x.square().sum(), lambda x: x.norm(), "are the square roots"),
        (lambda x: x.exp(), lambda x: (-x).exp(), "1 divided by"),
        (torch.sigmoid, lambda x: torch.sigmoid(-x), "1 minus the expected"),
        (lambda x: x * 3.3, lambda x: (x * 3.3).floor(), "rounded down"),
        (lambda x: x + 1, lambda x: x, "`x` itself, unchanged"),
        (lambda x: x + 1, lambda x: (x + 1).flip(0), "in reverse order"),
        (lambda x: x * 2, lambda x: x * 4, "2 times the expected one"),
        (lambda x: x * 2, lambda x: x * 2 + 1, "1 too large, everywhere"),
        (lambda x: x.mean(), lambda x: x.sum(), "by the factor `x.numel()`: a sum where a mean"),
        (lambda x: x.sum(0) + 1, lambda x: (x.sum(0) + 1) / len(x), "divided by `len(x)`"),
        (relu, lambda x: torch.where(x < 0, x, x.clamp(min=0)), "unchanged"),
        (lambda x: torch.where(x < 0, 0.1 * x, x), relu, "every negative one has become 0"),
        (lambda x: torch.where(x < 0, 0.1 * x, x), lambda x: torch.where(x < 0, 0.2 * x, x),
         "where `x` is negative."),
        (lambda x: x * 2, lambda x: torch.where(x == 0, 1.0, x * 2), "where `x` is 0."),
        (lambda x: x * 2, lambda x: torch.cat([x[:-1] * 2, x[-1:] * 5]), "but for the last row"),
        (lambda x: x * 2, lambda x: torch.cat([x[:1] * 2, x[1:] * 5 + 1]), "Only the first row"),
        (lambda x: x.T @ x + 9, lambda x: (x.T @ x + 9) * torch.eye(x.shape[1]) - 1, ""),
        (lambda x: x * 2, lambda x: x * 2 if x.shape[0] != x.shape[1] else x * 3,
         "`x` has as many rows as columns"),
        (lambda x: x * 2, lambda x: x * 2 if x.shape[0] == 4 else x * 3, ""),
        (lambda x: x + 5, lambda x: (x + 5) * 1.001, ""),
        (lambda x: x + 5, lambda x: x + 5.001, ""),
        (lambda x: x.sum(0), lambda x: x.sum(0, keepdim=True), "a dimension of size 1 too many"),
        (lambda x: x.sum(0, keepdim=True), lambda x: x.sum(0), "a dimension of size 1 too few"),
        (lambda x: x.square().mean(), lambda x: x.square(), "The mean of all that you return"),
        (lambda x: x.square().mean(), lambda x: x.square().sum(1), ""),
        (lambda x: x.square().sum(1), lambda x: x.square(), "The sum over `dim=1`"),
        (lambda x: x.square().sum(1), lambda x: x.square().sum(), "a reduction too many"),
        (lambda x: x * 2, lambda x: torch.ones(2), "the same whatever comes in"),
    ],
)  # fmt: skip
def test_what_holds_in_every_case_is_said(right, wrong, words):
    found = said(right, wrong)
    assert words in found
    assert bool(found) == bool(words)


def test_the_entry_of_a_nested_answer_is_named():
    cases = [Seen((x, {"a": [1, -x]}), (x, {"a": [1, x]}), {"x": x}) for x in TABLES]
    assert relation(cases).startswith("Entry 1, a, 1: Every number has the wrong sign")


def test_numbers_and_lists_of_numbers_are_looked_at_too():
    assert "2 times" in relation([Seen([2.0, 6.0, 8.0], [1.0, 3.0, 4.0], {})])
    assert "reverse" in relation([Seen([1, 2, 3], [3, 2, 1], {})])
    assert "call before" in relation([Seen(7, 3, {"n": 1}), Seen(3, 8, {"n": 2})])
    cases = [Seen(n + (n % 2), n, {"n": n}) for n in (2, 3, 6, 9)]
    assert relation(cases) == "Right but for the cases where `n` is odd."


@pytest.mark.parametrize(
    "cases",
    [
        [],
        [Seen("a", "b", {})],
        [Seen(None, torch.ones(2), {})],
        [Seen(torch.ones(2), torch.ones(2), {})],
        [Seen({"a": 1}, {"b": 2}, {})],
        [Seen([1, "x"], [1, 2], {})],
        [Seen(torch.tensor([1j]), torch.ones(1), {})],
        [Seen(torch.empty(0), torch.empty(0, 2), {})],
        [Seen(torch.tensor([float("nan")]), torch.ones(1), {"x": torch.tensor(1.0)})],
        [Seen(5.0, 3.0, {"n": 1})],
        [Seen(0, 0, {"n": 3}), Seen(1, 0, {"n": 0})],
        [Seen(torch.tensor([1, 9, 9]), torch.tensor([1, 3, 2]), {"x": torch.ones(3, 3)})],
    ],
    ids=repr,
)
def test_where_nothing_can_be_said_nothing_is_said(cases):
    assert relation(cases) == ""


numbers = st.floats(-100, 100, width=32)


@given(st.lists(st.lists(numbers, min_size=1, max_size=4), min_size=1, max_size=3), st.data())
def test_any_answers_are_looked_at_without_an_error_and_right_ones_have_none(expected, data):
    def shaken(values):
        drawn = data.draw(st.sampled_from(["same", "list", "sum", "other", "short"]))
        tensor = torch.tensor(values)
        return {
            "same": tensor, "list": values, "sum": tensor.sum(), "other": tensor * 3 - 1,
            "short": tensor[1:],
        }[drawn]  # fmt: skip

    cases = [Seen(shaken(e), torch.tensor(e), {"x": torch.tensor(e), "k": 2}) for e in expected]
    assert isinstance(relation(cases), str)
    assert relation([Seen(torch.tensor(e), torch.tensor(e), {}) for e in expected]) == ""
