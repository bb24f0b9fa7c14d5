"""Draw the concept figures in assets/figures: `make figures`, or `python -m helpers.plots.assets`.

The same code gives the same bytes each time: fixed ids, no date, and text as paths, so that a figure looks
alike on every machine.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots import canvas
from helpers.plots.architecture import layer_kinds, network_diagram, neuron
from helpers.plots.style import BLUE, GREEN, GREY, ORANGE, STYLE

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "figures"
FIGURES: dict[str, Callable[[], Figure]] = {}
SVG = {"svg.hashsalt": "deep-learning-course", "svg.fonttype": "path"}
NO_DATE = {"Date": None, "Creator": None}


def figure(draw: Callable[[], Figure]) -> Callable[[], Figure]:
    """Register a drawing function; its name is the file's name."""
    FIGURES[draw.__name__] = draw
    return draw


def draw_all(folder: Path = FOLDER) -> list[Path]:
    """Draw every figure as SVG into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, draw in FIGURES.items():
        with mpl.rc_context(STYLE | SVG):
            drawn = draw()
            files.append(folder / f"{name}.svg")
            drawn.savefig(files[-1], metadata=NO_DATE, facecolor="white", bbox_inches="tight")
            plt.close(drawn)
    return files


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty sheet whose units are inches."""
    fig, ax = plt.subplots(figsize=(width, height))
    fig.subplots_adjust(0, 0, 1, 0.9)
    ax.set(xlim=(0, width), ylim=(0, height * 0.9))
    ax.set_axis_off()
    return fig, ax


def _box(ax: Axes, x: float, y: float, w: float, h: float, text: str, colour: str, **words) -> None:
    face = mpl.colors.to_rgba(colour, 0.16)
    look = {"face": face, "edge": colour, "rounding": "pad=0.02,rounding_size=0.12", "lw": 1.6}
    canvas.box(ax, (x, y), w, h, **look)
    canvas.write(ax, x + w / 2, y + h / 2, text, **({"fontsize": 10} | words))


def _arrow(ax: Axes, start: canvas.Point, end: canvas.Point, **look) -> None:
    canvas.arrow(ax, start, end, head="->", **({"colour": "black"} | look))


@figure
def deep_learning_overview() -> Figure:
    """Fields inside one another; features made by hand against features learned."""
    fig, ax = _canvas(9, 4.2)
    ax.set_title("Deep learning learns its features from raw data", fontsize=12)
    fields = (
        (0.1, 0.1, 4.0, 3.5, 3.32, "Artificial intelligence", GREY),
        (0.4, 0.25, 3.4, 2.75, 2.72, "Machine learning: rules come from data", GREEN),
        (0.7, 0.4, 2.8, 1.9, 1.35, "Deep learning:\nmany layers learn\nthe features too", BLUE),
    )
    for x, y, w, h, height, name, colour in fields:
        _box(ax, x, y, w, h, "", colour)
        canvas.write(ax, x + w / 2, height, name, fontsize=10)
    rows = (
        (2.35, "older methods", ("features\nmade by hand", GREY), ("a model\nlearns", GREEN)),
        (0.75, "deep learning", ("layers learn\nfeatures", BLUE), ("last layer\nlearns", BLUE)),
    )
    for y, name, first, second in rows:
        ax.text(4.5, y + 0.95, name, fontsize=10, fontweight="bold")
        _box(ax, 4.5, y, 0.95, 0.75, "raw\ndata", GREY)
        _box(ax, 5.75, y, 1.2, 0.75, *first)
        _box(ax, 7.25, y, 0.95, 0.75, *second)
        for start, end in ((5.47, 5.73), (6.97, 7.23), (8.22, 8.45)):
            _arrow(ax, (start, y + 0.37), (end, y + 0.37))
        ax.text(8.5, y + 0.37, "answer", va="center", fontsize=10)
    return fig


@figure
def linear_layer() -> Figure:
    """X Wᵀ + b = Z as blocks with their shapes."""
    fig, ax = _canvas(9, 3.4)
    ax.set_title("A linear layer is one matrix product and one sum: Z = X Wᵀ + b", fontsize=12)
    blocks = (
        (0.3, 1.2, 1.5, "X", "(n, in)", GREY, "one row per example"),
        (2.5, 1.6, 1.2, "Wᵀ", "(in, out)", BLUE, "W is stored as (out, in)"),
        (4.9, 1.6, 0.35, "b", "(out,)", GREEN, "added to each row"),
        (7.1, 1.6, 1.5, "Z", "(n, out)", ORANGE, "one row per example"),
    )
    for x, w, h, name, shape, colour, words in blocks:
        y = 1.6 - h / 2
        canvas.box(ax, (x, y), w, h, face=mpl.colors.to_rgba(colour, 0.2), edge=colour, lw=1.8)
        canvas.write(ax, x + w / 2, 1.6, name, fontsize=14)
        ax.text(x + w / 2, 2.55, shape, ha="center", fontsize=11)
        ax.text(x + w / 2, 0.4, words, ha="center", fontsize=10, color="#333333")
    for x, sign in ((2.0, "@"), (4.5, "+"), (6.8, "=")):
        canvas.write(ax, x, 1.6, sign, fontsize=16)
    for x, w, h, _, _, colour, _ in blocks:
        lines = 4 if colour == GREY else 0
        for i in range(1, lines):
            y = 1.6 - h / 2 + i * h / lines
            ax.plot([x, x + w], [y, y], color=colour, lw=0.6)
    return fig


