"""Replace every −999 by the mean of the other entries."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.tensors.exercises._common import SMALL

kind = FunctionExercise
RIGHT_OTHER = "right for other sizes, and where nothing is missing"
fresh = True
requirements = {SMALL: 1, RIGHT_OTHER: 1}


def inputs(draw):
    yield torch.tensor([[20.0, -999.0], [-4.0, 11.0]])
    readings = draw.normal(5, 3, mean=2, std=8)
    readings[1, 2] = readings[4, 0] = readings[4, 1] = -999.0
    yield case(readings, requirement=RIGHT_OTHER)
    yield case(draw.normal(2, 4, mean=2, std=8), requirement=RIGHT_OTHER)
    line = draw.normal(6, mean=-3, std=8)
    line[5], line[1] = -999.0, line[2]
    yield case(line, requirement=RIGHT_OTHER)
    small = draw.normal(2, 2, mean=2, std=8)
    small[0, 1] = -999.0
    yield small


def reference(readings):
    missing = readings == -999
    return torch.where(missing, readings[~missing].mean(), readings)


def _fill_at_the_smallest(readings):
    smallest = readings == readings.min()
    return torch.where(smallest, readings[~smallest].mean(), readings)


def _fill_by_column(readings, dim=0):
    known = readings != -999
    means = (readings * known).sum(dim, keepdim=True) / known.sum(dim, keepdim=True)
    return torch.where(known, readings, means)


def _fill_the_first(readings):
    filled = readings.flatten().tolist()
    if -999 in filled:
        filled[filled.index(-999)] = readings[readings != -999].mean().item()
    return torch.tensor(filled).reshape(readings.shape)


mistakes = [
    mistake(
        lambda readings: torch.where(readings == -999, readings.mean(), readings),
        "Your mean still counts the −999s. Take it over the entries that are there: "
        "`readings[~missing].mean()`.",
    ),
    mistake(
        lambda readings: readings.masked_fill_(readings == -999, readings.mean()),
        "Two things: your mean still counts the −999s, so take `readings[~missing].mean()`; and you wrote into "
        "the caller's table, so work on `readings.clone()`.",
    ),
    mistake(
        lambda readings: torch.where(readings == -999, readings[readings == -999].mean(), readings),
        "That is the mean of the missing entries themselves, −999 again. `~missing` picks the others.",
    ),
    mistake(
        lambda readings: torch.where(readings < 0, readings[readings >= 0].mean(), readings),
        "Some real temperatures are below 0. Only −999 means missing.",
    ),
    mistake(
        lambda readings: readings[readings != -999],
        "A mask inside `[...]` picks entries and loses the table's shape. Here every entry keeps its "
        "place: `torch.where(mask, a, b)`.",
    ),
    mistake(
        lambda readings: readings.masked_fill_(readings == -999, readings[readings != -999].mean()),
        "The values are right, but your code wrote into the caller's table. Work on "
        "`readings.clone()`, or let `torch.where` make a new tensor.",
    ),
    mistake(
        lambda readings: torch.where(readings == -999, 0.0, readings),
        "0 is a temperature too, and pulls the mean. Put the mean of the other entries there.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r, r[r != -999].mean()),
        "The wrong way round: the −999s stay, and the readings are overwritten. `torch.where(mask, a, b)` takes `a` "
        "where the mask is True.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r > -999].sum() / r.numel(), r),
        "Your sum is right, and you divided it by the number of all entries. A missing one is not there to be counted.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r != -999].sum(), r),
        "You put in the sum of the other entries. Their mean is asked.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r != -999].median(), r),
        "You put in the median, the middle one of the other entries. Their mean is asked.",
    ),
    mistake(
        _fill_by_column,
        "You put in the mean of the column. The mean of all other entries of the table is asked, without a `dim`.",
    ),
    mistake(
        lambda r: _fill_by_column(r, dim=-1),
        "You put in the mean of the row. The mean of all other entries of the table is asked, without a `dim`.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r >= 0].mean(), r),
        "Your mean leaves out the frost. Readings below 0 count like all others; only −999 means missing.",
    ),
    mistake(
        lambda r: torch.where(r == -999, torch.unique(r[r != -999]).mean(), r),
        "Readings that are equal count only once in your mean. Each entry counts, however often its value occurs.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r != -999].mean().round(), r),
        "The mean is rounded to a whole number, which is right for the example alone. Put it in as it is.",
    ),
    mistake(
        lambda r: torch.where(r == -999, 9.0, r),
        "9 is the mean in the example alone. Work out the mean of the readings that come in.",
    ),
    mistake(
        _fill_at_the_smallest,
        "You take the smallest entry for the missing one. Where nothing is missing that is a real reading: compare "
        "with −999.",
    ),
    mistake(
        _fill_the_first,
        "Only the first −999 is replaced: `index`, `break` or a `return` inside of a loop stops there. A mask marks "
        "all of them at once.",
    ),
    mistake(
        lambda r: torch.where(r == -999, r[r != -999].mean(), r).flatten(),
        "The values are right, and the table has become one long row. A mask works on any shape, so nothing is to be "
        "flattened, or it has to be shaped back.",
    ),
]


def _on_a_copy(readings):
    filled = readings.clone()
    filled[readings == -999] = readings[readings != -999].mean()
    return filled


def _in_a_loop(readings):
    filled = readings.clone().reshape(-1)
    mean = filled[filled != -999].mean()
    for i in range(len(filled)):
        if filled[i] == -999:
            filled[i] = mean
    return filled.reshape(readings.shape)


alternatives = [
    _on_a_copy,
    _in_a_loop,
    lambda r: torch.where(r == -999, r.masked_fill(r == -999, torch.nan).nanmean(), r),
    lambda r: r * (r != -999) + r[r != -999].mean() * (r == -999),
    lambda readings: readings.masked_fill(
        readings == -999, readings[readings != -999].mean().item()
    ),
    lambda readings: torch.where(
        readings == -999,
        (readings * (readings != -999)).sum() / (readings != -999).sum(),
        readings,
    ),
]
also_wrong = [
    lambda r: torch.where(r == -999, r[r != -999].max(), r),
    lambda r: torch.where(r == -999, torch.nan, r),
    lambda r: r if (r != -999).all() else torch.where(r == -999, r[r != -999].mean(), r),
    lambda r: torch.where(r == -999, r[r > -999].abs().mean(), r),
]
hints = [
    "Make a mask first: `missing = readings == -999`. `~missing` is its opposite.",
    "`readings[~missing].mean()` is the number to put in.",
    "`torch.where(missing, number, readings)` takes the number where the mask is True, else the entry.",
]
