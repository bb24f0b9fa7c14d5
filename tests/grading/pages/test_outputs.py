"""Outputs of all kinds are kept and shown, but for those that act."""

from nbformat.v4 import new_output

from helpers.grading.pages.outputs import shown, stored
from tests.grading.pages.seen import SVG, Seen, is_harmless
from tests.grading.submissions import (
    sketch,
)


def test_outputs_of_all_kinds_are_kept_and_shown():
    data = {
        "text/latex": "$x < 1$",
        "image/svg+xml": SVG.format("<circle r='3'/>"),
        "image/png": sketch(),
        "text/html": "<b>a &lt; b</b>",
    }
    for kind, value in data.items():
        (kept,) = stored([new_output("display_data", data={kind: value, "text/plain": "p"})])
        assert kept.data[kind] == value
        assert is_harmless(shown(kept))
        assert "p" not in Seen(shown(kept)).text
    (kept,) = stored([new_output("display_data", data={"text/markdown": "**b** $x$"})])
    assert "<strong>b</strong> <math" in shown(kept)


def test_outputs_that_act_are_not_kept():
    data = {
        "application/javascript": "x",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "text/vnd.mermaid": "x",
        "application/pdf": "x",
        "text/plain": "words",
    }
    (kept,) = stored(
        [new_output("display_data", data=data, metadata={"text/html": {"isolated": True}})]
    )
    assert kept.data == {"text/plain": "words"}
    assert kept.metadata == {}


def test_terminal_text_keeps_its_colours_and_no_more():
    text = "1 < 2 \x1b[31mred\x1b[0m\x1b]8;;javascript:x\x07 <b>\n10%\r20%\r100%\nend\x00"
    page = shown(new_output("stream", text=text))
    assert is_harmless(page)
    assert '<span class="ansi-red-fg">red</span>' in page
    assert Seen(page).text.endswith("100%\nend")
    many = shown(new_output("stream", text="\x1b[31mx" * 20_000))
    assert "ansi" not in many
    error = new_output("error", ename="<b>", evalue="<i>", traceback=["\x1b[31m<script>x"])
    assert is_harmless(shown(error))
