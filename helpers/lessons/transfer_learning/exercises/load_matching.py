"""Copy into a model every tensor of a state dict that fits it, and list the model's tensors left as they were."""

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions


def _matching(model, state):
    own = model.state_dict()
    return {n: t for n, t in state.items() if n in own and own[n].shape == t.shape}


_NAMES = [
    *("_stem.weight", "_stem.bias", "_bn0.weight", "_bn0.bias", "_bn0.running_mean"),
    *("_blocks.0.weight", "_blocks.0.bias", "_fc_norm.bias", "_fc_norm.running_var"),
]

kind = FunctionExercise
FITTING_TENSORS = "fitting tensors are copied"
NAMES_LEFT = "the names left are right"
RIGHT_OTHER = "right for other networks"
requirements = {
    FITTING_TENSORS: 1,
    NAMES_LEFT: 1,
    RIGHT_OTHER: 1,
}
parts = {
    "tensors of the model": FITTING_TENSORS,
    "names not loaded": NAMES_LEFT,
    "state as before": FITTING_TENSORS,
}
driver = drivers.partial_load
conclude = conclusions.partial_load


def inputs(draw):
    yield 1, {"classes": 10}, {"classes": 4}
    yield case(2, {"classes": 4, "blocks": 2}, {"classes": 4, "blocks": 3}, requirement=RIGHT_OTHER)
    for new, requirement in (({"classes": 4}, None), ({"classes": 3, "blocks": 2}, RIGHT_OTHER)):
        sizes = {"classes": draw.integer(5, 9), "blocks": draw.integer(1, 4)}
        order = draw.permutation(len(_NAMES)).tolist()
        gone, reshaped = ([_NAMES[i] for i in part] for part in (order[:3], order[3:5]))
        seed = draw.integer(0, 10_000)
        yield case(seed, sizes, new, gone, reshaped, requirement=requirement)


def reference(model, state):
    fitting = _matching(model, state)
    model.load_state_dict(fitting, strict=False)
    return [name for name in model.state_dict() if name not in fitting]


def _in_place(model, state):
    left = []
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name in state and state[name].shape == tensor.shape:
                tensor.copy_(state[name])
            else:
                left.append(name)
    return left


def _merged(model, state):
    own = model.state_dict()
    fits = {n for n in own if n in state and state[n].shape == own[n].shape}
    model.load_state_dict({n: state[n] if n in fits else own[n] for n in own})
    return [n for n in own if n not in fits]


def _not_strict(model, state):
    return list(model.load_state_dict(state, strict=False).missing_keys)


def _without_head(model, state):
    body = {n: t for n, t in _matching(model, state).items() if not n.startswith("_fc.")}
    return list(model.load_state_dict(body, strict=False).missing_keys)


def _names_of_the_state(model, state):
    fitting = _matching(model, state)
    model.load_state_dict(fitting, strict=False)
    return [name for name in state if name not in fitting]


def _loaded_names(model, state):
    fitting = _matching(model, state)
    model.load_state_dict(fitting, strict=False)
    return list(fitting)


def _parameters_only(model, state):
    own = dict(model.named_parameters())
    fitting = {n: t for n, t in state.items() if n in own and own[n].shape == t.shape}
    model.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]


def _left_by_name(model, state):
    model.load_state_dict(_matching(model, state), strict=False)
    return [name for name in model.state_dict() if name not in state]


def _copies_nothing(model, state):
    fitting = _matching(model, state)
    return [name for name in model.state_dict() if name not in fitting]


def _both_lists(model, state):
    return model.load_state_dict(_matching(model, state), strict=False)


def _takes_from_state(model, state):
    fitting = _matching(model, state)
    for name in list(state):
        if name not in fitting:
            del state[name]
    return model.load_state_dict(state, strict=False).missing_keys


def _overwrite_and_catch(model, state):
    try:
        model.load_state_dict(state)
    except RuntimeError:
        return ["_fc.weight", "_fc.bias"]
    return []


def _empty_state(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        if name in state and state[name].shape == tensor.shape:
            tensor.copy_(state.pop(name))
        else:
            left.append(name)
    return left


def _same_numel(model, state):
    own = model.state_dict()
    fitting = {n: t for n, t in state.items() if n in own and own[n].numel() == t.numel()}
    model.load_state_dict(fitting, strict=False)
    return []


def _load_by_loop(model, state):
    fits = lambda n, t: n in state and tuple(state[n].shape) == tuple(t.shape)  # noqa: E731
    own = {n: (state[n].clone() if fits(n, t) else t) for n, t in model.state_dict().items()}
    model.load_state_dict(own, strict=True)
    return {n for n, t in own.items() if not fits(n, t)}


mistakes = [
    mistake(
        _left_by_name,
        "A name that `state` has with another shape was not loaded either: it belongs on the list.",
    ),
    mistake(
        _copies_nothing,
        "The list is right, but the model has the values it had: hand the fitting tensors to "
        "`model.load_state_dict`.",
    ),
    mistake(
        _both_lists,
        "`load_state_dict` returns two lists. Asked for is one, the names in the model that were left: "
        "`.missing_keys`.",
    ),
    mistake(
        _takes_from_state,
        "`state` has lost entries. Collect the tensors that fit in a dict of your own.",
    ),
    mistake(
        _not_strict,
        "`strict=False` forgives missing and unknown names, but not a tensor of another shape. "
        "Leave those out of the dict first.",
    ),
    mistake(
        _without_head,
        "The head is skipped even where it fits. Let the shapes decide, not the name.",
    ),
    mistake(
        _names_of_the_state,
        "These are the names in `state` that found no place. Asked for are the names in the model "
        "that got nothing.",
    ),
    mistake(_loaded_names, "These are the names that were loaded. Asked for are those left."),
    mistake(
        _parameters_only,
        "`named_parameters` leaves out the running means and variances of BatchNorm. "
        "They belong to the network: go through `model.state_dict()`.",
    ),
]
alternatives = [
    _in_place,
    _merged,
    _load_by_loop,
]
also_wrong = [
    _overwrite_and_catch,
    _empty_state,
    _same_numel,
]
hints = [
    "`own = model.state_dict()` gives the model's names and tensors. Which names are in both?",
    "Keep `{name: tensor}` where `name in own` and `own[name].shape == tensor.shape`.",
    "`model.load_state_dict(fitting, strict=False)`, then list the names of `own` that are not in `fitting`.",
]
