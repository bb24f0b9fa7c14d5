"""What holds for each function of the catalogue: where it draws, what it names, leaves alone and refuses."""

import inspect
import itertools
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from helpers import plots

POINTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], requires_grad=True)
KINDS = torch.tensor([0, 0, 1, 1])
TABLE = torch.tensor([[1.0, -2.0, 3.5], [4.0, 5.0, -6.0]], requires_grad=True)
NUMBERS = np.array([1.0, 2.0, 3.0])
PICTURES = torch.linspace(0, 1, 3 * 6 * 5).reshape(3, 6, 5)
MODEL = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
CLASSES = np.array([0, 1, 1])
GRAPH = ({"x": (0, 0), "sq": (1, 0)}, [("x", "sq", 3.0, 6.0)])


def parabola(w):
    return (w - 1) ** 2


def bowl(u, v):
    return u**2 + 4 * v**2


GRAD = torch.tensor([1.0, -6.0, 2.5], requires_grad=True)
FLIP = (KINDS[:, None] != KINDS).float()
SHARES = [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]
FILTERS = torch.linspace(-1, 1, 4 * 3 * 5 * 5).reshape(4, 3, 5, 5)
NAMES = ["cat", "dog"]

# Arguments of a call of every function in the catalogue.
EXAMPLES = {
    "accuracy_by_size": ([2, 5, 10], {"frozen": torch.rand(4, 3)}),
    "activation_gallery": ({"ReLU": torch.relu, "tanh": torch.tanh},),
    "activation_histograms": ({"a": torch.rand(3, 4), "b": torch.rand(2)},),
    "bars": ({"one": 1.0, "two": -2.0},),
    "broadcast": (torch.zeros(2, 1), torch.zeros(3)),
    "cells": (torch.arange(12).reshape(2, 2, 3),),
    "columns": (torch.rand(5, 2), NAMES),
    "computational_graph": GRAPH,
    "confusion_matrix": ([[5, 1], [0, 7]], ["no", "yes"]),
    "contour_paths": (bowl, {"plain": POINTS}),
    "curve_and_slope": (torch.tanh,),
    "decision_boundary": (MODEL, POINTS, KINDS),
    "dimensions": ([torch.tensor(7), torch.zeros(2, 3)], ["scalar", "matrix"]),
    "distance_maps": ([FLIP, FLIP], ["one", "two"], KINDS, NAMES),
    "filter_grid": (FILTERS,),
    "gradient_lines": ({"one": [0.1, 0.0, 2.0]},),
    "gradient_strips": ({"one": [torch.rand(4), torch.zeros(4)]},),
    "heat_map": (TABLE,),
    "histogram": (TABLE,),
    "image_grid": (PICTURES, ["a", "b", "c"]),
    "layer_kinds": ((4, 9, 2),),
    "layer_operation": (8, 20, 32),
    "learning_curves": (NUMBERS[::-1], torch.tensor([3.0, 2.0, 2.5], requires_grad=True)),
    "lines": (NUMBERS, {"one": NUMBERS, "two": TABLE[0]}),
    "matrix_product": (torch.ones(2, 3), torch.ones(3, 2)),
    "memory_sharing": (NUMBERS, torch.from_numpy(NUMBERS)),
    "network_diagram": (MODEL,),
    "neuron": (9,),
    "one_image": (PICTURES[0],),
    "parameter_bars": (MODEL,),
    "prediction_grid": (PICTURES, CLASSES, [0, 1, 0], NAMES),
    "product_maps": (TABLE, TABLE.T),
    "rate_panels": (parabola, {"low": [0.0, 0.1], "high": [0.0, 2.0]}),
    "scatter_classes": (NUMBERS, NUMBERS, CLASSES, NAMES),
    "separating_line": ([1.0, 1.0], -1.5, POINTS, KINDS),
    "shares": (GRAD, torch.softmax(GRAD, 0)),
    "silent_units": (torch.tensor([[0.0, 1.0], [0.0, 0.0]]),),
    "sliced": (PICTURES[0], slice(1, 3), slice(0, 4)),
    "valley": (parabola, torch.tensor([-2.0, -1.0], requires_grad=True)),
    "worst_mistakes": (PICTURES, SHARES, [1, 1, 0], NAMES),
}
KEYWORDS = {
    "reduction": ((torch.ones(2, 3),), {"dim": 0}),
    "scatter_classes": (
        (NUMBERS, NUMBERS, CLASSES, NAMES),
        {"axis_labels": ("length (cm)", "mass (g)"), "pointed_out": {"this": 1}},
    ),
}
CALLS = {name: (args, {}) for name, args in EXAMPLES.items()} | KEYWORDS
PANELS, FIGURES = (
    [name for name in CALLS if inspect.signature(getattr(plots, name)).return_annotation is kind]
    for kind in (Axes, Figure)
)
PICTORIAL = {  # cells, circles and boxes have no axes to name
    "network_diagram",
    "layer_kinds",
    "layer_operation",
    "memory_sharing",
    "computational_graph",
    "neuron",
    "cells",
    "broadcast",
    "reduction",
    "matrix_product",
    "dimensions",
}