@figure
def fully_connected_network() -> Figure:
    """Every neuron of a layer sees every neuron of the one before it."""
    title = "Fully connected: every line is one weight"
    return network_diagram((4, 5, 3), counts=False, title=title).figure


@figure
def layer_types() -> Figure:
    """Input, hidden and output layers, and who decides on their sizes."""
    return layer_kinds((3, 5, 4, 2)).figure


@figure
def model_parameters() -> Figure:
    """Two layers with 36 + 10 parameters."""
    return network_diagram(
        (8, 4, 2), title="Each layer has in·out + out parameters: 36 + 10 = 46"
    ).figure


@figure
def neuron_sum() -> Figure:
    """One neuron."""
    return neuron().figure


def _curve(ax: Axes, function: Callable, title: str, low: float = -6, high: float = 6) -> None:
    """A function and its derivative."""
    x = torch.linspace(low, high, 601, requires_grad=True)
    y = function(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    x = x.detach()
    ax.plot(x, y.detach(), color=BLUE, lw=2.2, label="the function")
    ax.plot(x, slope, color=ORANGE, lw=1.8, ls="--", label="its derivative")
    ax.axhline(0, color=GREY, lw=0.8)
    ax.axvline(0, color=GREY, lw=0.8)
    ax.set(title=title, xlabel="z", ylabel="value")
    ax.legend(loc="upper left")


def _one_curve(function: Callable, title: str, **limits: float) -> Figure:
    fig, ax = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
    _curve(ax, function, title, **limits)
    return fig


@figure
def sigmoid() -> Figure:
    """Sigmoid with its derivative."""
    return _one_curve(torch.sigmoid, "Sigmoid squeezes any number into 0 to 1")


@figure
def sigmoid_limits() -> Figure:
    """Where sigmoid saturates."""
    fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    _curve(ax, torch.sigmoid, "Beyond ±4 sigmoid is flat: its slope is below 0.02", low=-9, high=9)
    for low, high in ((-9, -4), (4, 9)):
        ax.axvspan(low, high, color=GREY, alpha=0.18, lw=0)
        ax.text((low + high) / 2, 0.52, "saturated", ha="center", fontsize=10)
    ax.annotate(
        "at most 0.25", (0, 0.25), (-3.8, 0.36), arrowprops={"arrowstyle": "->"}, fontsize=10
    )
    return fig


@figure
def softmax() -> Figure:
    """Scores to probabilities."""
    scores = torch.tensor([1.0, -6.0, 2.5, -0.3, 1.2, 0.8])
    shares = torch.softmax(scores, dim=0)
    fig, axes = plt.subplots(1, 2, figsize=(8.6, 3.3), layout="constrained")
    fig.suptitle("Softmax turns scores into shares that sum to 1")
    for ax, values, label, colour, style in (
        (axes[0], scores, "score", GREY, "{:g}"),
        (axes[1], shares, "probability", BLUE, "{:.4f}"),
    ):
        bars = ax.bar(range(6), values, color=colour)
        ax.bar_label(bars, [style.format(v) for v in values.tolist()], padding=2, fontsize=9)
        ax.axhline(0, color="k", lw=0.8)
        ax.set(xlabel="class", ylabel=label, xticks=range(6))
        ax.margins(y=0.15)
    return fig


@figure
def relu() -> Figure:
    """ReLU with its derivative."""
    return _one_curve(torch.relu, "ReLU keeps what is positive and drops the rest", low=-4, high=4)


@figure
def leaky_relu() -> Figure:
    """Leaky ReLU with slope 0.05."""

    def leaky(z: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.leaky_relu(z, 0.05)

    return _one_curve(
        leaky, "Leaky ReLU lets a little through below 0 (slope 0.05)", low=-4, high=4
    )


def _descend(
    slope: Callable, start: float, rate: float, steps: int, beta: float = 0.0
) -> np.ndarray:
    """Gradient descent with momentum, as torch's SGD does it: v = βv + g; w = w − ηv."""
    places, velocity = [start], 0.0
    for _ in range(steps):
        velocity = beta * velocity + slope(places[-1])
        places.append(places[-1] - rate * velocity)
    return np.array(places)


@figure
def learning_rate() -> Figure:
    """Too low, good, too high."""
    fig, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained", sharey=True)
    fig.suptitle("The learning rate decides between creeping, arriving and flying off")
    w = np.linspace(-3.4, 3.4, 200)
    for ax, rate, words in zip(
        axes, (0.03, 0.3, 1.05), ("too low", "good", "too high"), strict=True
    ):
        path = _descend(lambda w: 2 * w, -2.4, rate, 8)
        ax.plot(w, w**2, color=GREY)
        ax.plot(path, path**2, "o-", color=ORANGE if words != "good" else BLUE, ms=5, lw=1.2)
        ax.set(title=f"{words}: η = {rate}", xlabel="weight w", xlim=(-3.6, 3.6), ylim=(-0.6, 12))
    axes[0].set_ylabel("loss w²")
    return fig


@figure
def momentum() -> Figure:
    """A dip that plain descent does not leave."""

    def loss(w: np.ndarray) -> np.ndarray:
        return 0.1 * w**2 + 0.5 * np.cos(3 * w)

    def slope(w: float) -> float:
        return 0.2 * w - 1.5 * np.sin(3 * w)

    fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
    fig.suptitle("Momentum carries the descent over small dips")
    w = np.linspace(-6, 6, 500)
    for ax, beta in zip(axes, (0.0, 0.9), strict=True):
        path = _descend(slope, -5.5, 0.05, 150, beta)
        ax.plot(w, loss(w), color=GREY)
        ax.plot(path, loss(path), "o-", color=BLUE, ms=3, lw=0.8, alpha=0.6)
        ax.plot(path[-1], loss(path[-1]), "*", color=ORANGE, ms=15, label="after 150 steps")
        ax.set(title=f"momentum β = {beta:g}", xlabel="weight w")
        ax.legend(loc="upper center")
    axes[0].set_ylabel("loss")
    return fig


@figure
def convexity() -> Figure:
    """One valley against several."""
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.3), layout="constrained")
    w = np.linspace(-3, 3, 400)
    axes[0].plot(w, w**2, color=BLUE, lw=2)
    axes[0].plot(0, 0, "*", color=ORANGE, ms=15)
    axes[0].annotate(
        "the only minimum", (0, 0.25), (0, 4), ha="center", arrowprops={"arrowstyle": "->"}
    )
    axes[0].set(title="Convex: every way down ends at one place", xlabel="weight w", ylabel="loss")
    hills = 0.25 * w**4 - 1.6 * w**2 + 0.5 * w + 3
    axes[1].plot(w, hills, color=BLUE, lw=2)
    left, right = (
        w[np.argmin(np.where(w < 0, hills, 99))],
        w[np.argmin(np.where(w > 0.5, hills, 99))],
    )
    for place, words, marker in ((left, "global minimum", "*"), (right, "local minimum", "o")):
        height = 0.25 * place**4 - 1.6 * place**2 + 0.5 * place + 3
        axes[1].plot(place, height, marker, color=ORANGE, ms=15 if marker == "*" else 9)
        axes[1].annotate(
            words,
            (place, height + 0.3),
            (place + (0.75 if marker == "*" else -0.4), height + 4.6),
            ha="center",
            arrowprops={"arrowstyle": "->"},
        )
    axes[1].set(
        title="Not convex: where you end depends on the start", xlabel="weight w", ylabel="loss"
    )
    axes[1].set_ylim(-2.2, 8)
    return fig


