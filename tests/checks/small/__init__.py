"""A lesson of small exercises that the tests of the engine use; it belongs to no course."""

from helpers.checks import Lesson

check = Lesson(
    __name__,
    "00_small",
    ["scale", "square", "shapes", "answer", "colour", "Net", "model", "mean", "separate"],
)
