"""Exercises of lesson 04: squared and Huber loss, cross-entropy by hand, the right pair, the gradient."""

import torch
from torch.nn import functional as F

from helpers.checks import ready_made
from helpers.checks.exercise import (
    ChoiceExercise,
    FunctionExercise,
    RepairExercise,
    ValueExercise,
    case,
    exercise,
    forbid,
    mistake,
)
from helpers.checks.ready_made import CLASS_LOSSES

LESSON = "04_loss"

REGRESSION_LOSSES = forbid(
    *ready_made.REGRESSION_LOSSES,
    why="That is torch's own loss. Here the formula is your work: a subtraction, then the rest.",
)
OTHER_SIZES = "right for other sizes"


@exercise(LESSON, points=2)
class mse(FunctionExercise):
    """Return the mean of the squared differences between predictions and targets."""

    requirements = {"right for a few numbers": 1, OTHER_SIZES: 1}
    gradients = True
    forbidden = REGRESSION_LOSSES

    def inputs(draw):
        yield torch.tensor([3.2, 2.5, 7.0]), torch.tensor([3.0, 4.0, 2.5])
        n = draw.integer(4, 9)
        yield case(draw.normal(n, mean=2), draw.normal(n), requirement=OTHER_SIZES)
        yield case(draw.normal(n, 3), draw.normal(n, 3), requirement=OTHER_SIZES)
        yield draw.normal(3, mean=2), draw.normal(3)

    def reference(predictions, targets):
        return ((predictions - targets) ** 2).mean()

    mistakes = [
        mistake(
            lambda p, y: (p - y).abs().mean(), "You averaged the distances. Square them first."
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).sum(),
            "That is the sum of the squares. The M in MSE is the mean: a loss should not grow because the "
            "table is longer.",
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).mean().sqrt(),
            "You took the root at the end. That is the RMSE; the MSE leaves the mean of the squares as it is.",
        ),
        mistake(
            lambda p, y: (p - y).mean() ** 2,
            "You squared the mean. Errors of +5 and −5 then cancel: square each error before you average.",
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).mean(dim=0),
            "`dim=0` gives one mean per column. A loss is one number: take the mean over everything.",
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).mean().item(),
            "`.item()` makes a Python number of the loss, and nothing could be learned from it: leave it out.",
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).sum() / len(p),
            "You divided by the number of rows. A table (n, k) has n·k entries: `.mean()` counts them all.",
        ),
        mistake(
            lambda p, y: ((p - y) ** 2).mean() / 2,
            "You halved it. Some books do, to make the derivative look neat; torch's MSE does not.",
        ),
    ]
    alternatives = [
        lambda p, y: torch.dot((p - y).flatten(), (p - y).flatten()) / p.numel(),
        lambda p, y: torch.sum(torch.square(y - p)) / y.numel(),
        lambda p, y: torch.mean(p * p - 2 * p * y + y * y),
    ]
    hints = [
        "Three steps: the differences, their squares, the mean of these.",
        "`predictions - targets` works on the whole table at once, and so does `** 2`.",
        "`.mean()` without a `dim` averages over everything.",
    ]


@exercise(LESSON, points=2)
class best_guess(ValueExercise):
    """Predict which single number has the lowest loss for five house prices, before and after a typing error."""

    requirements = {
        "MSE, right prices": 0.5,
        "MAE, right prices": 0.5,
        "MSE, with the typing error": 0.5,
        "MAE, with the typing error": 0.5,
    }
    parts = {
        "mse": "MSE, right prices",
        "mae": "MAE, right prices",
        "mse_typo": "MSE, with the typing error",
        "mae_typo": "MAE, with the typing error",
    }
    reference = {"mse": 290.0, "mae": 280.0, "mse_typo": 920.0, "mae_typo": 280.0}
    atol = 0.5
    mistakes = [
        mistake(
            {"mse_typo": 290.0},
            "The squared error of 3,500 is enormous, so the best guess for MSE moves towards it. Work out the "
            "mean of the five numbers again.",
        ),
        mistake(
            {"mae_typo": 920.0},
            "920 is the mean. For the sum of the distances only the order counts: walk from 920 down to 280 and "
            "you come closer to four houses while you leave one.",
        ),
        mistake(
            {"mse": 280.0},
            "280 is the median, the house in the middle. The sum of squared distances is lowest at the mean.",
        ),
        mistake(
            {"mae": 290.0},
            "290 is the mean. For absolute distances the middle house, the median, is best.",
        ),
    ]
    hints = [
        "For squares: at which guess do the five errors, with their signs, add up to 0? For distances: at which "
        "guess do as many houses lie above as below?",
        "The errors add up to 0 at the mean; as many houses lie above as below at the median.",
        "The mean is the sum divided by five; for the median, sort the five and take the third.",
    ]


def _huber(inside, outside):
    """Return a Huber-like loss from its two arms, functions of the error and of δ."""

    def loss(predictions, targets, delta):
        error = predictions - targets
        arms = inside(error, delta), outside(error, delta)
        return torch.where(error.abs() <= delta, *arms).mean()

    return loss


