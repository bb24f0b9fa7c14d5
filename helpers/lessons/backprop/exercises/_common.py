"""What several exercises of this lesson use."""

import torch

from helpers.checks.exercise import forbid
from helpers.lessons.backprop import drivers

BY_HAND = forbid(
    "backward",
    "autograd",
    "requires_grad_",
    "jacobian",
    "vjp",
    "func",
    rule="Closed here: autograd in every form (`backward`, `torch.autograd`, `torch.func`).",
    why="Here the derivative is your own work: write it with the chain rule.",
)


def _forward(X, W1, b1, W2, b2):
    A = torch.tanh(X @ W1.T + b1)
    return A, A @ W2.T + b2


def _network_slopes(X, Y, W1, b1, W2, b2, scale=None, bend=None, through=None):
    """Gradients of the two-layer network by hand, with places where a mistake may be put in."""
    A, prediction = _forward(X, W1, b1, W2, b2)
    dP = 2 * (prediction - Y) / (Y.numel() if scale is None else scale(Y))
    dA = dP @ W2 if through is None else through(dP, W2)
    dZ = dA * (1 - A**2 if bend is None else bend(X @ W1.T + b1, A))
    return {"W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dP.T @ A, "b2": dP.sum(0)}


def _by_rows(X, Y, W1, b1, W2, b2):
    """The same gradients, one row of the batch at a time."""
    total = {"W1": 0.0, "b1": 0.0, "W2": 0.0, "b2": 0.0}
    for x, y in zip(X, Y, strict=True):
        a = (W1 @ x + b1).tanh()
        dp = (W2 @ a + b2 - y) * 2 / Y.numel()
        dz = (W2.T @ dp) * (1 - a * a)
        shares = {"W1": torch.outer(dz, x), "b1": dz, "W2": torch.outer(dp, a), "b2": dp}
        total = {name: total[name] + shares[name] for name in total}
    return total


def _trained_network(
    X, Y, parameters, learning_rate, steps, cut_hidden=False, cut_loss=False, clear=True
):
    W1, b1, W2, b2 = (p.clone().requires_grad_() for p in parameters)
    losses = []
    for _ in range(steps):
        hidden = torch.tanh(X @ W1.T + b1)
        prediction = (hidden.detach() if cut_hidden else hidden) @ W2.T + b2
        loss = ((prediction - Y) ** 2).mean()
        losses.append(loss.item())
        if not cut_loss:
            loss.backward()
        with torch.no_grad():
            for p in (W1, b1, W2, b2):
                if p.grad is not None:
                    p -= learning_rate * p.grad
                    p.grad = None if clear else p.grad
    return [W1, b1, W2, b2], losses


def _descent_of_network(X, Y, parameters, learning_rate, steps, **faults):
    """Full-batch descent by hand, with places where a mistake may be put in."""
    late, stale, slopes_of = (
        faults.get("late"),
        faults.get("stale"),
        faults.get("slopes", _network_slopes),
    )
    theta, losses = {key: t.clone() for key, t in parameters.items()}, []
    for _ in range(steps):
        loss = (_forward(X, *(theta[k] for k in drivers.KEYS))[1] - Y).square().mean().item()
        at = parameters if stale else theta
        slopes = slopes_of(X, Y, *(at[k] for k in drivers.KEYS))
        theta = {key: theta[key] - learning_rate * slopes[key] for key in drivers.KEYS}
        if late:
            loss = (_forward(X, *(theta[k] for k in drivers.KEYS))[1] - Y).square().mean().item()
        losses.append(loss)
    return theta, losses
