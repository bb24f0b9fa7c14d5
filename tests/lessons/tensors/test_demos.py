"""The explorations of lesson 01 draw for every position of their controls, and tell the truth."""

import itertools

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.lessons.tensors import demos


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.combinations_with_replacement(demos.SHAPES, 2))
)
def test_broadcasting_names_the_shape_that_torch_gives(first, second):
    title = demos.draw_broadcast(first, second).get_title()
    try:
        expected = f"gives {tuple(torch.broadcast_shapes(first, second))}"
    except RuntimeError:
        expected = "is an error"
    assert expected in title


@pytest.mark.parametrize(("row", "column"), list(itertools.product(range(3), range(2))))
def test_product_works_every_entry_out(row, column):
    title = demos.draw_product(row, column).get_title()
    terms, result = title.split("\n")[1].split(" = ")
    numbers = [int(p) * int(q) for p, q in (term.split("·") for term in terms.split(" + "))]
    assert f"[{row}, {column}]" in title
    assert sum(numbers) == int(result)


@settings(max_examples=12, deadline=None)
@given(
    top=st.integers(0, 28),
    bottom=st.integers(0, 28),
    left=st.integers(0, 28),
    right=st.integers(0, 28),
    step=st.integers(1, 4),
)
def test_slicing_draws_every_slice_even_an_empty_one(top, bottom, left, right, step):
    image = torch.arange(28.0 * 28).reshape(28, 28)
    figure = demos.slicing(image).draw(top, bottom, left, right, step)
    shape = tuple(image[top:bottom:step, left:right:step].shape)
    assert str(shape) in figure.axes[1].get_title()
    plt.close(figure)


@pytest.mark.parametrize(
    "exploration",
    [demos.broadcasting(), demos.product(), demos.slicing(torch.rand(28, 28))],
    ids=["broadcasting", "product", "slicing"],
)
def test_an_exploration_has_a_still_and_a_question(exploration):
    assert exploration.picture().data.startswith(b"\x89PNG")
    assert exploration.question.endswith("?")
