"""Let the parameters of the layer `head` train, and no others."""

from torch import nn

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions

kind = FunctionExercise
HEAD_TOLD = "the head is told apart by its full name"
requirements = {
    "everything but the head is frozen": 1,
    HEAD_TOLD: 1,
}
driver = drivers.frozen_parts
conclude = conclusions.frozen_parts


def inputs(draw):
    yield {"seed": 1, "blocks": 1}, "_fc"
    yield case({"seed": 2, "blocks": 12}, "_blocks.1", requirement=HEAD_TOLD)
    yield case({"seed": 3, "blocks": 2, "deep": True}, "_blocks.1", requirement=HEAD_TOLD)
    yield case({"seed": 4, "blocks": 1, "deep": True}, "_bn0", requirement=HEAD_TOLD)
    setting = {"seed": draw.integer(0, 9999), "blocks": draw.integer(1, 4), "frozen": True}
    yield setting, "_fc"
    setting = {"seed": draw.integer(0, 9999), "blocks": draw.integer(11, 14)}
    yield case(setting, "_blocks.1", requirement=HEAD_TOLD)


def reference(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(head + ".")


def _in_two_steps(model, head):
    model.requires_grad_(False)
    model.get_submodule(head).requires_grad_(True)


def _by_identity(model, head):
    chosen = {id(p) for p in model.get_submodule(head).parameters()}
    for parameter in model.parameters():
        parameter.requires_grad_(id(parameter) in chosen)


def _all(model, head):
    model.requires_grad_(False)


def _by_prefix(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(head)


def _on_the_module(model, head):
    model.requires_grad = False


def _weights_only(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(head + ".") or name.endswith("bias")


def _head_as_it_was(model, head):
    for name, parameter in model.named_parameters():
        if not name.startswith(head + "."):
            parameter.requires_grad = False


def _always_the_head(model, head):
    model.requires_grad_(False)
    model._fc.requires_grad_(True)


def _first_part_only(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.split(".")[0] == head


def _other_way(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = not name.startswith(head + ".")


def _freezes_in(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = head in name


def _wakes_only(model, head):
    model.get_submodule(head).requires_grad_(True)


def _looks_for_an_attribute(model, head):
    model.requires_grad_(False)
    getattr(model, head).requires_grad_(True)


def _right_under_it(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name in (head + ".weight", head + ".bias")


def _with_batchnorm(model, head):
    _in_two_steps(model, head)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.requires_grad_(True)


def _in_the_middle_too(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = f".{head}." in "." + name


def _weight_only(model, head):
    model.requires_grad_(False)
    model.get_submodule(head).weight.requires_grad_(True)


def _by_walking_down(model, head):
    part = model
    for step in head.split("."):
        part = getattr(part, step)
    part_s = list(part.parameters())
    for parameter in model.parameters():
        parameter.requires_grad = any(parameter is one for one in part_s)


def _freezes_values(model, head):
    for name, parameter in model.named_parameters():
        if not name.startswith(head + "."):
            parameter.data.zero_()
        parameter.requires_grad = name.startswith(head + ".")


def _eval_only(model, head):
    model.eval()


def _freeze_by_split(model, head):
    depth = head.count(".") + 1
    for name, p in model.named_parameters():
        p.requires_grad_(name.split(".")[:depth] == head.split("."))


mistakes = [
    mistake(
        _all,
        "Now nothing trains, the head neither. Its parameters need `requires_grad = True`.",
    ),
    mistake(
        _by_prefix,
        "Names that begin alike slip through: `_fc_norm.weight` begins with `_fc`, and `_blocks.10` with "
        "`_blocks.1`. Compare with the dot: `name.startswith(head + '.')`.",
    ),
    mistake(
        _on_the_module,
        "All parameters are as they were. `requires_grad` is theirs: set on the model, or under another "
        "name, it is a new attribute that nobody reads.",
    ),
    mistake(_weights_only, "The biases of the backbone still train."),
    mistake(
        _wakes_only,
        "The part trains, but no other parameter has been frozen by it. Set `requires_grad = False` for the others.",
    ),
    mistake(
        _looks_for_an_attribute,
        "`getattr` knows no names with a dot, such as `_blocks.1`. `model.get_submodule(head)` does, and so do the "
        "beginnings of the names in `model.named_parameters()`.",
    ),
    mistake(
        _right_under_it,
        "A part can hold layers that have parameters of their own: of `_blocks.1` you woke up those with a certain "
        "name, not all whose names begin with `_blocks.1.`.",
    ),
    mistake(
        _with_batchnorm,
        "The weights and biases of BatchNorm still train. No parameter but those of the part is to.",
    ),
    mistake(
        _in_the_middle_too,
        "The name of the part is found in the middle of other names, too: `_blocks.0._bn0.weight` does not belong to "
        "`_bn0`. Compare the beginning of the name.",
    ),
    mistake(
        _freezes_in,
        "`head in name` is true wherever these letters stand: in `_fc_norm` for `_fc`, in `_blocks.10` for "
        "`_blocks.1`, in `_blocks.0._bn0` for `_bn0`. Compare the beginning, with the dot: "
        "`name.startswith(head + '.')`.",
    ),
    mistake(
        _weight_only,
        "A bias of the part is still frozen. All its parameters are to train: `layer.requires_grad_(True)` "
        "reaches them.",
    ),
    mistake(
        _head_as_it_was,
        "A head that came frozen stays frozen. Set `requires_grad = True` for it.",
    ),
    mistake(
        _always_the_head,
        "`_fc` trains whatever was asked for. The argument `head` says which part it is to be.",
    ),
    mistake(
        _first_part_only,
        "Right for `_fc`, but `_blocks.1` has a dot inside: the part before the first dot is `_blocks`. "
        "Compare the name's beginning with `head + '.'`.",
    ),
    mistake(_other_way, "It is the other way round: the head trains, the backbone does not."),
]
alternatives = [
    _in_two_steps,
    _by_identity,
    _freeze_by_split,
    _by_walking_down,
]
also_wrong = [
    _freezes_values,
    _eval_only,
]
hints = [
    "`for name, parameter in model.named_parameters():` goes through all of them; "
    "the head's names look like `_fc.weight`.",
    "Set `parameter.requires_grad` for each one, to True or to False.",
    "`parameter.requires_grad = name.startswith(head + '.')`",
]
