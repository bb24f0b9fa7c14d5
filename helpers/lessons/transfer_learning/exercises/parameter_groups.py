"""Return one group of parameters with its learning rate for each part named, and freeze all the rest."""

import torch

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


def _not_woken(model, rates):
    asleep = {n for n, p in model.named_parameters() if not p.requires_grad}
    made = reference(model, rates)
    for name in asleep:
        model.get_parameter(name).requires_grad = False
    return made


def _used_up(model, rates):
    made = reference(model, rates)
    return [{"params": iter(()), "lr": group["lr"]} for group in made]


def _first_rate(model, rates):
    return reference(model, dict.fromkeys(rates, next(iter(rates.values()))))


def _looks_for_an_attribute(model, rates):
    model.requires_grad_(False)
    return [
        {"params": list(getattr(model, part).requires_grad_(True).parameters()), "lr": rate}
        for part, rate in rates.items()
    ]


def _rest_at_rate_0(model, rates):
    made = reference(model, rates)
    rest = [p for p in model.parameters() if not p.requires_grad]
    return [*made, {"params": rest, "lr": 0.0}]


def _those_that_trained(model, rates):
    trained = {n for n, p in model.named_parameters() if p.requires_grad}
    reference(model, rates)
    return [
        {"params": [p for n, p in _of(model, part) if n in trained], "lr": rate}
        for part, rate in rates.items()
    ]


def _of(model, part):
    return [(n, p) for n, p in model.named_parameters() if n.startswith(part + ".")]


def _one_dict_for_all(model, rates):
    group, made = {}, []
    for part in reference(model, rates):
        group.update(part)
        made.append(group)
    return made


def _other_key(model, rates):
    return [{"params": g["params"], "rate": g["lr"]} for g in reference(model, rates)]


def _copies(model, rates):
    return [
        {"params": [p.detach().clone().requires_grad_() for p in g["params"]], "lr": g["lr"]}
        for g in reference(model, rates)
    ]


def _names(model, rates):
    reference(model, rates)
    return [{"params": [n for n, _ in _of(model, p)], "lr": r} for p, r in rates.items()]


def _sorted_into_groups(model, rates):
    made = {part: {"params": [], "lr": rate} for part, rate in rates.items()}
    for name, parameter in model.named_parameters():
        part = next((part for part in made if f"{name}.".startswith(f"{part}.")), None)
        parameter.requires_grad_(part is not None)
        if part is not None:
            made[part]["params"].append(parameter)
    return list(made.values())


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


def _an_optimizer(model, rates):
    return torch.optim.SGD(reference(model, rates), lr=0.1)


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
        _first_rate,
        "All groups have the rate of the first part. Take each part's own from `rates`.",
    ),
    mistake(
        _rates_swapped,
        "The rates have been given to the wrong parts. `rates.items()` gives each part with its own.",
    ),
    mistake(
        _not_woken,
        "Parameters of a part that came frozen are still frozen. Set `requires_grad = True` for them, "
        "whatever it was before.",
    ),
    mistake(
        _those_that_trained,
        "Parameters of a part that came frozen are in no group. Wake them up before you ask which ones train.",
    ),
    mistake(
        _used_up,
        "The groups hold none of the parameters. `parameters()` can be gone through once: after a loop nothing is left "
        "of it. Make a list of it.",
    ),
    mistake(
        _copies,
        "The groups hold copies. An optimizer would train those, and the model would stay as it is.",
    ),
    mistake(
        _an_optimizer,
        "What comes back is no list of dicts: an optimizer, perhaps, or a dict by the names of the parts. Return "
        "the list alone; whoever calls it builds the optimizer.",
    ),
    mistake(
        _names,
        "An optimizer wants the parameters themselves, not their names.",
    ),
    mistake(
        _one_dict_for_all,
        "All entries of your list are one and the same dict, filled anew in each round. Make a new dict "
        "inside the loop.",
    ),
    mistake(
        _other_key,
        "The optimizer finds no rate in your groups and takes its default. The key is `lr`.",
    ),
    mistake(
        _weights_only,
        "Only the weight of each part is in its group. A part has more parameters: `layer.parameters()` gives all.",
    ),
    mistake(
        _looks_for_an_attribute,
        "`getattr` knows no names with a dot, such as `_blocks.1`: `model.get_submodule(part)` does.",
    ),
    mistake(
        _rest_at_rate_0,
        "A group more than there are parts: the frozen rest, at a rate of 0. Leave it out; a frozen parameter needs "
        "no rate.",
    ),
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
alternatives = [_by_submodule, _one_each, _sorted_into_groups]
also_wrong = [
    _a_dict,
    _frozen_groups,
]
hints = [
    "Freeze everything first: `model.requires_grad_(False)`. Then go through `rates.items()`.",
    "`model.get_submodule('_blocks.15')` finds a part by its name; `requires_grad_(True)` wakes it up.",
    'Each part gives one dict: `{"params": list(layer.parameters()), "lr": rate}`.',
]
