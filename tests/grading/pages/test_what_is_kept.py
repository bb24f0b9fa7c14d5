"""What marking keeps of a notebook for its page."""

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from helpers.grading.pages.markdown import render
from helpers.grading.pages.store import figures_of
from helpers.grading.restore import strip
from helpers.notebooks import SOLUTIONS
from tests.grading.course import trial_lesson
from tests.grading.pages.seen import SVG, marked
from tests.grading.submissions import (
    honest,
    sketch,
)


def test_what_was_written_is_kept_as_it_was_written():
    notebook = honest(trial_lesson())
    before = [cell.source for cell in notebook.cells]
    kept = marked(notebook)
    assert [cell.source for cell in kept.cells] == before
    answer = next(c for c in kept.cells if c.id == "why")
    assert answer.attachments == {"sketch.png": {"image/png": sketch()}}
    nbformat.validate(kept)


def test_no_picture_of_a_student_stands_in_a_text_of_the_course():
    lesson = new_notebook(
        cells=[
            new_markdown_cell("![a](attachment:a.png)", attachments={"a.png": {"image/png": "A"}})
        ]
    )
    handed_in = new_notebook(cells=[new_markdown_cell("![a](attachment:a.png)")])
    handed_in.cells[0].attachments = {"a.png": {"image/png": sketch()}}
    strip(handed_in, lesson.cells)
    assert handed_in.cells[0].attachments == {"a.png": {"image/png": "A"}}


def test_figures_of_the_course_are_found_where_its_own_links_lead(tmp_path):
    folder = tmp_path / "solutions" / "90"
    folder.mkdir(parents=True)
    (tmp_path / "a.svg").write_text(SVG.format("<circle r='3'/>"))
    (tmp_path / "secret.txt").write_text("secret")
    text = '![a](../../a.svg) ![s](../../secret.txt) ![gone](../../gone.svg)\n\n<img src="../../a.svg">'
    nbformat.write(new_notebook(cells=[new_markdown_cell(text)]), folder / "90.ipynb")
    figures = figures_of(folder / "90.ipynb")
    assert list(figures) == ["../../a.svg"]
    page = render(text, figures)
    assert (
        page.count('<img src="data:image/svg+xml;base64,') + page.count('src="data:image/svg') >= 2
    )
    assert "picture not shown: s" in page


def test_each_figure_of_the_lessons_is_on_the_page():
    for path in SOLUTIONS.glob("*/*.ipynb"):
        figures = figures_of(path)
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert "picture not shown" not in render(cell.source, figures), path
