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


def _from_state(model):
    return sum(tensor.numel() for tensor in model.state_dict().values())


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
    mistake(
        lambda model: sum(layer.weight.numel() + layer.bias.numel() for layer in model.children()),
        "You take every child of the model for a layer with a weight and a bias. Some have no bias, some are models "
        "themselves: `model.parameters()` finds everything at any depth.",
    ),
    mistake(
        lambda model: sum(p.numel() for m in model.modules() for p in m.parameters()),
        "You count parameters more than once: `.modules()` yields the model, and then each of its parts, and "
        "`.parameters()` of each of them already goes all the way down. Ask the model alone.",
    ),
    mistake(
        lambda model: sum(p.numel() for p in model.parameters(recurse=False)),
        "You count only what the model itself holds, not its layers: `recurse=False` does that. Leave it out.",
    ),
    mistake(
        lambda model: sum({p.numel() for p in model.parameters()}),
        "Tensors of the same size are counted once, as a set `{...}` keeps equal numbers only once. Take `sum(...)` "
        "with round brackets alone.",
    ),
    mistake(
        lambda model: sum(p.numel() * p.element_size() for p in model.parameters()),
        "These are bytes. Each parameter is one number, whatever memory it takes.",
    ),
    mistake(
        lambda model: next((p.numel() for p in model.parameters()), None),
        "You count the first tensor alone. A `return` inside of the loop ends it in the first round.",
    ),
    mistake(
        _from_state,
        "`state_dict` also holds what is no parameter, such as the running means of a batch norm. Take "
        "`model.parameters()`.",
    ),
    mistake(
        lambda model: sum(
            p.numel()
            for layer in model.modules()
            if isinstance(layer, nn.Linear)
            for p in layer.parameters()
        ),
        "You count linear layers alone. Other layers, and the model itself, can hold parameters too.",
    ),
    mistake(
        lambda model: sum(p.numel() for _, p in model.named_parameters(remove_duplicate=False)),
        "A layer that is used twice is counted twice. Its parameters are there once, and `model.parameters()` yields "
        "them once.",
    ),
    mistake(
        lambda model: sum(int(p.count_nonzero()) for p in model.parameters()),
        "You leave out entries that are 0 at the moment. They are parameters like all others, and training will move "
        "them.",
    ),
]


def _with_shapes(model):
    total = 0
    for _, parameter in model.named_parameters():
        size = 1
        for n in parameter.shape:
            size *= n
        total += size
    return total


def _module_by_module(model):
    seen = {}
    for module in model.modules():
        for p in module.parameters(recurse=False):
            seen[id(p)] = p.numel()
    return sum(seen.values())


alternatives = [
    _module_by_module,
    lambda m: sum(map(torch.numel, m.parameters())),
    _with_shapes,
    lambda m: sum(p.nelement() for _, p in m.named_parameters()),
]
also_wrong = [
    lambda m: nn.utils.parameters_to_vector(
        m.parameters()
    ).numel(),  # an error where there are none
    lambda m: sum(p.numel() for p in m.requires_grad_(True).parameters() if p.requires_grad),
    lambda m: sum(p.numel() for p in m.eval().parameters()),
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
