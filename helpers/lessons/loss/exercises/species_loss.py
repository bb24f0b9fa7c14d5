"""Mend the loss of a classifier, so that it gives the cross-entropy of the scores."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import RepairExercise, case, mistake
from helpers.lessons.loss.exercises._common import OTHER_SIZES

RUNS = "runs, and three equal scores cost log 3"

kind = RepairExercise
RIGHT_FOUR = "right for four penguins"
requirements = {RUNS: 0.5, RIGHT_FOUR: 0.5, OTHER_SIZES: 1}
gradients = ("W", "b")


def broken(X, W, b, species):
    """Return the mean cross-entropy of a linear classifier, one number.

    X (n, d): measurements. W (classes, d), b (classes,): weights and biases.
    species (n, 1), float32: class numbers, as they came out of a table of measurements.
    """
    scores = X @ W.T + b
    probabilities = torch.softmax(scores, dim=1)
    return F.cross_entropy(probabilities, species)


def inputs(draw):
    X = torch.tensor([[0.5, -1.2], [1.1, 0.3], [-0.7, 0.9], [1.6, -0.4]])
    W, b = torch.tensor([[1.0, -2.0], [0.5, 1.5], [-1.3, 0.4]]), torch.tensor([0.1, -0.3, 0.2])
    species = torch.tensor([[0.0], [2.0], [1.0], [0.0]])
    yield case(X, W, b, species, requirement=RIGHT_FOUR)
    # Equal scores, and every class once for the same measurements: loss and gradients are the same with a
    # softmax too many, so whoever has mended the crash alone is paid for it.
    X, W, b = X[[0, 0, 0]], torch.tensor([[0.7, -0.4]]).expand(3, 2), torch.full((3,), 0.2)
    yield case(X, W, b, torch.tensor([[1.0], [2.0], [0.0]]), requirement=RUNS)
    for n, classes in ((draw.integer(5, 9), 4), (1, 3)):
        species = draw.integers(n, 1, low=0, high=classes).float()
        W, b = draw.normal(classes, 3), draw.normal(classes)
        yield case(draw.normal(n, 3), W, b, species, requirement=OTHER_SIZES)
    # Measurements in grams, and a batch without the last species.
    W, b = draw.uniform(3, 2, low=0.5, high=2).cumsum(0), draw.normal(3)
    species = torch.tensor([[1.0], [0.0]])
    yield case(draw.uniform(2, 2, low=100, high=900), W, b, species, requirement=OTHER_SIZES)
    W, b, species = draw.normal(3, 2), draw.normal(3), draw.integers(4, 1, low=0, high=3)
    yield case(draw.normal(4, 2), W, b, species.float(), requirement=RIGHT_FOUR)
    # Equal scores for each class again, with another number of classes.
    k = draw.integer(4, 60)
    W, b = draw.normal(1, 2).expand(k, 2), draw.normal(1).expand(k)
    X, species = draw.normal(1, 2).expand(k, 2), draw.permutation(k)[:, None].float()
    yield case(X, W, b, species, requirement=RUNS)


def reference(X, W, b, species):
    return F.cross_entropy(X @ W.T + b, species.squeeze(1).long())


def _in_two_steps(X, W, b, species):
    log_probabilities = torch.log_softmax(F.linear(X, W, b), dim=1)
    return F.nll_loss(log_probabilities, species.long().flatten())


def _with_one_hot(X, W, b, species):
    scores = X @ W.T + b
    return F.cross_entropy(scores, F.one_hot(species[:, 0].to(torch.int64), len(b)).float())


def _species_by_reshape(X, W, b, species):
    return nn.CrossEntropyLoss()(torch.addmm(b, X, W.T), species.view(-1).to(torch.int64))


def _species_with_int(X, W, b, species):
    y = species.type(torch.LongTensor).reshape(len(X))
    return -F.log_softmax(X @ W.T + b, dim=-1)[range(len(y)), y].mean()


def _species_log_of_softmax_twice(X, W, b, s):
    logp = torch.softmax(X @ W.T + b, 1).log()
    return F.cross_entropy(logp.exp(), s[:, 0].long())


def _species_as_probabilities(X, W, b, s):
    return F.cross_entropy(X @ W.T + b, s.expand(-1, len(b)))


def _species_first_only(X, W, b, s):
    return F.cross_entropy(X @ W.T + b, s[0].long().expand(len(X)))


def _species_softmax_over_rows(X, W, b, s):
    return F.nll_loss(torch.log_softmax(X @ W.T + b, 0), s[:, 0].long())


def _species_without_bias(X, W, b, s):
    return F.cross_entropy(X @ W.T, s[:, 0].long())


def _species_counted_anew(X, W, b, s):
    rows = F.one_hot(s[:, 0].long()).float()
    return F.cross_entropy(X @ W.T + b, rows)


def _species_by_comparison(X, W, b, species):
    rows = (species == torch.arange(len(b))).float()
    return F.cross_entropy(X @ W.T + b, rows)


def _species_by_gather(X, W, b, species):
    return -torch.log_softmax(X @ W.T + b, dim=1).gather(1, species.long()).mean()


mistakes = [
    mistake(
        lambda X, W, b, s: F.cross_entropy(torch.softmax(X @ W.T + b, 1), s.squeeze(1).long()),
        "It runs now, and the silent bug is still there: `F.cross_entropy` applies the softmax itself, so it "
        "wants the raw scores.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(torch.softmax(X @ W.T + b, 1), s.squeeze().long()),
        "It runs now, but softmax is applied twice: `F.cross_entropy` has its own. And `.squeeze()` will take "
        "the row of a single penguin too: name the dimension, `.squeeze(1)`.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(torch.log(X @ W.T + b), s.squeeze(1).long()),
        "The scores go in as they are: a logarithm of a negative score is nan.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(X @ W.T + b, s.squeeze().long()),
        "`.squeeze()` removes every dimension of size 1, so a single penguin loses its row. Name the "
        "dimension: `.squeeze(1)`.",
    ),
    mistake(
        lambda X, W, b, s: F.nll_loss(torch.softmax(X @ W.T + b, 1), s.squeeze(1).long()),
        "`F.nll_loss` wants log-probabilities, and it got probabilities: the loss came out negative.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(X @ W.T + b, s.squeeze(1).long(), reduction="sum"),
        "That is the sum over the penguins; the mean is wanted.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(X @ W.T + b, s.argmax(dim=1)),
        "`argmax` along a single column is always 0, so every penguin becomes species 0. The column holds the class "
        "numbers already: change shape and dtype alone.",
    ),
    mistake(
        _species_as_probabilities,
        "You spread the class number over a whole row, such as [2, 2, 2], and it was taken for probabilities. "
        "Class numbers have the shape (n,) and are whole numbers.",
    ),
    mistake(
        _species_counted_anew,
        "Without `num_classes` the one-hot rows are as long as the largest label at hand asks for: too short where the "
        "last species is missing. Say how many classes there are.",
    ),
    mistake(
        lambda X, W, b, s: F.nll_loss(torch.softmax(X @ W.T + b, 1).log(), s[:, 0].long()),
        "Softmax and then log: for measurements in grams a probability is rounded to 0, and its logarithm is −inf. "
        "`F.cross_entropy` does both in one step, from raw scores.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(X @ W.T + b, torch.tensor([0, 1, 2, 1])),
        "Your loss does not look at `species`: `labels` is a name of an earlier cell. Use the argument.",
    ),
    mistake(
        _species_softmax_over_rows,
        "Your softmax runs down the batch. The classes of one penguin share a sum: `dim=1`.",
    ),
    mistake(
        _species_without_bias,
        "The softmax and the labels are right now; the bias has got lost.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(torch.log_softmax(X @ W.T + b, 0), s[:, 0].long()),
        "There is a log-softmax down the batch before the loss. `F.cross_entropy` wants the raw scores.",
    ),
    mistake(
        lambda X, W, b, s: F.cross_entropy(torch.sigmoid(X @ W.T + b), s[:, 0].long()),
        "A sigmoid squeezes the scores as the softmax did. `F.cross_entropy` wants them raw.",
    ),
]
alternatives = [
    _in_two_steps,
    _with_one_hot,
    _species_by_reshape,
    _species_with_int,
    _species_by_comparison,
    _species_by_gather,
]
also_wrong = [
    _species_log_of_softmax_twice,
    _species_first_only,
]
hints = [
    "Run the program in a cell of your own and read the error. What shape and what dtype does "
    "`F.cross_entropy` want for class numbers?",
    "`species.squeeze(1)` has the shape (n,), `.long()` makes whole numbers of floats.",
    "When it runs, it is still wrong: how often is softmax applied?",
]
