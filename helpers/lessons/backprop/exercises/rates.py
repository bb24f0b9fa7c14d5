"""Predict how gradient descent on L(w) = w² moves for four learning rates."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
requirements = {f"η = {rate}": 0.25 for rate in ("0.05", "0.5", "1", "1.1")}
parts = {key: key for key in requirements}
options = {
    "creeps": "comes closer to 0 a little at each step, always from the same side",
    "lands": "is at 0 after one step",
    "swings": "jumps between two points for ever",
    "flies off": "gets farther from 0 at each step",
}
reference = {
    "η = 0.05": "creeps",
    "η = 0.5": "lands",
    "η = 1": "swings",
    "η = 1.1": "flies off",
}
mistakes = [
    mistake(
        {"η = 0.05": "lands"},
        "With η = 0.05 a step leads from w to w − 0.1w = 0.9w: nearer to 0, and not there yet.",
    ),
    mistake(
        {"η = 0.05": "swings"},
        "To swing, a step would have to lead to the other side. With η = 0.05 it leads from w to w − 0.1w.",
    ),
    mistake(
        {"η = 0.05": "flies off"},
        "With η = 0.05 a step leads from w to w − 0.1w. Is that farther from 0, or nearer?",
    ),
    mistake(
        {"η = 0.5": "swings"},
        "With η = 0.5 a step leads from w to w − w. What is the slope there, and how long the next step?",
    ),
    mistake(
        {"η = 0.5": "flies off"},
        "One step of η = 0.5 takes 0.5 · 2w away from w. How far from 0 does that leave you?",
    ),
    mistake(
        {"η = 0.5": "creeps"},
        "The slope of w² is 2w, so one step of η = 0.5 takes w − 0.5 · 2w away. How much is that?",
    ),
    mistake(
        {"η = 1": "flies off"},
        "With η = 1 a step leads from w to w − 2w = −w: the other side, at the same height.",
    ),
    mistake(
        {"η = 1": "lands"},
        "With η = 1 a step leads from w to w − 2w, and that is not 0. Remember the 2 of the slope.",
    ),
    mistake(
        {"η = 1": "creeps"},
        "With η = 1 a step leads from w to w − 2w = −w. Is that nearer to 0, and on the same side?",
    ),
    mistake(
        {"η = 1.1": "creeps"},
        "With η = 1.1 a step leads from w to w − 2.2w = −1.2w. Is that nearer to 0, and on the same side?",
    ),
    mistake(
        {"η = 1.1": "lands"},
        "With η = 1.1 a step leads from w to w − 2.2w, which goes past 0. Remember the 2 of the slope.",
    ),
    mistake(
        {"η = 1.1": "swings"},
        "With η = 1.1 a step leads from w to w − 2.2w = −1.2w: the other side, and higher up.",
    ),
]
alternatives = [
    {"η = 0.05": "Creeps ", "η = 0.5": "LANDS", "η = 1": "swings", "η = 1.1": "flies off"},
]
also_wrong = [
    dict.fromkeys(("η = 0.05", "η = 0.5", "η = 1", "η = 1.1"), "creeps"),
    "creeps",
]
hints = [
    "Write one step down: w becomes w − η · 2w = (1 − 2η) · w.",
    "Every step multiplies w by 1 − 2η. Work that factor out for each of the four rates.",
]
