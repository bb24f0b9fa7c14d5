"""Drivers and builders of lesson 05: functions to walk down, programs for a tiny engine, training runs."""

import math
from collections.abc import Callable
from typing import Any

import torch

from helpers.checks.drivers import UnusableAnswer

Table = torch.Tensor
Parameters = dict[str, torch.Tensor]

KEYS = ("W1", "b1", "W2", "b2")


# Builders: functions that are handed to the learner's code.


def slope_of_parabola(steepness: float, lowest: float) -> Callable[[float], float]:
    """Return the slope of steepness·(w − lowest)² as a function of the number w."""
    return lambda w: 2 * steepness * (w - lowest)


def slope_of_waves(depth: float) -> Callable[[float], float]:
    """Return the slope of w²/2 − depth·cos(3w), a curve with several valleys, as a function of w."""
    return lambda w: w + 3 * depth * math.sin(3 * w)


def cubic_bowl(tilt: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return f(x) = Σ cₖ·xₖ³ + tilt·(Σ xₖ)², cₖ = 1, 2, 3, …, for a tensor x of any shape."""

    def f(x: torch.Tensor) -> torch.Tensor:
        factors = torch.arange(1, x.numel() + 1, dtype=x.dtype).reshape(x.shape)
        return (factors * x**3).sum() + tilt * x.sum() ** 2

    return f


def bowl_of_rows(tilt: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return f(x) = Σᵢ (Σⱼ j·xᵢⱼ)² + tilt·Σ xᵢⱼ for a table x: no other shape will do."""

    def f(x: torch.Tensor) -> torch.Tensor:
        factors = torch.arange(1, x.shape[1] + 1, dtype=x.dtype)
        return (x * factors).sum(dim=1).square().sum() + tilt * x.sum()

    return f


# Drivers.


def engine(cls: type, values: dict[str, float], program: list[str]) -> dict[str, float]:
    """Run a program on the learner's scalar engine and read off every node.

    Args:
        cls: the learner's class, called with one number; its objects have `data` and `grad`.
        values: the leaves' names and numbers.
        program: lines such as "c = a + b", "d = a * c", "e = d.tanh()", "e.backward()".

    Returns:
        Each node's two numbers, as {"a.data": 2.0, "a.grad": 1.0, …}.
    """
    if not isinstance(cls, type):
        raise UnusableAnswer("hand over the class itself, without ()")
    nodes = {name: cls(number) for name, number in values.items()}
    for line in program:
        _run_line(cls, nodes, line)
    return {
        f"{name}.{part}": _number(node, part)
        for name, node in nodes.items()
        for part in ("data", "grad")
    }


def _run_line(cls: type, nodes: dict[str, Any], line: str) -> None:
    target, _, expression = line.rpartition(" = ")
    words = expression.split()
    if len(words) == 3:
        left, sign, right = words
        node = nodes[left] + nodes[right] if sign == "+" else nodes[left] * nodes[right]
    else:
        name, method = expression.removesuffix("()").split(".")
        node = nodes[name].backward() if method == "backward" else nodes[name].tanh()
    if not target:
        return
    if not isinstance(node, cls):
        raise UnusableAnswer(
            f"`{expression}` gave {type(node).__name__} where a {cls.__name__} is expected; "
            "perhaps a `return` is missing"
        )
    nodes[target] = node


def _number(node: Any, name: str) -> float:
    found = getattr(node, name, None)
    try:
        return float(found)
    except (TypeError, ValueError, RuntimeError):
        raise UnusableAnswer(
            f"`.{name}` of a node is {found!r} where a number is expected"
        ) from None


def optimizer_path(
    cls: type, start: list[torch.Tensor], learning_rate: float, rounds: int, unused: int | None
) -> dict[str, Any]:
    """Train a few rounds with the learner's optimizer and write down where the parameters go.

    Args:
        cls: class with `cls(parameters, learning_rate)`, `step()` and `zero_grad()`.
        start: the parameters' first values; they are handed over as `model.parameters()` does, by a
            generator.
        unused: the number of a parameter that is left out of the loss, so that its gradient stays None.

    Returns:
        "path": a flat tensor of all parameters for each round, and behind them of a parameter that another object of
        the class keeps, which is not asked to step; "gradients": those after each round's backward
        pass, and after one more at the end; "after step": those after each `step()`. None where there is none.
    """
    if not isinstance(cls, type):
        raise UnusableAnswer("hand over the class itself, without ()")
    parameters = [t.clone().requires_grad_(True) for t in start]
    used = [p for number, p in enumerate(parameters) if number != unused]
    apart = torch.full((2,), 0.5, requires_grad=True)
    apart.sum().backward()
    cls((p for p in [apart]), learning_rate)
    optimizer = cls((p for p in parameters), learning_rate)

    def gradients() -> list[torch.Tensor | None]:
        return [None if p.grad is None else p.grad.clone() for p in used]

    path, before, after = [], [], []
    for _ in range(rounds):
        hilly(used).backward()
        before.append(gradients())
        optimizer.step()
        after.append(gradients())
        optimizer.zero_grad()
        path.append(torch.cat([p.detach().reshape(-1) for p in [*parameters, apart]]))
    hilly(used).backward()
    return {
        "path": torch.stack(path),
        "gradients": [*before, gradients()],
        "after step": after,
    }


def hilly(parameters: list[torch.Tensor]) -> torch.Tensor:
    """Return the loss of `optimizer_path`."""
    return sum(map(_bumpy, parameters), torch.zeros(()))


def _bumpy(p: torch.Tensor) -> torch.Tensor:
    weights = torch.arange(1, p.numel() + 1, dtype=p.dtype).reshape(p.shape)
    return (weights * p**2).sum() / p.numel() + torch.sin(p.sum())


def repaired_network(
    fit: Callable,
    X: Table,
    Y: Table,
    parameters: list[torch.Tensor],
    learning_rate: float,
    steps: int,
) -> dict[str, Any]:
    """Run a repaired training program for one step and for all; return where parameters and losses end up."""
    first, _ = fit(X, Y, [p.clone() for p in parameters], learning_rate, 1)
    trained, losses = fit(X, Y, parameters, learning_rate, steps)
    W1, b1, W2, b2 = (p.detach() for p in first)
    return {
        "the last layer after one step": [W2, b2],
        "the first layer after one step": [W1, b1],
        "trained": [p.detach() for p in trained],
        "losses": losses,
    }


def network_predictions(fit: Callable, X: Table, Y: Table, X_held_out: Table) -> dict[str, Table]:
    """Train with the learner's function and return what the trained network says for rows held out, and for its own.

    Args:
        fit: called with X (n, d) and Y (n, 1); returns the parameters W1 (h, d), b1 (h,), W2 (1, h), b2 (1,)
            of a network tanh(X W1ᵀ + b1) W2ᵀ + b2 as a dict.
    """
    seen = X.clone()
    W1, b1, W2, b2 = _parameters(fit(X, Y))
    return {
        name: torch.tanh(rows @ W1.T + b1) @ W2.T + b2
        for name, rows in (("held out", X_held_out), ("learned from", seen))
    }


def _parameters(found: Any) -> list[torch.Tensor]:
    if not isinstance(found, dict) or set(found) != set(KEYS):
        raise UnusableAnswer("the answer is a dict with the keys W1, b1, W2 and b2")
    for key in KEYS:
        if not isinstance(found[key], torch.Tensor):
            raise UnusableAnswer(f"{key} is a {type(found[key]).__name__}; a tensor is wanted")
    W1, b1, W2, b2 = (found[key].detach() for key in KEYS)
    hidden = W1.shape[0]
    if W2.shape != (1, hidden) or b1.shape != (hidden,) or b2.shape != (1,):
        raise UnusableAnswer(
            f"the shapes are {tuple(W1.shape)}, {tuple(b1.shape)}, {tuple(W2.shape)} and {tuple(b2.shape)}; "
            f"W1 (h, d) goes with b1 (h,), W2 (1, h) and b2 (1,)"
        )
    return [W1, b1, W2, b2]
