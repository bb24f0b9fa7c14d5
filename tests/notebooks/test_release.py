"""The learner editions that are kept are those that the sources give."""

import shutil

import nbformat
import pytest

from helpers.grading.release import release
from helpers.notebooks import NOTEBOOKS, ROOT, lesson_ids

pytestmark = pytest.mark.grading


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """All lessons released anew in an empty course."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    release(lesson_ids(), root)
    return root / "notebooks"


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".ipynb_checkpoints" not in p.parts
    }


@pytest.mark.parametrize("lesson", lesson_ids())
def test_the_learner_edition_is_what_release_makes(lesson, fresh):
    kept, made = contents(NOTEBOOKS / lesson), contents(fresh / lesson)
    assert kept == made, f"run `make release` and commit notebooks/{lesson}"


@pytest.mark.parametrize("lesson", lesson_ids())
def test_no_solution_output_or_hidden_test_is_released(lesson):
    notebook = nbformat.read(NOTEBOOKS / lesson / f"{lesson}.ipynb", as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        for words in ("BEGIN SOLUTION", "END SOLUTION", "STUB", "HIDDEN", "hidden=True"):
            assert words not in cell.source
