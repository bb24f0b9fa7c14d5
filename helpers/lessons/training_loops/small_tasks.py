"""Small tasks of lesson 06, on which a step or a loop is tried: a model, a loader, a loss and an optimizer."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

LOSSES = {"MSE": nn.MSELoss, "cross-entropy": nn.CrossEntropyLoss, "Huber": nn.HuberLoss}


@dataclass
class Task:
    """A small task made from a setting, the same on each call.

    Keys of the setting: "loss" (a key of `LOSSES`), "optimizer" (a class of `torch.optim`), "options" (its
    keyword arguments), "samples", "batch", "dropout" (a share, may be left out), "shuffle", "seed".
    """

    model: nn.Module
    loader: DataLoader
    loss_function: nn.Module
    optimizer: torch.optim.Optimizer


def task(setting: dict[str, Any]) -> Task:
    """Build the task that a setting describes: 3 features, 2 outputs or classes."""
    generator = torch.Generator().manual_seed(setting["seed"])
    model = small_model(generator, setting.get("dropout", 0.0))
    return Task(
        model=model,
        loader=_loader(setting, generator),
        loss_function=LOSSES[setting["loss"]](),
        optimizer=getattr(torch.optim, setting["optimizer"])(
            model.parameters(), **setting["options"]
        ),
    )


def small_model(generator: torch.Generator, dropout: float = 0.0) -> nn.Module:
    """Return a network 3 → 4 → 2 with parameters drawn from `generator`."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Dropout(dropout), nn.Linear(4, 2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
    return model


def _loader(setting: dict[str, Any], generator: torch.Generator) -> DataLoader:
    X = torch.randn(setting["samples"], 3, generator=generator)
    if setting["loss"] == "cross-entropy":
        Y = torch.randint(0, 2, (setting["samples"],), generator=generator)
    else:
        Y = torch.randn(setting["samples"], 2, generator=generator) + X[:, :2]
    return DataLoader(
        TensorDataset(X, Y),
        batch_size=setting["batch"],
        shuffle=setting.get("shuffle", False),
        generator=generator,  # of its own: dropout draws from torch's, whatever the loader does
    )


def weights(model: nn.Module) -> Tensor:
    """Return all parameters of a model as one flat tensor."""
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()]).clone()


class PowerCut(BaseException):
    """Ends a training run in the midst of an epoch. No `Exception`: a run does not survive it."""


class CutLoader(DataLoader):
    """A loader that stops with a `PowerCut` after some batches; keeps the first row of each that it gave out."""

    rows = torch.empty(0, 3)
    cut_after: int | None = None

    def __iter__(self) -> Iterator:
        for batch in super().__iter__():
            if len(self.rows) == self.cut_after:
                raise PowerCut
            self.rows = torch.cat([self.rows, batch[0][:1]])
            yield batch


@dataclass
class Run:
    """A training run: the weights it ended with, its loader, and what went into the model with which dropout."""

    weights: Tensor
    loader: CutLoader
    calls: list[dict[str, Tensor]]


def run(
    train: Callable,
    setting: dict[str, Any],
    epochs: int,
    path: Path,
    seed: int,
    cut_after: int | None = None,
) -> Run:
    """Call `train` on a task as `drivers.power_cut` describes it, with a loader that may be cut."""
    t = task(setting)
    if setting.get("fresh"):
        with torch.no_grad():
            for parameter in t.model.parameters():
                parameter.add_(1.0)
    loader = CutLoader(t.loader.dataset, setting["batch"], shuffle=setting.get("shuffle", False))
    loader.cut_after = cut_after
    calls: list[dict[str, Tensor]] = []
    if setting.get("dropout"):
        _watch_dropout(t.model, calls)
    t.model.eval()
    torch.manual_seed(seed)
    with contextlib.suppress(PowerCut):
        train(t.model, loader, t.loss_function, t.optimizer, epochs, path)
    return Run(weights(t.model), loader, calls)


def _watch_dropout(model: nn.Module, calls: list[dict[str, Tensor]]) -> None:
    """Note for each call that records a graph its rows and the factors that dropout multiplies with."""

    def keep_rows(module: nn.Module, inputs: tuple) -> None:
        if torch.is_grad_enabled():
            calls.append({"X": inputs[0].detach().clone()})

    def keep_factors(module: nn.Module, inputs: tuple, output: Tensor) -> None:
        if torch.is_grad_enabled():
            calls[-1]["factors"] = (output / inputs[0]).detach()

    model.register_forward_pre_hook(keep_rows)
    model[2].register_forward_hook(keep_factors)
