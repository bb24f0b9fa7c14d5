import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.checks import plain
from helpers.checks.compare import compare
from tests.checks.small import drivers

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50)
keys = st.text(max_size=5) | st.integers(-9, 9)
nested = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
arrays = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)


def through_json(value):
    return plain.decode(json.loads(json.dumps(plain.encode(value))))


def same(one, other):
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    return type(one) is type(other) and one == other


@given(nested)
def test_python_values_come_back_as_they_were(value):
    assert same(value, through_json(value))


@given(arrays)
def test_tensors_and_arrays_come_back_bit_for_bit(array):
    back = through_json(array)
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()
    tensor = torch.from_numpy(array.copy())
    again = through_json(tensor)
    assert again.dtype == tensor.dtype
    assert again.shape == tensor.shape
    assert again.numpy().tobytes() == array.tobytes()


@given(arrays, st.data())
def test_a_tensor_with_permuted_dimensions_stays_one(array, data):
    order = data.draw(st.permutations(range(array.ndim)))
    tensor = torch.from_numpy(array.copy()).permute(order)
    again = through_json(tensor)
    assert again.shape == tensor.shape
    assert again.numpy().tobytes() == tensor.numpy().tobytes()
    assert again.is_contiguous() == tensor.is_contiguous()
    leaf = torch.rand(3, 4).T.requires_grad_()
    assert through_json(leaf).is_leaf
    with pytest.raises(RuntimeError):
        through_json(leaf).view(-1)


@pytest.mark.parametrize("order", [[0, 0], [1], ["a", 0], 5, [2, 1]])
def test_an_order_that_is_no_permutation_is_refused(order):
    record = plain.encode(torch.rand(2, 3)) | {"order": order}
    with pytest.raises(plain.PlainError):
        plain.decode(record)


@pytest.mark.parametrize("dtype", plain._DTYPES.values(), ids=str)
def test_every_dtype_comes_back(dtype):
    tensor = torch.tensor([[0, 1], [1, 0]]).to(dtype).T
    assert torch.equal(through_json(tensor), tensor)
    assert through_json(dtype) is dtype


def test_requires_grad_and_sizes_come_back():
    assert through_json(torch.ones(2, requires_grad=True)).requires_grad
    assert through_json(torch.ones(2, 3).shape) == (2, 3)
    assert through_json(...) is ...
    assert through_json(torch.device("cpu")) == torch.device("cpu")


def test_what_has_no_plain_form_is_named_and_never_unpickled():
    class Odd:
        def __repr__(self):
            raise RuntimeError("no")

    assert through_json(Odd()) == plain.Opaque("Odd", "")
    assert through_json([print])[0].type == "builtin_function_or_method"


def test_values_beyond_the_limits_become_opaque_instead_of_flooding_the_record():
    deep = []
    for _ in range(50):
        deep = [deep]
    assert len(json.dumps(plain.encode(deep))) < 5_000
    assert through_json(torch.zeros(1_000_001)).type == "Tensor"
    assert len(through_json("x" * 10**6)) <= plain.MAX_TEXT + 1
    assert through_json(10**3000).type == "int"
    wide = plain.encode([[1] * 1000] * 1000)
    assert len(json.dumps(wide)) < 10**7 + 10**7


@pytest.mark.parametrize(
    "damaged",
    [
        {
            "kind": "tensor",
            "dtype": "float32",
            "shape": [2],
            "requires_grad": False,
            "order": [],
            "bytes": "AAAA",
        },
        {
            "kind": "tensor",
            "dtype": "float99",
            "shape": [0],
            "requires_grad": False,
            "order": [],
            "bytes": "",
        },
        {
            "kind": "tensor",
            "dtype": "float32",
            "shape": [-1],
            "requires_grad": False,
            "order": [],
            "bytes": "",
        },
        {"kind": "tensor", "dtype": "float32", "shape": [10**9, 10**9], "order": [], "bytes": ""},
        {"kind": "tensor", "dtype": "float32", "shape": "2", "order": [], "bytes": ""},
        {"kind": "ndarray", "dtype": "object", "shape": [1], "bytes": "AAAAAAAAAAA="},
        {"kind": "recipe", "builder": "os.system", "args": {"kind": "dict", "items": []}},
        {
            "kind": "recipe",
            "builder": "helpers.checks.drivers.__builtins__",
            "args": {"kind": "dict", "items": []},
        },
        {
            "kind": "recipe",
            "builder": "helpers.checks.drivers.torch",
            "args": {"kind": "dict", "items": []},
        },
        {
            "kind": "recipe",
            "builder": "helpers.checks.drivers.copy.copy",
            "args": {"kind": "dict", "items": []},
        },
        {
            "kind": "recipe",
            "builder": "helpers.checks.drivers._copy",
            "args": {"kind": "dict", "items": []},
        },
        {
            "kind": "recipe",
            "builder": "helpers.checks.drivers.nothing",
            "args": {"kind": "dict", "items": []},
        },
        {
            "kind": "recipe",
            "builder": "no.such.drivers.call",
            "args": {"kind": "dict", "items": []},
        },
        {"kind": "recipe", "builder": "../drivers.call", "args": {"kind": "dict", "items": []}},
        {"kind": "pickle", "data": "gASVAAAA"},
        {"no": "kind"},
        {"kind": "dict", "items": [[[1], 2]]},
        [[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]],
        {1, 2},
    ],
    ids=str,
)
def test_damaged_or_forged_entries_are_refused(damaged):
    with pytest.raises(plain.PlainError):
        plain.decode(damaged)


def test_a_recipe_builds_an_equal_separate_object_each_time():
    recipe = plain.encode(plain.recipe(drivers.pair, size=3))
    one, other = plain.decode(recipe), plain.decode(recipe)
    assert one == other == [3, 3]
    assert one is not other


def beside(size):
    return size


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (beside, "module `drivers`"),
        (torch.zeros, "is no driver"),
        (lambda size: size, "is no driver"),
        (drivers._hidden, "a driver is public"),
        (print, "is no driver"),
    ],
)
def test_what_is_no_driver_makes_no_recipe(function, words):
    with pytest.raises(plain.PlainError, match=words):
        plain.recipe(function, size=3)


def test_a_function_that_only_passes_for_a_driver_makes_no_recipe():
    """Where a class is marked, the name would lead to another function."""

    def pair(size):
        return size

    pair.__module__, pair.__qualname__ = drivers.__name__, "pair"
    with pytest.raises(plain.PlainError, match="not the function"):
        plain.recipe(pair, size=3)


@given(arrays)
def test_an_array_equals_itself_after_the_border(array):
    assert compare(through_json(array), array) is None


def test_a_single_entry_cut_out_of_a_table_survives_the_border():
    table = torch.arange(12.0).reshape(4, 3)
    for cut in (table[1:2, 1], table[1:2, 1:2], table.T[1:2, 2:3], table[2, 2]):
        assert compare(through_json(cut), cut) is None


def test_an_array_of_another_byte_order_keeps_its_values():
    array = np.array([1.5, -2.0], dtype=">f8")
    assert through_json(array).tolist() == [1.5, -2.0]


def test_a_list_too_long_to_show_is_told_by_its_length():
    assert through_json([0] * 1_000_000).text == "a list of 1,000,000 entries"
