"""The two pages that show a student's work: nbgrader's formgrader and the feedback page.

What a student wrote is kept as written and made harmless after it is rendered. `nbgrader_config.py` plugs
`TEMPLATE` and `FILTERS` into nbconvert's HTMLExporter, which makes both pages.
"""

from pathlib import Path

TEMPLATE = Path(__file__).parent / "templates" / "course_page.html.j2"
"""Extends whichever of nbgrader's two pages is being made."""

FILTERS = {
    "course_page": "helpers.grading.pages.page.course_page",
    "course_names": "helpers.grading.pages.page.course_names",
    "course_head": "helpers.grading.pages.page.course_head",
    "markdown2html": "helpers.grading.pages.page.as_markdown",
    "highlight_code": "helpers.grading.pages.page.as_code",
}
"""What the template uses, and nbconvert's own filters in whose place ours stand."""

CARD = "course_card"
"""Metadata of a cell whose outputs the marker made; marking strips all metadata that a student sets."""
