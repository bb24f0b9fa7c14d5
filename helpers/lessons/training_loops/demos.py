"""Lesson 06: the loop as one call, runs that go wrong in five ways, and explorations of the dials."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    TensorDataset,
)

from helpers import data
from helpers.explore import Exploration, choice, explore, whole_slider
from helpers.lessons.training_loops import figures as plots
from helpers.plots.curves import learning_curves
from helpers.plots.descent import valley

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass
class History:
    """Mean losses per sample, one for each epoch: `train` as the epoch went, `validation` at its end."""

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


def run(
    model: nn.Module,
    train: DataLoader,
    validation: DataLoader,
    loss_function: Loss,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    after_epoch: Callable[[int, History], bool] | None = None,
) -> History:
    """Train for up to `epochs` epochs and measure the loss on validation data after each.

    Args:
        after_epoch: called with the number of epochs done and the history; True ends the training.
    """
    history = History()
    for epoch in range(1, epochs + 1):
        model.train()
        history.train.append(_pass(model, train, loss_function, optimizer))
        model.eval()
        with torch.no_grad():
            history.validation.append(_pass(model, validation, loss_function))
        if after_epoch is not None and after_epoch(epoch, history):
            break
    return history


def _pass(
    model: nn.Module,
    loader: DataLoader,
    loss_function: Loss,
    optimizer: torch.optim.Optimizer | None = None,
) -> float:
    """Go through a loader once, training where there is an optimizer; return the mean loss per sample."""
    device = next(model.parameters()).device
    total, samples = 0.0, 0
    for X, y in loader:
        loss = loss_function(model(X.to(device)), y.to(device))
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total, samples = total + loss.item() * len(X), samples + len(X)
    return total / samples


def _batches(
    dataset: TensorDataset, size: int, generator: torch.Generator, *, shuffle: bool = False
) -> DataLoader:
    """Return the batches of `DataLoader(dataset, size, shuffle)`, each fetched in one piece.

    A plain loader fetches row by row and stacks, which costs more than training these small networks does.
    """
    rows = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
    batches = BatchSampler(rows, size, drop_last=False)
    return DataLoader(dataset, batch_size=None, sampler=batches, generator=generator)


@functools.cache
def _digit_parts(examples: int, held_out: int) -> tuple[TensorDataset, TensorDataset]:
    digits = data.digits()
    X, y = digits.pixels.flatten(1) / digits.white, digits.labels
    rows = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
    chosen, others = rows[:examples], rows[-held_out:]
    return TensorDataset(X[chosen], y[chosen]), TensorDataset(X[others], y[others])


@functools.cache
def digit_run(
    rate: float,
    optimizer: str = "SGD",
    momentum: float = 0.0,
    units: int = 64,
    examples: int = 1000,
    batch: int = 50,
    epochs: int = 20,
    dropout: float = 0.0,
    held_out: int = 400,
) -> History:
    """Train a network with one hidden layer on the small digits; the same arguments give the same run."""
    train, validation = _digit_parts(examples, held_out)
    generator = torch.Generator().manual_seed(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        model = nn.Sequential(
            nn.Linear(64, units), nn.Tanh(), nn.Dropout(dropout), nn.Linear(units, 10)
        )
        options = {"lr": rate} | ({"momentum": momentum} if momentum else {})
        return run(
            model,
            _batches(train, batch, generator, shuffle=True),
            _batches(validation, 400, generator),
            F.cross_entropy,
            getattr(torch.optim, optimizer)(model.parameters(), **options),
            epochs,
        )


@functools.cache
def few_digits_run(epochs: int = 25) -> History:
    """Train a large network on 300 pictures of MNIST, far fewer than it has parameters."""
    mnist = data.mnist()
    X, y = mnist.pixels.flatten(1) / mnist.white, mnist.labels
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
        )
    return run(
        model,
        _batches(TensorDataset(X[:300], y[:300]), 20, generator, shuffle=True),
        _batches(TensorDataset(X[1000:2000], y[1000:2000]), 500, generator),
        F.cross_entropy,
        torch.optim.Adam(model.parameters(), lr=2e-3, fused=True),
        epochs,
    )


def five_runs() -> dict[str, History]:
    """Return the runs A to E that the exercise `diagnosis` shows."""
    return {
        "A": digit_run(0.002),
        "B": few_digits_run(),
        "C": digit_run(0.3, optimizer="Adam"),
        "D": digit_run(0.3),
        "E": digit_run(0.3, units=1),
    }


def draw_five_runs() -> Figure:
    """Draw the runs A to E."""
    runs = {f"run {name}": (r.train, r.validation) for name, r in five_runs().items()}
    title = "Five runs on handwritten digits: what does each need?"
    return plots.run_panels(runs, title=title, top=3.0)


def draw_three_runs() -> Figure:
    """Draw the runs of the written question: one that blows up, one with dropout, one that ends too soon."""
    runs = {
        "run X": digit_run(0.8, momentum=0.9),
        "run Y": digit_run(0.3, dropout=0.7),
        "run Z": digit_run(0.03),
    }
    curves = {name: (r.train, r.validation) for name, r in runs.items()}
    return plots.run_panels(curves, title="Three runs on handwritten digits", top=3.0)


def draw_patience(patience: int) -> Axes:
    """Draw a run that learns by heart, stopped after `patience` epochs without a new best."""
    history = few_digits_run()
    _, stop = plots.stopping_point(history.validation, patience)
    title = f"Patience {patience} ends the run after epoch {stop}"
    return plots.early_stopping(history.train, history.validation, patience=patience, title=title)


def patience() -> Exploration:
    """Choose how long to wait for a new best epoch."""
    return explore(
        draw_patience,
        "Which is the smallest patience that finds the best epoch of the whole run? What do you pay for "
        "waiting longer than that?",
        patience=whole_slider(1, 10, 1, "patience"),
    )


def draw_rate(power: float, momentum: float) -> Axes:
    """Draw a run on the small digits with learning rate 10**power, for SGD with momentum."""
    history = digit_run(10.0**power, momentum=momentum)
    last = f"validation loss {history.validation[-1]:.2f} at the end"
    title = f"Learning rate {10.0**power:.3g}, momentum {momentum:g}: {last}"
    ax = learning_curves(
        history.train, history.validation, title=title, axis_label="mean loss per sample"
    )
    ax.set_ylim(0, 3)  # one scale for all settings; higher losses leave the picture
    return ax


def rates() -> Exploration:
    """Turn learning rate and momentum of a real training run."""
    options = [(f"{10.0**power:.3g}", power) for power in (-3, -2, -1.5, -1, -0.5, 0, 0.5, 1)]
    return explore(
        draw_rate,
        "Which learning rate is best without momentum? And with momentum 0.9: is it larger or smaller? "
        "From which rate on does nothing work?",
        power=choice(options, -2, "learning rate"),
        momentum=choice([0.0, 0.5, 0.9, 0.99], 0.0, "momentum"),
    )


def bumpy(w: Tensor) -> Tensor:
    """Return the height of a valley with bumps: w²/4 + 0.2 · (1 + cos 6w), lowest near w = ±0.5."""
    return w**2 / 4 + 0.2 * (1 + torch.cos(6 * w))


def roll(rate: float, momentum: float, steps: int = 60, start: float = -2.7) -> Tensor:
    """Return the places, shape (steps + 1,), of SGD with momentum on `bumpy`, torch's own."""
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate, momentum=momentum)
    places = [w.item()]
    for _ in range(steps):
        optimizer.zero_grad()
        bumpy(w).backward()
        optimizer.step()
        places.append(w.item())
    return torch.tensor(places)


def draw_momentum(rate: float, momentum: float) -> Axes:
    """Draw the path of SGD with momentum in a bumpy valley."""
    path = roll(rate, momentum)
    end = bumpy(path[-1:]).item()
    title = f"Momentum {momentum:g}, learning rate {rate:g}: after 60 steps the loss is {end:.2f}"
    return valley(bumpy, path, span=(-3.2, 3.2), title=title)


def momentum() -> Exploration:
    """Turn learning rate and momentum in a valley with bumps."""
    return explore(
        draw_momentum,
        "With which momentum does the ball get over the bumps and come to rest in a deepest hollow? "
        "And what happens with 0.99?",
        rate=choice([0.01, 0.02, 0.05, 0.1], 0.05, "learning rate"),
        momentum=choice([0.0, 0.5, 0.85, 0.9, 0.95, 0.99], 0.0, "momentum"),
    )
