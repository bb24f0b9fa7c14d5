"""Drivers of lesson 06: data sets, steps and loops on small tasks, a power cut, recording models.

A setting is a dict of plain values that says which small task to build, see `small_tasks.Task`.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from helpers.checks.drivers import UnusableAnswer
from helpers.lessons.training_loops.small_tasks import run, task, weights


def dataset(cls: type, setting: dict[str, Any]) -> dict[str, Any]:
    """Build `cls(limit)`, a Dataset; look up items, and let a DataLoader make a first batch of it.

    Keys of the setting: "limit", "positions" to look up, "batch".
    """
    if not isinstance(cls, type):
        raise UnusableAnswer("hand over the class itself, without ()")
    if not issubclass(cls, Dataset):
        raise UnusableAnswer(
            f"{cls.__name__} is no Dataset: begin with `class {cls.__name__}(Dataset):`"
        )
    made = cls(setting["limit"])
    cls(setting["limit"] + 3)  # another data set leaves the first as it is
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
    """Call `step(model, loss_function, optimizer, X, Y)` on batch after batch, setting["steps"] times.

    With setting["used"] the parameters come with gradients of an earlier pass. A hook makes the model's outputs a
    quarter larger. At the end the model is called on equal rows, with dropout, in the mode in which it was left.
    """
    t = task(setting)
    if setting.get("used"):
        for parameter in t.model.parameters():
            parameter.grad = torch.full_like(parameter, 0.7)
    path, losses = [], []
    t.model.register_forward_hook(lambda module, inputs, output: 1.25 * output)
    batches = _endless(t.loader)
    for _ in range(setting["steps"]):
        X, Y = next(batches)
        losses.append(step(t.model, t.loss_function, t.optimizer, X, Y))
        path.append(weights(t.model))
    t.model[2].p = 0.5
    with torch.no_grad():
        outputs = t.model(torch.ones(8, 3))
    return {
        "weights after each step": torch.stack(path),
        "losses": losses,
        "outputs for equal rows": outputs,
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
    return {"weights": weights(t.model), "history": history}


class Log(list):
    """Calls of models, and how many there have been. A deep copy of a model writes into the same log."""

    models = 0

    def __deepcopy__(self, memo: dict) -> "Log":
        return self


class Recorder(nn.Module):
    """A network that notes at each call its state, its input and what it answers; BatchNorm shows the mode."""

    def __init__(self, generator: torch.Generator, log: Log | None = None) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
        self.log = Log() if log is None else log
        self.number = self.log.models = self.log.models + 1
        with torch.no_grad():
            for parameter in self.inner.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
            self.inner[1].running_mean.copy_(torch.randn(8, generator=generator))
            self.inner[1].running_var.copy_(torch.rand(8, generator=generator) + 0.5)

    def forward(self, X: Tensor) -> Tensor:
        """Return scores (n, 3) for X (n, 3)."""
        state = torch.cat([t.detach().float().reshape(-1) for t in self.state_dict().values()])
        scores = self.inner(X)
        self.log.append(
            {
                "model": self.number,
                "mode": "train" if self.training else "eval",
                "graph": "recorded" if torch.is_grad_enabled() else "none",
                "state": state.clone(),
                "X": X.detach().clone(),
                "scores": scores.detach().clone(),
            }
        )
        return scores


def evaluation_task(setting: dict[str, Any]) -> tuple[Recorder, Tensor, Tensor]:
    """Return a model, X (samples, 3) and y (samples,) int64 for the setting of `evaluation`."""
    samples = setting["samples"]
    generator = torch.Generator().manual_seed(setting["seed"])
    model = Recorder(generator)
    X = torch.randn(samples, 3, generator=generator)
    y = torch.randint(0, 3, (samples,), generator=generator)
    return model.train(setting["model.training"]), X, y


def evaluation(evaluate: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Call `evaluate(model, loader, loss_function)` on a model that comes in train mode or in eval mode.

    Keys of the setting: "samples", "batch", "model.training", "seed", and "loss" where it is no cross-entropy: the
    name of a class of `nn`. Afterwards the model is called once more, in the mode in which it was left.
    """
    model, X, y = evaluation_task(setting)
    loader = DataLoader(TensorDataset(X, y), setting["batch"])
    loss_function = getattr(nn, setting.get("loss", "CrossEntropyLoss"))()
    result = evaluate(model, loader, loss_function)
    leaf = torch.tensor(2.0, requires_grad=True)
    triple = 3 * leaf
    if triple.requires_grad:
        triple.backward()
    slope = 0.0 if leaf.grad is None else leaf.grad.item()
    torch.set_grad_enabled(True)
    if not model.log:
        raise UnusableAnswer("the model was never called")
    calls = list(model.log)
    modes = ["train" if m.training else "eval" for m in model.modules()]
    with torch.no_grad():
        model(X)
    return {
        "result": result,
        "calls": calls,
        "modes": modes,
        "slope of 3·w afterwards": slope,
        "parameters that take gradients": sum(p.requires_grad for p in model.parameters()),
        "scores afterwards": model.log[-1]["scores"],
    }


