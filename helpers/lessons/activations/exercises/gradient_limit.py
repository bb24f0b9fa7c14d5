"""Predict the largest factor that ten slopes in a row can leave of a gradient."""

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
    mistake({"sigmoid": 2.5}, "The slopes are multiplied, not added: 0.25 · 0.25 · …"),
    mistake({"sigmoid": 0.25}, "That is one sigmoid. Ten in a row leave 0.25 to the power of ten."),
    mistake(
        {"sigmoid": 0.5**10},
        "0.5 is the height of the sigmoid in the middle. Its slope there is 0.5 · (1 − 0.5).",
    ),
    mistake({"sigmoid": 0.25**9}, "Ten layers with a sigmoid each: ten factors, not nine."),
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
    {"sigmoid": 0.0, "tanh": 1, "relu": 1},
    {"sigmoid": 1e-6, "tanh": 1, "relu": 1},
    {"sigmoid": 0.25**10, "tanh": 0.5**10, "relu": 1},
    0.25**10,
]
hints = [
    "What is the largest slope that each function has anywhere? The ten factors are multiplied.",
    "In Python, the power is written `**`: ten factors of s are s ** 10.",
]
