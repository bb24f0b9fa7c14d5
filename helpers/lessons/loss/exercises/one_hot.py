"""Turn n class numbers into n rows of zeros with a single one each."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
exact_dtype = True
RIGHT_OTHER = "right for other labels"
requirements = {"right for three labels": 1, RIGHT_OTHER: 1}
forbidden = forbid(
    "one_hot",
    rule="Closed here: `F.one_hot`.",
    why="That is torch's own. Build the table of zeros and ones.",
)


def inputs(draw):
    yield torch.tensor([2, 0, 1]), 4
    yield torch.tensor([0, 3, 3]), 4
    n, classes = draw.integer(5, 9), draw.integer(5, 8)
    labels = draw.integers(n, low=0, high=classes - 1)
    yield case(labels, classes, requirement=RIGHT_OTHER)
    yield case(torch.tensor([1]), 3, requirement=RIGHT_OTHER)
    yield draw.permutation(6)[:3], 6


def reference(labels, classes):
    return (labels.unsqueeze(1) == torch.arange(classes)).float()


def _by_place(labels, classes):
    rows = torch.zeros(len(labels), classes)
    rows[torch.arange(len(labels)), labels] = 1
    return rows


def _by_loop(labels, classes):
    rows = torch.zeros(len(labels), classes)
    for row, label in zip(rows, labels, strict=True):
        row[label] = 1
    return rows


def _all_pairs(labels, classes):
    rows = torch.zeros(len(labels), classes)
    rows[:, labels] = 1
    return rows


def _whole_rows(labels, classes):
    rows = torch.zeros(len(labels), classes)
    rows[labels] = 1
    return rows


def _one_hot_by_list(labels, classes):
    return torch.tensor([[float(c == label) for c in range(classes)] for label in labels.tolist()])


def _one_hot_by_stack(labels, classes):
    return torch.stack([torch.eye(classes)[i] for i in labels])


def _one_hot_three_classes(labels, classes):
    return torch.eye(4)[labels]


def _one_hot_half_written(labels, classes):
    rows = torch.zeros(len(labels), classes)
    rows[0, labels] = 1
    return rows


def _one_hot_in_doubles(labels, classes):
    return torch.eye(classes, dtype=torch.float64)[labels]


def _one_hot_bool(labels, classes):
    return labels[:, None] == torch.arange(classes)


def _one_hot_aliased(labels, classes):
    from torch.nn.functional import one_hot as hot

    return hot(labels, classes).float()


def _written_into(rows):
    """Return an answer that writes the ones into a table of its own making."""

    def answer(labels, classes):
        table = rows(labels, classes)
        table[torch.arange(len(labels)), labels] = 1
        return table

    return answer


def _labels_written(labels, classes):
    return F.one_hot(labels, classes) * labels.unsqueeze(1).float()


def _renumbered(labels, classes):
    return torch.eye(classes)[torch.unique(labels, return_inverse=True)[1]]


def _one_row_for_all(labels, classes):
    row = torch.zeros(classes)
    row[labels] = 1
    return row.unsqueeze(0)


def _never_cleared(labels, classes):
    return torch.eye(classes)[labels].cumsum(0).clamp(max=1)


def _one_hot_in_a_line(labels, classes):
    flat = torch.zeros(len(labels) * classes)
    flat[torch.arange(len(labels)) * classes + labels] = 1.0
    return flat.reshape(len(labels), classes)


mistakes = [
    mistake(
        _whole_rows,
        "`rows[labels] = 1` fills whole rows. Each row needs a single one, in its own column: "
        "`rows[torch.arange(n), labels] = 1`.",
    ),
    mistake(
        lambda y, k: (y.unsqueeze(1) == torch.arange(k)).long(),
        "The places are right, the dtype is not: a loss multiplies this table with floats. End with `.float()`.",
    ),
    mistake(
        lambda y, k: torch.eye(int(y.max()) + 1)[y],
        "You took the number of classes from the largest label at hand. A batch need not hold every class: "
        "use `classes`.",
    ),
    mistake(
        lambda y, k: (y == torch.arange(k).unsqueeze(1)).float(),
        "Your table lies on its side: one row per example, one column per class.",
    ),
    mistake(
        _all_pairs,
        "`rows[:, labels] = 1` writes into every row. Give each row its own column: "
        "`rows[torch.arange(n), labels]`.",
    ),
    mistake(
        lambda y, k: torch.eye(k)[y - 1],
        "Your ones stand one column too far left. Classes are counted from 0.",
    ),
    mistake(
        _written_into(lambda y, k: torch.zeros(len(y), 3)),
        "Your table always has 3 columns. The argument `classes` says how many there are.",
    ),
    mistake(
        lambda y, k: torch.eye(len(y))[y],
        "Your table has as many columns as there are labels. It needs one per class: `classes`.",
    ),
    mistake(
        _labels_written,
        "You wrote the label into its column. Its place says which class it is; what stands there is a 1.",
    ),
    mistake(
        _renumbered,
        "You numbered the classes anew, by those that occur. If class 0 is missing in a batch, class 1 still belongs "
        "in column 1.",
    ),
    mistake(
        _one_row_for_all,
        "All your ones stand in one row. Each example needs a row of its own.",
    ),
    mistake(
        _never_cleared,
        "The ones of earlier labels are still there in the later rows. Begin each row with zeros.",
    ),
    mistake(
        _written_into(lambda y, k: torch.ones(len(y), k)),
        "Your table is full of ones before a 1 is written. Begin with zeros.",
    ),
    mistake(
        lambda y, k: torch.eye(k + 1)[y],
        "Your table has one column too many. The classes are 0 to `classes − 1`, which makes `classes` columns.",
    ),
    mistake(
        lambda y, k: (y.unsqueeze(1) != torch.arange(k)).float(),
        "Ones and zeros are swapped: the 1 belongs where the column is the label.",
    ),
    mistake(
        lambda y, k: torch.eye(k)[y + 1],
        "You added 1 to the labels. They are counted from 0, as the columns are; the last class now lies outside.",
    ),
]
alternatives = [
    lambda y, k: torch.eye(k)[y],
    lambda y, k: torch.zeros(len(y), k).scatter(1, y.view(-1, 1), 1.0),
    _by_place,
    _by_loop,
    _one_hot_by_list,
    _one_hot_by_stack,
    _one_hot_in_a_line,
]
also_wrong = [
    _one_hot_three_classes,
    _one_hot_half_written,
    _one_hot_in_doubles,
    _one_hot_bool,
    _one_hot_aliased,
]
hints = [
    "`torch.zeros(len(labels), classes)` is a start; then one entry of each row becomes 1.",
    "Two index tensors pick one entry per row: `rows[torch.arange(n), labels]`.",
    "Or without writing: compare `labels.unsqueeze(1)`, shape (n, 1), with `torch.arange(classes)`.",
]
