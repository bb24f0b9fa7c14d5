"""A marked notebook as nbgrader's templates show it: every text of the student rendered, harmless and framed."""

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.filters.highlight import Highlight2HTML
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from helpers.grading.executed import COURSES_OWN
from helpers.grading.pages import CARD
from helpers.grading.pages.markdown import MOST_TEXT, as_typed, render
from helpers.grading.pages.outputs import shown
from helpers.grading.pages.text import shortened, whole

MOST_CODE = 20_000  # characters of a cell that are coloured
MOST_LAID_OUT = (
    200_000  # characters of a student's texts and programs; more are shown as they were typed
)
MOST_SHOWN = 40_000_000  # characters of a page
_MOST_CELLS = 2_000

_FEEDBACK_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'"
)
# The formgrader's own scripts stand in its page; what they load comes from its own server.
_FORMGRADER_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
# nbgrader's script waits for MathJax to say that all formulas are there before it selects the first mark.
_FORMULAS_DONE = """<script>
var MathJax = { Hub: { Startup: { signal: { Interest: (then) => $(window).on("load", () => then("End")) } } } };
</script>
"""
# Signs that turn the direction of writing: with them a program can look like another one.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Rendered(str):
    """HTML that is harmless already; nbgrader's templates pass it through a filter once more."""

    __slots__ = ()


def course_page(nb: NotebookNode) -> NotebookNode:
    """Return the notebook to show: sources and outputs as harmless HTML, metadata that the marker wrote.

    A page's whole cost is bounded: past a number of characters texts are no longer laid out, then left out.
    """
    shown_nb = NotebookNode(
        nb, metadata=NotebookNode(language_info=NotebookNode(name="python")), cells=[]
    )
    dear, room, left_out = MOST_LAID_OUT, MOST_SHOWN, 0
    for number, cell in enumerate(nb.cells):
        if number >= _MOST_CELLS and "nbgrader" not in cell.metadata:
            left_out += 1
            continue
        own = bool(cell.metadata.get(COURSES_OWN))
        dear -= 0 if own else len(cell.source)
        one = _cell(cell, cheap=dear < 0 and not own)
        size = _size(one)
        if size > room and not own:
            one = _emptied(one, f"{size:,} characters are left out: the page is full.")
        room -= _size(one)
        shown_nb.cells.append(one)
    if left_out:
        shown_nb.cells.append(new_markdown_cell(_notice(f"{left_out:,} more cells are left out.")))
    return shown_nb


def _size(cell: NotebookNode) -> int:
    return len(cell.source) + sum(len(o.data["text/html"]) for o in cell.get("outputs", ()))


def _emptied(cell: NotebookNode, why: str) -> NotebookNode:
    """Return a cell without its content; the marker's card, and the place for marks, stay."""
    outputs = cell.get("outputs", []) if cell.metadata.get(CARD) else []
    changed = NotebookNode(cell, source=_notice(why))
    if "outputs" in cell:
        changed.outputs = outputs
    return changed


def course_names(resources: dict[str, Any]) -> dict[str, Any]:
    """Return the template's words with the names of students, lessons and files fit for HTML.

    nbgrader's templates put them into the page as they are.
    """
    names = {
        key: html.escape(whole(value)) if isinstance(value, str) else value
        for key, value in resources.items()
        if key in _NAMES
    }
    changed = resources.copy()
    changed.update(names)
    if "nbgrader" in resources:
        lesson = html.escape(str(resources["nbgrader"].get("notebook", "")))
        changed["nbgrader"] = {**resources["nbgrader"], "notebook": lesson}
    return changed


_NAMES = [
    "student",
    "last_name",
    "first_name",
    "notebook_path",
    "filename",
    "assignment_id",
    "notebook_id",
    "submission_id",
]


def course_head(head: str) -> str:
    """Return a page's head without the scripts for formulas, with the course's style and a policy.

    The policy lets nothing be fetched from elsewhere, whatever else may go wrong.
    """
    head = re.sub(
        r"<script\b[^>]*(?:mathjax)[^>]*>.*?</script>", "", head, flags=re.DOTALL | re.IGNORECASE
    )
    formgrader = "<script" in head
    policy = _FORMGRADER_POLICY if formgrader else _FEEDBACK_POLICY
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    at = head.index("<meta charset")
    head = f"{head[:at]}{meta}\n{_FORMULAS_DONE if formgrader else ''}{head[at:]}"
    return head.replace("</head>", f"<style>\n{_style()}\n</style>\n</head>")


def as_markdown(source: str) -> str:
    """Stand in for nbconvert's `markdown2html`: what is no rendered cell is a comment, rendered here."""
    return source if isinstance(source, Rendered) else render(source)


def as_code(source: str, **_: object) -> str:
    """Stand in for nbconvert's `highlight_code`."""
    return source if isinstance(source, Rendered) else _code(source)


def _cell(cell: NotebookNode, cheap: bool) -> NotebookNode:
    metadata = {k: cell.metadata[k] for k in ("nbgrader", COURSES_OWN, CARD) if k in cell.metadata}
    if cell.cell_type == "code":
        one = new_code_cell(
            Rendered(_code(cell.source, cheap)),
            metadata=metadata,
            execution_count=cell.get("execution_count"),
        )
        label = _RESULT if metadata.get(CARD) else _OUTPUT
        parts = "".join(f"<div>{shown(output)}</div>" for output in cell.outputs)
        if parts:
            one.outputs = [_html(_frame(label, parts))]
        return one
    if cell.cell_type == "raw" or cheap:
        text = _frame(_TEXT, as_typed(whole(cell.source)))
    else:
        text = render(cell.source, cell.get("attachments"))
        text = text if metadata.get(COURSES_OWN) else _frame(_TEXT, text)
    return new_markdown_cell(Rendered(text), metadata=metadata)


_TEXT = ("student", "Written in the submission")
_OUTPUT = ("student", "Output of the submission's program")
_RESULT = ("marker", "Result of the marking")


def _frame(label: tuple[str, str], content: str) -> str:
    """Put content into a box with a label, which it cannot leave, cover or look like."""
    kind, words = label
    return (
        f'<div class="course-frame course-{kind}"><div class="course-label">{words}</div>'
        f'<div class="course-held">{content}</div></div>'
    )


def _html(text: str) -> NotebookNode:
    return new_output("display_data", data={"text/html": text})


def _notice(words: str) -> Rendered:
    return Rendered(f"<p><em>[{html.escape(words)}]</em></p>")


def _code(source: str, cheap: bool = False) -> str:
    source = _TURNING.sub("\N{REPLACEMENT CHARACTER}", whole(source))
    if cheap or len(source) > MOST_CODE:
        return f"<pre>{html.escape(shortened(source, MOST_TEXT))}</pre>"
    try:
        return Highlight2HTML(pygments_lexer="ipython3")(source)
    except Exception:  # colours are not worth a page
        return f"<pre>{html.escape(source)}</pre>"


@lru_cache(1)
def _style() -> str:
    return (Path(__file__).parent / "templates" / "course_page.css").read_text(encoding="utf-8")
