"""Explorations of lesson 04 draw over the whole range of their controls, and say true numbers."""

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from helpers import data
from helpers.lessons.loss import demos


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def title(figure):
    return figure.get_suptitle()


@pytest.mark.parametrize("exploration", [demos.outlier, demos.scores, demos.line])
def test_an_exploration_draws_its_default_and_both_ends_of_each_control(exploration):
    shown = exploration()
    assert shown.picture().data.startswith(b"\x89PNG")
    for name, control in shown.controls.items():
        ends = (
            (control.min, control.max)
            if hasattr(control, "min")
            else [v[1] if isinstance(v, tuple) else v for v in control.options]
        )
        for value in ends:
            assert shown.picture(**{name: value}).data.startswith(b"\x89PNG"), (name, value)


@settings(max_examples=15, deadline=None)
@given(fifth=st.integers(15, 400).map(lambda n: 10.0 * n))
def test_the_outlier_names_mean_and_median(fifth):
    prices = torch.tensor([*demos.PRICES, fifth])
    words = title(demos.draw_outlier(fifth))
    plt.close("all")
    assert f"Mean {prices.mean():.0f}, median {prices.median():.0f}" in words


@settings(max_examples=10, deadline=None)
@given(
    scores=st.lists(st.integers(-12, 12).map(lambda n: n / 2), min_size=3, max_size=3),
    label=st.integers(0, 2),
)
def test_the_scores_show_torchs_loss_and_its_gradient(scores, label):
    z = torch.tensor([scores], requires_grad=True)
    loss = F.cross_entropy(z, torch.tensor([label]))
    (slope,) = torch.autograd.grad(loss, z)
    figure = demos.draw_scores(*scores, label=label)
    bars = [bar.get_height() for bar in figure.axes[2].patches]
    plt.close(figure)
    assert title(figure) == f"Cross-entropy loss {loss.item():.4f}"
    assert torch.tensor(bars).allclose(slope[0].double(), atol=1e-6)


def test_the_line_says_the_losses_of_the_cars():
    cars = data.auto_mpg()
    error = -7.0 * cars.features[:, 3] / 1000 + 45 - cars.target
    words = demos.draw_line(-7, 45).get_title()
    assert f"MSE {error.square().mean():.1f}" in words
    assert f"MAE {error.abs().mean():.2f}" in words


def test_typing_errors_raise_the_loss_and_are_drawn():
    clean, dirty = demos.draw_line(-7, 45, 0), demos.draw_line(-7, 45, 12)
    assert clean.get_title() != dirty.get_title()
    assert "typing error" in [t.get_text() for t in dirty.get_legend().get_texts()]
    assert "typing error" not in [t.get_text() for t in clean.get_legend().get_texts()]