@exercise(LESSON, points=2)
class huber(FunctionExercise):
    """Return the mean Huber loss: half the square for small errors, a straight line for large ones."""

    requirements = {"right for a few numbers": 1, "right for other sizes and δ": 1}
    gradients = True
    forbidden = REGRESSION_LOSSES

    def inputs(draw):
        yield torch.tensor([2.5, 0.3, 9.0, 1.2]), torch.tensor([2.0, 4.3, 2.0, 1.5]), 2.0
        n = draw.integer(6, 12)
        other = "right for other sizes and δ"
        for delta in (0.5, 1.5):
            predictions, targets = draw.normal(n, 2, std=3), draw.normal(n, 2)
            predictions[:2] += torch.tensor([[-7.3], [8.1]])  # both arms occur at each draw
            targets[2:4] = predictions[2:4] + torch.tensor([[0.13], [-0.21]])
            yield case(predictions, targets, delta, requirement=other)
        targets = draw.normal(4)
        away = torch.tensor([0.5, -4.0, 7.0, -0.3]) * draw.uniform(4, low=0.8, high=1.2)
        yield targets + away, targets, 2.0

    def reference(predictions, targets, delta):
        error = (predictions - targets).abs()
        return torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2)).mean()

    def _clamped(predictions, targets, delta):
        error = (predictions - targets).abs()
        near = error.clamp(max=delta)
        return (near**2 / 2 + delta * (error - near)).mean()

    def _masked(predictions, targets, delta):
        error = predictions - targets
        small = (error.abs() <= delta).to(error.dtype)
        line = delta * error.abs() - delta**2 / 2
        return (small * error**2 / 2 + (1 - small) * line).sum() / error.numel()

    def _by_loop(predictions, targets, delta):
        total = 0.0
        for p, y in zip(predictions.flatten(), targets.flatten(), strict=True):
            e = abs(p - y)
            total = total + (0.5 * e * e if e <= delta else delta * e - 0.5 * delta * delta)
        return total / predictions.numel()

    def _signed(predictions, targets, delta):
        error = predictions - targets
        arms = error**2 / 2, delta * (error.abs() - delta / 2)
        return torch.where(error <= delta, *arms).mean()

    mistakes = [
        mistake(
            _huber(lambda e, d: e**2, lambda e, d: d * (e.abs() - d / 2)),
            "The inner arm is half the square. Without the half the two arms do not meet at δ.",
        ),
        mistake(
            _huber(lambda e, d: e**2 / 2, lambda e, d: d * e.abs()),
            "Your straight arm begins too high: at δ it must have the value δ²/2. Subtract δ/2 from the distance.",
        ),
        mistake(
            _huber(lambda e, d: e**2 / 2, lambda e, d: d * e.abs() - d / 2),
            "Mind the brackets of the straight arm: δ multiplies all of |error| − δ/2.",
        ),
        mistake(
            _huber(lambda e, d: e**2 / (2 * d), lambda e, d: e.abs() - d / 2),
            "You divided by δ. That is torch's `smooth_l1_loss`; Huber's straight arm has the slope δ.",
        ),
        mistake(
            _huber(lambda e, d: e**2 / 2, lambda e, d: e.abs() - d / 2),
            "Your straight arm has the slope 1. Multiply it by δ, and the two arms meet.",
        ),
        mistake(
            _huber(lambda e, d: d * (e.abs() - d / 2), lambda e, d: e**2 / 2),
            "The two arms are swapped: small errors get the square, large ones the line.",
        ),
        mistake(
            _signed,
            "The condition must look at the distance |error|: a prediction far too low has a large error too.",
        ),
        mistake(
            _huber(lambda e, d: e**2 / 2, lambda e, d: d * (e - d / 2)),
            "The straight arm needs the distance |error|; a negative error gives you a negative loss.",
        ),
        mistake(
            lambda p, y, d: huber.reference(p, y, d) * p.numel(),
            "That is the sum. The loss is the mean over all entries.",
        ),
    ]
    alternatives = [_clamped, _masked, _by_loop]
    hints = [
        "Begin with the distances: `error = (predictions - targets).abs()`.",
        "`torch.where(condition, a, b)` takes `a` where the condition holds and `b` elsewhere.",
        "The two arms are `error**2 / 2` and `delta * (error - delta / 2)`. The mean comes last.",
    ]


@exercise(LESSON, points=2)
class one_hot(FunctionExercise):
    """Turn n class numbers into n rows of zeros with a single one each."""

    requirements = {"right for three labels": 1, "right for other labels": 1}
    forbidden = forbid("one_hot", why="That is torch's own. Build the table of zeros and ones.")

    def inputs(draw):
        yield torch.tensor([2, 0, 1]), 4
        n, classes = draw.integer(5, 9), draw.integer(5, 8)
        labels = draw.integers(n, low=0, high=classes - 1)
        yield case(labels, classes, requirement="right for other labels")
        yield case(torch.tensor([1]), 3, requirement="right for other labels")
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
    ]
    alternatives = [
        lambda y, k: torch.eye(k)[y],
        lambda y, k: torch.zeros(len(y), k).scatter(1, y.view(-1, 1), 1.0),
        _by_place,
        _by_loop,
    ]
    hints = [
        "`torch.zeros(len(labels), classes)` is a start; then one entry of each row becomes 1.",
        "Two index tensors pick one entry per row: `rows[torch.arange(n), labels]`.",
        "Or without writing: compare `labels.unsqueeze(1)`, shape (n, 1), with `torch.arange(classes)`.",
    ]


