"""What is concluded in lesson 06: from the calls of a model, each played again, and from weights and losses."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.checks.conclusions import close
from helpers.lessons.training_loops import drivers, small_tasks


def _holds_floats(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(type(v) is float for v in values)


def steps(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say beside weights and losses whether the latter are Python floats, and whether the model still drops units."""
    outputs = seen["outputs for equal rows"]
    return seen | {
        "losses are Python floats": _holds_floats(seen["losses"]),
        "left in train mode": not close(outputs, outputs[:1].expand_as(outputs)),
    }


def loop(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say beside weights and history whether the latter holds Python floats."""
    if "history" not in seen:
        return seen
    return seen | {"history holds Python floats": _holds_floats(seen["history"])}


def _mode_of(model: drivers.Recorder, X: Tensor, scores: Any) -> str | None:
    """Return the mode in which a model gives these scores, or None; train mode moves its statistics as it did there."""
    with torch.no_grad():
        if close(scores, model.eval().inner(X)):
            return "eval"
        if len(X) < 2:
            return None
        before = {name: t.clone() for name, t in model.state_dict().items()}
        if close(scores, model.train().inner(X)):
            return "train"
        model.load_state_dict(before)
    return None


def evaluation(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say in which mode the model was asked, whether graphs were recorded, and how it was left."""
    model, X, _ = drivers.evaluation_task(setting)
    before = "train" if setting["model.training"] else "eval"
    calls = seen["calls"]
    modes = [_mode_of(model, call["X"], call["scores"]) for call in calls]
    left = _mode_of(model, X, seen["scores afterwards"])
    founded = bool(calls) and None not in modes
    return {
        "loss and accuracy": seen["result"],
        "both are Python floats": _holds_floats(seen["result"]),
        "always in eval mode": founded
        and all(mode == call["mode"] == "eval" for mode, call in zip(modes, calls, strict=True)),
        "never recording a graph": founded and all(call["graph"] == "none" for call in calls),
        "graphs are recorded again afterwards": seen["slope of 3·w afterwards"] == 3,
        "its parameters still take gradients": seen["parameters that take gradients"]
        == len(PARAMETERS),
        "mode as before": founded and left == before and set(seen["modes"]) == {before},
    }


def stopping(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say from which epoch the weights are."""
    marks = {drivers.mark(k, x): k for k, x in enumerate(setting["validation losses"], start=1)}

    def epoch_of(number: float) -> float:
        return next((float(k) for m, k in marks.items() if abs(m - number) < 1e-4), number)

    return {
        "epochs run": seen["epochs run"],
        # In train mode BatchNorm makes −1 and 1 of any two numbers.
        "left in train mode": close(seen["outputs for two rows"].abs(), torch.ones(2, 1), 1e-2),
        "weights of epoch": epoch_of(seen["weight"]),
        "running statistics of epoch": epoch_of(seen["running mean"]),
    }


def power_cut(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say whether a run that was cut ends as one that was not, and whether it is a run at all."""
    whole, resumed = seen["weights without a cut"], seen["weights with a cut"]
    found = {
        "a checkpoint lies there after the cut": "cut.pt" in seen["files after the cut"],
        "batches after the cut": len(seen["rows after the cut"]),
        "batches after the end": len(seen["rows after the end"]),
        "nothing changes after the end": torch.equal(seen["weights after the end"], resumed),
        "resumed equals uncut to the last bit": torch.equal(resumed, whole),
    }
    if not setting.get("dropout"):
        return found | {"weights without a cut": whole, "weights with a cut": resumed}
    # Where chance has a part there is more than one right end, so the run is played again with its own chance.
    calls, after = seen["calls without a cut"], seen["calls after the cut"]
    t = small_tasks.task(setting)
    trains = close(whole, _played_again(t, calls), 1e-3)
    return found | {
        "resumed equals uncut to the last bit": trains
        and torch.equal(resumed, whole)
        and _same_calls(after, calls[-len(after) :]),
        "it trains": trains
        and not torch.equal(whole, small_tasks.weights(small_tasks.task(setting).model)),
        "it trains in train mode": trains
        and not any((call["factors"] == 1).any() for call in calls + after),
    }


def _same_calls(some: list[dict[str, Tensor]], others: list[dict[str, Tensor]]) -> bool:
    return len(some) == len(others) and all(
        torch.equal(a[key], b[key])
        for a, b in zip(some, others, strict=True)
        for key in ("X", "factors")
    )


def _played_again(t: small_tasks.Task, calls: list[dict[str, Tensor]]) -> Tensor:
    """Return the weights after steps on the rows of these calls, with their dropout."""
    rows, targets = t.loader.dataset.tensors
    first, act, _, last = t.model
    for call in calls:
        t.optimizer.zero_grad()
        Y = targets[_numbers(call["X"], rows)]
        t.loss_function(last(act(first(call["X"])) * call["factors"]), Y).backward()
        t.optimizer.step()
    return small_tasks.weights(t.model)


def _numbers(X: Tensor, rows: Tensor) -> Tensor:
    """Return which of `rows` those of X are. Raises ValueError where one is none of them."""
    same = (X[:, None] == rows).all(dim=2)
    if not same.any(dim=1).all():
        raise ValueError("these rows were not handed out")
    return same.int().argmax(dim=1)


class _Calls:
    """The calls of a search's models, all played again at once, each from the state that it reports."""

    def __init__(self, calls: list[dict[str, Any]], setting: dict[str, Any]) -> None:
        self.task = drivers.search_task(setting)
        self.rates = setting["rates"]
        self.all = calls
        model = self.task.model(drivers.Log())
        self.shapes = [t.shape for t in model.state_dict().values()]
        self.number_of = {
            tuple(row): (part, n)
            for part, rows in self.task.rows.items()
            for n, row in enumerate(rows.tolist())
        }
        self.rows = [[self.number_of.get(tuple(r)) for r in c["X"].tolist()] for c in calls]
        self.modes = self._modes()
        self.training = [
            n
            for n, call in enumerate(calls)
            if self.part(n) == "train" and call["graph"] == "recorded"
        ]

    def part(self, n: int) -> str | None:
        """Return which data the rows of a call belong to."""
        first = self.rows[n][0] if self.rows[n] else None
        return first and first[0]

    def on(self, part: str) -> list[int]:
        """Return the numbers of the calls on the rows of a part."""
        return [n for n in range(len(self.all)) if self.part(n) == part]

    @property
    def founded(self) -> bool:
        """Whether there are calls, and each gave what its model's weights give."""
        return bool(self.all) and None not in self.modes and all(None not in r for r in self.rows)

    def _parts(self, numbers: list[int]) -> list[Tensor]:
        """Return the tensors of the calls' states, each (calls, *shape)."""
        states = torch.stack([self.all[n]["state"] for n in numbers])
        parts = states.split([shape.numel() for shape in self.shapes], dim=1)
        return [p.reshape(-1, *shape) for p, shape in zip(parts, self.shapes, strict=True)]

    def _modes(self) -> list[str | None]:
        """Return for each call its mode, or None where the scores are not those of that mode."""
        found: list[str | None] = [None] * len(self.all)
        groups: dict[tuple, list[int]] = {}
        for n, call in enumerate(self.all):
            groups.setdefault((tuple(call["X"].shape), call["mode"]), []).append(n)
        for (_, mode), numbers in groups.items():
            X = torch.stack([self.all[n]["X"] for n in numbers])
            scores = _scores(self._parts(numbers), X, mode)
            for n, wanted in zip(numbers, scores, strict=True):
                found[n] = mode if close(self.all[n]["scores"], wanted, 1e-3) else None
        return found

    def targets(self) -> list[Tensor]:
        """Return what may have been the targets of the training calls, each (calls, rows): the rows' own classes,
        those of the batch whose turn it was, those of the first batch."""
        classes = self.task.classes["train"]
        batches = classes.split(self.task.batch)
        own, due, turn = [], [], dict.fromkeys(range(len(self.all) + 1), 0)
        for n in self.training:
            model = self.all[n]["model"]
            own.append(classes[[row[1] for row in self.rows[n]]])
            due.append(batches[turn[model] % len(batches)])
            turn[model] += 1
        return [torch.stack(own), torch.stack(due), batches[0].expand(len(own), -1)]

    def replay(self) -> Iterator[tuple[list[float], list[Tensor]]]:
        """Yield for each choice of `targets` the losses of the training calls, and the parameters' slopes."""
        parts = self._parts(self.training)
        X = torch.stack([self.all[n]["X"] for n in self.training])
        leaves = [p.requires_grad_(True) if k in PARAMETERS else p for k, p in enumerate(parts)]
        for y in self.targets():
            losses = _losses(_scores(leaves, X, "train"), y)
            slopes = torch.autograd.grad(losses.sum(), [leaves[k] for k in PARAMETERS])
            yield losses.tolist(), list(slopes)

    def regular(self) -> bool:
        """Whether each training call took a whole batch in train mode or in eval mode."""
        return bool(self.training) and all(
            len(self.rows[n]) == self.task.batch for n in self.training
        )

    def steps_are_of_one_batch(self) -> bool:
        """Whether each model's weights go on by rate times the gradient of one batch."""
        order = list(dict.fromkeys(self.all[n]["model"] for n in self.training))
        if len(order) != len(self.rates) or not self.regular() or not self._begin_anew(order):
            return False
        rate = torch.tensor([self.rates[order.index(self.all[n]["model"])] for n in self.training])
        later = [self._next(n) for n in self.training]
        now, then = self._parts(self.training), self._parts(later)
        right = torch.zeros(len(later), dtype=torch.bool)
        for _, slopes in self.replay():
            errors = [
                (now[k] - rate.reshape(-1, *[1] * (now[k].dim() - 1)) * slope - then[k])
                .abs()
                .flatten(1)
                .amax(1)
                for k, slope in zip(PARAMETERS, slopes, strict=True)
            ]
            right |= torch.stack(errors).amax(0) < 2e-6 + 2e-3 * rate
        right |= torch.tensor([n == m for n, m in zip(self.training, later, strict=True)])
        return bool(right.all())

    def _begin_anew(self, models: list[int]) -> bool:
        """Say whether these models had their first weights at their first call: none goes on where another ended."""
        start = self.task.model(drivers.Log()).state_dict().values()
        state = torch.cat([t.float().reshape(-1) for t in start])
        first = {model: next(c for c in self.all if c["model"] == model) for model in models}
        return all(close(call["state"], state) for call in first.values())

    def _next(self, n: int) -> int:
        """Return the number of the model's next call, or n where there is none."""
        model = self.all[n]["model"]
        later = (m for m in range(n + 1, len(self.all)) if self.all[m]["model"] == model)
        return next(later, n)

    def histories(self) -> Iterator[list[float]]:
        """Yield what a history may hold, as far as these calls go: mean, sum or last loss of an epoch's batches."""
        length = drivers.SIZES["train"] // self.task.batch
        for losses, _ in self.replay() if self.regular() else ():
            epochs = [losses[n : n + length] for n in range(0, len(losses), length)]
            yield [sum(epoch) / len(epoch) for epoch in epochs]
            yield [sum(epoch) for epoch in epochs]
            yield [epoch[-1] for epoch in epochs]


PARAMETERS = (0, 1, 2, 3, 7, 8)
"""Which tensors of a `Recorder`'s state are parameters; the others are BatchNorm's statistics."""


def _scores(parts: list[Tensor], X: Tensor, mode: str) -> Tensor:
    """Return the scores (calls, rows, 3) of many `Recorder`s at once, X (calls, rows, 3)."""
    W1, b1, scale, shift, mean, var, _, W2, b2 = parts
    h = X @ W1.mT + b1[:, None]
    if mode == "train":
        mean, var = h.mean(dim=1), h.var(dim=1, correction=0)
    h = (h - mean[:, None]) / (var[:, None] + 1e-5).sqrt() * scale[:, None] + shift[:, None]
    return torch.relu(h) @ W2.mT + b2[:, None]


def _losses(scores: Tensor, y: Tensor) -> Tensor:
    each = F.cross_entropy(scores.flatten(0, 1), y.flatten(), reduction="none")
    return each.reshape(y.shape).mean(dim=1)


def search(seen: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Say which of a program's bugs its calls of the models show; each can be mended while others are not."""
    calls, history = _Calls(seen["calls"], setting), seen["history"]
    training, testing = calls.training, calls.on("test")
    held_out = calls.on("validation") + testing
    fed = {row for n in training for row in calls.rows[n]}
    tested = {calls.all[n]["model"] for n in testing}
    floats = isinstance(history, list) and bool(history) and _holds_floats(history)
    return {
        "every batch reaches the model": calls.founded and len(fed) == drivers.SIZES["train"],
        "each gradient is of one batch": calls.founded and calls.steps_are_of_one_batch(),
        "held-out rows in eval mode, training rows in train mode": calls.founded
        and bool(held_out)
        and all(calls.modes[n] == "eval" for n in held_out)
        and all(calls.modes[n] == "train" for n in training),
        "the history holds numbers": calls.founded
        and floats
        and any(close(torch.tensor(history), torch.tensor(h), 1e-3) for h in calls.histories()),
        "the test rows are used once, at the end": calls.founded
        and len(tested) == 1
        and min(testing) > max(training, default=-1),
        "rate, history, accuracy": (
            seen["rate"],
            [h if type(h) is float else None for h in history],
            seen["accuracy"],
        ),
    }
