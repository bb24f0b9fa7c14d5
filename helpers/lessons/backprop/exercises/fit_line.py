"""Mend the program that fits a line: it stops with an error, and behind that waits a second bug."""

import torch
import torch.nn.functional as F

from helpers.checks.exercise import RepairExercise, case, mistake

kind = RepairExercise
OTHER_DATA = "other data and settings"
requirements = {"a few steps": 1, OTHER_DATA: 1}


def inputs(draw):
    yield torch.tensor([1.0, 2.0, -1.0]), torch.tensor([2.5, 4.0, -1.0]), 0.1, 3
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


def _clears_half(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x + b - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = None
    return w.item(), b.item()


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
        "w and b no longer ask for gradients, so `backward()` finds no graph. Keep `requires_grad=True`; it "
        "is the update that belongs under `with torch.no_grad():`.",
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
        _rebinds,
        "`w = w - …` makes a new tensor that is no leaf, so from the second round on its `.grad` is None. "
        "Change w itself, `w -= …`, under `with torch.no_grad():`.",
    ),
]
alternatives = [
    _with_zero,
    _new_leaves,
    _fit_line_with_optimizer_style,
    _fit_line_in_floats,
]
also_wrong = [
    _line_only_w,
    _line_solved,
    _line_as_tensors,
    _line_in_turn,
    lambda x, y, rate, steps: (0.0, 0.0),
]
hints = [
    "Read the error: which tensor may not be changed in place, and when?",
    "An update is no part of the computation that is differentiated: `with torch.no_grad():`.",
    "When the error is gone, print `w.grad` in each round. What does `backward()` do with what is there?",
]
