"""Figures of lesson 03 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers.lessons.activations import figures


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_pulls_counts_the_examples_that_agree():
    pair = torch.tensor([[1.0, 2.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 3.0]])
    figure = figures.pulls({"unit": pair}, title="t")
    assert figure.axes[0].get_title() == "unit: 75% same sign"


def test_hinges_lie_on_the_curve():
    ax = figures.hinge_curve([0, 1, 2], [1, 2, 0], [1, 1.5, 0.5], [0.5], axis_labels=("t", "n"))
    hinges = next(line for line in ax.lines if line.get_label().startswith("a hinge"))
    np.testing.assert_allclose(hinges.get_xydata(), [[0.5, 1.25]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("t", "n")
