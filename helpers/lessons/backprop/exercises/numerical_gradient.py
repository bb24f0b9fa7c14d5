"""Return the gradient of f at x, entry by entry, by central differences."""

import numpy as np
import torch

from helpers.checks.exercise import FunctionExercise, case, mistake, recipe
from helpers.lessons.backprop import drivers

kind = FunctionExercise
RIGHT_TABLE = "right for a table"
requirements = {"right for a vector": 1, RIGHT_TABLE: 1}


def inputs(draw):
    yield (
        recipe(drivers.cubic_bowl, tilt=0.5),
        torch.tensor([1.5, -0.5], dtype=torch.float64),
        0.1,
    )
    yield recipe(drivers.cubic_bowl, tilt=-0.7), draw.normal(5).double(), 0.01
    yield recipe(drivers.cubic_bowl, tilt=0.2), draw.normal(4).double(), 1e-5
    rows, wide = recipe(drivers.bowl_of_rows, tilt=0.4), draw.normal(2, 3).double()
    yield case(rows, wide, 0.01, requirement=RIGHT_TABLE)
    yield case(
        recipe(drivers.cubic_bowl, tilt=0.3),
        draw.normal(3, 2).double(),
        draw.number(0.1, 0.3),
        requirement=RIGHT_TABLE,
    )


def reference(f, x, step):
    flat = x.reshape(-1)
    moves = step * torch.eye(flat.numel(), dtype=x.dtype)
    up = [f((flat + move).reshape(x.shape)) for move in moves]
    down = [f((flat - move).reshape(x.shape)) for move in moves]
    return ((torch.stack(up) - torch.stack(down)) / (2 * step)).reshape(x.shape)


def _entry_by_entry(f, x, step, difference=lambda up, here, down, h: (up - down) / (2 * h)):
    slopes = torch.zeros_like(x)
    for k in range(x.numel()):
        up, down = x.clone(), x.clone()
        up.view(-1)[k] += step
        down.view(-1)[k] -= step
        slopes.view(-1)[k] = difference(f(up), f(x), f(down), step)
    return slopes


def _all_at_once(f, x, step):
    return torch.full_like(x, ((f(x + step) - f(x - step)) / (2 * step)).item())


def _with_memory(f, x, step):
    x, slopes = x.clone(), torch.empty_like(x)
    flat = x.view(-1)
    for k, middle in enumerate(flat.tolist()):
        flat[k] = middle + step
        above = f(x)
        flat[k] = middle - step
        slopes.view(-1)[k] = (above - f(x)) / step / 2
        flat[k] = middle
    return slopes


def _wandering(f, x, step):
    return _wandering_in_place(f, x.clone(), step)


def _row_by_row(f, x, step):
    slopes = torch.zeros_like(x)
    for k in range(len(x)):
        move = torch.zeros_like(x)
        move[k] = step
        slopes[k] = (f(x + move) - f(x - move)) / (2 * step)
    return slopes


def _wandering_in_place(f, x, step):
    slopes = torch.zeros_like(x)
    for k in range(x.numel()):
        x.view(-1)[k] += step
        above = f(x)
        x.view(-1)[k] -= 2 * step
        slopes.view(-1)[k] = (above - f(x)) / (2 * step)
    return slopes


def _numerical_by_stacking(f, x, step):
    moves = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape) * step
    return torch.stack([(f(x + m) - f(x - m)) / (2 * step) for m in moves]).reshape(x.shape)


def _numerical_with_numpy_positions(f, x, step):
    slopes = torch.empty_like(x)
    for place in np.ndindex(*x.shape):
        x_up, x_down = x.clone(), x.clone()
        x_up[place] += step
        x_down[place] -= step
        slopes[place] = (f(x_up) - f(x_down)).item() / (2 * step)
    return slopes


def _numerical_with_own_step(f, x, step):
    return _numerical_by_stacking(f, x, 1e-5)


def _numerical_in_float32(f, x, step):
    return _numerical_by_stacking(f, x, step).float()


def _numerical_first_row_only(f, x, step):
    slopes = torch.zeros_like(x)
    for k in range(len(x)):
        move = torch.zeros_like(x)
        move[k] = step
        slopes[k] = (f(x + move) - f(x - move)) / (2 * step)
    return slopes


def _numerical_backward_difference(f, x, step):
    here = f(x)
    moves = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape) * step
    return torch.stack([(here - f(x - m)) / step for m in moves]).reshape(x.shape)


mistakes = [
    mistake(
        lambda f, x, step: _entry_by_entry(f, x, step, lambda up, here, down, h: (up - here) / h),
        "That is the difference to one side only. Look to both sides: (f(x + h) − f(x − h)) / 2h.",
    ),
    mistake(
        lambda f, x, step: _entry_by_entry(f, x, step, lambda up, here, down, h: (up - down) / h),
        "From x − h to x + h the way is 2h long: divide by 2h.",
    ),
    mistake(
        lambda f, x, step: _entry_by_entry(
            f, x, step, lambda up, here, down, h: (down - up) / (2 * h)
        ),
        "The sign is wrong: the value at x + h comes first, then minus the value at x − h.",
    ),
    mistake(
        _all_at_once,
        "You moved all entries at once. Each entry of the gradient comes from moving one entry alone.",
    ),
    mistake(
        _wandering,
        "After its turn an entry has to go back to its old value, before the next one moves.",
    ),
    mistake(
        _wandering_in_place,
        "After its turn an entry has to go back to its old value, before the next one moves. Best work on "
        "a copy, `x.clone()`: the x of whoever calls has to stay as it was.",
    ),
    mistake(
        _row_by_row,
        "For a table you move a whole row at once. Each entry of each row is moved alone.",
    ),
    mistake(
        lambda f, x, step: _entry_by_entry(f, x, 1e-5),
        "You use a step of your own. Take the one that is handed in as `step`.",
    ),
    mistake(
        lambda f, x, step: f(x + step) - f(x - step),
        "One number for all entries? Each entry of x is moved alone and gets a slope of its own.",
    ),
]
alternatives = [
    _entry_by_entry,
    _with_memory,
    _numerical_by_stacking,
    _numerical_with_numpy_positions,
]
also_wrong = [
    lambda f, x, step: reference(lambda flat: f(flat), x.flatten(), step).reshape(x.shape),
    _numerical_with_own_step,
    _numerical_in_float32,
    _numerical_first_row_only,
    _numerical_backward_difference,
    lambda f, x, step: torch.autograd.functional.jacobian(f, x),
]
hints = [
    "Work on a copy: `moved = x.clone()`. Change one entry of it, call `f(moved)`.",
    "For one entry: the value with `+ step`, minus the value with `- step`, divided by `2 * step`.",
    "`x.clone().view(-1)` is the same memory as one long row, so `[k]` reaches any entry of any shape; "
    "collect the slopes in `torch.zeros_like(x)`.",
]
