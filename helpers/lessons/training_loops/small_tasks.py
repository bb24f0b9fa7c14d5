"""Small tasks of lesson 06, on which a step or a loop is tried: a model, a loader, a loss and an optimizer."""

from dataclasses import dataclass
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
