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
    for k, move in enumerate(_moves_of_rows(x, step)):
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


def _in_float32_and_back(f, x, step):
    return _numerical_by_stacking(f, x.float(), step).double()


def _the_same_memory(f, x, step):
    up = down = x.view(-1)
    slopes = torch.zeros_like(x)
    for k in range(x.numel()):
        up[k] += step
        down[k] -= step
        slopes.view(-1)[k] = (f(up.view(x.shape)) - f(down.view(x.shape))) / (2 * step)
    return slopes


def _one_pair_of_copies(f, x, step):
    slopes, up, down = torch.zeros_like(x), x.clone(), x.clone()
    for k in range(x.numel()):
        up.view(-1)[k] += step
        down.view(-1)[k] -= step
        slopes.view(-1)[k] = (f(up) - f(down)) / (2 * step)
    return slopes


def _step_by_size(f, x, step):
    slopes = torch.zeros_like(x)
    for k, h in enumerate((step * x.reshape(-1).abs()).tolist()):
        move = torch.zeros(x.numel(), dtype=x.dtype)
        move[k] = h
        move = move.reshape(x.shape)
        slopes.view(-1)[k] = (f(x + move) - f(x - move)) / (2 * h)
    return slopes


def _one_for_each_row(f, x, step):
    slopes = [(f(x + move) - f(x - move)) / (2 * step) for move in _moves_of_rows(x, step)]
    return torch.stack(slopes)


def _moves_of_rows(x, step):
    for k in range(len(x)):
        move = torch.zeros_like(x)
        move[k] = step
        yield move


def _numerical_with_mask(f, x, step):
    number, slopes = torch.arange(x.numel()).reshape(x.shape), torch.zeros_like(x)
    for k in range(x.numel()):
        here = number == k
        rise = f(torch.where(here, x + step, x)) - f(torch.where(here, x - step, x))
        slopes = slopes + here * (rise / (2 * step))
    return slopes


def _numerical_in_floats(f, x, step):
    flat = x.flatten().tolist()

    def at(k, h):
        moved = [value + h * (place == k) for place, value in enumerate(flat)]
        return float(f(torch.tensor(moved, dtype=x.dtype).reshape(x.shape)))

    slopes = [(at(k, step) - at(k, -step)) / (2 * step) for k in range(len(flat))]
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


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
        "Your answer does not hang on `step`: is it a step of your own, or autograd? Take central differences with the "
        "step that is handed in.",
    ),
    mistake(
        lambda f, x, step: f(x + step) - f(x - step),
        "One number for all entries? Each entry of x is moved alone and gets a slope of its own.",
    ),
    mistake(
        _the_same_memory,
        "The gradient is 0 everywhere: the x moved up and the x moved down are one and the same. `=`, `view(-1)` and "
        "`reshape(-1)` copy nothing; `clone()` does, once for each of the two.",
    ),
    mistake(
        _one_pair_of_copies,
        "The first slope is right; after it the entries that had their turn stay moved, up in one copy, down in the "
        "other. Make a fresh pair of copies for each entry.",
    ),
    mistake(
        _in_float32_and_back,
        "You work in float32, in which a small step drowns in rounding. Keep x in its own dtype, float64.",
    ),
    mistake(
        _step_by_size,
        "Your step is longer where the entry of x is larger. Each entry moves by `step` itself.",
    ),
    mistake(
        _one_for_each_row,
        "For a table you move a whole row at once and give one number for it. Each entry of each row is moved alone, "
        "and the answer has the shape of x.",
    ),
    mistake(
        lambda f, x, step: reference(lambda flat: f(flat), x.flatten(), step).reshape(x.shape),
        "You hand f a flat row of numbers where x is a table, and not every f can do with that. Give it the shape of "
        "x before each call.",
    ),
    mistake(
        _numerical_backward_difference,
        "You compare f(x) with f(x − h), so you look to one side only. Look to both: (f(x + h) − f(x − h)) / 2h.",
    ),
    mistake(
        lambda f, x, step: _entry_by_entry(f, x, step, lambda up, here, down, h: up - down),
        "That is the rise alone. The slope is rise over run: divide by the length of the way.",
    ),
    mistake(
        lambda f, x, step: _entry_by_entry(
            f, x, step, lambda up, here, down, h: (up - down) / 2 * h
        ),
        "`/ 2 * step` divides by 2 and multiplies with the step. To divide by both write `/ (2 * step)`.",
    ),
]
alternatives = [
    _entry_by_entry,
    _with_memory,
    _numerical_by_stacking,
    _numerical_with_numpy_positions,
    _numerical_with_mask,
    _numerical_in_floats,
]
also_wrong = [
    _numerical_with_own_step,
    _numerical_in_float32,
    lambda f, x, step: torch.autograd.functional.jacobian(f, x),
]
hints = [
    "Work on a copy: `moved = x.clone()`. Change one entry of it, call `f(moved)`.",
    "For one entry: the value with `+ step`, minus the value with `- step`, divided by `2 * step`.",
    "`x.clone().view(-1)` is the same memory as one long row, so `[k]` reaches any entry of any shape; "
    "collect the slopes in `torch.zeros_like(x)`.",
]
