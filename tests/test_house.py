"""The house is in order: no circle of imports, no file that is too long to be read."""

import ast
import graphlib

import pytest

from helpers.notebooks import ROOT

LONGEST = 400  # lines
PACKAGES = ("helpers/checks", "helpers/grading", "helpers/proofs", "helpers/plots", "helpers/data")


def module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path, known):
    """Return which of `known` a file imports, within functions too; what serves its types alone does not run."""
    named, waiting = set(), [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return named & known


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_round_in_no_circle(package):
    files = {module(p): p for p in (ROOT / package).rglob("*.py") if p.name != "__init__.py"}
    graph = {name: imported(path, set(files)) - {name} for name, path in files.items()}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_the_engine_imports_nothing_of_lessons_plots_or_grading():
    files = [p for top in ("helpers", "tests") for p in (ROOT / top).rglob("*.py")]
    others = {module(p) for p in files if p.parts[len(ROOT.parts) + 1] not in ("checks", "data")}
    for path in (ROOT / "helpers/checks").rglob("*.py"):
        assert not imported(path, {o for o in others if o.startswith(HIGHER)}), path


HIGHER = ("helpers.lessons", "helpers.plots", "helpers.grading")


def test_no_file_is_longer_than_a_reader_takes():
    files = [p for top in ("helpers", "tests") for p in (ROOT / top).rglob("*.py")]
    assert len(files) > 300
    assert [p.relative_to(ROOT) for p in files if len(p.read_text().splitlines()) > LONGEST] == []
