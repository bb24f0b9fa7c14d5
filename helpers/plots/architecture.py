"""Networks as pictures: units and connections, parameters by layer, one layer's operation in blocks."""

import itertools
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle
from torch import nn

from helpers.plots import canvas
from helpers.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    QUIET,
    axes_or_new,
    styled,
)

__all__ = ["layer_kinds", "layer_operation", "network_diagram", "neuron", "parameter_bars"]

STEP = 3.4  # from one layer to the next; units lie 0.8 apart
MOST = 7  # units drawn of a layer; of a larger one the middle is left out


@styled
def network_diagram(
    network: nn.Module | Sequence[int],
    *,
    title: str = "",
    counts: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a fully connected network: its units, all connections, sizes and parameter counts.

    Example: `network_diagram(nn.Sequential(nn.Linear(8, 20), nn.ReLU(), nn.Linear(20, 1)))` or
    `network_diagram([8, 20, 1])`. In a layer of more than 7 units dots stand for those left out.

    Args:
        network: a module with `nn.Linear` layers one after the other, or the sizes from input to output.
        counts: write `in·out + out` under each layer.

    Raises:
        ValueError: fewer than two sizes, a size below 1, or layers that do not chain.
    """
    sizes, biased = _layers(network)
    step = STEP
    columns = [_places(size) for size in sizes]
    high = 2 * max(max(column) for column in columns) + (4.1 if counts else 2.6)
    wide = step * (len(sizes) - 1) + 2.2
    ax = canvas.sheet(ax, wide, high, unit=min(0.46, 9.0 / wide), least=4.0)
    for layer, (left, right) in enumerate(itertools.pairwise(columns)):
        for a in left:
            for b in right:
                ends = ([layer * step, (layer + 1) * step], [a, b])
                ax.plot(*ends, color="#A8B4BC", linewidth=0.6, zorder=1)
    low = min(min(column) for column in columns)
    for layer, (size, column) in enumerate(zip(sizes, columns, strict=True)):
        kind = 0 if layer == 0 else 2 if layer == len(sizes) - 1 else 1
        face, edge = ((PALE_GREY, QUIET), (PALE_BLUE, BLUE), (PALE_ORANGE, ORANGE))[kind]
        x = layer * step
        for y in column:
            ax.add_patch(
                Circle((x, y), 0.3, facecolor=face, edgecolor=edge, linewidth=1.6, zorder=2)
            )
        if size > MOST:
            canvas.write(ax, x, 0, "⋮", fontsize=18, zorder=3)
        name = ("input", f"hidden {layer}" if len(sizes) > 3 else "hidden", "output")[kind]
        words = f"{name}\n{size} {'value' if not layer else 'unit'}{'s' * (size > 1)}"
        canvas.write(ax, x, -low + 0.75, words, va="bottom", fontsize=10)
        if layer and counts:
            before, bias = sizes[layer - 1], biased[layer - 1]
            total = (before + bias) * size
            words = f"{before}·{size}{f' + {size}' if bias else ''}\n= {total:,}"
            _below(ax, x - step / 2, low - 0.75, words, QUIET)
    total = sum((a + bias) * b for a, b, bias in zip(sizes, sizes[1:], biased, strict=False))
    ax.set(
        xlim=(-1.1, (len(sizes) - 1) * step + 1.1),
        ylim=(low - (2.1 if counts else 0.6), -low + 2.0),
    )
    layers = f"{len(sizes) - 1} layer{'s' * (len(sizes) > 2)}"
    return canvas.finish(ax, title or f"{total:,} parameters in {layers}")


def _below(ax: Axes, x: float, y: float, words: str, colour: str) -> None:
    canvas.write(ax, x, y, words, color=colour, va="top", fontsize=10)


@styled
def parameter_bars(network: nn.Module, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw how many parameters each tensor of a model holds, trainable ones full and frozen ones hatched.

    Example: `parameter_bars(nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 2)))`.

    Raises:
        ValueError: the model has no parameters.
    """
    named = [(name, p.numel(), p.requires_grad) for name, p in network.named_parameters()]
    if not named:
        raise ValueError("this model has no parameters to draw")
    ax = axes_or_new(ax, 6.6, min(9.0, 1.4 + 0.36 * len(named)))
    for place, (_, count, trains) in enumerate(named):
        look = (
            {"color": BLUE}
            if trains
            else {"facecolor": "white", "edgecolor": QUIET, "hatch": "///"}
        )
        ax.barh(place, count, label="trainable" if trains else "frozen", **look)
        ax.text(count, place, f" {count:,}", va="center")
    ax.set_yticks(range(len(named)), [name for name, *_ in named])
    ax.invert_yaxis()
    ax.set(xlabel="number of parameters")
    ax.margins(x=0.18)
    handles, labels = ax.get_legend_handles_labels()
    if len(kinds := dict(zip(labels, handles, strict=True))) > 1:
        ax.legend(kinds.values(), kinds.keys(), loc="lower right")
    ax.set_title(title or f"{sum(count for _, count, _ in named):,} parameters in all")
    return ax


@styled
def layer_operation(
    inputs: int, outputs: int, batch_size: int = 1, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw Z = X Wᵀ + b as blocks with their shapes.

    Example: `layer_operation(8, 20, batch_size=32)` shows (32, 8) @ (8, 20) + (20,) → (32, 20).

    Raises:
        ValueError: a size below 1.
    """
    if min(inputs, outputs, batch_size) < 1:
        raise ValueError(f"sizes must be at least 1, got {inputs}, {outputs} and {batch_size}")
    # Sides grow with the logarithm: 784 and 10 both stay readable.
    n, d, m = (
        0.8 + 0.55 * (size.bit_length() - 1) ** 0.75 for size in (batch_size, inputs, outputs)
    )
    blocks = (
        ("X", (batch_size, inputs), d, n, PALE_GREY, QUIET, "@"),
        ("Wᵀ", (inputs, outputs), m, d, PALE_BLUE, BLUE, "+"),
        ("b", (outputs,), m, 0.5, PALE_BLUE, BLUE, "="),
        ("Z", (batch_size, outputs), m, n, PALE_ORANGE, ORANGE, ""),
    )
    ax = axes_or_new(ax, 8.2, 3.2)
    gap, left, top = 0.9, 0.0, max(n, d) / 2
    for name, shape, width, height, face, edge, sign in blocks:
        middle = left + width / 2
        canvas.box(ax, (left, -height / 2), width, height, face=face, edge=edge, linewidth=1.8)
        canvas.write(ax, middle, 0, name, fontsize=13, fontweight="bold")
        canvas.write(ax, middle, -height / 2 - 0.15, str(shape), va="top", fontsize=10)
        canvas.write(ax, left + width + gap / 2, 0, sign, fontsize=17)
        left += width + gap
    ax.set(xlim=(-0.4, left - gap + 0.4), ylim=(-top - 0.8, top + 0.2))
    words = f"{inputs} numbers in, {outputs} out, for each of {batch_size} rows"
    return canvas.finish(ax, title or words)


@styled
def layer_kinds(
    sizes: Sequence[int] = (4, 6, 6, 2), *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw input, hidden and output layers with a line on who chooses each size.

    Example: `layer_kinds([4, 6, 6, 2])`.
    """
    title = title or "The task fixes the two ends; the hidden sizes are ours to choose"
    ax = network_diagram(sizes, title=title, counts=False, ax=ax)
    low = min(min(_places(size)) for size in sizes)
    ends = (0, (len(sizes) - 1) * STEP)
    for x, words in zip(
        ends, ("one unit for\neach feature", "one unit for\neach answer"), strict=True
    ):
        _below(ax, x, low - 0.7, words, QUIET)
    if len(sizes) > 2:
        words = "features that the network learns:\nas many as we give it"
        _below(ax, sum(ends) / 2, low - 0.7, words, GREEN)
    ax.set_ylim(low - 2.2, -low + 2.0)
    return ax


@styled
def neuron(inputs: int = 3, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw one neuron: inputs, a weight on each line, the sum with the bias.

    Example: `neuron(3)`. Of more than 7 inputs the first and the last three are drawn, with dots between; in the
    formula dots stand for what lies between the first two and the last of more than 3 terms.

    Raises:
        ValueError: fewer than one input.
    """
    if inputs < 1:
        raise ValueError(f"a neuron has at least one input, not {inputs}")
    ax = axes_or_new(ax, 6, 3)
    heights = _places(inputs)
    for number, y in zip(_drawn(inputs), heights, strict=True):
        ax.plot([0, 3], [y, 0], color=QUIET, lw=1.4, zorder=1)
        ax.scatter([0], [y], 700, "white", edgecolors=QUIET, lw=2, zorder=2)
        canvas.write(ax, 0, y, f"${_indexed('x', number)}$", fontsize=12)
        weight = f"${_indexed('w', number)}$"
        canvas.write(ax, 1.2, y * 0.6 + 0.16, weight, va="baseline", color=BLUE, fontsize=12)
    if inputs > MOST:
        canvas.write(ax, 0, 0, "⋮", fontsize=18, zorder=3)
    ax.plot([3, 3], [-1.4, 0], color=QUIET, lw=1.4, zorder=1)
    ax.text(3.14, -1.3, "bias $b$", color=GREEN, fontsize=12)
    ax.scatter([3], [0], 1500, "white", edgecolors=BLUE, lw=2.5, zorder=2)
    canvas.write(ax, 3, 0, "Σ", fontsize=16)
    canvas.arrow(ax, (3.35, 0), (4.9, 0), colour="black", head="->", linewidth=1.8)
    canvas.write(ax, 5.0, 0, f"$z = {_weighted_sum(inputs)} + b$", ha="left", fontsize=12)
    ax.set(xlim=(-0.5, 8.2), ylim=(min(-1.7, heights[-1] - 0.5), heights[0] + 0.5))
    words = "A neuron weighs its inputs, adds them up and adds a bias"
    return canvas.finish(ax, title or words, equal=False)


def _drawn(size: int) -> list[int]:
    """The numbers, from 1, of the units that `_places` has places for."""
    numbers = list(range(1, size + 1))
    return numbers if size <= MOST else numbers[:3] + numbers[-3:]


def _indexed(letter: str, number: int) -> str:
    return f"{letter}_{number}" if number < 10 else f"{letter}_{{{number}}}"


def _weighted_sum(size: int) -> str:
    """The sum of all wᵢxᵢ in mathtext."""
    terms = [f"{_indexed('w', i)} {_indexed('x', i)}" for i in range(1, size + 1)]
    if size > 3:
        terms = [*terms[:2], r"\ldots", terms[-1]]
    return " + ".join(terms)


def _layers(network: nn.Module | Sequence[int]) -> tuple[list[int], list[bool]]:
    if isinstance(network, nn.Module):
        linear = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
        if not linear:
            raise ValueError("this model has no nn.Linear layer to draw")
        for a, b in itertools.pairwise(linear):
            if a.out_features != b.in_features:
                sizes = f"{a.out_features} values out, {b.in_features} expected"
                raise ValueError(f"layers do not chain: {sizes}")
        sizes = [linear[0].in_features, *(layer.out_features for layer in linear)]
        return sizes, [layer.bias is not None for layer in linear]
    sizes = [int(size) for size in network]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"a network needs two or more sizes of at least 1, got {sizes}")
    return sizes, [True] * (len(sizes) - 1)


def _places(size: int) -> list[float]:
    """Heights of a layer's units around 0; of more than `MOST` the outer six with a gap."""
    if size > MOST:
        return [y * 0.8 for y in (3, 2, 1, -1, -2, -3)]
    return [((size - 1) / 2 - unit) * 0.8 for unit in range(size)]
