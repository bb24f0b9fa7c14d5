"""The explorations of lesson 03 draw for every position of their controls, and tell the truth."""

import itertools
import re

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.lessons.activations import demos


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def number_in(text, pattern):
    return float(re.search(pattern, text).group(1).replace("−", "-"))


@pytest.mark.parametrize(
    "make", [demos.hinges, demos.slopes, demos.logistic, demos.temperature, demos.depths]
)
def test_the_still_is_the_default_and_the_same_each_time(make):
    exploration = make()
    assert exploration.question.endswith("?") or exploration.question.endswith(".")
    first = exploration.picture().data
    assert first[:4] == b"\x89PNG"
    assert exploration.picture().data == first


@pytest.mark.parametrize("count", [1, 2, 5, 16, 40, 60])
def test_more_hinges_never_follow_the_sunspots_much_worse(count):
    off = number_in(demos.draw_hinges(count).get_title(), r"off by ([\d.]+)")
    one = number_in(demos.draw_hinges(1).get_title(), r"off by ([\d.]+)")
    assert off <= one + 1e-6


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(list(demos.FUNCTIONS)), at=st.integers(-24, 24))
def test_slopes_tell_what_autograd_says(name, at):
    z = torch.tensor(at / 4, requires_grad=True)
    demos.FUNCTIONS[name](z).backward()
    ax = demos.draw_slope(name, at / 4)
    assert number_in(ax.texts[-1].get_text(), r"slope (\S+)") == pytest.approx(
        z.grad.item(), abs=6e-4
    )
    plt.close(ax.figure)


def test_a_larger_weight_moves_no_flower_to_the_other_side():
    wrong = {
        number_in(demos.draw_logistic(weight, 4.9).get_title(), r": (\d+) of 100")
        for weight in (0.5, 3.0, 12.0)
    }
    assert len(wrong) == 1
    turned = number_in(demos.draw_logistic(-3.0, 4.9).get_title(), r": (\d+) of 100")
    assert turned > 50


@pytest.mark.parametrize("weight", [-4.0, 0.0, 12.0])
@pytest.mark.parametrize("cut", [3.0, 7.0])
def test_logistic_draws_at_the_ends_of_its_controls(weight, cut):
    assert "of 100 flowers" in demos.draw_logistic(weight, cut).get_title()


def test_temperature_takes_and_gives_certainty():
    cold, warm, hot = (
        number_in(demos.draw_shares(2.5, t).get_suptitle(), r"gets (\d+)%") for t in (0.1, 1, 10)
    )
    assert cold == 100
    assert cold > warm > hot > 100 / 6


@pytest.mark.parametrize(
    ("name", "weights"), list(itertools.product(demos.FUNCTIONS, demos.WEIGHTS))
)
def test_every_activation_and_weight_size_can_be_measured_at_full_depth(name, weights):
    ax = demos.draw_depth(name, 20, weights)
    assert len(ax.lines[0].get_ydata()) == 20
    assert "layer gets" in ax.get_title()


def test_the_gradient_dies_under_sigmoid_and_lives_under_relu():
    sigmoid, relu = (
        demos.draw_depth(name, 10, "variance 2/n").lines[0].get_ydata()
        for name in ("sigmoid", "ReLU")
    )
    assert sigmoid[0] / sigmoid[-1] < 1e-4
    assert relu[0] / relu[-1] > 0.1


def test_networks_are_drawn_anew_and_leave_the_random_state_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, two = (demos.network([4, 3, 2], 2.0) for _ in range(2))
    assert torch.equal(torch.rand(1), expected)
    for a, b in zip(one, two, strict=True):
        assert torch.equal(a.weight, b.weight)
    assert not one[0].bias.any()
