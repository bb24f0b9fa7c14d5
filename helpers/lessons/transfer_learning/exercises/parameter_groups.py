"""Return one group of parameters with its learning rate for each part named, and freeze all the rest."""

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions


def _grouped(model, rates, *, dot=".", freezes=True, same_rate=False, rest=False):
    """Groups of parameters, taken apart so that wrong ones differ in one place."""
    if freezes:
        model.requires_grad_(False)
    made, taken = [], set()
    for part, rate in rates.items():
        chosen = [
            (n, p)
            for n, p in model.named_parameters()
            if n.startswith(part + dot) and n not in taken
        ]
        taken |= {n for n, _ in chosen}
        for _, parameter in chosen:
            parameter.requires_grad = True
        made.append(
            {"params": [p for _, p in chosen], "lr": max(rates.values()) if same_rate else rate}
        )
    if rest:
        others = [p for n, p in model.named_parameters() if n not in taken]
        made.append({"params": others, "lr": min(rates.values())})
    return made


def _grouped_like(**changes):
    return lambda model, rates: _grouped(model, rates, **changes)


kind = FunctionExercise
EACH_PARAMETER = "each parameter has the rate of its part"
THESE_TRAIN = "these train, all others are frozen"
requirements = {
    EACH_PARAMETER: 2,
    THESE_TRAIN: 1,
}
parts = {
    "rates": EACH_PARAMETER,
    "trains": THESE_TRAIN,
}
driver = drivers.groups
conclude = conclusions.groups
seconds = 5  # the first optimizer of a process loads a good deal of torch


def inputs(draw):
    yield {"seed": 1, "blocks": 2}, {"_blocks.1": 1e-4, "_fc": 1e-3}
    yield {"seed": 2, "blocks": 12}, {"_blocks.1": 0.25, "_blocks.11": 0.5, "_fc": 1.5}
    setting = {"seed": draw.integer(0, 9999), "blocks": 3, "frozen": True}
    yield setting, {"_stem": draw.number(0.1, 0.2), "_fc": draw.number(0.3, 0.9)}


def reference(model, rates):
    return _grouped(model, rates)


def _by_submodule(model, rates):
    for parameter in model.parameters():
        parameter.requires_grad = False
    found = []
    for part, rate in rates.items():
        layer = model.get_submodule(part).requires_grad_(True)
        found.append({"params": list(layer.parameters()), "lr": rate})
    return found


def _one_each(model, rates):
    found = []
    for name, parameter in model.named_parameters():
        rate = next((r for part, r in rates.items() if name.startswith(part + ".")), None)
        parameter.requires_grad = rate is not None
        if rate is not None:
            found.append({"params": [parameter], "lr": rate})
    return found


def _every_name_that_begins_so(model, rates):
    model.requires_grad_(False)
    found = []
    for name, parameter in model.named_parameters():
        for part, rate in rates.items():
            if name.startswith(part):
                found.append({"params": [parameter.requires_grad_(True)], "lr": rate})
    return found


def _freezes_last(model, rates):
    found = _grouped(model, rates)
    model.requires_grad_(False)
    return found


def _freezes_in_each_round(model, rates):
    found = _grouped(model, rates)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(list(rates)[-1] + ".")
    return found


def _rates_swapped(model, rates):
    return reference(model, dict(zip(rates, reversed(rates.values()), strict=True)))


def _weights_only(model, rates):
    model.requires_grad_(False)
    return [
        {"params": [model.get_submodule(n).requires_grad_(True).weight], "lr": r}
        for n, r in rates.items()
    ]


def _a_dict(model, rates):
    return {n: list(model.get_submodule(n).parameters()) for n in rates}


def _frozen_groups(model, rates):
    made = reference(model, rates)
    model.requires_grad_(False)
    return made


mistakes = [
    mistake(
        _every_name_that_begins_so,
        "Compare with the dot, `name.startswith(part + '.')`: `_fc_norm` begins with `_fc`, and a parameter of "
        "`_blocks.11` would be in two groups.",
    ),
    mistake(
        _freezes_last,
        "The rates are right, but now nothing trains. Freeze everything first, then wake up the parts.",
    ),
    mistake(
        _freezes_in_each_round,
        "The last part alone trains: each round freezes what the round before woke up. Freeze everything "
        "once, before the loop.",
    ),
    mistake(
        _grouped_like(dot=""),
        "`_blocks.11` begins with `_blocks.1`, and `_fc_norm` with `_fc`. Compare with the dot: "
        "`name.startswith(part + '.')`.",
    ),
    mistake(_grouped_like(same_rate=True), "All groups have one and the same rate."),
    mistake(
        _grouped_like(freezes=False),
        "The rates are right, but the other parameters still require gradients: "
        "`model.requires_grad_(False)` first, then wake up the parts that train.",
    ),
    mistake(
        _grouped_like(rest=True),
        "A group holds parameters that no part names. They are to stay as they are: leave them out.",
    ),
]
alternatives = [_by_submodule, _one_each]
also_wrong = [
    _rates_swapped,
    _weights_only,
    _a_dict,
    _frozen_groups,
]
hints = [
    "Freeze everything first: `model.requires_grad_(False)`. Then go through `rates.items()`.",
    "`model.get_submodule('_blocks.15')` finds a part by its name; `requires_grad_(True)` wakes it up.",
    'Each part gives one dict: `{"params": list(layer.parameters()), "lr": rate}`.',
]
