"""Lesson 04: squared and Huber loss, cross-entropy by hand, the right pair, the gradient."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "04_loss",
    [
        "mse",
        "best_guess",
        "huber",
        "one_hot",
        "negative_log_likelihood",
        "cross_entropy",
        "weighted_cross_entropy",
        "bce_with_logits",
        "pairing",
        "cross_entropy_gradient",
        "species_loss",
        "price_loss",
        "loss_report",
    ],
)
