"""The explorations of lesson 02 draw for every position of their controls, and tell the truth."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.data import penguins
from helpers.lessons.linear_layers import demos


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def birds():
    table = penguins()
    return table.features[:, [1, 3]] * torch.tensor([1.0, 0.001]), (table.target == 2).float()


HISTORY = [
    (torch.tensor([0.0, 0.0]), torch.tensor(1.0)),
    (torch.tensor([-1.0, 3.5]), torch.tensor(0.3)),
]


def test_the_still_is_the_default_and_the_same_each_time(birds):
    for exploration in (
        demos.line_by_hand(*birds),
        demos.corrections(*birds, HISTORY),
        demos.size(),
    ):
        assert exploration.question.endswith("?")
        first = exploration.picture().data
        assert first[:4] == b"\x89PNG"
        assert exploration.picture().data == first


@settings(max_examples=12, deadline=None)
@given(depth=st.integers(-30, 30), mass=st.integers(-50, 50), bias=st.integers(-40, 40))
def test_the_line_by_hand_counts_the_birds_on_the_wrong_side(birds, depth, mass, bias):
    X, y = birds
    w, b = torch.tensor([depth / 10, mass / 10]), bias / 2
    ax = demos.line_by_hand(X, y).draw(depth / 10, mass / 10, b)
    assert ax.get_title().startswith(f"{int(((X @ w + b > 0).float() != y).sum())} of 333")
    plt.close(ax.figure)


def test_the_question_of_the_line_has_an_answer_within_the_controls(birds):
    exploration = demos.line_by_hand(*birds)
    answer = {"depth": -1.0, "mass": 3.5, "bias": 0.5}
    for name, value in answer.items():
        control = exploration.controls[name]
        assert control.min <= value <= control.max
    assert exploration.draw(**answer).get_title().startswith("0 of 333")


def test_corrections_shows_each_line_of_the_history(birds):
    exploration = demos.corrections(*birds, HISTORY)
    slider = exploration.controls["number"]
    assert (slider.min, slider.max) == (1, 2)
    assert "After correction 1: 214 of 333" in exploration.draw(1).get_title()
    assert "After correction 2: 0 of 333" in exploration.draw(2).get_title()


@settings(max_examples=12, deadline=None)
@given(
    inputs=st.sampled_from([4, 8, 784]),
    width=st.integers(2, 256),
    layers=st.integers(0, 4),
    outputs=st.sampled_from([1, 3, 10]),
)
def test_the_size_counts_what_torch_counts(inputs, width, layers, outputs):
    ax = demos.draw_size(inputs, width, layers, outputs)
    sizes = [inputs, *[width] * layers, outputs]
    with torch.device("meta"):
        model = nn.Sequential(*[nn.Linear(a, b) for a, b in pairwise(sizes)])
    said = int(re.match(r"([\d,]+) parameters", ax.get_title())[1].replace(",", ""))
    assert said == sum(p.numel() for p in model.parameters())
    plt.close(ax.figure)
