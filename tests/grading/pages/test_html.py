"""HTML and Markdown of a student: nothing that acts is left, and nothing honest is lost."""

import pytest

from helpers.grading.pages.markdown import render
from helpers.grading.pages.sanitize import clean_html, clean_style
from tests.checks import small
from tests.grading.pages.seen import Seen, is_harmless
from tests.grading.submissions import (
    EVIL_HTML,
    EVIL_MARKDOWN,
    EVIL_SVG,
)


@pytest.mark.parametrize("evil", [*EVIL_HTML, "\n".join(EVIL_HTML), EVIL_SVG, EVIL_MARKDOWN])
def test_nothing_that_acts_is_left_of_html(evil):
    clean = clean_html(evil)
    assert is_harmless(clean)
    assert is_harmless(clean_html(clean))


@pytest.mark.parametrize("evil", [*EVIL_HTML, EVIL_MARKDOWN, f"> - {EVIL_MARKDOWN}"])
def test_nothing_that_acts_is_left_of_markdown(evil):
    assert is_harmless(render(evil))
    assert is_harmless(render(evil, {"x": {"image/png": '"><script>'}}))


def test_a_card_stays_a_card():
    card = small.check.scale(lambda x: x / x.max())._repr_html_()
    assert Seen(clean_html(card)).text == Seen(card).text
    for words in ("<section", 'role="status"', "border-left", "<details", "<summary", "var(--jp"):
        assert words in clean_html(card)


@pytest.mark.parametrize(
    "html",
    [
        '<table><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>',
        '<p style="color:red;background-color:#fee;border:1px solid rgb(1, 2, 3)">x</p>',
        "<ul><li>1</li><li>a &lt; b &amp; c</li></ul>",
        '<span class="kn">import</span>',
        "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>",
    ],
)
def test_honest_html_stays_as_it_is(html):
    assert clean_html(html) == html


def test_what_is_no_tag_is_text():
    text = "a < b, Vec<T>, Map<String, List<int>> and <your name>"
    assert Seen(clean_html(text)).text == text
    assert Seen(render(text)).text.strip() == text


def test_tags_that_were_left_open_end_where_the_standard_ends_them():
    clean = clean_html("<ul><li>1<li>2</ul><table><tr><td>1<td>2<tr><td>3</table><p>a<p>b")
    assert clean.count("</li><li>") == clean.count("</tr><tr>") == clean.count("</p><p>") == 1


def test_a_drawing_in_html_becomes_a_picture():
    clean = clean_html("<p>see <svg width='9'><circle r='3'/></svg> here</p>")
    assert is_harmless(clean)
    assert Seen(clean).text == "see  here"
    assert "data:image/svg+xml;base64," in clean


def test_styles_set_a_look_and_no_place():
    assert clean_style("color: red; position: fixed; Z-INDEX: 9; font-weight:bold") == (
        "color:red;font-weight:bold"
    )
    for evil in (
        "url(x)",
        "image-set('x' 1x)",
        "\\75rl(x)",
        "expression(x)",
        "u/**/rl(x)",
        "-moz-element(#x)",
    ):
        assert clean_style(f"background: {evil}") is None
    assert clean_style("background: var(--jp-layout-color2, rgba(1, 2, 3, 0.1))") is not None
