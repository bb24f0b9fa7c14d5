"""Explorations of lesson 03: hinges, slopes, shares, logistic regression, gradients by depth."""

import functools
import itertools

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn
from torch.nn import functional as F

from helpers import data
from helpers.explore import Exploration, choice, explore, slider, whole_slider
from helpers.lessons.activations import figures
from helpers.plots import activations as plots
from helpers.plots.style import BLUE, ORANGE, axes_or_new, minus, styled

FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "leaky ReLU": functools.partial(F.leaky_relu, negative_slope=0.05),
    "ELU": F.elu,
    "GELU": F.gelu,
}
WEIGHTS = {
    "torch's default": None,
    "variance 1/n": 1.0,
    "variance 2/n": 2.0,
    "variance 16/n": 16.0,
}


def draw_hinges(count: int = 16) -> Axes:
    """Fit the yearly sunspots from 1900 on by a sum of `count` ReLUs with evenly spread hinges."""
    series = data.sunspots()
    years, spots = (t[200:].double() for t in (series.times, series.values))
    x = (years - years[0]) / (years[-1] - years[0])
    hinges = torch.linspace(0, 1, count + 1, dtype=torch.double)[:-1]
    A = torch.cat([torch.ones(len(x), 1), torch.relu(x[:, None] - hinges)], dim=1)
    fitted = (A @ torch.linalg.lstsq(A, spots[:, None], driver="gelsd").solution)[:, 0]
    fitted = fitted.round(decimals=6)  # the last digits depend on the number of threads
    error = (fitted - spots).abs().mean()
    units = "unit" if count == 1 else "units"
    return figures.hinge_curve(
        years,
        spots,
        fitted,
        years[0] + hinges * (years[-1] - years[0]),
        title=f"{count} hidden {units}: off by {error:.1f} sunspots on average",
        axis_labels=("year", "sunspots"),
    )


def hinges() -> Exploration:
    """How many bends does a real curve need?"""
    return explore(
        draw_hinges,
        "How many hidden units does it take until the curve follows each of the ten peaks?",
        count=whole_slider(1, 60, 16, "hidden units"),
    )


def draw_slope(name: str = "sigmoid", at: float = 0.0) -> Axes:
    """Draw one activation with its slope and a tangent at z = `at`."""
    return plots.curve_and_slope(
        FUNCTIONS[name], at=[at], title=minus(f"{name}: the slope at z = {at:g}")
    )


def slopes() -> Exploration:
    """Where is each function steep, and where flat?"""
    return explore(
        draw_slope,
        "For which z is the slope below 0.01? Compare the sigmoid with GELU and with ReLU.",
        name=choice(list(FUNCTIONS), "sigmoid", "activation"),
        at=slider(-6, 6, 0.25, 2, "z"),
    )


@styled
def draw_logistic(weight: float = 3.0, cut: float = 4.9) -> Axes:
    """Draw p = σ(w·(x − cut)) over the petal lengths of two species of iris, and count what is wrong."""
    table = data.iris()
    rows = table.target > 0
    lengths, virginica = table.features[rows, 2], (table.target[rows] == 2).float()
    ax = axes_or_new(None, 7.6, 3.6)
    x = torch.linspace(2.5, 7.5, 300)
    ax.plot(x, torch.sigmoid(weight * (x - cut)), color=BLUE, linewidth=2.4)
    ax.axhline(0.5, color="0.7", linewidth=0.8)
    ax.axvline(cut, color="black", linewidth=1, linestyle=":")
    # Equal lengths would cover one another: spread them a little, the same way each time.
    spread = torch.linspace(-0.04, 0.04, 5).repeat(20)
    kinds = ((0, "o", ORANGE, "versicolor"), (1, "^", BLUE, "virginica"))
    for kind, marker, colour, name in kinds:
        of = virginica == kind
        heights = virginica[of] + spread[of]
        ax.scatter(lengths[of], heights, marker=marker, color=colour, alpha=0.6, label=name)
    wrong = int(((torch.sigmoid(weight * (lengths - cut)) > 0.5) != (virginica == 1)).sum())
    ax.set(xlabel="petal length in cm", ylabel="probability of virginica")
    ax.set_title(f"w = {weight:g}, cut at {cut:g} cm: {wrong} of 100 flowers on the wrong side")
    ax.legend(loc="center left")
    return ax


def logistic() -> Exploration:
    """What do the weight and the bias of logistic regression do?"""
    return explore(
        draw_logistic,
        "Which control moves the cut, and which one makes the network more certain?",
        weight=slider(-4, 12, 0.5, 3, "weight w"),
        cut=slider(3, 7, 0.1, 4.9, "cut −b/w in cm"),
    )


def draw_shares(third: float = 2.5, temperature: float = 2.0) -> Figure:
    """Draw softmax of six scores divided by a temperature; the third score can be moved."""
    scores = torch.tensor([1.0, -6.0, third, -0.3, 1.2, 0.8])
    probabilities = torch.softmax(scores / temperature, dim=0)
    largest = int(probabilities.argmax())
    return plots.shares(
        scores,
        probabilities,
        title=f"Temperature {temperature:g}: class {largest} gets {probabilities[largest]:.0%}",
    )


def temperature() -> Exploration:
    """How sure does softmax sound?"""
    return explore(
        draw_shares,
        "Which temperature makes the shares nearly equal, and which one gives all to the winner?",
        third=slider(-6, 8, 0.5, 2.5, "score of class 2"),
        temperature=slider(0.1, 10, 0.1, 2, "temperature"),
    )


def network(sizes: list[int], variance: float | None, seed: int = 0) -> list[nn.Linear]:
    """Return linear layers sizes[0] → sizes[1] → …, drawn anew from `seed`.

    Args:
        variance: weights are normal with this variance divided by the number of inputs, biases 0;
            None keeps torch's own default.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
        if variance is not None:
            for layer in layers:
                nn.init.normal_(layer.weight, std=(variance / layer.in_features) ** 0.5)
                nn.init.zeros_(layer.bias)
    return layers


def draw_depth(name: str = "sigmoid", depth: int = 10, weights: str = "variance 2/n") -> Axes:
    """Draw the mean size of the weights' gradient by layer, for real pictures and a drawn network."""
    pictures = data.fashion_batch(64).pixels.flatten(1)
    X = (pictures - pictures.mean()) / pictures.std()
    layers = network([784] + [64] * depth, WEIGHTS[weights])
    a = X
    for layer in layers:
        a = FUNCTIONS[name](layer(a))
    found = torch.autograd.grad(a.sum(), [layer.weight for layer in layers])
    sizes = [float(g.abs().mean()) for g in found]
    ratio = f"{sizes[0] / sizes[-1]:.2g}" if sizes[-1] else "nothing"
    return plots.gradient_lines(
        {name: sizes}, title=f"{name}, {weights}: the first layer gets {ratio} × the last one's"
    )


def depths() -> Exploration:
    """Which activation and which weights carry a gradient through many layers?"""
    return explore(
        draw_depth,
        "Which activations carry the gradient through 20 layers, and with which weights?",
        name=choice(list(FUNCTIONS), "sigmoid", "activation"),
        depth=whole_slider(2, 20, 10, "layers"),
        weights=choice(list(WEIGHTS), "variance 2/n", "weights"),
    )
