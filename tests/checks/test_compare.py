import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.checks.compare import Closeness, compare
from helpers.checks.plain import Opaque

table = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])


@pytest.mark.parametrize(
    ("got", "expected", "stage", "words"),
    [
        (None, table, "type", "return"),
        (table.numpy(), table, "type", "from_numpy"),
        ([1.0], torch.ones(1), "type", "torch.tensor"),
        (torch.ones(2), 1.0, "type", ".item()"),
        (True, 1, "type", "bool"),
        (1, True, "type", "an int"),
        ("a", 1, "type", "text"),
        (Opaque("Odd"), table, "type", "Odd"),
        (table.double(), table, "dtype", "float64"),
        (table.long(), table, "dtype", ".float()"),
        (torch.tensor([1.0]), torch.tensor([1]), "dtype", ".long()"),
        (table.T, table, "shape", "transpose"),
        (table.flatten(), table, "shape", "arrangement"),
        (table.sum(0), table, "shape", "dim"),
        (table / 0, table, "finite", "inf"),
        (table * math.nan, table, "finite", "nan"),
        (float("nan"), 1.0, "finite", "nan"),
        (table + 1e-2, table, "values", "[0, 0]"),
        (3, 4, "values", "3"),
        (1.01, 1.0, "values", "1.01"),
        ((1, 2), (1, 2, 3), "shape", "2 entries"),
        ((1, 5), (1, 2), "values", "Entry 1: The answer is 5"),
        ((2, 1), (1, 2), "values", "in another order: they belong to the places 1, 0."),
        ((table.T, 1, table), (1, table, table.T), "values", "to the places 2, 0, 1."),
        ((1, [2, 5]), (1, [2, 2]), "values", "Entry 1, entry 1: The answer is 5"),
        ({"a": [1, [0]]}, {"a": [1, [2]]}, "values", "a, entry 1, entry 0: The answer is 0"),
        (1e300, math.inf, "values", "not right"),
        (1.0, complex(math.nan), "values", "not right"),
        ({"a": 1}, {"a": 1, "b": 2}, "shape", "'b' is missing"),
        ({"a": 1, "c": 2}, {"a": 1}, "shape", "'c'"),
        ({"a": 2}, {"a": 1}, "values", "a: "),
        (torch.float64, torch.float32, "values", "float64"),
    ],
    ids=str,
)
def test_the_first_difference_is_named_with_its_stage(got, expected, stage, words):
    finding = compare(got, expected)
    assert finding.stage == stage
    assert words in finding.message


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (table + 1e-7, table),
        (1, 1.0),
        (np.float64(1), 1.0),
        (torch.tensor(1), 1),
        (torch.tensor([2.5]), 2.5),
        ([2, 3], (2, 3)),
        (torch.Size([2, 3]), (2, 3)),
        (" Blue ", "blue"),
        (math.inf, math.inf),
        (torch.tensor([math.nan, math.inf]), torch.tensor([math.nan, math.inf])),
        (np.bool_(True), True),
        (torch.empty(0, 3), torch.empty(0, 3)),
    ],
    ids=str,
)
def test_right_answers_in_other_forms_agree(got, expected):
    assert compare(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (torch.tensor(1), 1, ".item()"),
        (torch.tensor([2.5]), 2.5, ".item()"),
        (8.0, 8, "`//`"),
        (np.float64(8), 8, "`//`"),
        ([1.0, 2.0], [1, 2], "Entry 0: The answer is a float"),
        ((1, [torch.tensor(2.0)]), (1, [2.0]), "Entry 1, entry 0: The answer is a tensor"),
        ({"a": torch.tensor(2.0)}, {"a": 2.0}, "a: The answer is a tensor"),
        ((1.0, 2.0), [1.0, 2.0], "a tuple; a list is expected"),
    ],
    ids=str,
)
def test_only_pythons_numbers_do_where_the_text_asks_for_them(got, expected, words):
    finding = compare(got, expected, Closeness(python_numbers=True))
    assert finding.stage == "type"
    assert words in finding.message
    assert compare(got, expected) is None


@pytest.mark.parametrize("got", [2, 2.0, np.float32(2), np.float64(2), np.int64(2)], ids=repr)
def test_an_int_and_numpys_numbers_do_for_a_float(got):
    assert compare(got, 2.0, Closeness(python_numbers=True)) is None


def test_more_digits_than_asked_for_are_no_mistake_unless_the_dtype_counts():
    lenient = Closeness(dtype=False)
    assert compare(table.double(), table, lenient) is None
    assert compare({"a": [table.double()]}, {"a": [table]}, lenient) is None
    assert compare(table.double() + 1e-2, table, lenient).stage == "values"
    for other in (table.half(), table.long(), table.bfloat16()):
        assert compare(other, table, lenient).stage == "dtype"
    assert compare(table, table.double(), lenient).stage == "dtype"


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 10))
def test_numbers_agree_within_the_tolerance_and_not_beyond(value, step):
    inside = 1e-6 + 1e-4 * abs(value)
    assert compare(value + 0.9 * inside, value) is None
    assert compare(value + inside + step, value) is not None


@given(st.floats(-1e3, 1e3))
def test_tensors_and_numbers_use_one_tolerance(value):
    near, far = value + 0.5e-4 * abs(value), value + 2e-4 * abs(value) + 1e-5
    as_tensor = [torch.tensor([v], dtype=torch.float64) for v in (near, far, value)]
    assert compare(near, value) is None
    assert compare(as_tensor[0], as_tensor[2]) is None
    assert compare(far, value) is not None
    assert compare(as_tensor[1], as_tensor[2]) is not None
