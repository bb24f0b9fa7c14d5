"""Keep every positive entry of x, and put 0 in place of every negative one."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.checks.ready_made import RECTIFIERS

kind = FunctionExercise
RIGHT_ANY = "right for any shape, with its slope"
requirements = {"right for a few numbers": 1, RIGHT_ANY: 1}
gradients = ("x",)
forbidden = forbid(
    *RECTIFIERS,
    rule="Closed here: torch's own ReLU with its family, and `F.threshold`.",
    why="Here ReLU itself is the exercise: `clamp`, `where`, `maximum` or a mask can do it.",
)


def inputs(draw):
    yield torch.tensor([-2.0, 0.5, 3.0, -0.1])
    yield torch.tensor([-3.0, 0.7, -1.5])
    yield case(draw.normal(4, 3), requirement=RIGHT_ANY)
    yield case(draw.normal(2, 3, 5, std=40), requirement=RIGHT_ANY)
    yield draw.normal(4, std=2)


def reference(x):
    return x.clamp(min=0)


def _writes_into_x(x):
    x[x < 0] = 0
    return x


def _relu_by_masked_copy(x):
    a = x.clone()
    a[a < 0] = 0
    return a


def _relu_by_max(x):
    return torch.max(x, torch.tensor(0.0))


def _relu_as_list(x):
    return torch.tensor([max(0.0, float(v)) for v in x.flatten()]).reshape(x.shape)


mistakes = [
    mistake(lambda x: x.abs(), "That folds the negative side up. ReLU lays it flat on 0."),
    mistake(
        lambda x: (x > 0).float(),
        "That gives 1 on the positive side: it is the slope of ReLU. ReLU gives x itself there.",
    ),
    mistake(
        lambda x: x > 0,
        "That is the mask, True and False. Times x it gives x on the positive side and 0 elsewhere.",
    ),
    mistake(lambda x: x.clamp(max=0), "That keeps the negative side: the bound 0 is the minimum."),
    mistake(
        lambda x: x[x > 0],
        "That throws the negative entries away; they must stay, as zeros, in their places.",
    ),
    mistake(
        lambda x: x.clamp(min=0, max=1),
        "ReLU has no ceiling: 3 stays 3. Leave out the upper bound.",
    ),
    mistake(
        lambda x: x,
        "x comes back as it was. Is there one `if` for the whole tensor? Each entry needs a decision of its own.",
    ),
    mistake(
        lambda x: x if x.sum() > 0 else torch.zeros_like(x),
        "You decide once for the whole tensor. Each entry needs a decision of its own.",
    ),
    mistake(
        lambda x: max(x, 0),
        "Python's `max` and `if` want a single yes or no, and a tensor has one for each entry. `clamp`, `where`, "
        "`maximum` or a mask decide entry by entry.",
    ),
    mistake(
        lambda x: torch.where(x > 0, x, 0.01 * x),
        "The negative side lets 0.01·x through: that is leaky ReLU, which comes next. ReLU gives 0 there.",
    ),
    mistake(
        lambda x: x * (x >= 1),
        "Entries between 0 and 1 are lost. The border is 0, not 1.",
    ),
    mistake(
        lambda x: x.clamp(min=1),
        "The lower bound is 0. With 1 every smaller entry becomes 1.",
    ),
    mistake(
        lambda x: x - x.min(),
        "You moved all entries up until none was negative. Positive ones stay as they are, and only negative ones "
        "become 0.",
    ),
    mistake(
        lambda x: x.clamp(min=0).detach(),
        "The values are right, and they are cut off from x, so no gradient can flow back. `detach`, `.data`, "
        "`torch.no_grad()`, `.item()`, `.tolist()`, NumPy and `torch.tensor(…)` all do that.",
    ),
    mistake(
        lambda x: torch.log(1 + torch.exp(x)),
        "That is a smooth relative, softplus. ReLU has a corner at 0: two straight pieces.",
    ),
    mistake(
        lambda x: (-x).clamp(min=0),
        "That is the mirror image: it keeps the negative side, with the other sign.",
    ),
    mistake(
        _writes_into_x,
        "You wrote the zeros into x itself, which the caller still needs. Make a new tensor.",
    ),
]
alternatives = [
    lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
    lambda x: x * (x > 0),
    lambda x: (x + x.abs()) / 2,
    lambda x: torch.maximum(x, torch.zeros_like(x)),
    _relu_by_masked_copy,
    _relu_by_max,
    lambda x: x.masked_fill(x <= 0, 0),
    lambda x: torch.stack((x, torch.zeros_like(x))).max(dim=0).values,
]
also_wrong = [
    torch.relu,
    lambda x: F.relu(x),
    lambda x: nn.ReLU()(x),
    nn.ReLU(),
    _relu_as_list,
    lambda x: x.clamp(min=0.01),
    lambda x: x.clamp_(min=0),
]
hints = [
    "In words: the larger of x and 0.",
    "`x.clamp(min=...)` sets a lower bound; `torch.where(condition, a, b)` chooses entry by entry.",
]
