"""For each row, the number of the nearest other row."""

import torch

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.tensors.exercises._common import NO_LOOP, SMALL, WITHOUT_A_LOOP

kind = FunctionExercise
RIGHT_OTHER = "right for other sizes, and for rows that are equal"
requirements = {SMALL: 1, RIGHT_OTHER: 1}


def inputs(draw):
    yield torch.tensor([[0.0, 5.0, 2.0], [5.0, 0.0, 4.0], [2.0, 4.0, 0.0]])
    twins = torch.tensor([[0.0, 3.0, 0.0], [3.0, 0.0, 3.5], [0.0, 3.5, 0.0]])
    yield case(twins, requirement=RIGHT_OTHER)
    yield case(torch.tensor([[0.0, 7.0], [7.0, 0.0]]), requirement=RIGHT_OTHER)
    for n, spread in ((6, 1), (9, 1000)):
        points = draw.normal(n, 3, std=spread)
        distances = (points[:, None] - points).square().sum(2).sqrt()
        yield case(distances, requirement=RIGHT_OTHER)
    points = draw.normal(5, 2, std=3)
    yield (points[:, None] - points).square().sum(2).sqrt()


def reference(distances):
    return distances.clone().fill_diagonal_(float("inf")).argmin(dim=1)


forbidden = forbid(*ready_made.LOOPS, rule=WITHOUT_A_LOOP + ".", why=NO_LOOP)


def _places_without_the_diagonal(distances):
    n = len(distances)
    return distances[~torch.eye(n, dtype=torch.bool)].reshape(n, n - 1).argmin(dim=1)


def _places_shifted_back(distances):
    places = _places_without_the_diagonal(distances)
    return places + (places >= torch.arange(len(distances)))


def _closest(distances):
    closeness = -distances
    i = torch.arange(len(distances))
    closeness[i, i] = -float("inf")
    return closeness.topk(1, dim=1).indices[:, 0]


mistakes = [
    mistake(
        lambda d: d.argmin(dim=1),
        "Every row is nearest to itself, at distance 0. Take the diagonal out of the race first.",
    ),
    mistake(
        lambda d: d.fill_diagonal_(float("inf")).argmin(dim=1),
        "The numbers are right, but your code wrote into the caller's distances. Work on "
        "`distances.clone()`.",
    ),
    mistake(
        lambda d: torch.where(d == 0, float("inf"), d).argmin(dim=1),
        "Two different rows can be at distance 0 from each other. It is the diagonal that must go, "
        "not the zeros.",
    ),
    mistake(
        lambda d: d.argsort(dim=1)[:, 1],
        "The second smallest is the nearest other only if the row itself comes first. With an equal "
        "row there are two zeros.",
    ),
    mistake(
        lambda d: (d + torch.eye(len(d)) * float("inf")).argmin(dim=1),
        "0 × inf is nan, so everything off the diagonal became nan. `fill_diagonal_` on a copy, or "
        "`torch.where` with a boolean mask, works.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(float("inf")).min(dim=1).values,
        "These are the distances. The row's number is wanted: `argmin` instead of `min`.",
    ),
    mistake(
        lambda d: tuple(d.clone().fill_diagonal_(float("inf")).min(dim=1)),
        "`min` with a `dim` gives two tensors, the distances and their places. `argmin` gives the places alone.",
    ),
    mistake(
        lambda d: (d + torch.eye(len(d))).argmin(dim=1),
        "Adding 1 to the diagonal is not enough where the others are farther away than 1. Infinity "
        "always is.",
    ),
    mistake(
        lambda d: d.argmax(dim=1),
        "That is the farthest row.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(float("inf")).argmin(),
        "Without `dim` the smallest entry of the whole table is sought. One answer per row: `dim=1`.",
    ),
    mistake(
        _places_without_the_diagonal,
        "With the diagonal cut out, the entries behind it move up by one place, so from the row's own number on your "
        "numbers are one too small. Shift those back, or leave the diagonal in and make it infinite.",
    ),
    mistake(
        lambda d: torch.arange(len(d)),
        "Every row finds itself, every time. The diagonal has to become the largest entry, and the others stay as they "
        "are: `torch.where(mask, a, b)` takes `a` where the mask is True.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(999).argmin(dim=1),
        "A number such as 999 on the diagonal loses only where another row is nearer than that. Grams in the thousands "
        "are farther away: infinity always loses.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(100).argmin(dim=1),
        "A number such as 100 on the diagonal loses only where another row is nearer than that. Distances can be "
        "larger: infinity always loses.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(d.max().item()).argmin(dim=1),
        "The largest distance on the diagonal is not enough: with two rows it is also the only other entry, and of two "
        "equal ones `argmin` takes the first. Infinity is larger than all.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(1e9).argmin(1) + 1,
        "One too many: rows are counted from 0, as `argmin` does.",
    ),
    mistake(
        lambda d: d.clone().fill_diagonal_(float("inf")).amin(dim=1).argmin(),
        "That is the one row with the nearest neighbour of all. Each row has an answer of its own: `argmin` with "
        "`dim=1` on the whole table.",
    ),
]
alternatives = [
    _places_shifted_back,
    _closest,
    lambda d: torch.where(torch.eye(len(d), dtype=torch.bool), float("inf"), d).argmin(dim=0),
    lambda d: (d + torch.diag(torch.full((len(d),), float("inf")))).argmin(dim=1),
    lambda d: (d + 2 * d.max() * torch.eye(len(d))).min(dim=1).indices,
    lambda d: (-d.clone().fill_diagonal_(1e9)).argmax(1),
    lambda d: d.masked_fill(torch.eye(len(d)).bool(), torch.inf).argmin(1),
]
also_wrong = [
    lambda d: d.clone().fill_diagonal_(-1.0).argsort(dim=1)[:, -1],
    lambda d: d.clone().fill_diagonal_(1e9).argmin(1).float(),
    lambda d: d.clone().fill_diagonal_(10.0).argmin(1),
    lambda d: d.clone().fill_diagonal_(1e9).argmin(1, keepdim=True),
    lambda d: d.masked_fill(d < 1e-6, 1e9).argmin(1),
]
hints = [
    "Which entry of each row is always the smallest, and says nothing?",
    "`fill_diagonal_(float('inf'))` on a copy makes the diagonal lose.",
    "`argmin(dim=1)` gives the column number of the smallest entry of each row.",
]
