"""Count the parameters of any model by asking the model."""

import torch
from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake, recipe
from helpers.lessons.linear_layers import drivers

kind = FunctionExercise
ANY_OTHER = "any other model: no biases, nested, partly frozen"
requirements = {"a chain of layers": 1, ANY_OTHER: 1}


def inputs(draw):
    yield recipe(drivers.network, sizes=[8, 4, 2])
    yield case(recipe(drivers.network, sizes=[5, 3, 2], bias=False), requirement=ANY_OTHER)
    yield case(recipe(drivers.network, sizes=[5, 3, 4, 2], nested=True), requirement=ANY_OTHER)
    yield case(recipe(drivers.network, sizes=[5, 3, 2], frozen=True), requirement=ANY_OTHER)
    for other in ("convolution", "embedding", "twice", "own", "none"):
        size = draw.integer(3, 9)
        yield case(recipe(drivers.other_model, kind=other, size=size), requirement=ANY_OTHER)
    yield case(recipe(drivers.network, sizes=[4, 4, 4, 4]), requirement=ANY_OTHER)
    yield recipe(drivers.network, sizes=draw.integers(4, low=3, high=30).tolist())
    sizes = draw.integers(4, low=3, high=30).tolist()
    yield case(recipe(drivers.network, sizes=sizes, nested=True, bias=False), requirement=ANY_OTHER)


def reference(model):
    return sum(p.numel() for p in model.parameters())


mistakes = [
    mistake(
        lambda model: len(list(model.parameters())),
        "That is the number of tensors. Each has many entries: `.numel()`.",
    ),
    mistake(
        lambda model: sum(p.numel() for p in model.parameters() if p.dim() > 1),
        "You counted the weights alone; the biases are parameters too.",
    ),
    mistake(
        lambda model: sum(
            m.in_features * m.out_features + m.out_features
            for m in model.modules()
            if isinstance(m, nn.Linear)
        ),
        "That is the formula, which takes it for granted that each layer has a bias. Ask the model itself: "
        "`model.parameters()`.",
    ),
    mistake(
        lambda model: sum(p.numel() for p in model.parameters() if p.requires_grad),
        "You left out frozen parameters. They do not learn, but they are there and take memory.",
    ),
    mistake(
        lambda model: sum(len(p) for p in model.parameters()),
        "`len` counts rows. `.numel()` counts entries.",
    ),
]


def _from_state(model):
    return sum(tensor.numel() for tensor in model.state_dict().values())


def _with_shapes(model):
    total = 0
    for _, parameter in model.named_parameters():
        size = 1
        for n in parameter.shape:
            size *= n
        total += size
    return total


alternatives = [
    _with_shapes,
    lambda m: sum(p.nelement() for _, p in m.named_parameters()),
]
also_wrong = [
    _from_state,
    lambda m: nn.utils.parameters_to_vector(
        m.parameters()
    ).numel(),  # an error where there are none
    lambda m: sum(p.numel() for p in m.requires_grad_(True).parameters() if p.requires_grad),
    lambda m: sum(p.numel() for p in m.eval().parameters()),
    lambda m: sum({p.numel() for p in m.parameters()}),
    lambda m: sum(int(p.count_nonzero()) for p in m.parameters()),
    lambda m: sum(
        p.numel()
        for layer in m.modules()
        if isinstance(layer, nn.Linear)
        for p in layer.parameters()
    ),
    lambda m: sum(p.numel() for _, p in m.named_parameters(remove_duplicate=False)),
    lambda m: sum(len(p.flatten()) for layer in m for p in [layer.weight, layer.bias]),
    lambda m: sum(p.numel() for p in list(m.parameters())[:4]),
    lambda m: sum(p.shape[0] for p in m.parameters()),
    lambda m: sum(layer.weight.numel() for layer in m.modules() if hasattr(layer, "weight")),
    lambda m: len(list(m.named_modules())),
    lambda m: torch.tensor([p.numel() for p in m.parameters()]).sum(),
]
hints = [
    "`model.parameters()` yields every parameter tensor, however deeply nested.",
    "`p.numel()` is the number of entries of the tensor p.",
    "`sum(... for p in model.parameters())`",
]
