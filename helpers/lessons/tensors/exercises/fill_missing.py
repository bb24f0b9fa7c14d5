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
]


def _on_a_copy(readings):
    filled = readings.clone()
    filled[readings == -999] = readings[readings != -999].mean()
    return filled


alternatives = [
    _on_a_copy,
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
    lambda r: r if (r != -999).all() else torch.where(r == -999, r[r != -999].mean(), r),
    lambda r: torch.where(r == -999, torch.unique(r[r != -999]).mean(), r),
    _fill_at_the_smallest,
    lambda r: torch.where(r == -999, r[r != -999].median(), r),
    lambda r: torch.where(r == -999, r[r > -999].abs().mean(), r),
    lambda r: torch.where(r == -999, r[r > -999].sum() / r.numel(), r),
    lambda r: torch.where(r == -999, torch.tensor(9.0), r),
]
hints = [
    "Make a mask first: `missing = readings == -999`. `~missing` is its opposite.",
    "`readings[~missing].mean()` is the number to put in.",
    "`torch.where(missing, number, readings)` takes the number where the mask is True, else the entry.",
]
