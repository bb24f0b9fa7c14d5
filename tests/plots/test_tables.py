"""Tables of data: every row is drawn once, and the classes stay together."""

import matplotlib.pyplot as plt
import pytest
import torch

from helpers.plots import tables as plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_distance_maps_sort_the_rows_by_class():
    classes = torch.tensor([1, 0, 1, 0])
    apart = (classes[:, None] != classes).float()
    figure = plots.distance_maps([apart], ["d"], classes, ["a", "b"])
    shown = torch.tensor(figure.axes[0].images[0].get_array())
    assert torch.equal(shown, torch.tensor([[0, 1], [1, 0]]).float().kron(torch.ones(2, 2)))


def test_scatter_classes_draws_every_row_once_and_names_the_axes():
    x = torch.arange(5.0)
    ax = plots.scatter_classes(
        x, x, torch.tensor([0, 1, 1, 0, 1]), ["a", "b"], axis_labels=("mass (g)", "length (mm)")
    )
    assert [len(c.get_offsets()) for c in ax.collections] == [2, 3]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mass (g)", "length (mm)")


def test_columns_marks_each_mean():
    table = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    ax = plots.columns(table, ["a", "b"])
    means = [line.get_xdata()[0].item() for line in ax.lines if line.get_linestyle() == "-"]
    assert means == [2.0, 20.0]


def test_more_classes_than_colours_still_look_different():
    x = torch.arange(8.0)
    ax = plots.scatter_classes(x, x, torch.arange(8), [f"class {k}" for k in range(8)])
    looks = {
        (tuple(c.get_facecolor()[0]), c.get_paths()[0].vertices.tobytes()) for c in ax.collections
    }
    assert len(looks) == 8
