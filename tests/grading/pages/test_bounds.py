"""Whatever a student makes, pages stay of bounded size, and nothing takes long."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from helpers.grading.pages import CARD
from helpers.grading.pages.markdown import MOST_MARKDOWN, render
from helpers.grading.pages.outputs import stored
from helpers.grading.pages.page import MOST_LAID_OUT, course_page
from helpers.grading.pages.sanitize import MOST_DEPTH, MOST_TAGS, clean_html, evened
from helpers.grading.pages.store import Harmless
from tests.grading.course import trial_lesson
from tests.grading.pages.seen import Seen, graded, is_harmless

BOMBS = {
    "nested": "<div>" * 4_200,
    "bold": "<b>" * 1_000_000,
    "attributes": "<div " + " ".join(f"a{i}=1" for i in range(60_000)) + ">",
    "known attributes": "<p title=x " * 1_000_000,
    "formatting": "".join(f"<b title={i}>" for i in range(3_000)) + "<p>" * 3_000,
    "picture": '<img src="data:image/png;base64,' + "A" * 10_000_000 + '">',
    "open quotes": '<a title="' * 500_000,
    "both quotes": "<a " + "=\"'" * 500_000,
    "less than": "<" * 5_000_000,
    "blanks": "<a " + " " * 4_000_000 + "=",
    "drawings": "<svg>" * 500_000,
    "comments": "<!--x" * 500_000,
    "style": '<p style="' + "color:red;" * 500_000 + '">x',
    "tables": "<table>" * 20_000,
    "text": "a" * 9_000_000,
    "unknown": "<zz>" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_of_html_are_bounded_before_they_are_parsed(name):
    seen = Seen(evened(BOMBS[name]))
    assert len(seen.tags) <= MOST_TAGS + 2
    assert seen.deepest <= MOST_DEPTH
    assert len(seen.attributes) <= 4 * MOST_TAGS
    assert len(seen.text) <= 2_000_000
    assert is_harmless(clean_html(BOMBS[name]))


@pytest.mark.parametrize(
    "sign", ["[", "*", "`", "_a", "<a ", "![x](", "$a ", "\\\\(a", "\\begin{a}", ">", "\n- "]
)
def test_bombs_of_markdown_are_bounded(sign):
    long = render((sign * 100_000)[:100_000])
    assert "shown as it was typed" in long
    assert len(long) < 1_000_000
    assert len(render((sign * MOST_MARKDOWN)[:MOST_MARKDOWN])) < 1_000_000


def test_a_long_answer_is_kept_whole():
    words = " ".join(f"word{i} < {i}" for i in range(5_000))
    assert Seen(render(words)).text.endswith(words)


def test_a_page_is_bounded():
    texts = [new_markdown_cell("$a$ " * 4_000) for _ in range(400)]
    page = course_page(new_notebook(cells=texts + [new_code_cell("1 +" * 16_000)] * 300))
    laid_out = sum("<math" in cell.source for cell in page.cells)
    assert laid_out == MOST_LAID_OUT // 16_000
    assert sum(len(cell.source) for cell in page.cells) < 42_000_000
    assert "left out" in page.cells[-1].source or len(page.cells) == 700


def test_a_cell_keeps_no_more_outputs_than_fit():
    big = [new_output("stream", text="x" * 90_000) for _ in range(300)]
    kept = stored(big, room=1_000_000)
    assert sum(len(o.text) for o in kept) < 1_100_000
    assert kept[0].text.startswith("[289 outputs are left out")
    costly = [new_output("display_data", data={"text/html": "<p title=x>" * 20_000})] * 50
    assert len(stored(costly)) < 10


def test_what_marks_are_read_from_is_always_kept():
    flood = [new_output("stream", text="x" * 10)] * 1_000
    error = new_output("error", ename="E", evalue="v" * 1_000, traceback=["t"] * 10_000)
    result = new_output("execute_result", data={"text/plain": "0.5", "text/html": "<b>" * 9_000})
    for room in (0, 1_000_000_000):
        kept = stored([*flood, error, *flood, result, *flood], room)
        assert [o.output_type for o in kept if o.output_type != "stream"] == [
            "error",
            "execute_result",
        ]
        assert next(o for o in kept if "data" in o).data["text/plain"] == "0.5"
        assert sum(len(str(o)) for o in kept) < 200_000
    many = [
        new_code_cell("f", outputs=[new_output("stream", text="x" * 90_000)] * 150)
        for _ in range(5)
    ]
    card = new_output("execute_result", data={"text/plain": "3.0", "text/html": "<b>card</b>"})
    notebook = new_notebook(
        cells=[*many, new_code_cell("check", metadata={CARD: True}, outputs=[card])]
    )
    assert (
        Harmless().preprocess(notebook, {})[0].cells[-1].outputs[0].data["text/html"]
        == "<b>card</b>"
    )
    assert sum(len(str(cell)) for cell in notebook.cells) < 25_000_000


def test_places_for_marks_stay_on_a_page_that_is_full():
    flood = [new_code_cell("x = 1")] * 2_100 + [new_code_cell("y" * 100_000_000)]
    flood += [new_raw_cell("<" * 190_000)] * 100
    page = course_page(new_notebook(cells=flood + graded(trial_lesson()).cells))
    assert sum("nbgrader" in cell.metadata for cell in page.cells) == 9
    assert len(page.cells) < 2_020
    assert "more cells are left out" in page.cells[-1].source
