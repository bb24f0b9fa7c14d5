"""Mend a program that is to give a network a new head and to train the head alone."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import RepairExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions


def _head_training(model, X, y, classes, *, late=True, prefixes=("0.",), keeps=True, frozen=True):
    """The mended program, taken apart so that wrong ones differ in one place."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model[-1] = nn.Linear(model[-1].in_features, classes)
    if late:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for name, parameter in model.named_parameters():
        if frozen and name.startswith(prefixes):
            parameter.requires_grad = False
    model.train()
    if keeps:
        model[0].eval()
    for _ in range(100):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
    return model


def _head_training_like(**changes):
    return lambda model, X, y, classes: _head_training(model, X, y, classes, **changes)


kind = RepairExercise
NEW_HEAD = "the new head learns"
BACKBONE_S = "the backbone's parameters are frozen"
STATISTICS_BATCHNORM = "the statistics of BatchNorm stay"
requirements = {
    NEW_HEAD: 1,
    BACKBONE_S: 1,
    STATISTICS_BATCHNORM: 1,
}
parts = {
    "the head trains": NEW_HEAD,
    "the head has learned": NEW_HEAD,
    "the model that was handed over has it": NEW_HEAD,
    "backbone frozen and unchanged": BACKBONE_S,
    "statistics as before": STATISTICS_BATCHNORM,
}
driver = drivers.head_training
conclude = conclusions.head_training
seconds = 6


def inputs(draw):
    yield 1, 4, 3
    yield 2, 5, 4, 1
    yield draw.integer(0, 10_000), draw.integer(4, 7), draw.integer(2, 4)


def reference(model, X, y, classes):
    return _head_training(model, X, y, classes)


def broken(model, X, y, classes):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model[-1] = nn.Linear(model[-1].in_features, classes)
    for name, parameter in model.named_parameters():
        if name.startswith(("0.", "1.")):
            parameter.requires_grad = False
    model.train()
    for _ in range(100):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
    return model


def _head_only(model, X, y, classes):
    model.requires_grad_(False)
    head = nn.Linear(model[-1].in_features, classes)
    model[-1] = head
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    model.eval()
    for _ in range(60):
        loss = nn.CrossEntropyLoss()(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def _on_features(model, X, y, classes):
    model[0].requires_grad_(False).eval()
    model[1] = nn.Linear(model[1].weight.shape[1], classes)
    with torch.no_grad():
        features = model[0](X)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.2)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(model[1](features), y).backward()
        optimizer.step()
    return model


def _puts_all_back(model, X, y, classes):
    before = {k: v.clone() for k, v in model[0].state_dict().items()}
    model = _head_training(model, X, y, classes, frozen=False)
    model[0].load_state_dict(before)
    return model


def _no_training(model, X, y, classes):
    model.requires_grad_(False)
    model[-1] = nn.Linear(model[-1].in_features, classes)
    return model.eval()


def _one_step(model, X, y, classes):
    model[0].requires_grad_(False).eval()
    model[-1] = nn.Linear(model[-1].in_features, classes)
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=1e-3)
    F.cross_entropy(model(X), y).backward()
    optimizer.step()
    return model


def _head_by_closed_eyes(model, X, y, classes):
    for p in model[0].parameters():
        p.requires_grad = False
    model[-1] = nn.Linear(8, classes)
    optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=0.05)
    model.eval()
    for _ in range(80):
        optimizer.zero_grad(set_to_none=True)
        F.nll_loss(F.log_softmax(model(X), dim=-1), y).backward()
        optimizer.step()
    return model


def _wrong_part(model, X, y, classes):
    return _head_training(model, X, y, classes, prefixes=("1.",))


def _as_many_as_labels(model, X, y, classes):
    return _head_training(model, X, y, int(y.max()) + 1)


def _trains_a_copy(model, X, y, classes):
    return _head_training(copy.deepcopy(model), X, y, classes)


def _inputs_of_the_backbone(model, X, y, classes):
    model[-1] = nn.Linear(X.shape[1], classes)
    F.cross_entropy(model(X), y).backward()
    return model


def _freezes_for_a_time(model, X, y, classes):
    return _head_training(model, X, y, classes).requires_grad_(True)


def _in_thirds(model, X, y, classes):
    model.requires_grad_(False)[0].eval()
    model[-1] = nn.Linear(model[-1].in_features, classes)
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=0.1, momentum=0.5)
    for step in range(300):
        if step % 3 == 0:
            optimizer.zero_grad()
        F.cross_entropy(model(X), y).div(3).backward()
        if step % 3 == 2:
            optimizer.step()
    return model


mistakes = [
    mistake(
        _head_training_like(late=False),
        "The head has not learned: print the loss. Does the optimizer hold the new head's tensors (build it after the "
        "head), has the head an output for each of the `classes`, is the rate large enough, and is `step()` called "
        "while the gradients are there?",
    ),
    mistake(
        _head_training_like(late=False, keeps=False),
        "The program runs, but two bugs are left: print the loss at the first and the last step, and "
        "the running mean of BatchNorm before and after.",
    ),
    mistake(
        _head_training_like(keeps=False),
        "The backbone's parameters rest, but the running mean and variance of its BatchNorm move in every "
        "forward pass: `model[0].eval()` before the loop, and no `train()` after it.",
    ),
    mistake(
        _head_training_like(prefixes=("0.", "1.")),
        "Print the names: the parameters of the head are `1.weight` and `1.bias`. With both prefixes "
        "frozen nothing is left to train, and `backward()` has nowhere to go.",
    ),
    mistake(
        _head_training_like(frozen=False),
        "Parameters of the backbone train, or require gradients. All whose names begin with `0.` are to be frozen, and "
        "to stay so: the Linear layer `0.0` and the weight and bias of BatchNorm, `0.1`.",
    ),
    mistake(
        _wrong_part,
        "The head is frozen and the backbone trains. Print the names: the head is `1.`, the backbone is `0.`.",
    ),
    mistake(
        _as_many_as_labels,
        "The head has fewer classes than `classes` says. The last class may have no row in `y`, and is a class "
        "all the same.",
    ),
    mistake(
        _trains_a_copy,
        "What you return has learned, but the model that was handed over has not got its head: you train another one, "
        "such as a copy.",
    ),
    mistake(
        _inputs_of_the_backbone,
        "The head gets what the backbone gives out, not the columns of `X`. The old head knows how many numbers that "
        "are: `model[-1].in_features`.",
    ),
]
alternatives = [
    _head_only,
    _on_features,
    _head_by_closed_eyes,
    _in_thirds,
]
also_wrong = [
    _puts_all_back,
    _no_training,
    _one_step,
    _freezes_for_a_time,
]
hints = [
    "Bug 1 gives an error: print `[name for name, _ in model.named_parameters()]` after the new head is in. "
    "Which names belong to the backbone?",
    "Bug 2 shows when you print the loss: it stays. Which tensors does the optimizer hold?",
    "Bug 3 is silent: compare `model[0][1].running_mean` before and after training.",
]
