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
    "a copy: stays when `state` changes": FITTING_TENSORS,
}
driver = drivers.partial_load
conclude = conclusions.partial_load


def inputs(draw):
    yield 1, {"classes": 10}, {"classes": 4}
    yield case(2, {"classes": 4, "blocks": 2}, {"classes": 4, "blocks": 3}, requirement=RIGHT_OTHER)
    gone, turned, doubled = ["_bn0.running_mean"], ["_stem.weight"], ["_fc_norm.bias"]
    yield case(3, {"classes": 1}, {"classes": 4}, gone, turned, doubled, requirement=RIGHT_OTHER)
    for new, requirement in (({"classes": 4}, None), ({"classes": 3, "blocks": 2}, RIGHT_OTHER)):
        sizes = {"classes": draw.integer(5, 9), "blocks": draw.integer(1, 4)}
        order = draw.permutation(len(_NAMES)).tolist()
        parts_of_it = (order[:3], order[3:5], order[5:7])
        gone, reshaped, doubled = ([_NAMES[i] for i in part] for part in parts_of_it)
        seed = draw.integer(0, 10_000)
        yield case(seed, sizes, new, gone, reshaped, doubled, requirement=requirement)


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


def _same_number(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        if name in state and state[name].numel() == tensor.numel():
            tensor.copy_(state[name].reshape(tensor.shape))
        else:
            left.append(name)
    return left


def _assigned(model, state):
    own, fitting = model.state_dict(), _matching(model, state)
    model.load_state_dict({**own, **fitting}, assign=True)
    return [name for name in own if name not in fitting]


def _of_one_dtype(model, state):
    own = model.state_dict()
    fitting = {n: t for n, t in _matching(model, state).items() if t.dtype == own[n].dtype}
    return reference(model, fitting)


def _copies_and_catches(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        try:
            tensor.copy_(state[name])
        except (KeyError, RuntimeError):
            left.append(name)
    return left


def _without_counts(model, state):
    counted = {n: t for n, t in state.items() if not n.endswith("num_batches_tracked")}
    left = reference(model, counted)
    return [name for name in left if not name.endswith("num_batches_tracked")]


def _known_names_only(model, state):
    return [name for name in reference(model, state) if name in state]


def _paired_by_place(model, state):
    left = []
    for (name, tensor), (other, its) in zip(
        model.state_dict().items(), state.items(), strict=False
    ):
        if name == other and tensor.shape == its.shape:
            tensor.copy_(its)
        else:
            left.append(name)
    return left


def _stops_at_the_first(model, state):
    own = model.state_dict()
    names = list(own)
    for place, name in enumerate(names):
        if name not in state or state[name].shape != own[name].shape:
            return names[place:]
        own[name].copy_(state[name])
    return []


def _last_size_alone(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        other = state.get(name)
        if other is None or other.dim() != tensor.dim() or other.shape[-1:] != tensor.shape[-1:]:
            left.append(name)
        elif tensor.dim() == 0:
            tensor.copy_(other)
        else:
            n = min(len(tensor), len(other))
            tensor[:n] = other[:n]
    return left


def _one_name_at_a_time(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        other = state.get(name, torch.empty(0))
        if other.shape != tensor.shape:
            left += [name]
            continue
        model.load_state_dict({name: other}, strict=False)
    return left


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
    mistake(
        _known_names_only,
        "The list holds only names that `state` has with another shape. Names of the model that `state` does not "
        "have at all were left as well.",
    ),
    mistake(
        _assigned,
        "The model holds the tensors of `state` themselves, as with `assign=True` or `parameter.data = state[name]`: "
        "each step of training would change `state`, too. Copy the values.",
    ),
    mistake(
        _of_one_dtype,
        "A tensor of another dtype was left out. Name and shape decide; copying turns float64 into float32 by itself.",
    ),
    mistake(
        _same_number,
        "Equally many numbers are not yet the same shape: (3, 6) is not (6, 3). Compare `.shape`.",
    ),
    mistake(
        _copies_and_catches,
        "`copy_` spreads a tensor of one row over all rows, and raises no error. Compare the shapes before you copy.",
    ),
    mistake(
        _without_counts,
        "`num_batches_tracked` is a buffer like the others. All that `model.state_dict()` names is to be copied "
        "if it fits.",
    ),
    mistake(
        _paired_by_place,
        "You pair the tensors by their place. One that is missing shifts all that come after it: look each one up by "
        "its name.",
    ),
    mistake(
        _stops_at_the_first,
        "The loop ends at the first tensor that does not fit. Those that come after it are still to be looked at.",
    ),
    mistake(
        _last_size_alone,
        "Where the number of rows differs, you copy a part of the rows. The whole shape has to agree; "
        "otherwise the tensor stays as it was, and its name belongs on the list.",
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
    _one_name_at_a_time,
]
also_wrong = [
    _overwrite_and_catch,
    _empty_state,
]
hints = [
    "`own = model.state_dict()` gives the model's names and tensors. Which names are in both?",
    "Keep `{name: tensor}` where `name in own` and `own[name].shape == tensor.shape`.",
    "`model.load_state_dict(fitting, strict=False)`, then list the names of `own` that are not in `fitting`.",
]
