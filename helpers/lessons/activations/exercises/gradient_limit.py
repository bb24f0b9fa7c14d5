"""Predict the largest factor that ten slopes in a row can leave of a gradient."""

import math

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
TEN_SIGMOIDS = "ten sigmoids"
TEN_TANHS = "ten tanhs"
TEN_RELUS = "ten ReLUs"
requirements = {TEN_SIGMOIDS: 1, TEN_TANHS: 0.5, TEN_RELUS: 0.5}
parts = {"sigmoid": TEN_SIGMOIDS, "tanh": TEN_TANHS, "relu": TEN_RELUS}
reference = {"sigmoid": 0.25**10, "tanh": 1.0, "relu": 1.0}
rtol, atol = 0.02, 0.0
mistakes = [
    mistake(
        {"sigmoid": 1, "relu": math.inf},
        "Those are the bounds of the functions' values. Multiplied are their slopes: how steep is each at most?",
    ),
    mistake({"sigmoid": 2.5}, "The slopes are multiplied, not added: 0.25 · 0.25 · …"),
    mistake({"sigmoid": 0.25}, "That is one sigmoid. Ten in a row leave 0.25 to the power of ten."),
    mistake(
        {"sigmoid": 0.5**10},
        "0.5 is the height of the sigmoid in the middle. Its slope there is 0.5 · (1 − 0.5).",
    ),
    mistake({"sigmoid": 0.25**9}, "Ten layers with a sigmoid each: ten factors, not nine."),
    mistake({"sigmoid": 0.25**11}, "Ten layers with a sigmoid each: ten factors, not eleven."),
    mistake(
        {"sigmoid": 0.25 * 0.25},
        "That is the example with two sigmoids. Here there are ten of them.",
    ),
    mistake(
        {"sigmoid": 0.0},
        "Small, and still not 0: ten factors of 0.25 have a product that Python can tell you.",
    ),
    mistake(
        {"sigmoid": 1},
        "1 is what the height of a sigmoid comes close to. Asked for is its slope, at the steepest place.",
    ),
    mistake(
        {"sigmoid": 10**0.25},
        "The two numbers are exchanged: ten factors of 0.25 are `0.25 ** 10`.",
    ),
    mistake(
        {"sigmoid": 9.5367e-08},
        "The digits are right, the power of ten is not: count the places once more, or let Python compute it.",
    ),
    mistake(
        {"sigmoid": 9.5367e-06},
        "The digits are right, but the number is ten times too large: count the places once more.",
    ),
    mistake(
        {"sigmoid": 1e-6},
        "The right size, but rounded too far: give two digits at least, or let Python compute it.",
    ),
    mistake(
        {"tanh": 4.0**10},
        "Four times as steep as the sigmoid is 4 · 0.25, not 4.",
    ),
    mistake(
        {"tanh": 4},
        "Four times as steep as the sigmoid is 4 · 0.25. The product of ten such factors is asked for.",
    ),
    mistake(
        {"tanh": 10},
        "The slopes are multiplied, not added: ten factors of 1.",
    ),
    mistake(
        {"tanh": 0.0},
        "At its flat ends the slope of tanh is nearly 0: that is the smallest factor. Asked for is the largest: where "
        "is it steepest?",
    ),
    mistake(
        {"relu": math.inf},
        "The values of ReLU have no bound. Its slope has: it is 0 or 1.",
    ),
    mistake(
        {"relu": 0.5**10},
        "About half of the units let the gradient through, on average. Asked for is the largest factor: all of them on "
        "their positive side.",
    ),
    mistake(
        {"relu": 10},
        "Slopes of ReLU are multiplied, too: ten factors of 1, not their sum.",
    ),
    mistake(
        {"tanh": 0.25**10},
        "tanh is four times as steep as the sigmoid: its slope 1 − a² is largest where a = 0.",
    ),
    mistake(
        {"relu": 0.0},
        "0 is the smallest. For the largest, every unit on the way is on its positive side.",
    ),
]
alternatives = [
    {"sigmoid": 9.5e-7, "tanh": 1, "relu": 1},
]
also_wrong = [
    {"sigmoid": 9e-7, "tanh": 1, "relu": 1},
    {"sigmoid": 0.25**10, "tanh": 0.5**10, "relu": 1},
    0.25**10,
]
hints = [
    "What is the largest slope that each function has anywhere? The ten factors are multiplied.",
    "In Python, the power is written `**`: ten factors of s are s ** 10.",
]
