"""Train a two-layer network by gradient descent with your own gradients; return it and its losses."""

import copy

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.backprop import drivers
from helpers.lessons.backprop.exercises._answers import _network_as_columns
from helpers.lessons.backprop.exercises._common import (
    _by_rows,
    _descent_of_network,
    _forward,
    _network_slopes,
    _trained_network,
)

kind = FunctionExercise
MANY_STEPS = "many steps, other sizes"
requirements = {"one step": 1, MANY_STEPS: 2}
forbidden = forbid(
    "autograd",
    "requires_grad_",
    "optim",
    "SGD",
    "jacobian",
    "vjp",
    "func",
    rule="Closed here: autograd in every form (`backward`, `torch.autograd`, `torch.func`) and `torch.optim`.",
    why="The gradients are to be your own: `two_layer_gradients` or formulas.",
)


def inputs(draw):
    start = {
        "W1": torch.tensor([[0.5, -1.0], [0.2, 0.4]]),
        "b1": torch.tensor([0.1, -0.3]),
        "W2": torch.tensor([[1.2, -0.8]]),
        "b2": torch.tensor([0.6]),
    }
    X, Y = torch.tensor([[1.0, -0.5], [0.3, 2.0]]), torch.tensor([[1.5], [-0.7]])
    yield X, Y, start, 0.1, 1
    yield case(X, Y, start, 0.1, 4, requirement=MANY_STEPS)
    two = start | {"W2": torch.tensor([[1.2, -0.8], [0.3, 0.5]]), "b2": torch.tensor([0.6, -0.2])}
    yield case(X, torch.tensor([[1.5, 0.4], [-0.7, 2.0]]), two, 0.1, 4, requirement=MANY_STEPS)
    yield case(X, Y, start, 0.9, 5, requirement=MANY_STEPS)  # the loss rises now and then
    for n, d, h, requirement in ((6, 3, 4, MANY_STEPS), (8, 2, 5, MANY_STEPS), (4, 2, 3, None)):
        yield case(
            draw.normal(n, d),
            draw.normal(n, 1, mean=0.5),
            {
                "W1": draw.normal(h, d, std=0.5),
                "b1": draw.normal(h, std=0.2),
                "W2": draw.normal(1, h, std=0.5),
                "b2": draw.normal(1),
            },
            draw.number(0.02, 0.15),
            draw.integer(6, 20) if requirement else 1,
            requirement=requirement,
        )


def reference(X, Y, parameters, learning_rate, steps):
    trained, losses = _trained_network(
        X, Y, [parameters[key] for key in drivers.KEYS], learning_rate, steps
    )
    return {key: p.detach() for key, p in zip(drivers.KEYS, trained, strict=True)}, losses


def _in_turn(X, Y, parameters, learning_rate, steps):
    theta, losses = {key: t.clone() for key, t in parameters.items()}, []
    for _ in range(steps):
        A, prediction = _forward(X, *(theta[k] for k in drivers.KEYS))
        losses.append((prediction - Y).square().mean().item())
        dP = 2 * (prediction - Y) / Y.numel()
        theta["W2"] = theta["W2"] - learning_rate * dP.T @ A
        theta["b2"] = theta["b2"] - learning_rate * dP.sum(0)
        dZ = (dP @ theta["W2"]) * (1 - A**2)
        theta["W1"] = theta["W1"] - learning_rate * dZ.T @ X
        theta["b1"] = theta["b1"] - learning_rate * dZ.sum(0)
    return theta, losses


def _slopes_anew(X, Y, parameters, learning_rate, steps):
    theta, losses = {key: t.clone() for key, t in parameters.items()}, []
    for _ in range(steps):
        losses.append((_forward(X, **theta)[1] - Y).square().mean().item())
        for key in drivers.KEYS:
            theta[key] = theta[key] - learning_rate * _network_slopes(X, Y, **theta)[key]
    return theta, losses


def _overwrites(X, Y, parameters, learning_rate, steps):
    theta, losses = _descent_of_network(X, Y, parameters, learning_rate, steps)
    for key, value in theta.items():
        parameters[key].copy_(value)
    return parameters, losses


def _uphill(X, Y, parameters, learning_rate, steps):
    return _descent_of_network(X, Y, parameters, -learning_rate, steps)


