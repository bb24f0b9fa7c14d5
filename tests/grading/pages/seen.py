"""How the tests of pages look at a page."""

import re
from html.parser import HTMLParser

import nbformat

from helpers.grading.pages.store import Harmless
from helpers.grading.restore import strip
from tests.grading.course import trial_lesson

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


def marked(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook as marking keeps it, but for the running."""
    strip(notebook, trial_lesson().cells)
    return Harmless().preprocess(notebook, {})[0]


def graded(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader |= {"score": 1.0, "points": 2.0, "comment": None}
    return notebook
