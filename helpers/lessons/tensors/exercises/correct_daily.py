"""Add to each day's readings that day's own correction."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
SQUARE = "right where there are as many days as stations"
OBLONG = "right for any number of days and stations"
requirements = {SQUARE: 1, OBLONG: 1}


def inputs(draw):
    yield torch.tensor([[61.0, 72.0], [65.0, 70.0]]), torch.tensor([0.5, -2.0])
    yield case(
        torch.tensor([[61.0, 72.0, 68.0], [65.0, 70.0, 75.0]]),
        torch.tensor([0.5, -2.0]),
        requirement=OBLONG,
    )
    yield draw.normal(4, 4, mean=60, std=9), draw.normal(4)
    yield case(draw.normal(5, 3, mean=60, std=9), draw.normal(5), requirement=OBLONG)
    yield case(draw.normal(1, 3, mean=60, std=9), draw.normal(1), requirement=OBLONG)


def reference(readings, correction):
    return readings + correction[:, None]


def _all_but_the_last(readings, correction):
    corrected = readings.clone()
    corrected[:-1] += correction[:-1, None]
    return corrected


def _the_first_alone(readings, correction):
    corrected = readings.clone()
    corrected[0] += correction[0]
    return corrected


mistakes = [
    mistake(
        lambda readings, correction: readings + correction,
        "You corrected the columns: the last dimensions are lined up, so `(days,)` met the stations. "
        "With as many days as stations torch cannot notice. Turn the correction into a column first.",
    ),
    mistake(
        lambda readings, correction: readings - correction[:, None],
        "The correction is added, not subtracted.",
    ),
    mistake(
        lambda readings, correction: readings + correction.mean(),
        "You added the mean correction everywhere; each day has its own.",
    ),
    mistake(
        lambda readings, correction: readings.add_(correction[:, None]),
        "The values are right, but your code wrote into the caller's table. `a + b` makes a new "
        "tensor; `a += b` and `a.add_(b)` do not.",
    ),
    mistake(
        lambda r, c: r + c if r.shape[0] == r.shape[1] else r + c[:, None],
        "Where there are as many days as stations the corrections fit as a row, too, and your program takes them so. "
        "No error is no proof: make a column of them every time.",
    ),
    mistake(
        lambda r, c: r.T + c,
        "Each day has met its own correction, and the table still lies on its side: stations as rows. Turn it back.",
    ),
    mistake(
        lambda r, c: (r.reshape(r.shape[1], r.shape[0]) + c).reshape(r.shape),
        "`reshape` does not turn the table over, it moves the line breaks only, so readings of several days met one "
        "correction. A column of corrections needs no turning at all.",
    ),
    mistake(
        lambda r, c: r[:, None] + c[:, None],
        "`readings` has got a new dimension as well, so every day has met every correction. Only the correction is "
        "to become a column.",
    ),
    mistake(
        lambda r, c: r + c[:, None, None],
        "One new dimension too many: `(days, 1, 1)` meets the whole table once for each day. A column is "
        "`(days, 1)`.",
    ),
    mistake(
        _all_but_the_last,
        "The last day stays as it was. Where does your loop or slice stop? `range(n - 1)` and `[:-1]` leave it out.",
    ),
    mistake(
        _the_first_alone,
        "Only the first day is corrected. In a loop, `return` has to stand behind it, not inside.",
    ),
    mistake(
        lambda r, c: r + c[0],
        "Every day gets the correction of the first one. Each day has its own.",
    ),
    mistake(
        lambda r, c: r + c.cumsum(0)[:, None],
        "Each day gets the corrections of the days before it as well, added up. Its own is enough.",
    ),
    mistake(
        lambda r, c: r + c.sum(),
        "Every day gets the sum of all corrections. Each day has its own, so nothing is added up.",
    ),
]
alternatives = [
    lambda r, c: r + torch.outer(c, torch.ones(r.shape[1])),
    lambda r, c: torch.einsum("ds,d->ds", torch.ones_like(r), c) + r,
    lambda readings, correction: readings + correction.unsqueeze(1),
    lambda readings, correction: (readings.T + correction).T,
    lambda readings, correction: correction.reshape(-1, 1) + readings,
    lambda readings, correction: torch.stack(
        [r + c for r, c in zip(readings, correction, strict=True)]
    ),
    lambda r, c: r.add(c.expand(r.shape[1], -1).T),
]
also_wrong = [
    lambda r, c: c[:, None].expand_as(r),
    lambda r, c: r + c.flip(0)[:, None],
    lambda r, c: (r + c).T,
    lambda r, c: r + c.sort().values[:, None],
    lambda r, c: r + c[:, None].int(),
]
hints = [
    "Write the two shapes below each other, right-aligned: which dimension does the correction meet?",
    "It must meet the days, so it needs the shape `(days, 1)`.",
    "`correction[:, None]` puts a new dimension of size 1 at the end.",
]
