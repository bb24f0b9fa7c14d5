"""Fill in the graph of one neuron by hand: three values going forward, five slopes going back."""

import math

from helpers.checks.exercise import ValueExercise, mistake


def _neuron(x: float, w: float, b: float, y: float) -> dict[str, float]:
    """Values and gradients of L = (σ(wx + b) − y)², for `edges`."""
    z = w * x + b
    a = 1 / (1 + math.exp(-z))
    da = 2 * (a - y)
    dz = da * a * (1 - a)
    return {
        "z": z,
        "a": a,
        "L": (a - y) ** 2,
        "dL/da": da,
        "dL/dz": dz,
        "dL/dw": dz * x,
        "dL/db": dz,
        "dL/dx": dz * w,
    }


def _changed_edges(**factors: float) -> dict[str, float]:
    right = _neuron(-2.0, 0.5, 1.5, 1.0)
    return {f"dL/d{name}": right[f"dL/d{name}"] * factor for name, factor in factors.items()}


kind = ValueExercise
FORWARD_Z = "forward: z, a and L"
BACK_FIVE = "back: the five slopes"
requirements = {FORWARD_Z: 0.5, BACK_FIVE: 1.5}
parts = {
    key: BACK_FIVE if key.startswith("dL") else FORWARD_Z for key in _neuron(-2.0, 0.5, 1.5, 1.0)
}
reference = _neuron(-2.0, 0.5, 1.5, 1.0)
rtol = 0.0
atol = 1.5e-3
mistakes = [
    mistake(
        _changed_edges(a=-1, z=-1, w=-1, b=-1, x=-1),
        "All your slopes have the wrong sign: the derivative of (a − y)² is 2(a − y), not 2(y − a).",
    ),
    mistake(
        _changed_edges(a=0.5, z=0.5, w=0.5, b=0.5, x=0.5),
        "The square brings a factor 2 down: the derivative of (a − y)² is 2(a − y).",
    ),
    mistake(
        {
            "dL/dz": reference["dL/da"],
            "dL/dw": -2 * reference["dL/da"],
            "dL/db": reference["dL/da"],
            "dL/dx": 0.5 * reference["dL/da"],
        },
        "On the way from a back to z the slope of the sigmoid comes in: multiply with a(1 − a).",
    ),
    mistake(
        {"dL/dw": reference["dL/dx"], "dL/dx": reference["dL/dw"]},
        "You swapped two: in z = wx + b the slope with respect to w is x, and that to x is w.",
    ),
    mistake(
        {"dL/db": 1.5 * reference["dL/dz"]},
        "The slope of z = wx + b with respect to b is 1, whatever b is.",
    ),
    mistake(
        {"dL/db": 1.0},
        "1 is the slope of z with respect to b. That of L is what arrives at z, times 1.",
    ),
    mistake(
        {
            "dL/dz": 0.25 * reference["dL/da"],
            "dL/dw": -0.5 * reference["dL/da"],
            "dL/db": 0.25 * reference["dL/da"],
            "dL/dx": 0.125 * reference["dL/da"],
        },
        "The slope of the sigmoid is a(1 − a), with a = σ(z); you put z in the place of a.",
    ),
    mistake(
        {"L": -reference["dL/da"] / 2},
        "The loss is the square of a − y, here of a − 1.",
    ),
    mistake(
        {"z": 2.5},
        "x is −2: mind its sign in z = 0.5 · x + 1.5.",
    ),
    mistake(
        {"a": math.tanh(reference["z"])},
        "That is tanh(z). The neuron bends with the sigmoid, σ(z) = 1 / (1 + e^(−z)).",
    ),
    mistake(
        {"a": 1 - reference["a"]},
        "Mind the sign in the exponent: σ(z) = 1 / (1 + e^(−z)), which is above 0.5 where z is positive.",
    ),
    mistake(
        {"L": reference["dL/da"] / 2},
        "L cannot be negative: it is the square of a − y.",
    ),
    mistake(
        {"L": reference["L"] / 2},
        "There is no ½ in this loss: L = (a − y)².",
    ),
    mistake(
        {"dL/dw": -reference["dL/dw"]},
        "dL/dw = dL/dz · x, and x is −2: mind its sign.",
    ),
    mistake(
        {
            name: reference[name] / (1 - reference["a"]) * reference["a"]
            for name in ("dL/dz", "dL/dw", "dL/db", "dL/dx")
        },
        "On the way from a back to z the slope of the sigmoid is a(1 − a), not a².",
    ),
    mistake(
        {
            name: reference[name] * (1 + reference["a"]) / reference["a"]
            for name in ("dL/dz", "dL/dw", "dL/db", "dL/dx")
        },
        "1 − a² is the slope of tanh. That of the sigmoid is a(1 − a).",
    ),
    mistake(
        {key: round(value, 2) for key, value in reference.items()},
        "You round to two decimals. Give three, and round only at the end.",
    ),
]
alternatives = [
    {
        "z": 0.5,
        "a": 0.622,
        "L": 0.143,
        "dL/da": -0.755,
        "dL/dz": -0.177,
        "dL/dw": 0.355,
        "dL/db": -0.177,
        "dL/dx": -0.089,
    },
]
also_wrong = [
    {"z": 0.5, "a": 0.622, "L": 0.143},
]
hints = [
    "Forward first: z = 0.5 · (−2) + 1.5, then a = 1 / (1 + e^(−z)), then L = (a − 1)².",
    "Then back, each slope from the one before: dL/dz = dL/da · a(1 − a).",
    "At the last node: dL/dw = dL/dz · x, dL/db = dL/dz · 1, dL/dx = dL/dz · w.",
]
