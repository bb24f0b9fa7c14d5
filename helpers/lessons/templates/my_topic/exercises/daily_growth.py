"""Mend `daily_growth`: by how much the bean grew from each day to the next, never below 0."""

import torch

from helpers.checks.exercise import RepairExercise, case, mistake

# A program to mend. `broken` is what the learner is given; the notebook's STUB region repeats it.
kind = RepairExercise
NOT_BELOW = "no growth is below 0"
requirements = {"later minus earlier": 1, NOT_BELOW: 1}


def inputs(draw):
    yield torch.tensor([2.0, 3.5, 6.5, 7.0])
    yield case(torch.tensor([2.0, 5.0, 4.0, 8.0]), requirement=NOT_BELOW)
    yield draw.uniform(6, low=0.5, high=2.0).cumsum(0)
    yield case(draw.normal(8, mean=10, std=4), requirement=NOT_BELOW)


def broken(heights):
    growth = heights[:-1] - heights[1:]
    return growth.abs()


def reference(heights):
    return (heights[1:] - heights[:-1]).clamp(min=0)


mistakes = [
    mistake(
        lambda heights: heights[1:] - heights[:-1],
        "The direction is right. Where the bean seems to shrink, 0 is wanted: `clamp(min=0)`.",
    ),
    mistake(
        lambda heights: (heights[:-1] - heights[1:]).clamp(min=0),
        "Negative numbers are gone, but earlier minus later is how much it shrank.",
    ),
    mistake(
        lambda heights: heights[:-1] - heights[1:],
        "That is earlier minus later: a bean that grows gets negative numbers.",
    ),
    mistake(
        lambda heights: (heights - heights[0]).clamp(min=0)[1:],
        "That is the growth since the first day. Compare each day with the day before.",
    ),
]
alternatives = [
    lambda heights: torch.relu(heights.diff()),
    lambda heights: torch.maximum(heights.diff(), torch.zeros(len(heights) - 1)),
]
also_wrong = [
    lambda heights: heights.diff().clamp(min=0, max=1),
    lambda heights: heights.diff().abs(),
]
hints = [
    "Try it on `torch.tensor([2.0, 5.0, 4.0])`. What should come out?",
    "`abs` turns −1 into 1. What turns −1 into 0 and leaves 3 as it is?",
]
