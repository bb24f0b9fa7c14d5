"""Pages that show a student's work: nothing honest is lost, nothing else gets through, and nothing takes long."""

import base64
import io
import os
import re
import struct
import zlib
from html.parser import HTMLParser
from xml.etree import ElementTree

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.server_extensions.formgrader import handlers
from PIL import Image
from traitlets.config import Config

from helpers.grading.pages import CARD, FILTERS, TEMPLATE
from helpers.grading.pages.formulas import latex, mathml
from helpers.grading.pages.markdown import MOST_MARKDOWN, render
from helpers.grading.pages.outputs import shown, stored
from helpers.grading.pages.page import MOST_LAID_OUT, as_code, as_markdown, course_page
from helpers.grading.pages.pictures import attached, drawing, picture
from helpers.grading.pages.sanitize import MOST_DEPTH, MOST_TAGS, clean_html, clean_style, evened
from helpers.grading.pages.store import Harmless, figures_of
from helpers.grading.pages.text import printable, shortened, whole
from helpers.grading.restore import strip
from helpers.grading.runner import COURSES_OWN
from helpers.notebooks import SOLUTIONS
from tests.checks import small
from tests.grading.course import LESSON, trial_lesson
from tests.grading.submissions import (
    EVIL_HTML,
    EVIL_MARKDOWN,
    EVIL_STUDENT,
    EVIL_SVG,
    HONEST_TEXT,
    honest,
    hostile,
    sketch,
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'


class Seen(HTMLParser):
    """What a page's HTML is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.deepest = self.open = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.open += tag not in ("br", "hr", "img", "col", "meta", "link")
        self.deepest = max(self.deepest, self.open)

    def handle_endtag(self, tag):
        self.open -= 1

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "input", "button", "svg"}
ACTIVE |= {"base", "link", "meta", "video", "audio", "source"}


def is_harmless(html: str) -> bool:
    seen = Seen(html)
    assert not ACTIVE & set(seen.tags), html
    for tag, name, value in seen.attributes:
        assert not name.startswith("on"), html
        assert name not in ("id", "name", "srcset", "srcdoc", "xlink:href", "action"), html
        if name == "href":
            assert (tag, value[:4]) == ("a", "http"), html
        if name == "src":
            assert re.match(r"data:image/(png|jpeg|gif|svg\+xml);base64,[\w+/=]+$", value), html
        if name == "style":
            assert not re.search(r"url|image-set|position|z-index|\\|transform|inset", value), html
        if name == "class":
            assert not re.search(r"course|nav|modal", value), html
    return True


# --- text


def test_text_for_a_terminal_does_nothing_there():
    assert printable("ada_01\x1b[2J\x1b]0;title\x07.ipynb") == "ada_01.ipynb"
    assert printable("a\r\nb\tc\x85d\u2028e") == "a b c d e"
    assert printable("file\u202egpj.exe") == "file\N{REPLACEMENT CHARACTER}gpj.exe"
    assert printable("half \ud800") == "half \N{REPLACEMENT CHARACTER}"
    assert printable("\x9b31mred \x1b(0 \x1bc") == "\N{REPLACEMENT CHARACTER}31mred 0"
    assert printable("Zoë Ålund 李 नेहा") == "Zoë Ålund 李 नेहा"
    assert printable("x" * 1_000_000) == "x" * 299 + "…"
    assert printable("\x1b]" * 10_000, most=5) == ""
    printable("".join(map(chr, range(0x3000)))).encode("utf-8")


def test_half_a_character_can_be_written():
    assert whole("a\ud83d b\udc00") == "a\N{REPLACEMENT CHARACTER} b\N{REPLACEMENT CHARACTER}"
    assert whole("Ω 😀") == "Ω 😀"


def test_of_a_long_text_both_ends_stay():
    short = shortened("a" * 600 + "b" * 600, 100)
    assert short.startswith("a" * 50)
    assert short.endswith("b" * 50)
    assert "1,100 characters are left out" in short


# --- HTML


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


# --- bounds


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


# --- Markdown and formulas


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


# --- pictures


def png_that_unpacks_to(width: int, height: int) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return base64.b64encode(content).decode()


def test_a_picture_is_what_its_type_says():
    assert picture("image/png", sketch()) == f"data:image/png;base64,{sketch()}"
    assert picture("image/png", sketch()[:40] + "\n" + sketch()[40:]) is not None
    assert picture("image/jpeg", sketch()) is None
    assert picture("text/html", base64.b64encode(b"<script>").decode()) is None
    assert picture("image/png", '"><script>') is None
    assert picture("image/png", None) is None
    assert picture("image/png", png_that_unpacks_to(100, 100)) is not None
    assert picture("image/png", png_that_unpacks_to(60_000, 60_000)) is None
    assert picture("image/png", "A" * 10_000_000) is None


def test_attachments_are_pictures_of_bounded_size():
    assert attached({"a.png": {"image/png": sketch()}, "b": {"text/html": "x"}}) == {
        "a.png": {"image/png": sketch()}
    }
    for odd in (
        None,
        3,
        [],
        {"a": None},
        {"a": {"image/png": 3}},
        {"a": {"image/svg+xml": EVIL_SVG}},
    ):
        assert attached(odd) == {}


def test_a_drawing_keeps_its_look_and_loses_what_acts():
    address = drawing(EVIL_SVG)
    svg = base64.b64decode(address.partition(",")[2]).decode()
    assert "drawn" in svg
    for words in ("script", "onload", "example.org", "foreignObject", "javascript"):
        assert words not in svg


def test_drawings_that_explode_are_refused():
    uses = "".join(f'<g id="g{i}">' + f'<use href="#g{i + 1}"/>' * 10 + "</g>" for i in range(30))
    patterns = "".join(
        f'<pattern id="p{i}"><path fill="url(#p{i + 1})"/><path fill="url(#p{i + 1})"/></pattern>'
        for i in range(40)
    )
    assert drawing(SVG.format(uses)) is None
    assert drawing(SVG.format(patterns)) is None
    assert drawing(SVG.format("<g>" * 5_000 + "</g>" * 5_000)) is None
    assert drawing("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;")) is None
    assert drawing(SVG.format('<g id="a"><use href="#a"/></g>')) is not None
    assert drawing("<svg") is None
    assert drawing("<html/>") is None


class _Late(ElementTree.XMLPullParser):
    """Reads all at the end, as newer versions of expat do with a tag that comes in several pieces."""

    def __init__(self, events):
        super().__init__(events)
        self._pieces = []

    def feed(self, data):
        self._pieces.append(data)

    def close(self):
        for piece in self._pieces:
            super().feed(piece)
        super().close()


def test_a_drawing_is_read_to_its_end_however_late_the_parser_reads_it(monkeypatch):
    monkeypatch.setattr(ElementTree, "XMLPullParser", _Late)
    address = drawing(SVG.format("<g><circle r='3'/></g>"))
    assert address is not None
    assert b"circle" in base64.b64decode(address.partition(",")[2])


# --- outputs


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


# --- pages


def marked(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook as marking keeps it, but for the running."""
    strip(notebook, trial_lesson().cells)
    return Harmless().preprocess(notebook, {})[0]


def graded(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader |= {"score": 1.0, "points": 2.0, "comment": None}
    return notebook


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


# --- what is kept


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