@figure
def forward_backward() -> Figure:
    """Values go forward, gradients come back."""
    fig, ax = _canvas(9, 3.0)
    ax.set_title("Values go forward, gradients come back over the same edges", fontsize=12)
    names = (("x, w, b", GREY), ("z = wx + b", BLUE), ("a = σ(z)", BLUE), ("loss L", ORANGE))
    slopes = ("∂L/∂w = ∂L/∂z · x", "∂L/∂z = ∂L/∂a · σ′(z)", "∂L/∂a")
    for i, (name, colour) in enumerate(names):
        _box(ax, 0.2 + 2.35 * i, 1.0, 1.4, 0.75, name, colour, fontsize=11)
    for i, slope in enumerate(slopes):
        left, right = 1.64 + 2.35 * i, 2.51 + 2.35 * i
        _arrow(ax, (left, 1.52), (right, 1.52), colour=BLUE)
        _arrow(ax, (right, 1.22), (left, 1.22), colour=ORANGE, shape={"ls": "--"})
        ax.text((left + right) / 2, 0.65, slope, ha="center", va="top", fontsize=10, color=ORANGE)
    ax.text(0.2, 2.2, "forward: compute and remember", color=BLUE, fontsize=10)
    ax.text(0.2, 0.08, "backward: multiply the slopes on the way back", color=ORANGE, fontsize=10)
    return fig


if __name__ == "__main__":
    for file in draw_all():
        print(f"drew {file.name}")
