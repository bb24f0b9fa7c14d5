"""Lesson 03: activations, softmax and heads, vanishing gradients, dead units."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "03_activations",
    [
        "xor_prediction",
        "sigmoid",
        "sigmoid_slope",
        "tanh",
        "relu",
        "leaky_relu",
        "softmax",
        "stable_softmax",
        "heads",
        "gradient_limit",
        "gradient_sizes",
        "dead_units",
        "digit_probabilities",
        "random_layer",
    ],
)