def mark(epoch: int, loss: float) -> float:
    """Return the number that stands for an epoch in the weights of a model."""
    return 10 * epoch + loss


def stopping(cls: type, setting: dict[str, Any]) -> dict[str, Any]:
    """Run the learner's `cls(patience)` over validation losses.

    The model's weight and its BatchNorm's running mean are `mark(epoch, loss)`, after each epoch another number.

    Keys of the setting: "patience", "validation losses".
    """
    if not isinstance(cls, type):
        raise UnusableAnswer("hand over the class itself, without ()")
    stopper = cls(setting["patience"])
    model = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))

    def fill(number: float) -> None:
        with torch.no_grad():
            model[0].weight.fill_(number)
            model[1].running_mean.fill_(number)

    epochs = 0
    for epoch, loss in enumerate(setting["validation losses"], start=1):
        fill(mark(epoch, loss))
        epochs = epoch
        stop = stopper.step(loss, model)
        if type(stop) is not bool:
            raise UnusableAnswer(f"`step` returned {stop!r}; True or False is wanted")
        if stop:
            break
    with torch.no_grad():
        outputs = model(torch.tensor([[0.0], [2.0]]))
    for number in (-1.0, -2.0):  # what goes on to be trained does not change what is kept
        fill(number)
        stopper.restore(model)
    return {
        "epochs run": epochs,
        "outputs for two rows": outputs,
        "weight": model[0].weight.item(),
        "running mean": model[1].running_mean.item(),
    }


