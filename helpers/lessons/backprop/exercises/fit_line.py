"""Mend the program that fits a line: it stops with an error, and behind that waits a second bug."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import RepairExercise, case, mistake

kind = RepairExercise
OTHER_DATA = "other data and settings"
requirements = {"a few steps": 1, OTHER_DATA: 1}


def inputs(draw):
    x, y = torch.tensor([1.0, 2.0, -1.0]), torch.tensor([2.5, 4.0, -1.0])
    yield x, y, 0.1, 1
    yield x, y, 0.1, 3
    for n in (4, 9):
        yield case(
            draw.normal(n, mean=1.0),
            draw.normal(n, mean=-2.0),
            draw.number(0.05, 0.2),
            draw.integer(4, 12),
            requirement=OTHER_DATA,
        )
    yield draw.normal(3, mean=1.0), draw.normal(3, mean=-2.0), draw.number(0.05, 0.2), 3


def reference(x, y, learning_rate, steps):
    w = torch.zeros((), requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    for _ in range(steps):
        slopes = torch.autograd.grad((w * x + b - y).square().mean(), (w, b))
        with torch.no_grad():
            w -= learning_rate * slopes[0]
            b -= learning_rate * slopes[1]
    return w.item(), b.item()


def broken(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
    return w.item(), b.item()


def _piles_up(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
    return w.item(), b.item()


def _records_nothing(x, y, learning_rate, steps):
    ((torch.tensor(0.0) * x - y) ** 2).mean().backward()


def _clears_too_early(x, y, learning_rate, steps):
    return 0.0, 0.0


def _clears_half(x, y, learning_rate, steps, forgets_w=False):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x + b - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        (b if forgets_w else w).grad = None
    return w.item(), b.item()


def _rebinds_unrecorded(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x + b - y) ** 2).mean().backward()
        with torch.no_grad():
            w = w - learning_rate * w.grad
            b = b - learning_rate * b.grad
    return w.item(), b.item()


def _with_slope_of_w_for_both(x, y, learning_rate, steps):
    w = b = 0.0
    for _ in range(steps):
        dw = (2 * (w * x + b - y) * x).mean().item()
        w, b = w - learning_rate * dw, b - learning_rate * dw
    return w, b


def _slopes_of_the_start(x, y, learning_rate, steps):
    return _fit_line_in_floats(x, y, learning_rate * steps, 1)


def _rebinds(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        loss.backward()
        w = w - learning_rate * w.grad
        b = b - learning_rate * b.grad
    return w.item(), b.item()


def _with_zero(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x + b - y) ** 2).mean().backward()
        with torch.no_grad():
            for p in (w, b):
                p -= learning_rate * p.grad
                p.grad.zero_()
    return w.item(), b.item()


def _with_torchs_sgd(x, y, learning_rate, steps):
    line = [torch.tensor(0.0, requires_grad=True) for _ in range(2)]
    optimizer = torch.optim.SGD(line, learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        ((line[0] * x + line[1] - y) ** 2).mean().backward()
        optimizer.step()
    return line[0].item(), line[1].item()


def _new_leaves(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x + b - y) ** 2).mean().backward()
        w = (w - learning_rate * w.grad).detach().requires_grad_()
        b = (b - learning_rate * b.grad).detach().requires_grad_()
    return w.item(), b.item()


def _fit_line_with_optimizer_style(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        w.grad, b.grad = None, None
        F.mse_loss(w * x + b, y).backward()
        w.data -= learning_rate * w.grad
        b.data.sub_(learning_rate * b.grad)
    return float(w), float(b)


def _fit_line_in_floats(x, y, learning_rate, steps):
    w = b = 0.0
    for _ in range(steps):
        error = w * x + b - y
        dw, db = (2 * error * x).mean().item(), (2 * error).mean().item()
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b


def _line_only_w(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
        w.grad = None
    return w.item(), 0.0


def _line_solved(x, y, learning_rate, steps):
    A = torch.stack([x, torch.ones_like(x)], 1)
    w, b = torch.linalg.lstsq(A, y[:, None]).solution[:, 0]
    return w.item(), b.item()


def _line_as_tensors(x, y, learning_rate, steps):
    return torch.tensor(_fit_line_in_floats(x, y, learning_rate, steps))


def _line_in_turn(x, y, learning_rate, steps):
    w = b = 0.0
    for _ in range(steps):
        w -= learning_rate * (2 * (w * x + b - y) * x).mean().item()
        b -= learning_rate * (2 * (w * x + b - y)).mean().item()
    return w, b


mistakes = [
    mistake(
        _piles_up,
        "The error is gone, the second bug is not: `backward()` adds to the gradients of the steps before. "
        "Clear them once in each round.",
    ),
    mistake(
        broken,
        "The update still changes a leaf in place while autograd records. Put it under "
        "`with torch.no_grad():`.",
    ),
    mistake(
        _records_nothing,
        "`backward()` finds no graph: w and b no longer ask for gradients, or the loss is made where nothing is "
        "recorded. Keep `requires_grad=True`, and put the update alone under `with torch.no_grad():`.",
    ),
    mistake(
        _clears_too_early,
        "w and b stay at 0: the gradients are cleared after `backward()` and before they are used.",
    ),
    mistake(
        _clears_half,
        "The gradient of w is cleared, that of b still piles up. Both need it.",
    ),
    mistake(
        lambda *a: _clears_half(*a, forgets_w=True),
        "The gradient of b is cleared, that of w still piles up. Both need it.",
    ),
    mistake(
        _rebinds_unrecorded,
        "One step works, the next has no graph: under `no_grad`, `w = w - …` makes a new tensor that does not ask "
        "for gradients. Change w itself: `w -= …`.",
    ),
    mistake(
        lambda x, y, learning_rate, steps: _fit_line_in_floats(x, y, -learning_rate, steps),
        "You walk uphill: the step is minus learning rate times gradient.",
    ),
    mistake(
        _with_slope_of_w_for_both,
        "b is moved by w's gradient. Each of the two goes by its own: look at the update of b.",
    ),
    mistake(
        _line_in_turn,
        "w is changed before the slope of b is worked out with it. First both slopes, at one place, then both steps.",
    ),
    mistake(
        _slopes_of_the_start,
        "Every step uses the slopes of the start. The forward pass belongs inside the loop: w and b have moved, so "
        "the loss and its slopes are others.",
    ),
    mistake(
        lambda x, y, learning_rate, steps: _fit_line_in_floats(x, y, learning_rate, 1),
        "Your answer is that after one step, however many are asked for. Does `return` stand inside the loop?",
    ),
    mistake(
        _line_solved,
        "That is the best line of all. Asked for is where `steps` steps of descent from 0 and 0 lead.",
    ),
    mistake(
        _line_only_w,
        "b stays at 0. It takes its steps like w.",
    ),
    mistake(
        _rebinds,
        "`w = w - …` makes a new tensor that is no leaf, so from the second round on its `.grad` is None. "
        "Change w itself, `w -= …`, under `with torch.no_grad():`.",
    ),
]
alternatives = [
    _with_zero,
    _with_torchs_sgd,
    _new_leaves,
    _fit_line_with_optimizer_style,
    _fit_line_in_floats,
]
also_wrong = [
    _line_as_tensors,
    lambda x, y, rate, steps: (0.0, 0.0),
]
hints = [
    "Read the error: which tensor may not be changed in place, and when?",
    "An update is no part of the computation that is differentiated: `with torch.no_grad():`.",
    "When the error is gone, print `w.grad` in each round. What does `backward()` do with what is there?",
]
