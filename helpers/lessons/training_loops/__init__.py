"""Lesson 06: data sets, the training loop, honest evaluation, stopping, resuming."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "06_training_loops",
    [
        "PairSums",
        "iterations",
        "scale_splits",
        "training_step",
        "fit",
        "evaluate",
        "diagnosis",
        "confusion",
        "EarlyStopping",
        "train_with_checkpoints",
        "pick_rate",
        "train_classifier",
        "train_regressor",
    ],
)
