"""Lesson 07: loading parts of a network, new heads, freezing, caching, gentle rates."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "07_transfer_learning",
    [
        "conv_facts",
        "load_matching",
        "init_head",
        "replace_head",
        "freeze_backbone",
        "count_parameters",
        "cached_features",
        "parameter_groups",
        "train_keeping_statistics",
        "train_head",
        "strategies",
        "photo_classifier",
    ],
)
