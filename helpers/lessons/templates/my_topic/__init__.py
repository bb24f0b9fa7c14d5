"""Lesson 16_my_topic: say in a line what it is about. Here: smoothing and following a noisy curve."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "16_my_topic",
    [
        "lengths",
        "moving_mean",
        "which_width",
        "daily_growth",
        "Scaler",
        "train_curve",
    ],
)
