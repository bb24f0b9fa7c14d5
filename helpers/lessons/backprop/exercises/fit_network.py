"""Mend the program that trains a network: it runs without an error, and its loss never falls."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import RepairExercise, mistake
from helpers.lessons.backprop import drivers
from helpers.lessons.backprop.exercises._common import _forward, _network_slopes, _trained_network

kind = RepairExercise
driver = staticmethod(drivers.repaired_network)
GRADIENT_REACHES = "the gradient reaches the last layer"
GRADIENT_REACHES_FIRST = "the gradient reaches the first layer"
TRAINED_NETWORK = "the trained network is right"
requirements = {
    GRADIENT_REACHES: 0.5,
    GRADIENT_REACHES_FIRST: 0.5,
    TRAINED_NETWORK: 1,
}
parts = {
    "the last layer after one step": GRADIENT_REACHES,
    "the first layer after one step": GRADIENT_REACHES_FIRST,
    "trained": TRAINED_NETWORK,
    "losses": TRAINED_NETWORK,
}


def inputs(draw):
    for n, d, h, steps in ((3, 2, 2, 2), (6, 3, 4, 6)):
        start = [
            draw.normal(h, d, std=0.6),
            draw.normal(h, std=0.3),
            draw.normal(1, h, std=0.6),
            draw.normal(1),
        ]
        yield (
            draw.normal(n, d),
            draw.normal(n, 1, mean=1.0),
            start,
            draw.number(0.05, 0.2),
            steps,
        )


def reference(X, Y, parameters, learning_rate, steps):
    return _trained_network(X, Y, parameters, learning_rate, steps)


def broken(X, Y, parameters, learning_rate, steps):
    W1, b1, W2, b2 = [p.clone().requires_grad_() for p in parameters]
    losses = []
    for _ in range(steps):
        hidden = torch.tanh(X @ W1.T + b1).detach()
        prediction = hidden @ W2.T + b2
        loss = ((prediction - Y) ** 2).mean().item()
        torch.tensor(loss, requires_grad=True).backward()
        losses.append(loss)
        with torch.no_grad():
            for p in (W1, b1, W2, b2):
                if p.grad is not None:
                    p -= learning_rate * p.grad
                    p.grad = None
    return [W1, b1, W2, b2], losses


def _by_autograd(X, Y, parameters, learning_rate, steps):
    parameters, losses = [p.clone().requires_grad_() for p in parameters], []
    for _ in range(steps):
        loss = (_forward(X, *parameters)[1] - Y).square().mean()
        slopes = torch.autograd.grad(loss, parameters)
        losses.append(loss.item())
        parameters = [
            (p - learning_rate * s).detach().requires_grad_()
            for p, s in zip(parameters, slopes, strict=True)
        ]
    return parameters, losses


def _by_hand(X, Y, parameters, learning_rate, steps):
    parameters, losses = [p.clone() for p in parameters], []
    for _ in range(steps):
        losses.append((_forward(X, *parameters)[1] - Y).square().mean().item())
        slopes = _network_slopes(X, Y, *parameters)
        parameters = [
            p - learning_rate * slopes[key] for p, key in zip(parameters, drivers.KEYS, strict=True)
        ]
    return parameters, losses


def _fit_network_with_torchs_sgd(X, Y, parameters, learning_rate, steps):
    parameters = [p.clone().requires_grad_() for p in parameters]
    optimizer, losses = torch.optim.SGD(parameters, lr=learning_rate), []
    for _ in range(steps):
        W1, b1, W2, b2 = parameters
        loss = F.mse_loss(torch.tanh(X @ W1.T + b1) @ W2.T + b2, Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    return tuple(parameters), losses


def _losses_collected_as_tensors(X, Y, parameters, learning_rate, steps):
    weights, losses = [p.clone().requires_grad_() for p in parameters], []
    for _ in range(steps):
        W1, b1, W2, b2 = weights
        loss = (torch.tanh(X @ W1.T + b1) @ W2.T + b2 - Y).pow(2).mean()
        loss.backward()
        losses.append(loss.detach())
        for p in weights:
            p.data -= learning_rate * p.grad
            p.grad.zero_()
    return weights, torch.stack(losses).tolist()


def _late_losses(X, Y, parameters, learning_rate, steps):
    losses = _by_hand(X, Y, parameters, learning_rate, steps + 1)[1]
    return _by_hand(X, Y, parameters, learning_rate, steps)[0], losses[1:]


def _one_loss_too_many(X, Y, parameters, learning_rate, steps):
    losses = _by_hand(X, Y, parameters, learning_rate, steps + 1)[1]
    return _by_hand(X, Y, parameters, learning_rate, steps)[0], losses


def _all_but(constant):
    """Return a training in which one of the parameters is a constant."""

    def train(X, Y, parameters, learning_rate, steps):
        parameters, losses = [p.clone() for p in parameters], []
        for _ in range(steps):
            losses.append((_forward(X, *parameters)[1] - Y).square().mean().item())
            slopes = _network_slopes(X, Y, *parameters)
            parameters = [
                p if key == constant else p - learning_rate * slopes[key]
                for p, key in zip(parameters, drivers.KEYS, strict=True)
            ]
        return parameters, losses

    return train


def _losses_as_tensors(*inputs):
    trained, losses = _fit_network_with_torchs_sgd(*inputs)
    return trained, [torch.tensor(loss) for loss in losses]


def _network_untrained(X, Y, parameters, learning_rate, steps):
    return parameters, [0.0] * steps


def _network_last_layer_only(X, Y, parameters, learning_rate, steps):
    W1, b1, W2, b2 = (p.clone().requires_grad_() for p in parameters)
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(torch.tanh(X @ W1.T + b1).detach() @ W2.T + b2, Y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for p in (W2, b2):
                p -= learning_rate * p.grad
                p.grad = None
    return [W1, b1, W2, b2], losses


mistakes = [
    mistake(
        lambda *a: _trained_network(*a, cut_loss=True),
        "No weight moves. Either the loss is a plain number when `backward()` comes: `.item()` cut the graph, and a "
        "new tensor made of it knows no weights; keep the tensor, and take `.item()` for the list. Or the update makes "
        "new tensors, `p = p - …`, in place of changing p itself.",
    ),
    mistake(
        lambda *a: _trained_network(*a, cut_hidden=True),
        "The last layer learns now. The first one does not move: something between it and the loss cuts "
        "the graph.",
    ),
    mistake(
        lambda *a: _trained_network(*a, clear=False),
        "Both layers learn now, but the gradients are no longer cleared: those of all steps pile up.",
    ),
    mistake(
        lambda *a: (_trained_network(*a)[0], _trained_network(*a)[1][1:]),
        "A loss is missing in the list: one for each step, taken before the weights change.",
    ),
    mistake(
        lambda X, Y, parameters, *settings: (parameters, _by_hand(X, Y, parameters, *settings)[1]),
        "The losses fall, so your weights do learn, but what you return are the parameters of the start. Return "
        "[W1, b1, W2, b2].",
    ),
    mistake(
        _late_losses,
        "The weights are right. Your losses are those after each step; take each before the weights change.",
    ),
    mistake(
        _one_loss_too_many,
        "The weights are right. There is a loss too many: one for each step, taken before it, and none after the last.",
    ),
    mistake(
        _all_but("W2"),
        "All moves but W2: something, a `.detach()` say, makes it a constant. `.detach()` has no place on the way from "
        "the weights to the loss.",
    ),
    mistake(
        _all_but("W1"),
        "All moves but W1: something makes it a constant, or it is left out of the update.",
    ),
    mistake(
        lambda X, Y, parameters, learning_rate, steps: _by_hand(X, Y, parameters, learning_rate, 1),
        "You return after one step, however many are asked for. Does `return` stand inside the loop?",
    ),
    mistake(
        lambda X, Y, parameters, learning_rate, steps: _by_hand(
            X, Y, parameters, -learning_rate, steps
        ),
        "You walk uphill: the step is minus learning rate times gradient.",
    ),
]
alternatives = [
    _by_autograd,
    _by_hand,
    _fit_network_with_torchs_sgd,
    _losses_collected_as_tensors,
]
also_wrong = [
    _losses_as_tensors,
    _network_untrained,
    _network_last_layer_only,
    lambda *a: (_fit_network_with_torchs_sgd(*a)[0], []),
    lambda X, Y, p, rate, n: _fit_network_with_torchs_sgd(X, Y, p, rate, n + 1),
    lambda X, Y, p, rate, n: _fit_network_with_torchs_sgd(X, Y, p, -rate, n),
]
hints = [
    "After one `backward()`, print `W1.grad` and `W2.grad`. None means: no way back from the loss to here.",
    "Walk from `loss` back to `W2`: is each thing on the way a tensor with a `grad_fn`?",
    "Two operations cut a graph here: `.item()` and `.detach()`. One of them is still good for the list "
    "of losses.",
]