def _in_place_on_copies(X, Y, parameters, learning_rate, steps):
    theta = {key: t.clone() for key, t in parameters.items()}
    losses = []
    while len(losses) < steps:
        prediction = _forward(X, **theta)[1]
        losses.append(float(((prediction - Y) ** 2).mean()))
        for key, slope in _by_rows(X, Y, **theta).items():
            theta[key] -= learning_rate * slope
    return theta, losses


def _loss_over_rows(X, Y, parameters, learning_rate, steps):
    trained, losses = _descent_of_network(X, Y, parameters, learning_rate, steps)
    return trained, [loss * Y.shape[1] for loss in losses]


def _stops_when_it_rises(X, Y, parameters, learning_rate, steps):
    _, losses = _descent_of_network(X, Y, parameters, learning_rate, steps)
    rises = [n for n in range(1, steps) if losses[n] > losses[n - 1]]
    steps = rises[0] if rises else steps
    return _descent_of_network(X, Y, parameters, learning_rate, steps)[0], losses[: steps + 1]


def _one_loss_too_many(X, Y, parameters, learning_rate, steps):
    trained, losses = _descent_of_network(X, Y, parameters, learning_rate, steps)
    return trained, [*losses, (_forward(X, **trained)[1] - Y).square().mean().item()]


def _loss_without_tanh(X, Y, parameters, learning_rate, steps):
    losses = []
    for n in range(steps):
        W1, b1, W2, b2 = _descent_of_network(X, Y, parameters, learning_rate, n)[0].values()
        losses.append(F.mse_loss((X @ W1.T + b1) @ W2.T + b2, Y).item())
    return _descent_of_network(X, Y, parameters, learning_rate, steps)[0], losses


def _biases_stay(X, Y, parameters, learning_rate, steps):
    def slopes_of(X, Y, W1, b1, W2, b2):
        slopes = _network_slopes(X, Y, W1, b1, W2, b2)
        return slopes | {"b1": torch.zeros_like(b1), "b2": torch.zeros_like(b2)}

    return _descent_of_network(X, Y, parameters, learning_rate, steps, slopes=slopes_of)


def _scales_its_inputs(X, Y, *settings):
    return _descent_of_network((X - X.mean(0)) / X.std(0), Y, *settings)


def _loss_summed(X, Y, *settings):
    trained, losses = _descent_of_network(X, Y, *settings)
    return trained, [loss * Y.numel() for loss in losses]


def _on_a_deep_copy(X, Y, parameters, learning_rate, steps):
    net, losses = copy.deepcopy(parameters), []
    while len(losses) < steps:
        hidden = torch.tanh(F.linear(X, net["W1"], net["b1"]))
        losses.append(float(F.mse_loss(F.linear(hidden, net["W2"], net["b2"]), Y)))
        for name, slope in _network_slopes(X, Y, **net).items():
            net[name].sub_(slope, alpha=learning_rate)
    return net, losses


def _weights_in_a_list(X, Y, parameters, learning_rate, steps):
    weights = [parameters[key] for key in drivers.KEYS]
    losses = [0.0] * steps
    for number in range(steps):
        A, prediction = _forward(X, *weights)
        error = prediction - Y
        losses[number] = (error**2).mean().item()
        dP = error * (2 / Y.numel())
        dZ = dP @ weights[2] * (1 - A * A)
        slopes = dZ.T @ X, dZ.sum(0), dP.T @ A, dP.sum(0)
        weights = [p - learning_rate * slope for p, slope in zip(weights, slopes, strict=True)]
    return dict(zip(drivers.KEYS, weights, strict=True)), losses


def _scratch_as_one_expression(X, Y, parameters, learning_rate, steps):
    p, losses = {k: v.clone() for k, v in parameters.items()}, []
    for _ in range(steps):
        hidden = torch.tanh(X @ p["W1"].T + p["b1"])
        error = hidden @ p["W2"].T + p["b2"] - Y
        losses += [error.pow(2).mean().item()]
        slopes = _network_as_columns(X, Y, **p)
        for key in p:
            p[key].sub_(learning_rate * slopes[key])
    return p, losses


def _scratch_mean_over_rows(X, Y, parameters, learning_rate, steps):
    return _scratch_as_one_expression(X, Y, parameters, learning_rate * 2, steps)


def _scratch_one_short(X, Y, parameters, learning_rate, steps):
    return _scratch_as_one_expression(X, Y, parameters, learning_rate, steps - 1)


def _scratch_losses_as_tensor(X, Y, parameters, learning_rate, steps):
    trained, losses = _scratch_as_one_expression(X, Y, parameters, learning_rate, steps)
    return trained, torch.tensor(losses)


