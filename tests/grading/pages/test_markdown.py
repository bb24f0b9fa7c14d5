"""Answers in Markdown, with formulas and pictures, are shown as they were meant."""

import base64
import io
import os
import re

import nbformat
import pytest
from PIL import Image

from helpers.grading.pages.formulas import latex, mathml
from helpers.grading.pages.markdown import MOST_MARKDOWN, render
from helpers.grading.pages.sanitize import clean_html
from helpers.notebooks import SOLUTIONS
from tests.grading.pages.seen import Seen, is_harmless
from tests.grading.submissions import (
    HONEST_TEXT,
    sketch,
)


def test_an_honest_answer_is_shown_as_it_was_meant():
    page = render(HONEST_TEXT, {"sketch.png": {"image/png": sketch()}})
    text = Seen(page).text
    assert is_harmless(page)
    assert "a<b" in text
    assert "x < y too; a Vec<T> or Vec<T>." in text
    assert "&amp;lt;" not in page
    assert '<math display="block"><mrow><mfrac>' in page
    assert page.count("<math") == 3
    assert "$" not in text
    assert re.search(rf'<img [^>]*src="data:image/png;base64,{re.escape(sketch())}"', page)
    assert 'alt="my sketch"' in page
    assert '<span class="k">if</span>' in page
    assert '<td style="text-align:right">' in page
    assert (
        '<a href="https://example.org/docs" target="_blank" rel="noopener noreferrer nofollow">'
        in page
    )


def test_pictures_typed_into_the_text_count_as_pictures():
    noise = os.urandom(60_000)
    content = io.BytesIO()
    Image.frombytes("RGB", (200, 100), noise).save(content, "PNG")
    data = base64.b64encode(content.getvalue()).decode()
    assert len(data) > MOST_MARKDOWN
    for text in (
        f"![a](data:image/png;base64,{data})",
        f"![a][i]\n\n[i]: data:image/png;base64,{data}",
    ):
        assert data in render(f"**b** {text}")
        assert "<strong>b</strong>" in render(f"**b** {text}")


def test_a_picture_that_is_missing_is_told_of():
    assert "picture not shown: my plot" in render("![my plot](attachment:gone.png)")


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:x}{y}",
        r"\class{navbar-fixed-top}{y}",
        r"\style{position:fixed}{y}",
        r"\def\a{xx}\def\b{\a\a}\b",
        r"\newcommand{\a}{x}\a",
        r"\let\x\y",
        "{" * 3_000,
        r"\frac{a}",
        "x" * 4_000,
        "\\left(" * 400,
    ],
)
def test_formulas_do_no_more_than_show(tex):
    html = clean_html(mathml(tex))
    assert is_harmless(html)
    assert len(html) < 100_000


def test_words_in_a_formula_are_words():
    for tex in (r"\text{a < b, <b>c</b> &lt;}", r"\color{red\"><b>}{x}", r"\operatorname{<i>}"):
        assert is_harmless(clean_html(mathml(tex)))
        assert "b" not in Seen(clean_html(mathml(tex))).tags
    assert Seen(clean_html(latex(r"Is $a < b$ or <b>?"))).text == "Is a<b or <b>?"


def test_each_formula_of_the_course_is_shown_as_a_formula():
    found = 0
    for path in SOLUTIONS.glob("*/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                page = render(cell.source)
                found += page.count("<math")
                assert r"<code>\\" not in page
                assert "$" not in re.sub(r"<(pre|code)[^>]*>.*?</\1>", "", page, flags=re.DOTALL), (
                    path
                )
    assert found > 400