@exercise(LESSON, points=2)
class negative_log_likelihood(FunctionExercise):
    """Return the mean surprise: minus the log-probability of each true class, averaged."""

    requirements = {"right for two examples": 1, OTHER_SIZES: 1}
    gradients = True
    forbidden = forbid(*CLASS_LOSSES, why="That is torch's own. Pick the entries yourself.")

    def inputs(draw):
        yield torch.tensor([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1]]).log(), torch.tensor([0, 2])
        for n in (draw.integer(4, 9), 1):
            scores = draw.normal(n, 4, std=1.5)
            labels = draw.integers(n, low=0, high=4)
            yield case(torch.log_softmax(scores, dim=1), labels, requirement=OTHER_SIZES)
        scores = draw.normal(2, 3, std=1.5)
        yield torch.log_softmax(scores, dim=1), draw.integers(2, low=0, high=3)

    def reference(log_probabilities, labels):
        return -log_probabilities[torch.arange(len(labels)), labels].mean()

    def _by_loop(log_probabilities, labels):
        total = 0.0
        for row, label in zip(log_probabilities, labels, strict=True):
            total = total - row[label]
        return total / len(labels)

    def _by_mask(log_probabilities, labels):
        truth = labels.unsqueeze(1) == torch.arange(log_probabilities.shape[1])
        return -log_probabilities[truth].mean()

    mistakes = [
        mistake(
            lambda logp, y: logp[torch.arange(len(y)), y].mean(),
            "The minus is missing. Logarithms of probabilities are negative, and a loss should fall as things "
            "get better.",
        ),
        mistake(
            lambda logp, y: -logp[torch.arange(len(y)), y].sum(),
            "That is the sum over the examples; the mean is wanted.",
        ),
        mistake(
            lambda logp, y: -logp[:, y].mean(),
            "`[:, labels]` takes these columns from every row. Each row has its own label: "
            "`[torch.arange(n), labels]`.",
        ),
        mistake(
            lambda logp, y: -logp.mean(),
            "You averaged over all classes. Only the log-probability of the true class counts.",
        ),
        mistake(
            lambda logp, y: -logp.amax(dim=1).mean(),
            "You took the largest entry of each row. What counts is the entry of the class that is true.",
        ),
        mistake(
            lambda logp, y: -(F.one_hot(y, logp.shape[1]) * logp).mean(),
            "You divided by all n·k entries. Add up each row first; the mean is taken over the n examples.",
        ),
        mistake(
            lambda logp, y: -logp[torch.arange(len(y)), y].exp().mean(),
            "You averaged the probabilities. Their logarithms come in already: leave `exp` out.",
        ),
        mistake(
            lambda logp, y: -logp.exp()[torch.arange(len(y)), y].mean().log(),
            "You took the logarithm of the mean. Each example has its own surprise, and these are averaged.",
        ),
        mistake(
            lambda logp, y: -logp[torch.arange(len(y)), y].log().mean(),
            "The input holds logarithms already; a second `log` of a negative number is nan.",
        ),
    ]
    alternatives = [
        lambda logp, y: -logp.gather(1, y.unsqueeze(1)).mean(),
        lambda logp, y: -(F.one_hot(y, logp.shape[1]) * logp).sum() / len(y),
        _by_loop,
        _by_mask,
    ]
    hints = [
        "From each row one entry counts: the one in the column of its label.",
        "`torch.arange(len(labels))` numbers the rows. Use it together with `labels` as an index.",
        "Mean of the picked entries, and a minus before it.",
    ]


def _picked(values, labels):
    """Return the entry of each row in the column of its label."""
    return values[torch.arange(len(labels)), labels]


def _naive_cross_entropy(scores, labels):
    powers = scores.exp()
    return -_picked(powers / powers.sum(dim=1, keepdim=True), labels).log().mean()


STABLE = "finite and right for scores of 1000"