def power_cut(train: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Train without a break; then cut a second run after some batches and call again as a new process would.

    The new process has a fresh model and optimizer, and its random generator stands elsewhere. Each model
    comes in eval mode. `train` is called as train(model, loader, loss_function, optimizer, epochs, path). The setting
    says "epochs" and "cut after batches"; one with shuffling has dropout too.
    """
    epochs, cut_after = setting["epochs"], setting["cut after batches"]
    with tempfile.TemporaryDirectory() as folder:
        whole = run(train, setting, epochs, Path(folder) / "whole.pt", seed=1)
        path = Path(folder) / "cut.pt"
        cut = run(train, setting, epochs, path, seed=1, cut_after=cut_after)
        files = sorted(file.name for file in Path(folder).iterdir())
        elsewhere = Path(folder) / "moved"
        elsewhere.mkdir()
        if path.exists():  # all that is needed is in the file: nothing hangs on its name
            path = path.rename(elsewhere / "moved.pt")
        again = run(train, setting | {"fresh": True}, epochs, path, seed=2)
        after_the_end = run(train, setting | {"fresh": True}, epochs, path, seed=3)
    if len(cut.loader.rows) < cut_after:
        raise UnusableAnswer(
            f"{epochs} epochs took {len(cut.loader.rows)} batches; at least {cut_after + 1} are wanted"
        )
    return {
        "files after the cut": files,
        "rows after the cut": again.loader.rows,  # the first of each batch
        "rows after the end": after_the_end.loader.rows,
        "weights after the end": after_the_end.weights,
        "weights without a cut": whole.weights,
        "weights with a cut": again.weights,
        "calls without a cut": whole.calls,
        "calls after the cut": again.calls,
    }


SIZES = {"train": 48, "validation": 24, "test": 24}


@dataclass
class Search:
    """What `search` hands over: rows and classes by name, a batch size, and how each model begins."""

    rows: dict[str, Tensor]
    classes: dict[str, Tensor]
    start: Tensor
    batch: int = 6

    def model(self, log: Log) -> Recorder:
        """Return a fresh model that writes into `log`."""
        own = torch.Generator()
        own.set_state(self.start)
        model = Recorder(own, log)
        with torch.no_grad():
            model.inner[-1].weight.mul_(0.05)  # untrained it has no opinion
        return model


def search_task(setting: dict[str, Any]) -> Search:
    """Return what `search` hands over for a setting."""
    seed = setting["seed"]
    generator = torch.Generator().manual_seed(seed)
    rows, classes = {}, {}
    for name, size in SIZES.items():
        X = torch.randn(size, 3, generator=generator)
        y = (X @ torch.tensor([[1.0, -1, 0], [0, 1, -1], [-1, 0, 1]])).argmax(1)
        # What is best on the test rows is not best for validation.
        rows[name], classes[name] = X, (y + 1) % 3 if name == "test" else y
    return Search(rows, classes, torch.Generator().manual_seed(seed + 1).get_state())


def search(pick: Callable, setting: dict[str, Any]) -> dict[str, Any]:
    """Run a program that tries learning rates, with models that note how they are used.

    `pick(make_model, rates, train, validation, test, epochs)` returns (rate, history, test accuracy). Keys of the
    setting: "rates", "epochs", "seed".
    """
    task_, log = search_task(setting), Log()
    loaders = {
        name: DataLoader(TensorDataset(X, task_.classes[name]), task_.batch)
        for name, X in task_.rows.items()
    }
    found = pick(lambda: task_.model(log), setting["rates"], **loaders, epochs=setting["epochs"])
    rate, history, accuracy = found
    return {"rate": rate, "history": history, "accuracy": accuracy, "calls": list(log)}


def class_predictions(train: Callable, X: Tensor, y: Tensor, X_held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the classes (n,) int64 it predicts for held-out rows.

    `train(X, y)` returns a model: raw rows (n, d) in, scores (n, classes) out.
    """
    model = train(X, y)
    scores = _outputs(model, X_held_out)
    if scores.dim() != 2 or len(scores) != len(X_held_out):
        raise UnusableAnswer(
            f"the model gave shape {tuple(scores.shape)} for {len(X_held_out)} rows; "
            "one row of class scores for each is wanted"
        )
    if scores.shape[1] != (classes := int(y.max()) + 1):
        raise UnusableAnswer(
            f"the model gave {scores.shape[1]} scores for each row, and the rows have {classes} classes; find out "
            "from `y` how many there are"
        )
    _refuse_company(model, X_held_out, scores)
    return scores.argmax(dim=1)


def value_predictions(train: Callable, X: Tensor, y: Tensor, X_held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the values (n,) it predicts for held-out rows.

    `train(X, y)` returns a model: raw rows (n, d) in, values (n, 1) out, in the unit of y.
    """
    model = train(X, y)
    values = _outputs(model, X_held_out)
    if values.shape != (len(X_held_out), 1):
        raise UnusableAnswer(
            f"the model gave shape {tuple(values.shape)} for {len(X_held_out)} rows; "
            f"({len(X_held_out)}, 1) is wanted"
        )
    _refuse_company(model, X_held_out, values)
    return values[:, 0]


def _outputs(model: Any, X: Tensor) -> Tensor:
    if not isinstance(model, nn.Module):
        raise UnusableAnswer(
            f"`train` returned a {type(model).__name__}; the trained nn.Module is wanted"
        )
    with torch.no_grad():
        outputs = model(X.clone())
    if not isinstance(outputs, Tensor):
        raise UnusableAnswer(f"the model gave a {type(outputs).__name__}; a tensor is wanted")
    if outputs.isnan().any():
        raise UnusableAnswer(
            "the model's answers are nan. Is there a division by a standard deviation of 0, or a learning "
            "rate that is far too high"
        )
    return outputs.detach()


def _refuse_company(model: nn.Module, X: Tensor, outputs: Tensor) -> None:
    """Refuse a model whose answer to a row hangs on the rows beside it."""
    with torch.no_grad():
        alone = model(X[:1].clone())
    near = {"rtol": 1e-3, "atol": 1e-3}
    if not (isinstance(alone, Tensor) and torch.allclose(alone, outputs[:1], **near)):
        raise UnusableAnswer(
            "the model's answer to a row hangs on the other rows that come with it: rows are scaled with mean and "
            "standard deviation of the training rows, and batch normalisation and dropout want `model.eval()`"
        )