def _scratch_aliased(X, Y, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        hidden = torch.tanh(X @ parameters["W1"].T + parameters["b1"])
        losses.append((hidden @ parameters["W2"].T + parameters["b2"] - Y).pow(2).mean().item())
        slopes = _network_as_columns(X, Y, **parameters)
        for key in parameters:
            parameters[key] -= learning_rate * slopes[key]
    return parameters, losses


mistakes = [
    mistake(
        _in_turn,
        "W2 is changed before the gradient of the first layer is worked out with it. First all four "
        "gradients, then all four steps.",
    ),
    mistake(
        _slopes_anew,
        "You work the gradients out anew after each weight that has changed. First all four gradients, at "
        "one place, then all four steps.",
    ),
    mistake(
        _overwrites,
        "Your code changes the parameters that it was given. `trained = parameters` is a second name for the caller's "
        "dict, `dict(parameters)` a new one with the caller's own tensors, and `-=` writes into those. Begin with a "
        "new dict of clones.",
    ),
    mistake(_uphill, "The loss rises: the step is minus learning rate times gradient."),
    mistake(
        lambda *a: _descent_of_network(*a, late=True),
        "The losses are those after each step. Take the loss first, then the step, so that the list "
        "begins with the loss of the starting parameters.",
    ),
    mistake(
        lambda *a: _descent_of_network(*a, stale=True),
        "Every step uses the gradients of the starting parameters. Work them out anew in each round.",
    ),
    mistake(
        lambda *a: _descent_of_network(*a)[::-1],
        "You return them the other way round: first the parameters, then the losses.",
    ),
    mistake(
        lambda X, Y, parameters, *settings: (
            parameters,
            _descent_of_network(X, Y, parameters, *settings)[1],
        ),
        "The losses are right, so your weights do learn, but what you return are the parameters of the start. "
        "Return the trained ones.",
    ),
    mistake(
        lambda X, Y, parameters, learning_rate, steps: _descent_of_network(
            X, Y, parameters, 0.1, steps
        ),
        "Your steps are right for a learning rate of 0.1 only. Use the one that is handed in as `learning_rate`.",
    ),
    mistake(
        _biases_stay,
        "Only W1 and W2 are trained. The biases b1 and b2 are parameters as well and take their steps.",
    ),
    mistake(
        _loss_without_tanh,
        "The weights are right; the losses are those of another network. In the forward pass for the loss the "
        "tanh is missing.",
    ),
    mistake(
        _one_loss_too_many,
        "One loss too many: there is one for each step, taken before it. Nobody asks for the loss after the last step.",
    ),
    mistake(
        _loss_over_rows,
        "The weights are right; the losses are divided by the number of rows only. The mean runs over all entries "
        "of Y, n rows times k columns.",
    ),
    mistake(
        _stops_when_it_rises,
        "You stop when the loss rises. It may rise now and then: take all `steps` steps, with one loss for each.",
    ),
    mistake(
        _scales_its_inputs,
        "You scale X before you train, so this is the network for another table. Take X as it is handed in.",
    ),
    mistake(
        _loss_summed,
        "The weights are right; the losses are sums of squared errors. The loss is their mean.",
    ),
    mistake(
        _scratch_one_short,
        "One step is missing: your loop goes round `steps - 1` times. `range(steps)` goes round `steps` times.",
    ),
    mistake(
        lambda *a: _descent_of_network(*a)[0],
        "You return the parameters alone. The list of losses is asked for, too: `return trained, losses`.",
    ),
    mistake(
        lambda *a: (_descent_of_network(*a)[0], _descent_of_network(*a)[1][-1]),
        "You return one loss. Collect the loss before each step in a list.",
    ),
]
alternatives = [
    _descent_of_network,
    _in_place_on_copies,
    _scratch_as_one_expression,
    _on_a_deep_copy,
    _weights_in_a_list,
]
also_wrong = [
    _scratch_mean_over_rows,
    _scratch_losses_as_tensor,
    _scratch_aliased,
]
hints = [
    "Begin with `trained = {key: p.clone() for key, p in parameters.items()}`, so that the caller's stay.",
    "In each round: the loss into the list (`.item()`), the four gradients, then the four steps.",
    "`two_layer_gradients(X, Y, **trained)` gives a dict with the same four keys: "
    "`trained[key] = trained[key] - learning_rate * gradients[key]`.",
]
