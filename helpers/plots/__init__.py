"""The course's figures: arrays or tensors in, matplotlib Axes (or a Figure of several panels) out.

Each function takes `title`, a sentence that says what is to be seen, and most take `ax=None`. None shows a figure or
changes matplotlib's settings. Functions made for one lesson stand in that lesson's module, e.g.
`helpers.plots.loss`.

Tensors
    cells               a tensor of 0 to 3 dimensions as cells; entries of a mask or slice set off
    dimensions          scalar, vector, matrix … side by side
    broadcast           a + b with the copies that broadcasting makes
    reduction           the sum of a table along `dim`
    matrix_product      one entry of A @ B worked out in cells
    sliced              a picture, the rows and columns of a slice, and what comes out
    columns             the columns of a table as strips of points on one axis
    scatter_classes     a point for each row, a colour and marker for each class
    distance_maps       tables of distances with the rows sorted by class
    product_maps        A, B and A @ B as heat maps with the row and column that meet
    heat_map            any table as colours with its numbers
    memory_sharing      whether an array and a tensor share their memory
Networks
    network_diagram     units, connections, sizes and parameter counts, from sizes or from a model
    layer_kinds         input, hidden and output layers
    layer_operation     X Wᵀ + b as blocks with shapes
    neuron              one neuron: weights on its inputs, the sum, the bias
    parameter_bars      parameters of each tensor of a model, trainable and frozen
    decision_boundary   regions that a classifier gives its classes, with the points
    separating_line     the line w·x + b = 0 of a perceptron with its weight vector
Activations
    curve_and_slope     a function with its derivative and a tangent
    activation_gallery  several functions with their derivatives, a panel each
    shares              scores beside the probabilities that softmax makes of them
    gradient_lines      size of the gradient by layer, one line per network, log scale
    gradient_strips     size of the gradient at each unit of each layer
    silent_units        which units answer to which examples; the dead ones marked
    activation_histograms activations of a layer, a panel for each name
Training
    lines               curves over one x, such as losses as a prediction moves
    learning_curves     training and validation by epoch, the kept epoch marked
    bars                a few numbers compared
    histogram           how the entries of a tensor are spread
    accuracy_by_size    accuracy over examples per class, mean and spread over seeds
    confusion_matrix    true classes against the model's answers
    valley              a loss over one weight with the path of descent
    rate_panels         the same valley for several learning rates
    contour_paths       a loss of two weights as a map with paths of descent
    computational_graph operations with values and gradients on the edges
Pictures
    one_image           one picture with its rows and columns
    image_grid          a batch of pictures with labels
    prediction_grid     pictures with what the model says, right and wrong
    worst_mistakes      the wrong answers that the model was surest of
    filter_grid         the filters of a convolution
"""

import importlib

_MODULES = {
    "tensors": (
        "cells",
        "dimensions",
        "broadcast",
        "reduction",
        "matrix_product",
        "sliced",
        "columns",
        "scatter_classes",
        "distance_maps",
    ),
    "matrix": ("heat_map", "product_maps", "confusion_matrix"),
    "memory": ("memory_sharing",),
    "architecture": (
        "network_diagram",
        "layer_kinds",
        "layer_operation",
        "neuron",
        "parameter_bars",
    ),
    "activations": (
        "curve_and_slope",
        "activation_gallery",
        "shares",
        "gradient_lines",
        "gradient_strips",
        "silent_units",
        "activation_histograms",
    ),
    "boundary": ("decision_boundary", "separating_line"),
    "curves": ("lines", "learning_curves", "bars", "histogram", "accuracy_by_size"),
    "descent": ("valley", "rate_panels", "contour_paths"),
    "graph": ("Edge", "computational_graph"),
    "images": ("one_image", "image_grid", "prediction_grid", "worst_mistakes", "filter_grid"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """Import a function's module when it is first asked for: pyplot stays out until something is drawn."""
    if name not in _HOMES:
        raise AttributeError(f"helpers.plots has no {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"helpers.plots.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
