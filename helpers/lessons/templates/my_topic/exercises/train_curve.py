"""Train a network that follows a bent curve."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import TrainingExercise, case, mistake
from helpers.lessons.my_topic import drivers


def _network():
    return nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))


def _trained(model, x, y, steps=300, loss=F.mse_loss):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
    return model


def _broadcasting(output, target):
    return (output - target[:, 0]).square().mean()


# A training. The driver hands the learner's function its data and returns predictions for inputs that were held out;
# the judge alone knows the targets of those. The bar has to leave room: the reference far above, a line far below.
kind = TrainingExercise
FOLLOWS, ANOTHER = "follows the curve", "follows another curve"
requirements = {FOLLOWS: 2, ANOTHER: 1}
driver = drivers.predictions
score_name = "share of the spread that the model explains (R²)"
at_least = 0.85
seconds = 5


def score(predictions, targets):
    rest = (predictions - targets).square().mean()
    return 1 - (rest / targets.var()).item()


def inputs(draw):
    for requirement in (FOLLOWS, ANOTHER):
        x = draw.uniform(120, 1, low=-2, high=2)
        size, start = draw.number(0.8, 1.6), draw.number(0, 6.28)
        y = size * torch.sin(2 * x + start) + draw.normal(120, 1, std=0.05)
        yield case(x[:80], y[:80], x[80:], held_out_target=y[80:], requirement=requirement)


def reference(x, y):
    return _trained(_network(), x, y)


def _with_sgd(x, y):
    model = _network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(400):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
    return model


def _deeper(x, y):
    layers = [nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1)]
    return _trained(nn.Sequential(*layers), x, y)


mistakes = [
    mistake(
        lambda x, y: _trained(nn.Linear(1, 1), x, y),
        "A single linear layer draws a straight line. Put an activation between two layers.",
    ),
    mistake(
        lambda x, y: _network(),
        "The network is as it was made: no step was taken.",
    ),
    mistake(
        lambda x, y: _trained(_network(), x, y, loss=_broadcasting),
        "The network says the same everywhere. Output (n, 1) minus target (n,) is (n, n).",
    ),
]
alternatives = [_with_sgd, _deeper]
also_wrong = [
    lambda x, y: _trained(_network(), x, y, steps=2),
    lambda x, y: _trained(_network(), x, torch.zeros_like(y)),
]
hints = [
    "One hidden layer of 32 units with `nn.Tanh()` is enough.",
    "Adam with a learning rate of 0.03 and 300 steps on all rows at once.",
]
