"""Standardise the columns of three tables with the means and standard deviations of the first."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.training_loops.exercises._common import _kind_std


def _scaled(parts, mean, std):
    return tuple((part - mean) / std for part in parts)


kind = FunctionExercise
CONSTANT_COLUMN = "a constant column stays finite"
requirements = {"training rows alone set the scale": 1, CONSTANT_COLUMN: 1}


def inputs(draw):
    yield (
        torch.tensor([[1.0, 20.0], [2.0, 60.0], [6.0, 10.0]]),
        torch.tensor([[4.0, 35.0], [9.0, 80.0]]),
        torch.tensor([[0.5, 15.0]]),
    )
    yield (
        draw.normal(7, 3, mean=4, std=0.3),
        draw.normal(4, 3, mean=6, std=0.2),
        draw.normal(5, 3, mean=1, std=0.5),
    )
    yield case(
        torch.tensor([[7.0, 1.0], [7.0, 3.0], [7.0, 8.0]]),
        torch.tensor([[7.0, 2.0], [9.0, 5.0]]),
        torch.tensor([[4.0, 4.0]]),
        requirement=CONSTANT_COLUMN,
    )
    narrow = draw.normal(5, 2, mean=2) * torch.tensor([4e-4, 1.0])
    narrow[4, 1] = narrow[0, 1]  # first and last row agree
    yield narrow, narrow[:2] + 1e-4, narrow[1:3]
    train = draw.normal(5, 3, mean=2)
    train[:, 1] = 3.0
    yield case(train, draw.normal(3, 3, mean=2), draw.normal(2, 3), requirement=CONSTANT_COLUMN)


def reference(train, validation, test):
    return _scaled((train, validation, test), train.mean(dim=0), _kind_std(train))


def _in_place(train, validation, test):
    mean, std = train.mean(dim=0), train.std(dim=0)
    std[std == 0] = 1
    return (train - mean) / std, (validation - mean) / std, (test - mean) / std


def _by_masked_fill(train, validation, test):
    centre = torch.stack([column.sum() / len(column) for column in train.T])
    spread = ((train - centre).square().sum(0) / (len(train) - 1)).sqrt()
    spread = spread.masked_fill(spread == 0, 1.0)
    return [table.sub(centre).div(spread) for table in (train, validation, test)]


def _without_nan(train, validation, test):
    scaled = _scaled((train, validation, test), train.mean(0), train.std(0))
    return tuple(table.nan_to_num() for table in scaled)


def _flattened(train, validation, test):
    std = train.std(0)
    scaled = _scaled((train, validation, test), train.mean(0), _kind_std(train))
    return tuple(torch.where(std == 0, 0.0, table) for table in scaled)


def _to_the_unit_interval(train, validation, test):
    low, span = train.amin(0), train.amax(0) - train.amin(0)
    return _scaled((train, validation, test), low, torch.where(span == 0, 1.0, span))


def _none_where_one_is_constant(train, validation, test):
    std = train.std(0)
    std = torch.ones_like(std) if (std == 0).any() else std
    return _scaled((train, validation, test), train.mean(0), std)


def _by_row(train, validation, test):
    return tuple(
        ((table.T - table.mean(1)) / _kind_std(table.T)).T for table in (train, validation, test)
    )


def _constant_not_shifted(train, validation, test):
    mean = torch.where(train.std(0) == 0, 0.0, train.mean(0))
    return _scaled((train, validation, test), mean, _kind_std(train))


def _wide_std(train, where):
    return torch.where(where, 1.0, train.std(0))


def _all_at_once(train, validation, test):
    std, mean = torch.std_mean(train, dim=0)
    std = std + (std == 0).to(std.dtype)
    scaled = (torch.cat([train, validation, test]) - mean) / std
    return scaled.split([len(train), len(validation), len(test)])


def _scaled_by_column(train, validation, test):
    tables = [table.clone() for table in (train, validation, test)]
    for column in range(train.shape[1]):
        mean, std = train[:, column].mean().item(), train[:, column].std().item()
        for table in tables:
            table[:, column] = (table[:, column] - mean) / (std or 1.0)
    return tables


def _scaled_without_nan(train, validation, test):
    mean, std = train.mean(0), train.std(0)
    return tuple(torch.nan_to_num((t - mean) / std) for t in (train, validation, test))


def _scaled_to_the_unit_interval(train, validation, test):
    low, high = train.amin(0), train.amax(0)
    return tuple((t - low) / (high - low).clamp(min=1) for t in (train, validation, test))


def _scaled_in_place(train, validation, test):
    mean, std = train.mean(0), train.std(0)
    std[std == 0] = 1
    return tuple(t.sub_(mean).div_(std) for t in (train, validation, test))


mistakes = [
    mistake(
        lambda train, validation, test: tuple(
            (part - part.mean(0)) / _kind_std(part) for part in (train, validation, test)
        ),
        "Each table is scaled by itself. The same value then means different things in training and "
        "test: use the mean and std of `train` for all three.",
    ),
    mistake(
        lambda train, validation, test: tuple(
            (part - part.mean(0)) / part.std(0) for part in (train, validation, test)
        ),
        "Each table is scaled by itself: use the mean and std of `train` for all three, and divide a "
        "column whose std is 0 by 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), _kind_std(train, correction=0)
        ),
        "That is the standard deviation with n below the line. `.std(dim=0)` divides by n − 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled((train, validation, test), 0.0, _kind_std(train)),
        "The columns are divided by std, but not shifted: subtract the mean of `train` first.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), train.std(0).clamp(min=1)
        ),
        "Every std below 1 is now 1. Only a std of 0 is to be replaced.",
    ),
    mistake(
        _without_nan,
        "Replacing nan afterwards comes too late: a new value in a constant column was divided by 0 "
        "and is infinite. Divide such a column by 1.",
    ),
    mistake(
        _flattened,
        "In a constant column a new value is a difference worth keeping. Divide it by 1, do not erase it.",
    ),
    mistake(
        _to_the_unit_interval,
        "That brings the columns to 0 … 1. Asked for: mean 0 and standard deviation 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test),
            torch.cat([train, validation, test]).mean(0),
            _kind_std(torch.cat([train, validation, test])),
        ),
        "Mean and std come from all rows together, so the test rows leak into training. "
        "Take them from `train` alone.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), train.std(0)
        ),
        "Right, until a column has one and the same value in all training rows: its std is 0, and "
        "dividing by 0 gives nan or inf. Divide such a column by 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), train.std(0) + 1e-8
        ),
        "A tiny number added to std avoids nan, but turns a new value in a constant column into "
        "hundreds of millions. Divide such a column by 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(), train.std()
        ),
        "That is one mean for the whole table. `dim=0` gives one for each column.",
    ),
    mistake(
        lambda train, validation, test: (
            *_scaled((train,), train.mean(0), _kind_std(train)),
            validation,
            test,
        ),
        "Validation and test rows have to go through the same scaling as the training rows.",
    ),
    mistake(
        _none_where_one_is_constant,
        "As soon as one column is constant, no column is divided any more. Replace the 0 in `std` alone, and leave "
        "the other columns their own.",
    ),
    mistake(
        _by_row,
        "You standardise each row. Columns are asked for, so mean and std run over the rows: `dim=0`, of `train`.",
    ),
    mistake(
        _constant_not_shifted,
        "A constant column is not shifted. Its mean is subtracted as from any other; only its std is replaced by 1.",
    ),
    mistake(
        lambda train, validation, test: tuple(reference(train, test, validation)),
        "Validation and test have changed places. They come back in the order in which they came in.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), _wide_std(train, train.std(0) < 1e-3)
        ),
        "A column that varies only a little is taken for constant. Only a std of exactly 0 is replaced by 1.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), _wide_std(train, train[0] == train[-1])
        ),
        "A column counts as constant where its first and its last row agree. The rows between may differ: look at "
        "the std.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), _wide_std(train, train.var(0) == 0) ** 2
        ),
        "You divided by the variance. The standard deviation is its square root: `.std(dim=0)`.",
    ),
    mistake(
        lambda train, validation, test: _scaled(
            (train, validation, test), train.mean(0), train.std(0) + 1
        ),
        "You add 1 to every std. Only a std of 0 becomes 1; the others stay as they are.",
    ),
]
alternatives = [
    _in_place,
    _by_masked_fill,
    _scaled_by_column,
    _all_at_once,
]
also_wrong = [
    _scaled_without_nan,
    _scaled_to_the_unit_interval,
    _scaled_in_place,
]
hints = [
    "Work out `mean` and `std` once, from `train`, with `dim=0`. Use them three times.",
    "`std == 0` marks the constant columns. You may write into `std`: it is your own tensor.",
    "`std[std == 0] = 1`, then `(table - mean) / std` for each of the three.",
]