BARS = {"parameter_bars", "bars", "columns"}  # only one of their axes has numbers


@pytest.fixture(autouse=True)
def settings_are_left_alone():
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def draw(name, *args, **kwargs):
    return getattr(plots, name)(*args, **kwargs)


def example(name, **more):
    args, kwargs = CALLS[name]
    return draw(name, *args, **kwargs, **more)


def test_every_function_of_the_catalogue_is_tried():
    assert sorted(CALLS) == [name for name in plots.__all__ if name != "Edge"]


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_draws_on_the_axes_it_is_given(name):
    _, ax = plt.subplots()
    assert example(name, ax=ax, title="It says so") is ax
    assert ax.get_title() == "It says so"
    assert plt.get_fignums() == [1]
    assert ax.patches or ax.lines or ax.images or ax.collections


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_opens_one_figure_of_its_own_and_prints_nothing(name, capfd, recwarn):
    ax = example(name)
    ax.figure.canvas.draw()
    assert plt.get_fignums() == [1]
    assert ax.figure.get_figwidth() <= 9.01
    assert capfd.readouterr() == ("", "")
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("name", sorted(set(PANELS) - PICTORIAL - BARS))
def test_a_panel_names_both_axes(name):
    ax = example(name)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@pytest.mark.parametrize("name", sorted(BARS))
def test_bars_name_their_axis_and_each_bar(name):
    ax = example(name)
    assert ax.get_xlabel()
    assert all(label.get_text() for label in ax.get_yticklabels())


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_panels_is_one_figure_with_its_title(name, capfd, recwarn):
    figure = example(name, title="Seen together")
    figure.canvas.draw()
    assert plt.get_fignums() == [1]
    assert figure.get_suptitle() == "Seen together"
    assert figure.get_figwidth() <= 9.7
    assert capfd.readouterr() == ("", "")
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("name", CALLS)
def test_no_text_is_smaller_than_nine_points(name):
    drawn = example(name, title="A title")
    figure = drawn.figure if isinstance(drawn, Axes) else drawn
    figure.canvas.draw()
    texts = figure.findobj(lambda artist: hasattr(artist, "get_fontsize") and artist.get_text())
    assert texts
    assert min(text.get_fontsize() for text in texts) >= 9


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(AttributeError, match=r"no 'heatmap'; it has .*heat_map"):
        plots.heatmap  # noqa: B018


def test_importing_the_catalogue_leaves_pyplot_out():
    program = "import sys, helpers.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


