"""What a caller can rely on for every figure, those of the catalogue and those of a lesson alike."""

import contextlib
import importlib
import inspect
import io
import pkgutil

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import lessons, plots

TOOLS = {"style", "canvas", "assets", "quiet"}  # they draw nothing for a caller
OTHER_NAMES = {  # of things that have a name: see the docstring of helpers.plots
    "names", "name", "label", "titles", "caption", "axis_names", "axis_name", "row_names", "column_names",
    "true", "truth", "predicted", "answers", "models", "suspects", "photos", "photo", "pictures", "size",
    "batch", "curve", "figure", "axes", "fmt", "logy",
}  # fmt: skip


def figure_modules():
    for package, wanted in ((plots, lambda name: name not in TOOLS), (lessons, None)):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            name = found.name.rpartition(".")[2]
            if wanted is not None and wanted(name):
                yield importlib.import_module(found.name)
            elif wanted is None and found.ispkg:
                with contextlib.suppress(ModuleNotFoundError):
                    yield importlib.import_module(f"{found.name}.figures")


def drawn_in(module):
    return {
        name: thing
        for name, thing in vars(module).items()
        if inspect.isfunction(thing)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
        and thing.__annotations__.get("return") in (Axes, Figure)
    }


MODULES = list(figure_modules())
FUNCTIONS = {
    f"{module.__name__}.{name}": function
    for module in MODULES
    for name, function in drawn_in(module).items()
}
every_figure = pytest.mark.parametrize("name", FUNCTIONS)


def test_the_figures_of_the_catalogue_and_of_the_lessons_are_found():
    homes = {name.rpartition(".")[0] for name in FUNCTIONS}
    assert {"helpers.plots.images", "helpers.lessons.transfer_learning.figures"} <= homes
    assert len(FUNCTIONS) > 60


@every_figure
def test_a_title_is_given_by_keyword(name):
    title = inspect.signature(FUNCTIONS[name]).parameters["title"]
    assert title.kind is title.KEYWORD_ONLY
    assert title.default == ""


@every_figure
def test_a_single_panel_takes_axes_by_keyword_and_several_say_that_they_are_panels(name):
    function = FUNCTIONS[name]
    ax = inspect.signature(function).parameters.get("ax")
    if function.__annotations__["return"] is Axes:
        assert ax is not None
        assert ax.kind is ax.KEYWORD_ONLY
        assert ax.default is None
    else:
        assert ax is None
        assert "panel" in inspect.getdoc(function)


@every_figure
def test_one_thing_has_one_name(name):
    assert not OTHER_NAMES & set(inspect.signature(FUNCTIONS[name]).parameters)


@every_figure
def test_it_is_drawn_in_the_courses_style_without_going_around_it(name):
    function = FUNCTIONS[name]
    assert function.__code__.co_name == "inside", "@styled"
    assert "__wrapped__" not in inspect.getsource(inspect.getmodule(function))


def test_the_catalogue_holds_every_figure_of_the_shared_modules_exactly_once():
    with contextlib.redirect_stdout(io.StringIO()) as out:
        plots.catalogue()
    printed = [line.split()[0] for line in out.getvalue().splitlines() if line.startswith("    ")]
    shared = [name for name in FUNCTIONS if name.startswith("helpers.plots.")]
    figures = sorted(name.rpartition(".")[2] for name in shared)
    assert sorted(printed) == sorted([*figures, "Edge"])
    assert sorted(printed) == plots.__all__


def test_no_module_outside_the_tools_is_forgotten():
    for module in MODULES:
        if module.__name__.startswith("helpers.plots."):
            assert set(drawn_in(module)) <= set(module.__all__), module.__name__


@pytest.mark.parametrize("name", plots.__all__)
def test_each_name_resolves_and_its_first_sentence_fits_on_a_line(name, capsys):
    assert getattr(plots, name).__module__.startswith("helpers.plots.")
    plots.catalogue()
    line = next(t for t in capsys.readouterr().out.splitlines() if t.startswith(f"    {name} "))
    assert 40 < len(line) < 140


def test_help_shows_the_figures_and_the_shared_names():
    import pydoc

    text = pydoc.render_doc(plots)
    assert "axis_labels" in text
    assert "heat_map(" in text