@exercise(LESSON, points=3)
class cross_entropy(FunctionExercise):
    """Return the mean cross-entropy of raw scores, by hand, with the log-sum-exp trick."""

    requirements = {"right for one example": 1, "right for a batch": 1, STABLE: 1}
    gradients = True
    forbidden = forbid(
        *CLASS_LOSSES,
        *ready_made.NORMALISERS,
        why="Here the trick itself is the exercise: `amax`, `exp`, `sum` and `log` are all you need.",
    )

    def inputs(draw):
        yield torch.tensor([[2.0, 5.0]]), torch.tensor([1])
        yield torch.tensor([[1.5, 1.1]]), torch.tensor([1])
        batch = "right for a batch"
        scores, labels = draw.normal(4, 3, std=2), torch.tensor([2, 0, 1, 1])
        yield case(scores, labels, requirement=batch)
        n = draw.integer(5, 9)
        yield case(
            draw.normal(n, 6, mean=1.5, std=2), draw.integers(n, low=0, high=6), requirement=batch
        )
        big = torch.tensor([[1000.0, 998.5, 990.0], [-1000.0, -998.5, -1001.0]])
        yield case(big, torch.tensor([1, 0]), requirement=STABLE)
        yield case(torch.tensor([[0.5, 200.0]]), torch.tensor([0]), requirement=STABLE)
        far = draw.normal(2, 3, std=2) + torch.tensor([[1000.0], [-1000.0]])
        yield case(far, draw.integers(2, low=0, high=3), requirement=STABLE)
        yield draw.normal(1, 2, std=2), draw.integers(1, low=0, high=2)

    def reference(scores, labels):
        return (torch.logsumexp(scores, dim=1) - _picked(scores, labels)).mean()

    def _by_hand(scores, labels):
        top = scores.amax(dim=1, keepdim=True)
        lse = top.squeeze(1) + (scores - top).exp().sum(dim=1).log()
        return (lse - scores[torch.arange(len(labels)), labels]).mean()

    def _shifted(scores, labels):
        shifted = scores - scores.max(dim=1, keepdim=True).values
        log_probabilities = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
        return -log_probabilities.gather(1, labels.view(-1, 1)).mean()

    def _by_rows(scores, labels):
        losses = []
        for row, label in zip(scores, labels, strict=True):
            top = row.max().detach()
            losses.append(top + torch.log(torch.sum(torch.exp(row - top))) - row[label])
        return torch.stack(losses).mean()

    def _one_maximum(scores, labels):
        top = scores.max()
        lse = top + (scores - top).exp().sum(dim=1).log()
        return (lse - _picked(scores, labels)).mean()

    def _maximum_not_given_back(scores, labels):
        top = scores.amax(dim=1, keepdim=True)
        return ((scores - top).exp().sum(dim=1).log() - _picked(scores, labels)).mean()

    def _wrong_way(scores, labels):
        return (torch.logsumexp(scores, dim=0).mean() - _picked(scores, labels)).mean()

    def _down_the_batch(scores, labels):
        return (torch.logsumexp(scores, dim=0) - _picked(scores, labels)).mean()

    mistakes = [
        mistake(
            _naive_cross_entropy,
            "The formula is right on paper; on a computer exp(1000) is inf. Subtract each row's largest score "
            "before `exp`.",
        ),
        mistake(
            lambda z, y: -_picked(torch.softmax(z, 1), y).log().mean(),
            "Softmax and then log: a probability of exp(−200) is rounded to 0, and its logarithm is −inf. Do "
            "not take `exp` of the true class at all: log-sum-exp minus its score.",
        ),
        mistake(
            _one_maximum,
            "You subtract the largest score of the whole batch. In a row far below it everything becomes "
            "exp(−2000) = 0. Each row needs its own maximum: `amax(dim=1, keepdim=True)`.",
        ),
        mistake(
            _maximum_not_given_back,
            "You subtracted the maximum within the log-sum-exp; add it again outside the logarithm.",
        ),
        mistake(
            lambda z, y: F.cross_entropy(torch.softmax(z, 1), y),
            "These are the losses of probabilities taken for scores: softmax was applied twice.",
        ),
        mistake(
            lambda z, y: -_picked(z, y).mean(),
            "You picked the scores themselves. They are no log-probabilities yet: the log-sum-exp is missing.",
        ),
        mistake(
            lambda z, y: F.cross_entropy(z, y, reduction="sum"),
            "That is the sum over the batch; the mean is wanted.",
        ),
        mistake(
            lambda z, y: -F.cross_entropy(z, y),
            "The sign is turned round: log-sum-exp minus the score of the true class, not the other way.",
        ),
        mistake(
            lambda z, y: (torch.logsumexp(z, 1) - z.amax(dim=1)).mean(),
            "You used the largest score of each row. The loss asks for the score of the true class.",
        ),
        mistake(
            _wrong_way,
            "You summed over the batch. The classes of one example compete with each other: `dim=1`.",
        ),
        mistake(
            _down_the_batch,
            "`dim=0` runs down the batch. Maximum and sum belong to one example, along its classes: `dim=1`.",
        ),
    ]
    alternatives = [_by_hand, _shifted, _by_rows]
    hints = [
        "For one row: loss = log-sum-exp of the row − score of the true class.",
        "`top = scores.amax(dim=1, keepdim=True)` is each row's largest score. "
        "`(scores - top).exp()` cannot overflow.",
        "Log-sum-exp is `top.squeeze(1) + (scores - top).exp().sum(dim=1).log()`.",
        "Pick the true scores as in `negative_log_likelihood`: `scores[torch.arange(len(labels)), labels]`.",
    ]


@exercise(LESSON, points=2)
class weighted_cross_entropy(FunctionExercise):
    """Return the cross-entropy as a weighted mean, with one weight per class."""

    requirements = {"right for a small batch": 1, OTHER_SIZES: 1}
    gradients = True
    forbidden = forbid(
        *CLASS_LOSSES, why="`F.log_softmax` is allowed; picking and weighting is your part."
    )

    def inputs(draw):
        scores = torch.tensor(
            [[1.0, 0.2, -0.5], [0.3, 2.0, 0.1], [0.4, -1.0, 0.6], [2.0, 1.5, 0.3]]
        )
        yield scores, torch.tensor([0, 1, 2, 0]), torch.tensor([1.0, 3.0, 0.5])
        for n in (draw.integer(5, 9), 2):
            labels, weights = draw.integers(n, low=0, high=4), draw.uniform(4, low=0.3, high=4)
            yield case(draw.normal(n, 4, std=2), labels, weights, requirement=OTHER_SIZES)
        labels = torch.tensor([0, 1, 2, 0])[draw.permutation(4)]
        yield draw.normal(4, 3, std=2), labels, draw.uniform(3, low=0.3, high=4)

    def reference(scores, labels, weights):
        losses = -_picked(torch.log_softmax(scores, dim=1), labels)
        return (weights[labels] * losses).sum() / weights[labels].sum()

    def _by_table(scores, labels, weights):
        table = F.one_hot(labels, scores.shape[1]) * weights
        return -(table * F.log_softmax(scores, 1)).sum() / table.sum()

    def _by_loop(scores, labels, weights):
        above, below = 0.0, 0.0
        for row, label in zip(scores, labels, strict=True):
            above = above + weights[label] * (torch.logsumexp(row, 0) - row[label])
            below = below + weights[label]
        return above / below

    def _every_class(scores, labels, weights):
        losses = -_picked(torch.log_softmax(scores, dim=1), labels)
        return (losses.unsqueeze(1) * weights).mean()

    mistakes = [
        mistake(
            lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).mean(),
            "You divided by the number of examples. A weighted mean divides by the sum of the weights that "
            "were used.",
        ),
        mistake(
            lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).sum() / w.sum(),
            "You divided by the sum of the class weights. Each example brings its weight: "
            "`weights[labels].sum()`.",
        ),
        mistake(lambda z, y, w: F.cross_entropy(z, y), "The weights have no effect yet."),
        mistake(
            lambda z, y, w: (w[y] * F.cross_entropy(z, y)).sum() / w[y].sum(),
            "You weighted the mean loss, and the weights cancel. Each example needs its own loss first.",
        ),
        mistake(
            lambda z, y, w: (w[y] * F.cross_entropy(z, y, reduction="none")).sum(),
            "That is the weighted sum. Divide by the weights' sum, so that doubling all weights changes nothing.",
        ),
        mistake(
            lambda z, y, w: F.cross_entropy(z * w, y),
            "You multiplied the scores. That changes the probabilities; the weight belongs to the loss of an example.",
        ),
        mistake(
            _every_class,
            "Each loss met all the weights. An example has one weight, that of its class: `weights[labels]`.",
        ),
    ]
    alternatives = [_by_table, _by_loop]
    hints = [
        "`weights[labels]` holds one weight per example.",
        "First the losses one by one: minus `F.log_softmax(scores, dim=1)`, picked at the labels.",
        "Multiply, sum, and divide by `weights[labels].sum()`.",
    ]


