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
        {"grad after part 2": 30.0},
        "Slopes along one way are multiplied. These are two ways, and `backward()` adds to what is in `.grad`.",
    ),
    mistake(
        {"grad after part 2": 21.0},
        "The slope of 5w is 5, whatever w is; 15 is its value at w = 3.",
    ),
    mistake(
        {"grad after part 2": 15.0},
        "15 is the value of 5w. Its slope is asked for, and what `backward()` does with what is in `.grad` already.",
    ),
    mistake(
        {"grad after part 3": 0.0},
        "`w.detach()` cuts one of the two factors off. By way of the other, `w` itself, a gradient still arrives.",
    ),
    mistake(
        {"grad after part 3": 9.0},
        "9 is the value of the product. One factor counts as the constant 3: what is the slope of 3w?",
    ),
    mistake(
        {"grad after part 3": 1.0},
        "The factor that is cut off is a constant, yet it is there: what is the slope of 3w?",
    ),
    mistake(
        {"grad after part 1": 6.0, "grad after part 3": None},
        "`w.grad` is None at first, but `backward()` does find a way to w: only one of the two factors is cut off.",
    ),
    mistake(
        {"grad after part 1": 2.0},
        "The slope of w² is 2w: put in w = 3.",
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
