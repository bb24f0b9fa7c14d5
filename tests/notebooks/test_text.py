"""What stands in the notebooks' text: alt texts, links, words, and nbgrader's cell data."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.notebooks import NOTEBOOKS, ROOT, SOLUTIONS, lesson_ids

LESSONS = lesson_ids()
FILES = sorted(
    [*SOLUTIONS.glob("*/*.ipynb"), *NOTEBOOKS.glob("*/*.ipynb"), *NOTEBOOKS.glob("*.ipynb")]
)
each_file = pytest.mark.parametrize("file", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
each_lesson = pytest.mark.parametrize("name", LESSONS)

TO_AVOID = re.compile(r"\b(simply|just|obviously|magic(?:al|ally)?|trivial(?:ly)?)\b", re.I)
# Names that are often misspelt, as the field writes them.
NAMES = [
    "PyTorch",
    "NumPy",
    "Matplotlib",
    "JupyterLab",
    "ReLU",
    "GELU",
    "ELU",
    "Keras",
    "Python",
    "ImageNet",
    "CUDA",
    "Xavier",
    "Glorot",
    "Kaiming",
    "Adam",
    "Huber",
    "Fibonacci",
    "Fashion-MNIST",
    "scikit-learn",
    "nbgrader",
]


def prose(file: Path) -> str:
    """All Markdown of a notebook, without code."""
    cells = nbformat.read(file, as_version=4).cells
    text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`\n]*`", " ", text, flags=re.S)


@each_file
def test_every_picture_has_an_alt_text_and_exists(file):
    text = prose(file)
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", text, flags=re.S)
    pictures += re.findall(r"<img[^>]*alt=\"(.*?)\"[^>]*src=\"(.*?)\"", text)
    assert text.count("<img") == len(re.findall(r"<img[^>]*alt=\"[^\"]+\"", text))
    for alt, target in pictures:
        assert len(alt.split()) >= 4, f"the alt text of {target} says what is to be seen"
        assert (file.parent / target).is_file(), f"{target} does not exist"


@each_file
def test_every_link_inside_the_course_leads_somewhere(file):
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", prose(file)):
        if target.startswith(("http://", "https://", "attachment:", "#")):
            continue
        path = file.parent / target.split("#")[0]
        if file.is_relative_to(SOLUTIONS) and not path.exists():
            path = NOTEBOOKS / path.resolve().relative_to(SOLUTIONS)
        assert path.exists(), target


@each_file
def test_names_are_spelt_as_the_field_spells_them(file):
    text = re.sub(r"https?://\S+|\]\([^)]*\)|<[^>]*>|\$[^$]*\$", " ", prose(file))
    for name in NAMES:
        for found in set(re.findall(rf"(?<![\w./-]){re.escape(name)}(?![\w/-])", text, re.I)):
            assert found == name or (name in ("Python",) and found == "PYTHON"), (
                f"{found}: write {name}"
            )


@each_file
def test_words_that_make_a_learner_feel_slow_are_not_used(file):
    assert TO_AVOID.findall(prose(file)) == []


@each_file
def test_no_line_of_code_is_too_long_to_read(file):
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "code":
            assert all(len(line) <= 100 for line in cell.source.splitlines()), cell.source


@each_file
def test_a_notebook_holds_no_trace_of_the_machine_it_was_made_on(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"/(?:work|tmp|root|home)/\w|ipykernel_\d+|site-packages", text)
    assert "jupytext" not in json.loads(text)["metadata"]
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    ids = [c.id for c in notebook.cells]
    assert len(set(ids)) == len(ids)


@each_lesson
def test_the_stored_outputs_show_all_points_and_no_errors_by_accident(name):
    cells = nbformat.read(SOLUTIONS / name / f"{name}.ipynb", as_version=4).cells
    for cell in cells:
        outputs = cell.get("outputs", [])
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            result = next(o for o in outputs if o.output_type == "execute_result")
            assert float(result.data["text/plain"]) == cell.metadata.nbgrader.points
        assert not any(o.get("name") == "stderr" for o in outputs)
        if "raises-exception" not in cell.metadata.get("tags", []):
            assert not any(o.output_type == "error" for o in outputs)


@each_lesson
def test_a_lesson_has_what_every_lesson_has(name):
    cells = nbformat.read(SOLUTIONS / name / f"{name}.ipynb", as_version=4).cells
    graded = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    pictures = sum("image/png" in o.get("data", {}) for c in cells for o in c.get("outputs", []))
    controls = sum(
        "application/vnd.jupyter.widget-view+json" in o.get("data", {})
        for c in cells
        for o in c.get("outputs", [])
    )
    assert 2500 <= len(prose(SOLUTIONS / name / f"{name}.ipynb").split()) <= 6500
    assert sum(c.cell_type == "code" for c in graded) >= 8
    assert sum(c.cell_type == "markdown" for c in graded) >= 1
    assert pictures >= 6
    assert controls >= 2


@pytest.mark.notebook
def test_the_notebooks_are_formatted_and_clean():
    for arguments in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, "-q", str(ROOT)], check=True)


def test_no_python_file_holds_a_lessons_text():
    code = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("helpers", "tests")
        for file in (ROOT / folder).rglob("*.py")
    )
    for name in LESSONS:
        text = prose(SOLUTIONS / name / f"{name}.ipynb")
        lines = [line.strip() for line in text.splitlines() if len(line.strip()) >= 70]
        assert lines
        assert [line for line in lines if line in code] == []
