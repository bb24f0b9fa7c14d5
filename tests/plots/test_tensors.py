"""Tensors as cells: every number is written, copies are pale, wrong input is refused."""

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from helpers.plots import tensors as plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def boxes(ax):
    return [p for p in ax.patches if isinstance(p, Rectangle)]


@settings(max_examples=15, deadline=None)
@given(shape=st.lists(st.integers(1, 3), max_size=3))
def test_cells_writes_every_number(shape):
    x = torch.arange(torch.Size(shape).numel()).reshape(shape)
    ax = plots.cells(x)
    assert sorted(map(int, texts(ax))) == list(range(x.numel()))
    plt.close(ax.figure)


def test_cells_frames_the_entries_of_the_mask():
    mask = torch.tensor([[True, False], [False, True]])
    ax = plots.cells(torch.arange(4).reshape(2, 2), mask=mask)
    heavy = [box.get_xy() for box in boxes(ax) if box.get_linewidth() > 2]
    assert sorted(heavy) == [(0, 0), (1, 1)]


def test_cells_refuses_four_dimensions_and_a_mask_of_another_shape():
    with pytest.raises(ValueError, match="up to 3 dimensions"):
        plots.cells(torch.zeros(1, 1, 1, 1))
    with pytest.raises(ValueError, match="mask has shape"):
        plots.cells(torch.zeros(2), mask=torch.zeros(3, dtype=torch.bool))


def test_dimensions_names_every_shape():
    ax = plots.dimensions([torch.tensor(7), torch.zeros(2, 3)], ["scalar", "matrix"])
    assert {"scalar\nshape ()", "matrix\nshape (2, 3)"} <= set(texts(ax))


def test_broadcast_draws_copies_pale_and_the_sum_in_full():
    a, b = torch.tensor([[1], [2]]), torch.tensor([10, 20, 30])
    ax = plots.broadcast(a, b)
    dashed = [box for box in boxes(ax) if box.get_linestyle() == "--"]
    assert len(dashed) == (6 - 2) + (6 - 3)
    assert {"11", "21", "31", "12", "22", "32"} <= set(texts(ax))


@pytest.mark.parametrize(
    ("first", "second", "clash"), [((3, 4), (3,), "4 meets 3"), ((2, 3), (4, 1, 2), "3 meets 2")]
)
def test_broadcast_names_the_sizes_that_clash(first, second, clash):
    a, b = torch.zeros(first), torch.zeros(second)
    assert clash in plots.broadcast(a, b).get_title()
    words = plots.broadcast(a, b, title="Will it add?").get_title()
    assert words.startswith("Will it add?")
    assert clash in words


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("keepdim", [False, True])
def test_reduction_draws_the_sums_and_names_their_shape(dim, keepdim):
    x = torch.tensor([[1, 2, 3], [40, 50, 60]])
    ax = plots.reduction(x, dim=dim, keepdim=keepdim)
    total = x.sum(dim=dim, keepdim=keepdim)
    assert {str(v) for v in total.flatten().tolist()} <= set(texts(ax))
    assert f"gives {tuple(total.shape)}" in ax.get_title()


def test_reduction_refuses_what_is_no_table():
    with pytest.raises(ValueError, match="two dimensions"):
        plots.reduction(torch.zeros(3), dim=0)
    with pytest.raises(ValueError, match="dim is 0 or 1"):
        plots.reduction(torch.zeros(3, 3), dim=2)


def test_matrix_product_works_one_entry_out():
    a, b = torch.tensor([[2, 1], [1, 3]]), torch.tensor([[5, 4], [7, 0]])
    ax = plots.matrix_product(a, b, row=1, column=0)
    assert "1·5 + 3·7 = 26" in ax.get_title()
    assert {"17", "8", "26", "4"} <= set(texts(ax))


def test_matrix_product_refuses_shapes_and_places_that_do_not_fit():
    with pytest.raises(ValueError, match="do not multiply"):
        plots.matrix_product(torch.zeros(2, 3), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="no entry"):
        plots.matrix_product(torch.zeros(2, 3), torch.zeros(3, 2), row=2)


def test_sliced_shows_what_the_slice_takes():
    image = torch.arange(20.0).reshape(4, 5)
    left, right = plots.sliced(image, slice(0, 4, 2), slice(1, 3)).axes
    assert len(boxes(left)) == 4
    assert torch.equal(torch.tensor(right.images[0].get_array()), image[0:4:2, 1:3])
