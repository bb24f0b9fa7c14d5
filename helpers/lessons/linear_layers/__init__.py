"""Lesson 02: the perceptron, the linear layer, networks of layers and their sizes."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "02_linear_layers",
    [
        "fires",
        "gates",
        "perceptron_step",
        "train_perceptron",
        "linear",
        "layer_shapes",
        "chain",
        "Shortcut",
        "count_by_formula",
        "count_parameters",
        "forward_pass",
        "merge_layers",
        "two_layers",
        "train_layer",
    ],
)
