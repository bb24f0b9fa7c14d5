"""Return the mean Huber loss: half the square for small errors, a straight line for large ones."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.loss.exercises._common import REGRESSION_LOSSES


def _huber(inside, outside):
    """Return a Huber-like loss from its two arms, functions of the error and of δ."""

    def loss(predictions, targets, delta):
        error = predictions - targets
        arms = inside(error, delta), outside(error, delta)
        return torch.where(error.abs() <= delta, *arms).mean()

    return loss


kind = FunctionExercise
RIGHT_OTHER = "right for other sizes and δ"
requirements = {"right for a few numbers": 1, RIGHT_OTHER: 1}
gradients = ("predictions",)
forbidden = REGRESSION_LOSSES


def inputs(draw):
    yield torch.tensor([2.5, 0.3, 9.0, 1.2]), torch.tensor([2.0, 4.3, 2.0, 1.5]), 2.0
    n = draw.integer(6, 12)
    for delta in (0.5, 1.5):
        predictions, targets = draw.normal(n, 2, std=3), draw.normal(n, 2)
        predictions[:2] += torch.tensor([[-7.3], [8.1]])  # both arms occur at each draw
        targets[2:4] = predictions[2:4] + torch.tensor([[0.13], [-0.21]])
        yield case(predictions, targets, delta, requirement=RIGHT_OTHER)
    between = torch.tensor([2.8, -2.7, 0.3, 9.0])  # half the square is above delta, the error below
    yield case(between + 1, torch.ones(4), 3.0, requirement=RIGHT_OTHER)
    targets = torch.tensor([2.0, 1.2, 3.1, 0.7])
    for errors in ([0.5, -0.4, 2.6, 0.3], [0.4, -0.7, 0.9, 0.2]):  # one is large, none is large
        yield case(targets + torch.tensor(errors), targets, 1.25, requirement=RIGHT_OTHER)
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


def _huber_by_indexing(predictions, targets, delta):
    e = (predictions - targets).abs().flatten()
    small = e <= delta
    return ((e[small] ** 2).sum() / 2 + (delta * (e[~small] - delta / 2)).sum()) / e.numel()


def _huber_by_minimum(predictions, targets, delta):
    e = torch.abs(targets - predictions)
    q = torch.minimum(e, torch.tensor(delta))
    return torch.mean(q * (e - q / 2))


def _huber_strict_by_means(p, y, delta):
    e = (p - y).abs()
    return (e[e <= delta] ** 2).mean() / 2 + (delta * (e[e > delta] - delta / 2)).mean()


def _huber_of_mean(p, y, delta):
    e = (p - y).abs().mean()
    return e**2 / 2 if e <= delta else delta * (e - delta / 2)


def _huber_fixed_delta(p, y, delta):
    e = (p - y).abs()
    return torch.where(e <= 1.0, e**2 / 2, e - 0.5).mean()


def _huber_wrong_square(p, y, delta):
    e = (p - y).abs()
    return torch.where(e <= delta, e**2 / 2, delta * e - delta / 2).mean()


def _huber_clipped_square(p, y, delta):
    return ((p - y).clamp(-delta, delta) ** 2 / 2).mean()


def _decided_by(summary):
    """Return a Huber-like loss that chooses one arm for the whole batch, by a summary of the distances."""

    def loss(p, y, delta):
        e = (p - y).abs()
        return (e**2 / 2).mean() if summary(e) <= delta else (delta * (e - delta / 2)).mean()

    return loss


def _half_of_two_means(p, y, delta):
    return _huber_strict_by_means(p, y, delta) / 2


def _one_arm_after_the_other(p, y, delta):
    e = (p - y).abs()
    e = torch.where(e <= delta, e**2 / 2, e)
    return torch.where(e > delta, delta * (e - delta / 2), e).mean()


def _pseudo(p, y, delta):
    return (delta**2 * (torch.sqrt(1 + ((p - y) / delta) ** 2) - 1)).mean()


def _by_stack(predictions, targets, delta):
    losses = []
    for p, y in zip(predictions.reshape(-1), targets.reshape(-1), strict=True):
        e = abs(p - y)
        losses.append(e**2 / 2 if e <= delta else delta * (e - delta / 2))
    return torch.stack(losses).mean()


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
        "What your straight arm subtracts is δ/2 in all, and that fits at δ = 1 alone. Mind the brackets: δ multiplies "
        "all of |error| − δ/2, half of δ included.",
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
        lambda p, y, d: reference(p, y, d) * p.numel(),
        "That is the sum. The loss is the mean over all entries.",
    ),
    mistake(
        _decided_by(torch.mean),
        "You decide once for the whole batch, by the mean of the distances. Each entry chooses its own arm: "
        "`torch.where`.",
    ),
    mistake(
        _decided_by(torch.max),
        "One large error sends all entries to the straight arm. Each entry chooses its own: `torch.where`.",
    ),
    mistake(
        _huber_of_mean,
        "You averaged the distances first and took the loss of that mean. Each entry has its own loss; the mean comes "
        "last.",
    ),
    mistake(
        _huber_fixed_delta,
        "`delta` has no effect: your arms always meet at 1. Use the argument, in the condition and in the straight "
        "arm.",
    ),
    mistake(
        _huber_clipped_square,
        "You cut the error off at δ, so beyond it the loss is flat. Huber's goes on rising, in a straight line.",
    ),
    mistake(
        _half_of_two_means,
        "You averaged the small errors and the large ones apart, and then these two means. The groups differ in size: "
        "one mean over all entries.",
    ),
    mistake(
        _huber_strict_by_means,
        "You added the mean of the small errors and that of the large ones. Each was divided by its own count; divide "
        "the two sums by the number of all entries.",
    ),
    mistake(
        _one_arm_after_the_other,
        "Your second condition looks at values that the first has changed already: half a square may be above δ where "
        "the error is not. Decide by the distance itself.",
    ),
    mistake(
        _pseudo,
        "That is the pseudo-Huber loss, with a root: a smooth relative that has other values. Here it is half the "
        "square up to δ and a straight line beyond.",
    ),
    mistake(
        lambda p, y, d: reference(p, y, int(d)),
        "You made a whole number of `delta`: 0.5 becomes 0, and 1.5 becomes 1. It is a float; use it as it is.",
    ),
    mistake(
        lambda p, y, d: ((p - y) ** 2).mean() / 2,
        "You have the parabola alone. Beyond δ the loss goes on as a straight line.",
    ),
    mistake(
        lambda p, y, d: (d * ((p - y).abs() - d / 2)).mean(),
        "You have the straight arm alone; near 0 it is even negative. Up to δ the loss is half the square.",
    ),
    mistake(
        lambda p, y, d: (p - y).abs().clamp(max=d).mean(),
        "You cut the distances off at δ and averaged them. Up to δ half the square counts, beyond it a line that "
        "rises.",
    ),
]
alternatives = [
    _clamped,
    _masked,
    _by_loop,
    _huber_by_indexing,
    _huber_by_minimum,
    lambda p, y, delta: _clamped(p, y.detach(), delta),
    _by_stack,
]
also_wrong = [
    _huber_wrong_square,
]
hints = [
    "Begin with the distances: `error = (predictions - targets).abs()`.",
    "`torch.where(condition, a, b)` takes `a` where the condition holds and `b` elsewhere.",
    "The two arms are `error**2 / 2` and `delta * (error - delta / 2)`. The mean comes last.",
]
