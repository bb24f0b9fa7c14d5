import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from helpers.checks import Check
from helpers.grading.pages.sanitize import clean_html
from helpers.grading.walls import why_not
from tests.browser.browser import CHROMIUM, WITHOUT_CHROMIUM
from tests.checks import small
from tests.grading.course import LESSON, Course

EVIL_HTML = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<svg onload='window.hit = 1'></svg>",
    "<a href='javascript:window.hit = 1'>x</a>",
    "<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
    "<div style='background:url(https://example.org/x.png)'>x</div>",
    "<form action='https://example.org'><input autofocus onfocus='window.hit = 1'></form>",
    "<scr<script></script>ipt>window.hit = 1</script>",
    "<math><mtext></p><style><img src=x onerror='window.hit = 1'></style></mtext></math>",
    "<details open ontoggle='window.hit = 1'>x</details>",
    "<base href='https://example.org/'><link rel=stylesheet href='//example.org/x.css'>",
]


@pytest.mark.parametrize("evil", EVIL_HTML)
def test_nothing_that_could_run_is_left(evil):
    clean = clean_html(evil).lower()
    for words in ("<script", "onerror=", "onload=", "javascript:", "<iframe", "url(", "<form"):
        assert words not in clean
    for words in ("onfocus=", "ontoggle=", "<style", "<base", "<link", "<svg"):
        assert words not in clean


def test_a_card_stays_a_card():
    card = Check(small.scale)(lambda x: x / x.max())._repr_html_()
    clean = clean_html(card)
    for words in ("<section", 'role="status"', "border-left", "<details", "<summary", "var(--jp"):
        assert words in clean


def test_pictures_and_lists_stay():
    html = '<img src="data:image/png;base64,AAAA" alt="a"><ul><li>1</li></ul>'
    assert clean_html(html) == html


def test_markdown_keeps_its_text_and_loses_its_markup():
    text = "If $a < b$ then **x** <img src=x onerror=y> [z](javascript:w)"
    clean = clean_markdown(text)
    assert "$a < b$ then **x**" in clean
    assert "<img" not in clean
    assert "javascript:" not in clean


def hostile(course):
    notebook = course.answered(why="Because <img src=x onerror='window.hit = 2'> of it")
    notebook.metadata["widgets"] = {"x": {"state": "</script><script>window.hit = 3</script>"}}
    page = new_markdown_cell("<script>window.hit = 4</script>\n\n[x](javascript:window.hit=5)")
    page.metadata["tags"] = ['"><script>window.hit = 6</script>']
    raw = new_raw_cell("<script>window.hit = 7</script>", metadata={"raw_mimetype": "text/html"})
    show = "from IPython.display import HTML, Javascript, Latex, display\n" + "\n".join(
        f"display(HTML({evil!r}))" for evil in EVIL_HTML
    )
    show += "\ndisplay(Javascript('window.hit = 8'), Latex('<script>window.hit = 9</script>'))"
    stored = new_output("display_data", data={"text/html": EVIL_HTML[0]})
    notebook.cells += [page, raw, new_code_cell(show), new_code_cell("", outputs=[stored])]
    return notebook


@pytest.mark.browser
@pytest.mark.grading
@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_nothing_of_a_student_runs_in_the_readers_browser(tmp_path):
    from playwright.sync_api import sync_playwright

    course = Course(tmp_path)
    course.submit("hostile", hostile(course))
    course.nbgrader("autograde", LESSON)
    course.nbgrader("generate_feedback", LESSON)
    path = course.root / f"course/feedback/hostile/{LESSON}/{LESSON}.html"
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        page.wait_for_timeout(500)
        assert page.evaluate("window.hit === undefined")
        assert not [url for url in asked if "example.org" in url]
        assert page.locator("section[role=status]").count() == 3
        points_in_sight = """heads => heads.every(head => [...head.querySelectorAll('.pull-right')].every(
            points => points.getBoundingClientRect().bottom <= head.getBoundingClientRect().bottom))"""
        assert page.locator("div.nbgrader_cell .panel-heading").evaluate_all(points_in_sight)
        browser.close()