@exercise(LESSON, points=3)
class bce_with_logits(FunctionExercise):
    """Return the mean binary cross-entropy of raw scores, finite for every score."""

    requirements = {"right for a few scores": 1, OTHER_SIZES: 1, "finite and right for ±200": 1}
    gradients = True
    forbidden = forbid(
        *CLASS_LOSSES,
        *("softplus", "logsigmoid", "logaddexp"),
        *ready_made.NORMALISERS,
        why="It hides the stable formula, which is your work here: `clamp`, `abs`, `exp` and `log1p`.",
    )

    def inputs(draw):
        yield torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 0.0, 0.0])
        n = draw.integer(4, 9)
        yield case(
            draw.normal(n, 2, mean=0.3, std=2),
            draw.integers(n, 2, low=0, high=2).float(),
            requirement=OTHER_SIZES,
        )
        yield case(
            torch.tensor([200.0, -150.0, 120.0, 1.5]),
            torch.tensor([0.0, 1.0, 1.0, 0.0]),
            requirement="finite and right for ±200",
        )
        far = draw.uniform(4, low=120, high=200) * torch.tensor([1.0, -1.0, 1.0, -1.0])
        labels = torch.tensor([0.0, 1.0, 1.0, 0.0])
        yield case(far, labels, requirement="finite and right for ±200")
        yield draw.normal(3, std=2), draw.integers(3, low=0, high=2).float()

    def reference(scores, targets):
        return (F.softplus(scores) - scores * targets).mean()

    def _textbook(scores, targets):
        p = torch.sigmoid(scores)
        return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()

    def _stable(scores, targets):
        return (
            scores.clamp(min=0) - scores * targets + torch.log1p(torch.exp(-scores.abs()))
        ).mean()

    def _with_maximum(scores, targets):
        top = torch.relu(scores)
        return (
            top + torch.log(torch.exp(-top) + torch.exp(scores - top)) - scores * targets
        ).mean()

    def _clipped(scores, targets):
        p = torch.sigmoid(scores).clamp(1e-7, 1 - 1e-7)
        return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()

    def _half(scores, targets):
        return -(targets * torch.sigmoid(scores).log()).mean()

    mistakes = [
        mistake(
            _textbook,
            "This is the textbook formula. At a score of 200 the sigmoid is rounded to 1, and log(1 − 1) is −inf: "
            "put the sigmoid into the formula on paper and simplify.",
        ),
        mistake(
            _clipped,
            "Clipping the probability keeps the loss finite, and wrong: at a score of 200 it should be 200, and "
            "where the clip holds the gradient is 0, so nothing is learned from the worst errors.",
        ),
        mistake(
            _half,
            "Examples with target 0 cost nothing in your loss. They need the other half, (1 − y)·log(1 − p).",
        ),
        mistake(
            lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum"),
            "That is the sum; the mean over all entries is wanted.",
        ),
        mistake(
            lambda z, y: F.binary_cross_entropy_with_logits(z, 1 - y),
            "Your targets are swapped: a high score with target 1 should cost little.",
        ),
        mistake(
            lambda z, y: F.binary_cross_entropy_with_logits(torch.sigmoid(z), y),
            "The sigmoid was applied twice: the stable formula takes the raw score.",
        ),
        mistake(
            lambda z, y: (torch.log(1 + torch.exp(z)) - z * y).mean(),
            "Right on paper, and for a score of 200 exp overflows to inf. Use max(z, 0) and exp(−|z|), which "
            "never exceeds 1.",
        ),
        mistake(
            lambda z, y: (z.max() - z * y + torch.log1p(torch.exp(-z.abs()))).mean(),
            "`max` over the tensor gives one number for all. max(z, 0) is meant entry by entry: "
            "`scores.clamp(min=0)`.",
        ),
        mistake(
            lambda z, y: (z.clamp(min=0) - z * y + torch.log1p(1 + torch.exp(-z.abs()))).mean(),
            "`torch.log1p` adds the 1 itself, and you added another.",
        ),
        mistake(
            lambda z, y: (z.clamp(min=0) - z * y + torch.exp(-z.abs())).mean(),
            "The last part is log(1 + exp(−|z|)); `torch.log1p` takes that logarithm.",
        ),
    ]
    alternatives = [_stable, _with_maximum]
    hints = [
        "Translate the formula above piece by piece: max(z, 0), then z·y, then log(1 + exp(−|z|)).",
        "`scores.clamp(min=0)` is max(z, 0).",
        "`torch.log1p(x)` is log(1 + x), exact for small x too.",
    ]


