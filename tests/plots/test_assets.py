import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from helpers.plots import assets


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    before = dict(mpl.rcParams)
    files = assets.draw_all(tmp_path_factory.mktemp("figures"))
    assert dict(mpl.rcParams) == before, "drawing changes no setting"
    assert plt.get_fignums() == [], "drawing leaves no figure open"
    return {file.name: file for file in files}


def test_the_committed_figures_are_those_that_the_code_draws(drawn):
    committed = {file.name: file for file in assets.FOLDER.glob("*.svg")}
    assert set(committed) == set(drawn), "run `make figures`"
    for name, file in drawn.items():
        assert committed[name].read_bytes() == file.read_bytes(), f"{name}: run `make figures`"


def test_each_figure_is_a_drawing_of_its_own_on_white(drawn):
    for name, file in drawn.items():
        root = ElementTree.parse(file).getroot()
        assert root.tag.endswith("svg"), name
        assert "#ffffff" in file.read_text(), f"{name} reads in a dark theme too"
    assert len({file.read_bytes() for file in drawn.values()}) == len(drawn)
