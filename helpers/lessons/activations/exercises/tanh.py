"""Give tanh of every entry of x by means of the sigmoid, and stay right for large x."""

import torch

from helpers.checks.exercise import FunctionExercise, case, forbid, mistake

kind = FunctionExercise
RIGHT_FAR = "right far out, at ±100"
requirements = {"right near 0": 1, RIGHT_FAR: 1}
forbidden = forbid(
    "tanh",
    "tanhshrink",
    "sinh",
    "cosh",
    "arctanh",
    "atanh",
    rule="Closed here: torch's own tanh, sinh and cosh.",
    why="Get it from the sigmoid: stretch and shift.",
)


def inputs(draw):
    yield torch.tensor([-1.0, 0.3, 2.0])
    yield draw.normal(4, 3)
    yield case(torch.tensor([-100.0, 100.0, 0.7]), requirement=RIGHT_FAR)
    yield case(
        torch.cat(
            [
                draw.uniform(3, low=90, high=300),
                -draw.uniform(2, low=90, high=300),
                draw.normal(2),
            ]
        ),
        requirement=RIGHT_FAR,
    )


def reference(x):
    return 2 * torch.sigmoid(2 * x) - 1


def _tanh_by_expm1(x):
    e = torch.expm1(-2 * x.abs())
    return -x.sign() * e / (e + 2)


def _by_formula(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


mistakes = [
    mistake(
        lambda x: 2 * torch.sigmoid(x) - 1,
        "The range is right, from −1 to 1, but the curve is too flat: tanh takes σ at 2x.",
    ),
    mistake(
        lambda x: torch.sigmoid(2 * x),
        "That runs from 0 to 1. Stretch it by 2 and move it down by 1.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(2 * x - 1),
        "The −1 stands outside of σ: it moves the curve down, not to the side.",
    ),
    mistake(
        _by_formula,
        "Right as a formula, but e¹⁰⁰ is too large for float32, and inf / inf is nan. "
        "2σ(2x) − 1 has no such trouble.",
    ),
    mistake(
        lambda x: torch.sigmoid(x) - 0.5,
        "That is centred on 0, but runs from −0.5 to 0.5 only.",
    ),
    mistake(
        lambda x: torch.sigmoid(2 * x) - 0.5,
        "The inside is right and the middle is at 0, but it runs from −0.5 to 0.5: stretch it by 2.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(x / 2) - 1,
        "Height and shift are right, the stretch along x goes the wrong way: x / 2 makes the curve flatter, and tanh "
        "is steeper than σ.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(4 * x) - 1,
        "The slope at 0 is 2 now, and tanh has 1. The stretch by 2 in height doubles the slope already, so along x "
        "only a factor of 2 is left to do.",
    ),
    mistake(
        lambda x: 4 * torch.sigmoid(x) - 2,
        "The slope at 0 is right, but the curve runs from −2 to 2. The range asks for 2 in height; the rest of the "
        "steepness comes from a stretch along x.",
    ),
    mistake(
        lambda x: (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1),
        "Right as a formula, but for x above 44 e²ˣ is too large for float32, and inf / inf is nan. Go by way of the "
        "sigmoid.",
    ),
    mistake(
        lambda x: torch.nan_to_num(_by_formula(x), nan=1.0),
        "You put 1 wherever the formula gives nan, also far to the left, where tanh is −1. Do without the overflow: "
        "go by way of the sigmoid.",
    ),
    mistake(
        lambda x: torch.nan_to_num(_by_formula(x)),
        "`nan_to_num` puts 0 wherever the formula gives nan. Far out tanh is −1 or 1. Do without the overflow: go by "
        "way of the sigmoid.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(2 * x.clamp(-3, 3)) - 1,
        "You cut x off at −3 and 3, so the curve ends at ±0.995. The sigmoid does not overflow; no bounds are needed.",
    ),
    mistake(
        lambda x: 1 - torch.sigmoid(2 * x) ** 2,
        "1 − a² gives the slope of tanh, for a = tanh(x). Asked for is the function: a σ, stretched and shifted.",
    ),
    mistake(
        lambda x: 1 - (2 * torch.sigmoid(2 * x) - 1) ** 2,
        "That is the slope of tanh, 1 − a². The function itself is asked for.",
    ),
    mistake(
        lambda x: 2 * torch.sigmoid(-2 * x.abs()) - 1,
        "Your curve is negative on both sides, since it looks at −|x| only. tanh has the sign of x.",
    ),
    mistake(
        lambda x: x.clamp(-1, 1),
        "Those are straight pieces between −1 and 1. tanh bends smoothly, as σ does.",
    ),
    mistake(
        lambda x: 2 * (torch.sigmoid(2 * x) - 1),
        "That runs from −2 to 0: the 1 is taken away before the stretch, so it counts twice.",
    ),
]
alternatives = [
    lambda x: 2 / (1 + torch.exp(-2 * x)) - 1,
    lambda x: torch.sigmoid(2 * x) - torch.sigmoid(-2 * x),
    lambda x: x.sign() * (1 - torch.exp(-2 * x.abs())) / (1 + torch.exp(-2 * x.abs())),
    _tanh_by_expm1,
    lambda x: 1 - 2 * torch.sigmoid(-2 * x),
    lambda x: (torch.nn.Sigmoid()(x + x) - 0.5) * 2.0,
]
also_wrong = [
    torch.tanh,
    lambda x: 2 * torch.sigmoid(2 * x),
    lambda x: torch.exp(2 * x) - 1 / (torch.exp(2 * x) + 1),
    lambda x: torch.sinh(x) / torch.cosh(x),
]
hints = [
    "The sigmoid runs from 0 to 1. Which stretch and which shift make that −1 to 1?",
    "tanh is also steeper: its slope at 0 is 1. Look at σ(2x).",
    "return 2 * sigmoid(2 * x) - 1",
]
