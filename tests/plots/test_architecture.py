"""Networks as pictures: what is written agrees with the number of inputs and units."""

import re

import matplotlib.pyplot as plt
import pytest

from helpers import plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def words(ax):
    return [text.get_text() for text in ax.texts]


def indices(text):
    return [int(a or b) for a, b in re.findall(r"_(?:(\d)|\{(\d+)\})", text)]


@pytest.mark.parametrize("inputs", [1, 2, 3, 4, 7, 8, 9, 10, 23, 784])
def test_the_formula_of_a_neuron_ends_at_its_last_input(inputs):
    ax = plots.neuron(inputs)
    ax.figure.canvas.draw()  # mathtext that is wrong is an error here
    formula = next(text for text in words(ax) if text.startswith("$z"))
    assert max(indices(formula)) == inputs
    assert min(indices(formula)) == 1
    left_out = inputs > 3
    assert (r"\ldots" in formula) == left_out
    assert len(indices(formula)) == 2 * (3 if left_out else inputs)


@pytest.mark.parametrize("inputs", [1, 7, 8, 12])
def test_a_neuron_numbers_the_inputs_that_it_draws(inputs):
    drawn = words(plots.neuron(inputs))
    for letter in "xw":
        numbered = [indices(text)[0] for text in drawn if text.startswith(f"${letter}_")]
        expected = list(range(1, inputs + 1))
        assert numbered == (expected if inputs <= 7 else expected[:3] + expected[-3:])
    assert ("⋮" in drawn) == (inputs > 7)
