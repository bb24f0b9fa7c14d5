"""Drivers of lesson 06: data sets, steps and loops on small tasks, a power cut, recording models.

A setting is a dict of plain values that says which small task to build, see `Task`.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from helpers.checks.drivers.common import Complaint

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


def dataset(cls: type, setting: dict[str, Any]) -> dict[str, Any]:
    """Build `cls(limit)`, a Dataset; look up items, and let a DataLoader make a first batch of it.

    Keys of the setting: "limit", "positions" to look up, "batch".
    """
    if not isinstance(cls, type):
        raise Complaint("hand over the class itself, without ()")
    if not issubclass(cls, Dataset):
        raise Complaint(
            f"{cls.__name__} is no Dataset: begin with `class {cls.__name__}(Dataset):`"
        )
    made = cls(setting["limit"])
    found = {
        "len": len(made),
        "items": [made[i] for i in setting["positions"]],
        "first batch": None,
    }
    try:
        found["first batch"] = next(iter(DataLoader(made, batch_size=setting["batch"])), None)
    except (TypeError, RuntimeError):  # items that do not stack
        return found
    return found


def steps(step: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Call `step(model, loss_function, optimizer, X, Y)` on batch after batch, setting["steps"] times."""
    t = task(setting)
    path, losses = [], []
    batches = _endless(t.loader)
    for _ in range(setting["steps"]):
        X, Y = next(batches)
        losses.append(step(t.model, t.loss_function, t.optimizer, X, Y))
        path.append(weights(t.model))
    return {
        "weights after each step": torch.stack(path),
        "losses": losses,
        "losses are Python floats": all(type(loss) is float for loss in losses),
    }


def _endless(batches: Iterable) -> Iterator:
    while True:
        yield from batches


def loop(fit: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Call `fit(model, loader, loss_function, optimizer, epochs)` on a model that comes in eval mode.

    With dropout only the weights count, without it the history too.
    """
    t = task(setting)
    t.model.eval()
    history = fit(t.model, t.loader, t.loss_function, t.optimizer, setting["epochs"])
    if setting.get("dropout"):
        return {"weights": weights(t.model)}
    return {
        "weights": weights(t.model),
        "history": history,
        "history holds Python floats": _holds_floats(history),
    }


def _holds_floats(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(v, float) for v in values)


class Log(list):
    """Calls of a model. A deep copy of the model writes into the same log."""

    def __deepcopy__(self, memo: dict) -> "Log":
        return self


class Recorder(nn.Module):
    """A network that notes at each call how it was called; dropout and BatchNorm show the mode."""

    def __init__(self, generator: torch.Generator, log: Log | None = None) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)
        )
        self.log = Log() if log is None else log
        with torch.no_grad():
            for parameter in self.inner.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
            self.inner[1].running_mean.copy_(torch.randn(8, generator=generator))
            self.inner[1].running_var.copy_(torch.rand(8, generator=generator) + 0.5)

    def forward(self, X: Tensor) -> Tensor:
        """Return scores (n, 3) for X (n, 3)."""
        self.log.append(
            {
                "model": id(self),
                "training": self.training,
                "grad": torch.is_grad_enabled(),
                "X": X.detach().clone(),
            }
        )
        return self.inner(X)


def evaluation(evaluate: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Call `evaluate(model, loader, loss_function)` on a model that comes in train mode or in eval mode.

    Keys of the setting: "samples", "batch", "model.training", "seed".
    """
    samples, training = setting["samples"], setting["model.training"]
    generator = torch.Generator().manual_seed(setting["seed"])
    model = Recorder(generator)
    X = torch.randn(samples, 3, generator=generator)
    y = torch.randint(0, 3, (samples,), generator=generator)
    model.train(training)
    loader = DataLoader(TensorDataset(X, y), setting["batch"])
    result = evaluate(model, loader, nn.CrossEntropyLoss())
    if not model.log:
        raise Complaint("the model was never called")
    return {
        "loss and accuracy": result,
        "both are Python floats": _holds_floats(result),
        "always in eval mode": not any(call["training"] for call in model.log),
        "never recording a graph": not any(call["grad"] for call in model.log),
        "mode as before": all(m.training == training for m in model.modules()),
    }


def stopping(cls: type, setting: dict[str, Any]) -> dict[str, Any]:
    """Run the learner's `cls(patience)` over validation losses.

    The model's weight and its BatchNorm's running mean are the number of the epoch.

    Keys of the setting: "patience", "validation losses".
    """
    if not isinstance(cls, type):
        raise Complaint("hand over the class itself, without ()")
    stopper = cls(setting["patience"])
    model = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))

    def fill(number: float) -> None:
        with torch.no_grad():
            model[0].weight.fill_(number)
            model[1].running_mean.fill_(number)

    epochs = 0
    for epoch, loss in enumerate(setting["validation losses"], start=1):
        fill(float(epoch))
        epochs = epoch
        stop = stopper.step(loss, model)
        if type(stop) is not bool:
            raise Complaint(f"`step` returned {stop!r}; True or False is wanted")
        if stop:
            break
    fill(-1.0)
    stopper.restore(model)
    return {
        "epochs run": epochs,
        "weights of epoch": model[0].weight.item(),
        "running statistics of epoch": model[1].running_mean.item(),
    }


