"""Predict what stands in `w.grad`, and what two flags say, after each part of a short program."""

import torch

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
WHAT_GRAD = "what `.grad` holds"
DETACH = "`detach`"
FLAGS = "the flags"
requirements = {WHAT_GRAD: 1, DETACH: 0.5, FLAGS: 0.5}
parts = {
    "grad after part 1": WHAT_GRAD,
    "grad after part 2": WHAT_GRAD,
    "grad after part 3": DETACH,
    "z.is_leaf": FLAGS,
    "v.requires_grad": FLAGS,
}
reference = {
    "grad after part 1": 6.0,
    "grad after part 2": 11.0,
    "grad after part 3": 3.0,
    "z.is_leaf": False,
    "v.requires_grad": False,
}
mistakes = [
    mistake(
        {"grad after part 2": 5.0},
        "`backward()` adds to what is already in `.grad`; nothing cleared the 6 of part 1.",
    ),
    mistake(
        {"grad after part 3": 6.0},
        "`w.detach()` is a plain number to autograd: a constant 3. Only the other factor counts.",
    ),
    mistake(
        {"grad after part 3": 14.0},
        "Part 3 begins with `w.grad = None`, so it starts from nothing.",
    ),
    mistake(
        {"grad after part 1": 9.0},
        "9 is the value of w². Its slope is 2w.",
    ),
    mistake(
        {"z.is_leaf": True},
        "A leaf is a tensor that you made yourself. `z` came out of an operation on `w`.",
    ),
    mistake(
        {"v.requires_grad": True},
        "Under `no_grad` nothing is recorded, so `v` has no way back to `w`.",
    ),
]
alternatives = [
    {
        "grad after part 1": torch.tensor(6.0),
        "grad after part 2": 11,
        "grad after part 3": 3,
        "z.is_leaf": False,
        "v.requires_grad": False,
    },
]
also_wrong = [
    {"grad after part 1": 6.0},
]
hints = [
    "Part 1: the slope of w² at w = 3. Part 2: the slope of 5w, and where does it go?",
    "`.grad` only ever grows by `+=`, until someone clears it.",
    "In part 3 one of the two factors is cut off from the graph and counts as the constant 3.",
]