@exercise(LESSON, points=2)
class pairing(ChoiceExercise):
    """Choose for each task what the network ends with and which loss goes with it."""

    options = {
        "A": "one number as it is, and `nn.MSELoss`",
        "B": "one raw score, and `nn.BCEWithLogitsLoss`",
        "C": "one raw score for each class, and `nn.CrossEntropyLoss` with class numbers",
        "D": "one raw score for each label, and `nn.BCEWithLogitsLoss` with a row of zeros and ones",
        "E": "softmax, and `nn.CrossEntropyLoss` with class numbers",
        "F": "one number as it is, and `nn.HuberLoss`",
    }
    requirements = {
        "the price of a house, clean records": 0.4,
        "the price of a house, typing errors": 0.4,
        "one of ten digits": 0.4,
        "malignant or benign": 0.4,
        "all things in a photograph": 0.4,
    }
    parts = {
        "clean prices": "the price of a house, clean records",
        "dirty prices": "the price of a house, typing errors",
        "digit": "one of ten digits",
        "tumour": "malignant or benign",
        "photo": "all things in a photograph",
    }
    reference = {
        "clean prices": "A",
        "dirty prices": "F",
        "digit": "C",
        "tumour": "B",
        "photo": "D",
    }
    mistakes = [
        mistake(
            {"digit": "E"},
            "`nn.CrossEntropyLoss` applies the softmax itself. With one before it the loss cannot come near 0.",
        ),
        mistake(
            {"digit": "D"},
            "With one sigmoid for each digit a picture could be a 3 and an 8 at once. Where exactly one class is "
            "true the classes must compete.",
        ),
        mistake(
            {"photo": "C"},
            "Cross-entropy makes the classes compete for one place. A photograph may show a dog and a car: each "
            "label needs its own yes or no.",
        ),
        mistake(
            {"tumour": "A"},
            "A squared error on yes and no learns slowly where it is most wrong. The tumour is a yes-or-no "
            "question: one score and binary cross-entropy.",
        ),
        mistake(
            {"dirty prices": "A"},
            "One price with a digit too many would pull the whole model along, squared. Take a loss whose arms are "
            "straight.",
        ),
        mistake(
            {"tumour": "D"},
            "There is one question here, malignant or not, and not several labels: one score is enough.",
        ),
    ]
    hints = [
        "Ask first: a quantity, one of several classes, or several yes-or-no questions?",
        "The losses with CrossEntropy and WithLogits in their names bring softmax and sigmoid along: hand them "
        "raw scores.",
    ]


@exercise(LESSON, points=3)
class cross_entropy_gradient(FunctionExercise):
    """Return the gradient of the mean cross-entropy with respect to the scores, by its formula."""

    requirements = {"right for one example": 1, "right for a batch": 2}
    forbidden = forbid(
        *CLASS_LOSSES,
        *("backward", "grad", "autograd", "requires_grad_", "jacobian", "vjp", "func"),
        why="Torch's automatic gradient is what you compare with; write the formula ŷ − y.",
    )

    def inputs(draw):
        yield torch.tensor([[2.0, 5.0, 0.5]]), torch.tensor([0])
        for n, classes in ((draw.integer(4, 8), 3), (3, 5)):
            labels = draw.integers(n, low=0, high=classes)
            yield case(draw.normal(n, classes, std=2), labels, requirement="right for a batch")
        yield draw.normal(1, 3, std=2), draw.integers(1, low=0, high=3)

    def reference(scores, labels):
        truth = F.one_hot(labels, scores.shape[1])
        return (torch.softmax(scores, dim=1) - truth) / len(labels)

    def _subtracting_one(scores, labels):
        slope = scores.softmax(1)
        slope[torch.arange(len(labels)), labels] -= 1
        return slope / len(labels)

    def _by_hand(scores, labels):
        powers = (scores - scores.amax(1, keepdim=True)).exp()
        shares = powers / powers.sum(1, keepdim=True)
        return (shares - torch.eye(scores.shape[1])[labels]) / scores.shape[0]

    mistakes = [
        mistake(
            lambda z, y: torch.softmax(z, 1) - F.one_hot(y, z.shape[1]),
            "That is the gradient of the sum. The loss is a mean over n examples, so each row is divided by n.",
        ),
        mistake(
            lambda z, y: (F.one_hot(y, z.shape[1]) - torch.softmax(z, 1)) / len(y),
            "The sign is turned round: it is ŷ − y. Raising a wrong class's score raises the loss.",
        ),
        mistake(
            lambda z, y: torch.softmax(z, 1) - y,
            "You subtracted the class numbers themselves. The truth y is a row per example: make it one-hot.",
        ),
        mistake(
            lambda z, y: torch.softmax(z, 1) / len(y),
            "The true class is missing: its entry must be lowered by 1 before you divide.",
        ),
        mistake(
            lambda z, y: (torch.softmax(z, 0) - F.one_hot(y, z.shape[1])) / len(y),
            "Softmax runs along the classes of one example: `dim=1`.",
        ),
        mistake(
            lambda z, y: (z - F.one_hot(y, z.shape[1])) / len(y),
            "ŷ stands for the probabilities, not for the raw scores. Softmax first.",
        ),
        mistake(
            lambda z, y: (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) / z.numel(),
            "You divided by the number of entries. The mean runs over the n examples only.",
        ),
    ]
    alternatives = [_subtracting_one, _by_hand]
    hints = [
        "ŷ is `torch.softmax(scores, dim=1)`. What has the same shape and holds the truth?",
        "`F.one_hot(labels, classes)`, or your own `one_hot`, gives y.",
        "The loss is a mean over the batch. What does that do to the gradient of each row?",
    ]


