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
]
alternatives = [
    lambda readings, correction: readings + correction.unsqueeze(1),
    lambda readings, correction: (readings.T + correction).T,
    lambda readings, correction: correction.reshape(-1, 1) + readings,
    lambda readings, correction: torch.stack(
        [r + c for r, c in zip(readings, correction, strict=True)]
    ),
    lambda r, c: r.add(c.expand(r.shape[1], -1).T),
]
also_wrong = [
    lambda r, c: (r + c).T,
    lambda r, c: r.T + c,
    lambda r, c: r + c.sort().values[:, None],
    lambda r, c: r + c[:, None].int(),
    lambda r, c: r + c if r.shape[0] == r.shape[1] else r + c[:, None],
]
hints = [
    "Write the two shapes below each other, right-aligned: which dimension does the correction meet?",
    "It must meet the days, so it needs the shape `(days, 1)`.",
    "`correction[:, None]` puts a new dimension of size 1 at the end.",
]
