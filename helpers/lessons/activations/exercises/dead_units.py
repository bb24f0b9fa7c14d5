"""Count the ReLU units of a layer that give 0 for every row of X."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
RIGHT_OTHER = "right for other layers"
requirements = {"right for a small layer": 1, RIGHT_OTHER: 1}


def inputs(draw):
    X = torch.tensor([[1.0, 2.0], [3.0, 0.5], [2.0, 1.5]])
    W = torch.tensor([[1.0, -2.0], [-1.5, -0.5], [-2.0, 1.2], [-1.0, -0.3], [0.0, 0.0]])
    yield X, W, torch.tensor([0.3, 0.2, -0.396, 0.9, 0.0])
    X = torch.cat([X, torch.tensor([[9.0, 0.4]])])
    W = torch.tensor([[-1.0, -0.5], [-0.2, -1.0], [1.0, -0.5]])
    yield X, W, torch.tensor([-0.1, -0.3, -3.0])
    for units in (30, 50):
        X, W = draw.normal(7, 3), draw.normal(units, 3)
        b = draw.uniform(units, low=-5.0, high=2.0)
        yield case(X, W, b, requirement=RIGHT_OTHER)
    yield draw.normal(3, 2), draw.normal(8, 2), draw.uniform(8, low=-5.0, high=2.0)


def reference(X, W, b):
    return int((X @ W.T + b <= 0).all(dim=0).sum())


def _dead_units_by_relu(X, W, b):
    A = torch.relu(F.linear(X, W, b))
    return len(W) - int(torch.count_nonzero(A.amax(dim=0)))


def _dead_units_without_transpose(X, W, b):
    return int((X @ W + b <= 0).all(dim=0).sum())


def _dead_units_strictly_of_sums(X, W, b):
    return int((torch.relu(X @ W.T + b).sum() == 0).sum())


def _mostly_silent(X, W, b):
    silent = (X @ W.T + b <= 0).float()
    return int((silent.mean(dim=0) > 0.5).sum())


def _dead_units_by_mean(X, W, b):
    return int(((X @ W.T + b).mean(dim=0) < 0).sum())


def _unit_by_unit(X, W, b):
    count = 0
    for weights, bias in zip(W, b, strict=True):
        if not (X @ weights + bias > 0).any():
            count += 1
    return count


mistakes = [
    mistake(
        lambda X, W, b: int((X @ W.T + b <= 0).sum()),
        "That counts every single zero. A unit is dead if its whole column is zero: `.all(dim=0)`.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b <= 0).any(dim=0).sum()),
        "That counts units that are silent for at least one row. Dead means silent for all of them.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b <= 0).all(dim=1).sum()),
        "That counts rows for which all units are silent. Units are columns: `dim=0`.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b > 0).any(dim=0).sum()),
        "Those are the living units; the others are asked for.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T <= 0).all(dim=0).sum()),
        "The bias is missing: it is mostly the bias that kills a unit.",
    ),
    mistake(
        lambda X, W, b: int((torch.relu(X @ W.T + b).mean(dim=0) < 0.05).sum()),
        "A small mean is not dead yet: one row that wakes the unit is enough for a gradient.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b < 0).all(dim=0).sum()),
        "A unit whose z is exactly 0 gives 0 as well: `<=` instead of `<`.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b == 0).all(dim=0).sum()),
        "You look for a z that is exactly 0. A negative z is silent as well: the ReLU makes 0 of it.",
    ),
    mistake(
        lambda X, W, b: int(((X @ W.T + b).sum(dim=0) <= 0).sum()),
        "You added up z over the rows, before any ReLU. The sum can be negative although one row wakes the unit.",
    ),
    mistake(
        _dead_units_by_mean,
        "You took the mean of z over the rows. It can be negative although one row wakes the unit: look at each row.",
    ),
    mistake(
        lambda X, W, b: int((X[0] @ W.T + b <= 0).sum()),
        "You look at the first row only. A unit that is silent there may wake for another row.",
    ),
    mistake(
        lambda X, W, b: int((torch.relu(X @ W.T + b) < 0.01).all(dim=0).sum()),
        "A small answer is not 0: a unit that gives 0.004 for one row still has a gradient there.",
    ),
    mistake(
        _mostly_silent,
        "You count units that are silent for more than half of the rows. Dead means silent for all of them.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b <= 0).all(dim=0).float().mean().item(),
        "That is the share of dead units. Their number is asked for.",
    ),
    mistake(
        lambda X, W, b: int((W @ X.T + b <= 0).all(dim=1).sum()),
        "b has one entry for each unit, and its entries do not meet the units there. In X Wᵀ the units are columns, "
        "and b fits as it is; in W Xᵀ they are rows, and b would have to be a column.",
    ),
    mistake(
        _dead_units_without_transpose,
        "W has a row for each unit, so X @ W does not fit. Look at the shapes: (n, d) and (units, d).",
    ),
    mistake(
        lambda X, W, b: int((b < 0).sum()),
        "A negative bias alone kills no unit: the weights and the rows decide, too. Compute z for each row.",
    ),
    mistake(
        lambda X, W, b: int((X @ W.T + b > 0).all(dim=0).sum()),
        "Those are the units that answer to every row. Dead ones answer to none.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b <= 0).all(dim=0),
        "That says True or False for each unit. Asked for is how many are True, as an `int`.",
    ),
    mistake(
        lambda X, W, b: (X @ W.T + b <= 0).sum(dim=0),
        "That says for each unit on how many rows it is silent. Count the units that are silent on all of them.",
    ),
]
alternatives = [
    lambda X, W, b: (torch.relu(X @ W.T + b).sum(dim=0) == 0).sum().item(),
    lambda X, W, b: int(((X @ W.T + b).amax(dim=0) <= 0).sum()),
    lambda X, W, b: sum(1 for unit in (X @ W.T + b).T if bool((unit <= 0).all())),
    _dead_units_by_relu,
    _unit_by_unit,
    lambda X, W, b: len(W) - int((torch.addmm(b, X, W.T) > 0).any(dim=0).sum()),
    lambda X, W, b: torch.count_nonzero(torch.relu(W @ X.T + b[:, None]), dim=1).eq(0).sum().item(),
]
also_wrong = [
    _dead_units_strictly_of_sums,
    lambda X, W, b: (X @ W.T + b <= 0).all(dim=0).sum(),
    lambda X, W, b: float((X @ W.T + b <= 0).all(dim=0).sum()),
]
hints = [
    "Z = X @ W.T + b has a row for each row of X and a column for each unit.",
    "`(Z <= 0).all(dim=0)` is True for each unit that never lets anything through.",
    "Summing booleans counts the True ones; `int(...)` makes a Python number of it.",
]
