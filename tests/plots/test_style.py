"""The looks of series, and the settings that drawing leaves alone."""

import pytest

from helpers.plots.style import COLOURS, DASHES, MARKERS, look


def test_six_series_differ_in_everything():
    looks = [look(number) for number in range(6)]
    for part in ("colour", "pale", "marker", "dash"):
        assert len({getattr(one, part) for one in looks}) == 6


@pytest.mark.parametrize("shape", ["marker", "dash"])
def test_thirty_six_series_differ(shape):
    assert len({(look(n).colour, getattr(look(n), shape)) for n in range(36)}) == 36


def test_the_looks_are_those_of_the_palette():
    first = look(0)
    assert first.line == {"color": COLOURS[0], "linestyle": DASHES[0]}
    assert first.points == {"color": COLOURS[0], "marker": MARKERS[0]}