REFUSED = {
    "points of three numbers": ("decision_boundary", (MODEL, torch.ones(4, 3), KINDS), r"\(4, 3\)"),
    "a class too few": ("decision_boundary", (MODEL, POINTS, KINDS[:3]), r"\(4, 2\) and \(3,\)"),
    "scores of one point": ("decision_boundary", (lambda X: X[:1, 0], POINTS, KINDS), "58081 in"),
    "three weights": ("separating_line", ([1, 2, 3], 0.0, POINTS, KINDS), r"\(3,\)"),
    "two biases": ("separating_line", ([1, 2], [0.0, 1.0], POINTS, KINDS), r"\(2,\)"),
    "one layer": ("network_diagram", ([3],), r"\[3\]"),
    "an unchained model": (
        "network_diagram",
        (nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1)),),
        "3 values out, 4 expected",
    ),
    "no linear layer": ("network_diagram", (nn.ReLU(),), "no nn.Linear"),
    "no parameters": ("parameter_bars", (nn.ReLU(),), "no parameters"),
    "an empty layer": ("layer_operation", (0, 2), "0, 2"),
    "a vector as a table": ("heat_map", (NUMBERS,), r"\(3,\)"),
    "a ragged table": ("heat_map", ([[1, 2], [3]],), "rectangular"),
    "words as numbers": ("heat_map", ([["a"]],), "real numbers"),
    "shapes that do not multiply": ("product_maps", (TABLE, TABLE), "3 meets 2"),
    "no square": ("confusion_matrix", ([[1, 2, 3], [4, 5, 6]],), r"\(2, 3\)"),
    "a name too few": ("confusion_matrix", ([[1, 0], [0, 1]], ["no"]), "1 names for 2"),
    "curves of two lengths": ("lines", (NUMBERS, {"loss": NUMBERS[:2]}), r"\(2,\), x has \(3,\)"),
    "an epoch too few": (
        "learning_curves",
        (NUMBERS, NUMBERS[:2]),
        r"\(3,\), validation has \(2,\)",
    ),
    "no bars": ("bars", ({},), "highlight"),
    "no numbers": ("histogram", ([float("nan")],), "no finite number"),
    "a size too few": ("accuracy_by_size", ([2, 5], {"a": [[1.0]]}), r"\(1, 1\)"),
    "a path of pairs": ("valley", (parabola, [[1.0, 2.0]]), r"\(1, 2\)"),
    "a loss that sums": ("valley", (lambda w: w.sum(), [0.0]), r"\(401,\) in, \(\) out"),
    "no paths": ("rate_panels", (parabola, {}), "at least one path"),
    "a path of numbers": ("contour_paths", (bowl, {"p": NUMBERS}), r"\(3,\)"),
    "a lost node": ("computational_graph", ({"x": (0, 0)}, [("x", "y")]), r"\['y'\]"),
    "an empty graph": ("computational_graph", ({}, []), "at least one node"),
    "a flat picture": ("one_image", (NUMBERS,), r"\(3,\)"),
    "five channels": ("image_grid", (torch.zeros(2, 5, 6, 4),), r"\(n, c, h, w\).*\(2, 5, 6, 4\)"),
    "channels last": ("image_grid", (torch.zeros(2, 5, 6, 3),), r"c = 1 or 3.*permute"),
    "one picture, channels last": (
        "one_image",
        (torch.zeros(5, 6, 3),),
        r"\(c, h, w\).*\(5, 6, 3\)",
    ),
    "filters of 16 channels": ("filter_grid", (torch.zeros(32, 16, 3, 3),), r"\(out, c, h, w\)"),
    "no pictures": ("image_grid", (torch.zeros(0, 3, 4, 4),), "nothing to draw"),
    "a label more": ("dimensions", ([torch.zeros(2)], ["a", "b"]), "2 labels for 1"),
    "a cube to slice": ("sliced", (PICTURES, slice(1), slice(1)), r"\(h, w\)"),
    "no functions": ("activation_gallery", ({},), "at least one"),
    "no inputs": ("neuron", (0,), "at least one input"),
    "a label too few": ("image_grid", (PICTURES, ["a"]), "1 labels"),
    "an answer too few": ("prediction_grid", (PICTURES, [0, 1], [0, 1, 1], "ab"), r"\(2,\)"),
    "no mistakes": ("worst_mistakes", (PICTURES, np.eye(3), [0, 1, 2], "abc"), "no mistake"),
    "a matrix as filters": ("filter_grid", (TABLE,), r"\(2, 3\)"),
    "a long array": ("memory_sharing", (np.zeros(9), torch.zeros(9)), r"\(9,\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_plain_words_and_opens_no_figure(case):
    name, args, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        draw(name, *args)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12))
def test_a_heat_map_writes_each_number_once(rows, columns):
    table = torch.arange(rows * columns).reshape(rows, columns)
    ax = plots.heat_map(table)
    assert [text.get_text() for text in ax.texts] == [f"{n:.3g}" for n in table.flatten().tolist()]
    plt.close("all")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=5), st.booleans())
def test_a_diagram_counts_parameters_as_torch_does(sizes, bias):
    layers = [nn.Linear(a, b, bias=bias) for a, b in itertools.pairwise(sizes)]
    model = nn.Sequential(*layers)
    total = sum(p.numel() for p in model.parameters())
    assert plots.network_diagram(model).get_title().startswith(f"{total:,} parameters")
    plt.close("all")


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 20),
    st.sampled_from([(), (1,), (3,)]),
    st.tuples(st.integers(2, 9), st.integers(2, 9)),
)
def test_a_grid_shows_each_picture_once(count, channels, size):
    figure = plots.image_grid(torch.rand(count, *channels, *size))
    assert sum(len(ax.images) for ax in figure.axes) == count
    plt.close("all")


def test_memory_is_drawn_as_it_is():
    shared = plots.memory_sharing(NUMBERS, torch.from_numpy(NUMBERS))
    copied = plots.memory_sharing(NUMBERS, torch.tensor(NUMBERS))
    assert "one memory" in shared.get_title()
    assert "a copy" in copied.get_title()
    assert len(copied.patches) - len(shared.patches) == len(NUMBERS)


def test_the_kept_epoch_counts_from_one():
    ax = plots.learning_curves([3.0, 2.0, 1.5], [3.0, 2.0, 2.5], best=1)
    assert "kept: epoch 2" in [text.get_text() for text in ax.texts]


def test_frozen_parameters_are_told_from_trainable_ones():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    model[0].requires_grad_(False)
    legend = plots.parameter_bars(model).get_legend()
    assert {text.get_text() for text in legend.get_texts()} == {"frozen", "trainable"}


def test_the_surest_mistake_comes_first():
    probabilities = [[0.9, 0.1], [0.4, 0.6], [0.95, 0.05]]
    figure = plots.worst_mistakes(PICTURES, probabilities, [1, 0, 0], ["cat", "dog"])
    assert [ax.get_title() for ax in figure.axes] == ["✗ cat 90%\nis dog", "✗ dog 60%\nis cat"]
