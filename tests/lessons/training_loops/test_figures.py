"""Figures of lesson 06 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.lessons.training_loops import figures as plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def reference_stop(losses, patience):
    """The rule of the lesson, step by step: best epoch and last epoch, counted from 1."""
    best, kept, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < best:
            best, kept, waited = loss, epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return kept, epoch
    return kept, len(losses)


@given(st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=30), st.integers(1, 6))
def test_the_stopping_point_is_that_of_the_rule(losses, patience):
    assert plots.stopping_point(losses, patience) == reference_stop(losses, patience)


def test_patience_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        plots.stopping_point([1.0], 0)


def test_early_stopping_marks_the_best_epoch_and_the_end():
    validation = [1.0, 0.5, 0.7, 0.6, 0.8]
    ax = plots.early_stopping([1.0, 0.8, 0.6, 0.4, 0.2], validation, patience=2)
    texts = " ".join(t.get_text() for t in ax.texts)
    assert "kept: epoch 2" in texts
    assert "loss 0.50" in texts
    assert "after epoch 4" in texts


def test_batches_shows_every_row_once_in_each_epoch():
    orders = [[2, 0, 1, 4, 3], [1, 3, 0, 2, 4]]
    ax = plots.batches([torch.tensor(order) for order in orders], 2)
    assert [int(t.get_text()) for t in ax.texts] == orders[0] + orders[1]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["batch 1", "batch 2", "batch 3"]


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one row"):
        plots.batches([[0, 1]], 0)


def test_run_panels_draws_both_curves_of_each_run_on_one_scale():
    runs = {"a": ([3.0, 1.0], [3.0, 2.0]), "b": ([9.0, 8.0], [9.0, 9.5])}
    fig = plots.run_panels(runs, top=5)
    drawn = [ax for ax in fig.axes if ax.lines]
    assert [ax.get_title() for ax in drawn] == ["a", "b"]
    assert all(ax.get_ylim() == (0, 5) for ax in drawn)
    assert np.allclose(drawn[0].lines[1].get_ydata(), [3.0, 2.0])


def test_run_panels_can_be_logarithmic():
    fig = plots.run_panels({"a": ([300.0, 1.0], [300.0, 2.0])}, log=True, columns=1)
    assert fig.axes[0].get_yscale() == "log"


def test_extrapolation_shades_what_was_seen():
    x = torch.linspace(0, 4, 5)
    ax = plots.extrapolation(x, {"net": x}, 2 * x, seen=(1, 2))
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["seen in training", "truth", "net"]


def test_predicted_and_true_puts_each_model_in_a_panel():
    truth = torch.tensor([1.0, 2.0, 3.0])
    fig = plots.predicted_and_true(truth, {"one": truth, "two": truth + 1}, unit="m")
    assert [ax.get_title() for ax in fig.axes] == ["one", "two"]
    points = fig.axes[1].collections[0].get_offsets()
    assert np.allclose(points, [[1, 2], [2, 3], [3, 4]])
    assert fig.axes[0].get_xlabel() == "true value (m)"
