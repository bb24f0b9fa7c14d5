"""Let a perceptron learn from one sample: return its new weights and bias."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.linear_layers.exercises._common import _step

MISSED, ALARM = "a sample that should fire and did not", "a sample that fired and should not"

RIGHT = "nothing changes after a right answer"


def _step_in_place(x, y, w, b):
    error = y - (x @ w + b > 0).float()
    return w.add_(error * x), b.add_(error)


def _fired(x, w, b):
    return (x @ w + b > 0).float()


kind = FunctionExercise
requirements = {MISSED: 1, ALARM: 1, RIGHT: 1}


def inputs(draw):
    x, w = torch.tensor([2.0, -3.0]), torch.tensor([0.5, 1.5])
    zero, one = torch.tensor(0.0), torch.tensor(1.0)
    yield case(x, one, w, torch.tensor(0.25), requirement=MISSED)
    yield case(-x, zero, w, torch.tensor(0.25), requirement=ALARM)
    yield case(x, zero, w, torch.tensor(0.25), requirement=RIGHT)
    yield case(-x, one, w, torch.tensor(0.25), requirement=RIGHT)
    # Only the bias decides, and at the start everything is 0.
    x, w = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.5])
    yield case(x, one, w, torch.tensor(-3.0), requirement=MISSED)
    yield case(-x, zero, w, torch.tensor(3.0), requirement=ALARM)
    yield case(x, one, torch.zeros(2), torch.tensor(0.0), requirement=MISSED)
    yield case(x, zero, torch.zeros(2), torch.tensor(0.0), requirement=RIGHT)
    for wanted in (1.0, 0.0, 1.0):
        x, w = draw.normal(4), draw.normal(4)
        b = draw.normal(1).squeeze()
        fired = (x @ w + b > 0).float()
        if fired != wanted:
            w, b, fired = -w, -b, 1 - fired
        yield case(x, 1 - fired, w, b, requirement=ALARM if fired else MISSED)
        yield case(x, fired, w, b, requirement=RIGHT)


reference = _step

mistakes = [
    mistake(
        lambda x, y, w, b: (w - (y - (x @ w + b > 0).float()) * x, b - y + (x @ w + b > 0)),
        "Your step goes the wrong way: after a miss the weighted sum must grow, so x is added. The error is "
        "y − ŷ.",
    ),
    mistake(
        lambda x, y, w, b: (w + (y - (x @ w + b > 0).float()) * x, b.clone()),
        "The weights learn, the bias does not. It moves by the same error, as a weight whose input is always 1. "
        "Compute that error once, before the weights change.",
    ),
    mistake(
        lambda x, y, w, b: (w + y * x, b + y),
        "You add y·x, whatever the perceptron answered. It learns from its error, y − ŷ, which is 0 after a "
        "right answer and −1 after a false alarm.",
    ),
    mistake(
        lambda x, y, w, b: (w + (y - (x @ w + b)) * x, b + (y - (x @ w + b))),
        "Your error is y − z. The perceptron compares y with its decision ŷ, which is 0 or 1.",
    ),
    mistake(
        lambda x, y, w, b: (w + (y - (x @ w + b > 0).float()), b + y - (x @ w + b > 0).float()),
        "Each weight moves by the error times its own input: `error * x`, not the error alone.",
    ),
    mistake(
        lambda x, y, w, b: (w + (y - (x @ w > 0).float()) * x, b + y - (x @ w > 0).float()),
        "You decide without the bias. The perceptron fires when `x @ w + b` is above 0.",
    ),
    mistake(
        lambda x, y, w, b: (
            w + (y - (x @ w + b >= 0).float()) * x,
            b + y - (x @ w + b >= 0).float(),
        ),
        "A weighted sum of exactly 0 does not fire: `>` and not `>=`. At the start all sums are 0.",
    ),
    mistake(
        lambda x, y, w, b: (w + x, b + 1) if (x @ w + b > 0) != y else (w, b),
        "You add x after every mistake. After a false alarm the sum was too large, so x and 1 are subtracted: the "
        "error y − ŷ is −1 there.",
    ),
    mistake(
        lambda x, y, w, b: (w + x, b + 1) if y == 1 and x @ w + b <= 0 else (w, b),
        "You learn from a miss alone. A false alarm is a mistake too: there the error is −1, and everything shrinks.",
    ),
    mistake(
        lambda x, y, w, b: (w + (2 * y - 1) * x, b + (2 * y - 1)),
        "You correct after a right answer too. Ask first what the perceptron answers: when ŷ is y, nothing changes.",
    ),
    mistake(
        lambda x, y, w, b: (w + 0.1 * (y - _fired(x, w, b)) * x, b + 0.1 * (y - _fired(x, w, b))),
        "Your steps are too small by a factor of 10. Here the learning rate is 1: w moves by x itself, b by 1.",
    ),
    mistake(
        lambda x, y, w, b: (
            w + (y - _fired(x, w, b)) * x,
            b + (y - _fired(x, w, b)) * x.sum(),
        ),
        "Your bias moves by the inputs. It is a weight whose input is always 1, so it moves by the error alone.",
    ),
    mistake(
        lambda x, y, w, b: ((y - _fired(x, w, b)) * x, y - _fired(x, w, b)),
        "You return the step alone. Add it to what `w` and `b` were.",
    ),
    mistake(
        lambda x, y, w, b: (b + (y - _fired(x, w, b)), w + (y - _fired(x, w, b)) * x),
        "The pair stands in the wrong order: first the weights, then the bias.",
    ),
    mistake(
        lambda x, y, w, b: w + (y - _fired(x, w, b)) * x,
        "You return the weights alone. The bias is asked for too: `return w, b`.",
    ),
    mistake(
        _step_in_place,
        "The new values are right, but your step changed the caller's `w` and `b`. Make new tensors, "
        "`w = w + ...`; `w += ...` and `w.add_(...)` write into the old ones.",
    ),
]


def _by_cases(x, y, w, b):
    answer = 1.0 if torch.dot(w, x).item() + b.item() > 0 else 0.0
    if answer == y:
        return w.clone(), b.clone()
    return (w + x, b + 1) if y == 1 else (w - x, b - 1)


def _one_vector(x, y, w, b):
    long_x, long_w = torch.cat([x, torch.ones(1)]), torch.cat([w, b.reshape(1)])
    long_w = long_w + (y - (long_x @ long_w > 0).float()) * long_x
    return long_w[:-1], long_w[-1]


def _in_copies(x, y, w, b):
    w, b = w.clone(), b.clone()
    prediction = 1.0 if (w * x).sum() + b > 0 else 0.0
    w += (y - prediction) * x
    b += y - prediction
    return w, b


alternatives = [
    _by_cases,
    _one_vector,
    _in_copies,
    lambda x, y, w, b: [
        w + x.mul(y - torch.heaviside(x @ w + b, torch.tensor(0.0))),
        b + y - torch.heaviside(x @ w + b, torch.tensor(0.0)),
    ],
    lambda x, y, w, b: (
        (w, b) if (w @ x + b > 0) == bool(y) else (w + (2 * y - 1) * x, b + 2 * y - 1)
    ),
]
also_wrong = [
    lambda x, y, w, b: (w + 0.1 * (y - (x @ w + b > 0).float()) * x, b),
    lambda x, y, w, b: (w + (y - (x @ w > 0).float()) * x, b + (y - (x @ w > 0).float())),
    lambda x, y, w, b: (w, b),
    lambda x, y, w, b: (b + (y - (x @ w + b > 0).float()), w),
]
hints = [
    "First the answer ŷ of the perceptron, as in `fires`, but for one sample.",
    "The error is `y - y_hat`: 1 after a miss, −1 after a false alarm, 0 otherwise.",
    "`return w + error * x, b + error`",
]