RUNS = "runs, and three equal scores cost log 3"


@exercise(LESSON, points=2)
class species_loss(RepairExercise):
    """Mend the loss of a classifier, so that it gives the cross-entropy of the scores."""

    requirements = {RUNS: 0.5, "right for four penguins": 0.5, OTHER_SIZES: 1}
    gradients = True

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
        yield case(X, W, b, species, requirement="right for four penguins")
        # Equal scores, and every class once for the same measurements: loss and gradients are the same with a
        # softmax too many, so whoever has mended the crash alone is paid for it.
        X, W, b = X[[0, 0, 0]], torch.tensor([[0.7, -0.4]]).expand(3, 2), torch.full((3,), 0.2)
        yield case(X, W, b, torch.tensor([[1.0], [2.0], [0.0]]), requirement=RUNS)
        for n, classes in ((draw.integer(5, 9), 4), (1, 3)):
            species = draw.integers(n, 1, low=0, high=classes).float()
            W, b = draw.normal(classes, 3), draw.normal(classes)
            yield case(draw.normal(n, 3), W, b, species, requirement=OTHER_SIZES)
        W, b, species = draw.normal(3, 2), draw.normal(3), draw.integers(4, 1, low=0, high=3)
        four = "right for four penguins"
        yield case(draw.normal(4, 2), W, b, species.float(), requirement=four)
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
    ]
    alternatives = [_in_two_steps, _with_one_hot]
    hints = [
        "Run the program in a cell of your own and read the error. What shape and what dtype does "
        "`F.cross_entropy` want for class numbers?",
        "`species.squeeze(1)` has the shape (n,), `.long()` makes whole numbers of floats.",
        "When it runs, it is still wrong: how often is softmax applied?",
    ]


@exercise(LESSON, points=2)
class price_loss(RepairExercise):
    """Mend the squared loss of a price model, which compares every house with every price."""

    requirements = {"right for three houses": 1, OTHER_SIZES: 1}
    gradients = True

    def broken(X, W, b, prices):
        """Return the mean squared error of a linear model, one number.

        X (n, d): features of n houses. W (1, d), b (1,): weights and bias. prices (n,).
        """
        predictions = X @ W.T + b
        return ((predictions - prices) ** 2).mean()

    def inputs(draw):
        X = torch.tensor([[1.2, 3.0], [0.7, 2.0], [2.1, 4.0]])
        W, b = torch.tensor([[1.0, 0.5]]), torch.tensor([0.4])
        yield X, W, b, torch.tensor([3.3, 2.5, 4.1])
        for n in (draw.integer(4, 9), 2):
            W, b, prices = draw.normal(1, 4), draw.normal(1), draw.normal(n, mean=1, std=2)
            yield case(draw.normal(n, 4), W, b, prices, requirement=OTHER_SIZES)
        yield draw.normal(3, 2), draw.normal(1, 2), draw.normal(1), draw.normal(3, mean=1, std=2)

    def reference(X, W, b, prices):
        return F.mse_loss((X @ W.T + b).squeeze(1), prices)

    def _widened(X, W, b, prices):
        return ((X @ W.T + b - prices.unsqueeze(1)) ** 2).mean()

    def _diagonal(X, W, b, prices):
        return ((X @ W.T + b - prices).diagonal() ** 2).mean()

    mistakes = [
        mistake(
            lambda X, W, b, p: ((X @ W.T + b - p.unsqueeze(0)) ** 2).mean(),
            "`predictions` has the shape (n, 1) and the prices lie along a row, so the difference is a table of "
            "n × n. Give both the shape (n,), or both (n, 1).",
        ),
        mistake(
            lambda X, W, b, p: ((X @ W.T + b).mean() - p).pow(2).mean(),
            "You compare the mean prediction with each price. Every house has its own prediction.",
        ),
        mistake(
            lambda X, W, b, p: ((X @ W.T + b - p) ** 2).sum(),
            "The mean was right. What is wrong is what it averages: print the shape of `predictions - prices`.",
        ),
        mistake(
            lambda X, W, b, p: ((X @ W.T + b).squeeze(1) - p).pow(2).sum(),
            "The shapes fit now; the mean has become a sum.",
        ),
        mistake(
            lambda X, W, b, p: ((X @ W.T + b).squeeze(1) - p).abs().mean(),
            "The shapes fit now; the square has become a distance.",
        ),
        mistake(
            lambda X, W, b, p: ((X @ W[0]).unsqueeze(1) + b - p).pow(2).mean(dim=0).sum(),
            "Still n × n: a table of n columns was averaged column by column and added up.",
        ),
    ]
    alternatives = [_widened, _diagonal, lambda X, W, b, p: ((X @ W[0] + b - p) ** 2).mean()]
    hints = [
        "Print the shapes of `predictions`, of `prices`, and of their difference.",
        "(n, 1) and (n,) broadcast to (n, n). Bring one of them to the other's shape.",
        "`predictions.squeeze(1)` or `prices.unsqueeze(1)`.",
    ]