class PowerCut(BaseException):
    """Ends a training run in the midst of an epoch. No `Exception`: a run does not survive it."""


class CutLoader(DataLoader):
    """A loader that stops with a `PowerCut` after some batches; counts what it gives out, watches a model."""

    given = 0
    cut_after: int | None = None

    def watch(self, model: nn.Module) -> None:
        """Note in `modes`, for each call of the model, whether it is in train mode."""
        self.modes: list[bool] = []
        model.register_forward_pre_hook(lambda module, _: self.modes.append(module.training))

    def __iter__(self) -> Iterator:
        for batch in super().__iter__():
            if self.given == self.cut_after:
                raise PowerCut
            self.given += 1
            yield batch


def power_cut(train: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Train without a break; then cut a second run after some batches and call again as a new process would.

    The new process has a fresh model and optimizer, and its random generator stands elsewhere. Each model
    comes in eval mode. `train` is called as train(model, loader, loss_function, optimizer, epochs, path). The setting
    says "epochs" and "cut after batches"; one with shuffling has dropout too.
    """
    epochs, cut_after = setting["epochs"], setting["cut after batches"]
    with tempfile.TemporaryDirectory() as folder:
        whole, straight = _run(train, setting, epochs, Path(folder) / "whole.pt", seed=1)
        path = Path(folder) / "cut.pt"
        _, cut = _run(train, setting, epochs, path, seed=1, cut_after=cut_after)
        left_a_file = path.exists()
        fresh = setting | {"fresh": True}
        resumed, again = _run(train, fresh, epochs, path, seed=2)
    if cut.given < cut_after:
        raise Complaint(
            f"{epochs} epochs took {cut.given} batches; at least {cut_after + 1} are wanted"
        )
    found = {
        "a checkpoint lies there after the cut": left_a_file,
        "batches after the cut": again.given,
        "resumed equals uncut to the last bit": torch.equal(resumed, whole),
    }
    if setting.get("dropout"):  # where chance has a part there is more than one right end
        return found | {
            "it trains": not torch.equal(whole, weights(task(setting).model)),
            "it trains in train mode": all(straight.modes + again.modes),
        }
    return found | {"weights without a cut": whole, "weights with a cut": resumed}


def _run(
    train: Callable,
    setting: dict[str, Any],
    epochs: int,
    path: Path,
    seed: int,
    cut_after: int | None = None,
) -> tuple[Tensor, CutLoader]:
    t = task(setting)
    if setting.get("fresh"):
        with torch.no_grad():
            for parameter in t.model.parameters():
                parameter.add_(1.0)
    loader = CutLoader(t.loader.dataset, setting["batch"], shuffle=setting.get("shuffle", False))
    loader.cut_after = cut_after
    loader.watch(t.model.eval())
    torch.manual_seed(seed)
    with contextlib.suppress(PowerCut):
        train(t.model, loader, t.loss_function, t.optimizer, epochs, path)
    return weights(t.model), loader


def search(pick: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Run a program that tries learning rates, with models that note how they are used.

    `pick(make_model, rates, train, validation, test, epochs)` returns (rate, history, test accuracy). The
    five first answers stand on their own: each can be right while the others are wrong. Keys of the
    setting: "rates", "epochs", "seed".
    """
    seed = setting["seed"]
    generator = torch.Generator().manual_seed(seed)
    log = Log()
    sums: list[bool] = []
    start = torch.Generator().manual_seed(seed + 1).get_state()

    def make_model() -> Recorder:
        own = torch.Generator()
        own.set_state(start)
        model = Recorder(own, log)
        with torch.no_grad():
            model.inner[-1].weight.mul_(0.05)  # untrained it has no opinion
        _watch_sums(model, sums)
        return model

    sizes = {"train": 48, "validation": 24, "test": 24}
    loaders, rows = {}, {}
    for name, size in sizes.items():
        X = torch.randn(size, 3, generator=generator)
        y = (X @ torch.tensor([[1.0, -1, 0], [0, 1, -1], [-1, 0, 1]])).argmax(1)
        if name == "test":
            y = (y + 1) % 3  # what is best here is not best for validation
        loaders[name] = DataLoader(TensorDataset(X, y), batch_size=6, generator=generator)
        rows[name] = X
    rate, history, accuracy = pick(
        make_model, setting["rates"], **loaders, epochs=setting["epochs"]
    )

    def calls_on(name: str) -> list[int]:
        known = {tuple(row) for row in rows[name].tolist()}
        return [n for n, call in enumerate(log) if tuple(call["X"][0].tolist()) in known]

    in_training = [n for n in calls_on("train") if log[n]["grad"]]
    seen = {tuple(row) for n in in_training for row in log[n]["X"].tolist()}
    held_out = calls_on("validation") + calls_on("test")
    before_the_end = [n for n in calls_on("test") if n < max(in_training, default=-1)]
    tested = {log[n]["model"] for n in calls_on("test")}
    return {
        "every batch reaches the model": len(seen) == sizes["train"],
        "each gradient is of one batch": bool(sums) and all(sums),
        "held-out rows in eval mode, training rows in train mode": bool(held_out)
        and not any(log[n]["training"] for n in held_out)
        and all(log[n]["training"] for n in in_training),
        "the history holds numbers": isinstance(history, list)
        and bool(history)
        and all(type(h) is float for h in history),
        "the test rows are used once, at the end": bool(tested)
        and not before_the_end
        and len(tested) == 1,
        "rate, history, accuracy": (
            rate,
            [h if type(h) is float else None for h in history],
            accuracy,
        ),
    }


def _watch_sums(model: nn.Module, sums: list[bool]) -> None:
    """Note after each backward pass whether a parameter's `.grad` is that pass's gradient and no sum."""
    latest: dict[Tensor, Tensor] = {}

    def keep(parameter: Tensor) -> Callable:
        return lambda slope: latest.__setitem__(parameter, slope.detach().clone())

    for parameter in model.parameters():
        parameter.register_hook(keep(parameter))
        parameter.register_post_accumulate_grad_hook(
            lambda p: sums.append(torch.allclose(p.grad, latest[p], rtol=1e-4, atol=1e-7))
        )


def class_predictions(train: Callable, X: Tensor, y: Tensor, X_held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the classes (n,) int64 it predicts for held-out rows.

    `train(X, y)` returns a model: raw rows (n, d) in, scores (n, classes) out.
    """
    scores = _outputs(train(X, y), X_held_out)
    if scores.dim() != 2 or len(scores) != len(X_held_out):
        raise Complaint(
            f"the model gave shape {tuple(scores.shape)} for {len(X_held_out)} rows; "
            "one row of class scores for each is wanted"
        )
    return scores.argmax(dim=1)


def value_predictions(train: Callable, X: Tensor, y: Tensor, X_held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the values (n,) it predicts for held-out rows.

    `train(X, y)` returns a model: raw rows (n, d) in, values (n, 1) out, in the unit of y.
    """
    values = _outputs(train(X, y), X_held_out)
    if values.shape != (len(X_held_out), 1):
        raise Complaint(
            f"the model gave shape {tuple(values.shape)} for {len(X_held_out)} rows; "
            f"({len(X_held_out)}, 1) is wanted"
        )
    return values[:, 0]


def _outputs(model: Any, X: Tensor) -> Tensor:
    if not isinstance(model, nn.Module):
        raise Complaint(
            f"`train` returned a {type(model).__name__}; the trained nn.Module is wanted"
        )
    with torch.no_grad():
        outputs = model(X.clone())
    if not isinstance(outputs, Tensor):
        raise Complaint(f"the model gave a {type(outputs).__name__}; a tensor is wanted")
    if outputs.isnan().any():
        raise Complaint(
            "the model's answers are nan. Is there a division by a standard deviation of 0, or a learning "
            "rate that is far too high"
        )
    return outputs.detach()
