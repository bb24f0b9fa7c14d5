"""Let the parameters of the layer `head` train, and no others."""

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
]
also_wrong = [
    _freezes_in,
    _freezes_values,
    _eval_only,
]
hints = [
    "`for name, parameter in model.named_parameters():` goes through all of them; "
    "the head's names look like `_fc.weight`.",
    "Set `parameter.requires_grad` for each one, to True or to False.",
    "`parameter.requires_grad = name.startswith(head + '.')`",
]
