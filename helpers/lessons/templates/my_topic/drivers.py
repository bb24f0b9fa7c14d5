"""What runs beside the learner's code while it is marked. It lies open to that code: it gives no answer away."""

from collections.abc import Callable

import torch
from torch import nn

from helpers.checks.drivers import UnusableAnswer


def predictions(
    train: Callable[..., nn.Module],
    x: torch.Tensor,
    y: torch.Tensor,
    held_out: torch.Tensor,
) -> torch.Tensor:
    """Train a model with the learner's function; return what it says for `held_out`, shape (n, 1).

    Raises:
        UnusableAnswer: no model came back; the message is what the learner reads.
    """
    model = train(x, y)
    if not isinstance(model, nn.Module):
        kind = type(model).__name__
        raise UnusableAnswer(f"`train_curve` returned a {kind}; the trained nn.Module is wanted")
    with torch.no_grad():
        return model(held_out.clone())
