"""nbgrader's two pages with what students wrote in them."""

import os
import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from helpers.grading.executed import COURSES_OWN
from helpers.grading.pages import CARD, FILTERS, TEMPLATE
from helpers.grading.pages.page import as_code, as_markdown, course_page
from helpers.grading.restore import strip
from tests.grading.course import LESSON, trial_lesson
from tests.grading.pages.seen import Seen, graded, is_harmless, marked
from tests.grading.submissions import (
    EVIL_HTML,
    EVIL_MARKDOWN,
    EVIL_STUDENT,
    hostile,
)


def exported(notebook: nbformat.NotebookNode, template: str, ours: bool = True) -> str:
    """Return the page that nbgrader's template makes of a marked notebook."""
    config = Config()
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    styles = "node_modules/bootstrap/dist/css"
    config.HTMLExporter.extra_template_paths = [os.path.join(handlers.static_path, styles)]
    if ours:
        config.HTMLExporter.template_file = str(TEMPLATE)
        config.HTMLExporter.filters = FILTERS
    resources = {"nbgrader": {"notebook": LESSON, "score": 1, "max_score": 9, "late_penalty": 0}}
    names = dict.fromkeys(("student", "last_name", "first_name", "notebook_path"), EVIL_STUDENT)
    resources |= names | {"index": 0, "total": 1, "base_url": "", "submission_id": "x"}
    resources |= {"assignment_id": LESSON, "notebook_id": LESSON, "inlining": {"css": []}}
    return HTMLExporter(config=config).from_notebook_node(graded(notebook), resources)[0]


def with_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", data={"text/html": h}) for h in EVIL_HTML]
            cell.outputs.append(new_output("display_data", data={"text/markdown": EVIL_MARKDOWN}))
    return notebook


@pytest.mark.parametrize("template", ["feedback", "formgrade"])
def test_both_pages_hold_nothing_of_a_student_that_acts(template):
    page = exported(marked(with_outputs(hostile(trial_lesson()))), template)
    plain = exported(marked(trial_lesson()), template)
    seen = Seen(page)
    scripts, before = seen.tags.count("script"), Seen(plain).tags.count("script")
    assert scripts == before == (0 if template == "feedback" else scripts)
    handlers_of = {value for _, name, value in seen.attributes if name.startswith("on")}
    assert handlers_of <= {"toggle_name(true);", "toggle_name(false);"}
    assert not any("javascript:" in value.lower() for _, _, value in seen.attributes)
    assert not any("example.org" in value for _, name, value in seen.attributes if name != "href")
    assert "cdnjs" not in page
    assert page.count("Content-Security-Policy") == 1
    # The student's boxes are closed where they end: the page's own structure is as deep as ever.
    assert page.count('class="panel-footer"') == plain.count('class="panel-footer"')
    assert page.count("celltag_") == 0


def test_without_this_courses_settings_a_page_leaves_texts_out():
    page = exported(marked(with_outputs(hostile(trial_lesson()))), "formgrade", ours=False)
    plain = exported(marked(trial_lesson()), "formgrade", ours=False)
    assert Seen(page).tags.count("script") == Seen(plain).tags.count("script")
    texts = re.sub(r'<div class="highlight.*?</pre>', "", page, flags=re.DOTALL)
    acting = [a for a in Seen(texts).attributes if a[1].startswith("on")]
    assert acting == [a for a in Seen(plain).attributes if a[1].startswith("on")]
    assert "[entity]" not in texts
    assert "Outside" in texts  # in an output, cleaned when it was stored


def test_a_card_of_the_marker_can_be_told_from_a_forged_one():
    card = new_output("display_data", data={"text/html": EVIL_HTML[-3]})
    real = new_code_cell("check.double()", metadata={CARD: True}, outputs=[card])
    forged = new_code_cell("check.double()", metadata={CARD: True}, outputs=[card])
    strip(new_notebook(cells=[forged]), [])
    page = course_page(new_notebook(cells=[real, forged]))
    first, second = (cell.outputs[0].data["text/html"] for cell in page.cells)
    assert 'class="course-label">Result of the marking<' in first
    assert "course-marker" in first
    assert "Result of the marking" not in second
    assert "course-student" in second


def test_texts_of_the_student_are_framed_and_those_of_the_course_are_not():
    own = new_markdown_cell("# Lesson", metadata={COURSES_OWN: True})
    cells = course_page(
        new_notebook(cells=[own, new_markdown_cell("# Mine"), new_raw_cell("<b>")])
    ).cells
    assert [cell.source.count("course-frame") for cell in cells] == [0, 1, 1]
    assert "&lt;b&gt;" in cells[2].source


def test_comments_are_rendered_and_harmless():
    assert as_markdown("**Well** put: $a < b$").startswith("<p><strong>Well</strong> put: <math")
    assert is_harmless(as_markdown("\n\n".join(EVIL_HTML)))


def test_a_program_cannot_look_like_another_one():
    assert "\u202e" not in as_code("if x: #\u202e return\u2066")


def test_programs_are_shown_as_they_were_written():
    assert (
        Seen(as_code("if a < b and c > d:\n    print('<b>')"))
        .text.strip()
        .startswith("if a < b and c > d:")
    )
    assert Seen(as_code("x = '\ud800'")).text
