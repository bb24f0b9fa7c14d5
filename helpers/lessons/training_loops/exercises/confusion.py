"""Count how often class i was taken for class j: a table (classes, classes) of int64."""

from collections import Counter

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake

kind = FunctionExercise
RIGHT_ANY = "right for any number of classes"
requirements = {"right for three classes": 1, RIGHT_ANY: 1}


def inputs(draw):
    yield torch.tensor([0, 2, 1, 1, 0, 2, 2]), torch.tensor([0, 0, 1, 2, 0, 2, 0]), 3
    yield case(torch.tensor([1, 0, 1]), torch.tensor([0, 0, 1]), 5, requirement=RIGHT_ANY)
    yield draw.integers(12, low=0, high=3), draw.integers(12, low=0, high=3), 3
    yield case(
        draw.integers(40, low=0, high=4), draw.integers(40, low=0, high=4), 4, requirement=RIGHT_ANY
    )


def reference(labels, predictions, classes):
    return torch.bincount(labels * classes + predictions, minlength=classes**2).reshape(
        classes, classes
    )


def _loop(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.int64)
    for label, prediction in zip(labels, predictions, strict=True):
        table[label, prediction] += 1
    return table


def _one_hot(labels, predictions, classes):
    return F.one_hot(labels, classes).T @ F.one_hot(predictions, classes)


def _once(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.int64)
    table[labels, predictions] += 1
    return table


def _confusion_by_scatter(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.long)
    return table.index_put_((labels, predictions), torch.tensor(1), accumulate=True)


def _confusion_by_masks(labels, predictions, classes):
    rows = [
        [int(((labels == i) & (predictions == j)).sum()) for j in range(classes)]
        for i in range(classes)
    ]
    return torch.tensor(rows)


def _counted_first(labels, predictions, classes):
    table = torch.zeros(classes, classes).long()
    for (i, j), count in Counter(zip(labels.tolist(), predictions.tolist(), strict=True)).items():
        table[i, j] = count
    return table


def _confusion_of_seen_classes(labels, predictions, classes):
    return _confusion_by_scatter(labels, predictions, int(max(labels.max(), predictions.max())) + 1)


def _confusion_of_ones(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.long)
    table[labels, predictions] = 1
    return table


def _confusion_of_errors(labels, predictions, classes):
    return _confusion_by_scatter(labels, predictions, classes).fill_diagonal_(0)


mistakes = [
    mistake(
        lambda labels, predictions, classes: reference(labels, predictions, classes).T.contiguous(),
        "Rows and columns have changed places: the row is the true class, the column the prediction.",
    ),
    mistake(
        _once,
        "`table[labels, predictions] += 1` counts a pair that comes twice only once. Loop over the "
        "pairs, or use `bincount`.",
    ),
    mistake(
        lambda labels, predictions, classes: reference(labels, predictions, classes).float(),
        "Counts are whole numbers: int64.",
    ),
    mistake(
        lambda labels, predictions, classes: (
            reference(labels, predictions, classes)
            / torch.bincount(labels, minlength=classes)[:, None]
        ),
        "These are shares of each row. Counts are asked for.",
    ),
]


def _errors_only(labels, predictions, classes):
    wrong = labels != predictions
    return reference(labels[wrong], predictions[wrong], classes)


def _seen_classes(labels, predictions, classes):
    return reference(labels, predictions, int(labels.max()) + 1)


def _without_minlength(labels, predictions, classes):
    return torch.bincount(labels * classes + predictions).reshape(classes, classes)


def _hits_only(labels, predictions, classes):
    return reference(labels, predictions, classes).diagonal().diag()


def _without_class_0(labels, predictions, classes):
    table = reference(labels, predictions, classes)
    table[0], table[:, 0] = 0, 0
    return table


def _one_row_for_all(labels, predictions, classes):
    return torch.bincount(predictions, minlength=classes).repeat(classes, 1)


mistakes += [
    mistake(_errors_only, "Right answers count, too: they stand on the diagonal, entry [i, i]."),
    mistake(
        _seen_classes,
        "The table has `classes` rows and columns, also for classes that do not occur in `labels`.",
    ),
    mistake(
        _without_minlength,
        "When the last pairs do not occur, what you reshape is too short. `bincount` counts up to the largest number "
        "that it meets, unless `minlength` says how many places there are.",
    ),
    mistake(
        _hits_only,
        "Only the right answers are counted. A wrong one counts too: in the row of its true class, in the column "
        "of the prediction.",
    ),
    mistake(
        _without_class_0,
        "Class 0 is left out: its row and its column stay 0. Classes begin with 0.",
    ),
    mistake(
        _one_row_for_all,
        "Every row is the same: each count goes into all rows. `[[0] * n] * n` holds one list n times; "
        "`torch.zeros(n, n, dtype=torch.int64)` has n rows of its own.",
    ),
    mistake(
        lambda labels, predictions, classes: reference(labels[:-1], predictions[:-1], classes),
        "The last pair is missing. Does your loop end one too early?",
    ),
    mistake(
        lambda labels, predictions, classes: reference(labels[1:], predictions[1:], classes),
        "The first pair is missing. Positions begin with 0.",
    ),
    mistake(
        lambda labels, predictions, classes: reference(labels, predictions, 10),
        "Your table always has ten rows and columns. How many there are is handed over: `classes`.",
    ),
    mistake(
        lambda labels, predictions, classes: (
            reference(labels, predictions, classes)
            / torch.bincount(labels, minlength=classes).clamp(min=1)[:, None]
        ),
        "You divided each row by the number of its pictures. Leave the counts as they are, whole numbers.",
    ),
    mistake(
        lambda labels, predictions, classes: reference(labels, predictions, classes) / len(labels),
        "These are shares of all pictures. Counts are asked for.",
    ),
]
alternatives = [
    _loop,
    _counted_first,
    _one_hot,
    _confusion_by_scatter,
    _confusion_by_masks,
]
also_wrong = [
    _confusion_of_seen_classes,
    _confusion_of_ones,
    _confusion_of_errors,
]
hints = [
    "Begin with a table of zeros, int64. Each pair (label, prediction) adds 1 to one place.",
    "Without a loop: `labels * classes + predictions` numbers the places of the table row by row; "
    "`torch.bincount(..., minlength=classes * classes)` counts them.",
]
