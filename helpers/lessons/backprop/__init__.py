"""Lesson 05: descent, the chain rule, autograd, an engine of one's own, a whole network."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "05_backprop",
    [
        "rates",
        "descend",
        "edges",
        "neuron_gradients",
        "numerical_gradient",
        "leftovers",
        "Value",
        "linear_backward",
        "two_layer_gradients",
        "PlainSGD",
        "fit_line",
        "fit_network",
        "train_from_scratch",
        "weigh_penguins",
    ],
)