@exercise(LESSON, points=4)
class loss_report(FunctionExercise):
    """Report the mean loss, the mean loss of each class, and the k examples with the highest loss."""

    requirements = {"the mean": 1, "the classes": 1, "the suspects": 1, "scores of 300": 1}
    parts = {"mean": "the mean", "per class": "the classes", "suspects": "the suspects"}

    def inputs(draw):
        scores = torch.tensor(
            [[2.0, 0.1, 0.3], [0.2, 0.4, 1.9], [0.5, 1.5, 0.2], [1.8, 0.6, 0.3], [0.4, 0.1, 0.9]]
        )
        yield scores, torch.tensor([0, 2, 1, 2, 0]), 2
        scores = torch.tensor(
            [[300.0, -80.5, 20.0], [0.5, 150.0, 0.2], [9.0, 1.5, -250.0], [70.0, 2.0, 68.5]]
        )
        far = case(scores, torch.tensor([1, 1, 2, 0]), 3, requirement="scores of 300")
        yield far
        n, classes = draw.integer(9, 15), 4
        labels = torch.cat([draw.permutation(classes), draw.integers(n, low=0, high=classes)])
        scores = draw.normal(n + classes, classes, std=2)
        yield scores, labels, 5
        order = draw.permutation(4)
        scores = (far.inputs[0] + draw.normal(4, 3))[order]
        yield case(scores, far.inputs[1][order], 3, requirement="scores of 300")

    def reference(scores, labels, k):
        losses = F.cross_entropy(scores, labels, reduction="none")
        classes = range(scores.shape[1])
        return {
            "mean": losses.mean(),
            "per class": torch.stack([losses[labels == c].mean() for c in classes]),
            "suspects": losses.topk(k).indices,
        }

    def _by_matrix(scores, labels, k):
        losses = torch.logsumexp(scores, 1) - _picked(scores, labels)
        truth = F.one_hot(labels, scores.shape[1]).float()
        return {
            "suspects": losses.argsort(descending=True)[:k],
            "per class": losses @ truth / truth.sum(0),
            "mean": losses.sum() / len(losses),
        }

    def _by_bincount(scores, labels, k):
        losses = -F.log_softmax(scores, 1).gather(1, labels[:, None])[:, 0]
        sums = torch.bincount(labels, weights=losses, minlength=scores.shape[1])
        return {
            "mean": losses.mean(),
            "per class": sums / torch.bincount(labels, minlength=scores.shape[1]),
            "suspects": torch.sort(losses, descending=True).indices[:k],
        }

    def _changed(change):
        def answer(scores, labels, k):
            losses = F.cross_entropy(scores, labels, reduction="none")
            return loss_report.reference(scores, labels, k) | change(scores, labels, k, losses)

        return answer

    def _from_probabilities(scores, labels, k):
        losses = -_picked(torch.softmax(scores, 1), labels).log()
        report = {"mean": losses.mean(), "suspects": losses.topk(k).indices}
        means = [losses[labels == c].mean() for c in range(scores.shape[1])]
        return report | {"per class": torch.stack(means)}

    mistakes = [
        mistake(
            _changed(lambda z, y, k, losses: {"suspects": losses.argsort()[:k]}),
            "You listed the lowest losses: these are the examples that the model is surest of.",
        ),
        mistake(
            _changed(lambda z, y, k, losses: {"suspects": losses.topk(k).values}),
            "`topk` returns values and places; the places are wanted: `.indices`.",
        ),
        mistake(
            _changed(lambda z, y, k, losses: {"suspects": tuple(losses.topk(k))}),
            "`topk` returns a pair, the values and their places. Take the places from it: `.indices`.",
        ),
        mistake(
            _changed(lambda z, y, k, losses: {"suspects": losses.topk(k).indices.sort().values}),
            "The right examples, in the order of the table. The worst comes first.",
        ),
        mistake(
            _changed(
                lambda z, y, k, losses: {
                    "per class": torch.bincount(y, weights=losses, minlength=z.shape[1]).float()
                }
            ),
            "You summed the losses of each class. Divide each by the number of its examples.",
        ),
        mistake(
            _changed(
                lambda z, y, k, losses: {
                    "per class": torch.bincount(y, weights=losses, minlength=z.shape[1]).float()
                    / len(y)
                }
            ),
            "You divided each class's sum by the number of all examples. Each class has its own count.",
        ),
        mistake(
            _changed(
                lambda z, y, k, losses: {
                    "per class": torch.stack(
                        [losses[z.argmax(1) == c].mean() for c in range(z.shape[1])]
                    )
                }
            ),
            "You grouped by the predicted class. Group by the label.",
        ),
        mistake(
            _from_probabilities,
            "With scores of 300 the probability of the true class is rounded to 0 and its logarithm is −inf. "
            'Use `F.log_softmax`, or `F.cross_entropy` with `reduction="none"`.',
        ),
    ]
    alternatives = [_by_matrix, _by_bincount]
    hints = [
        'All three answers come from the n losses one by one: `reduction="none"`.',
        "`losses[labels == c].mean()` is the mean loss of class c; `torch.stack` makes a tensor of the list.",
        "`losses.topk(k).indices` are the places of the k largest, the largest first.",
    ]
