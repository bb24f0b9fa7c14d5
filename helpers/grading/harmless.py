"""Take out of a marked notebook what could run in the browser of whoever reads it."""

# ruff: noqa: SIM905 - words in a row are easier to read than a column of strings
import re

from bleach import Cleaner
from bleach.css_sanitizer import CSSSanitizer
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from helpers.grading.runner import COURSES_OWN

_TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd details div dl dt em figcaption figure h1 h2 h3 h4 h5 "
    "h6 hr i img li ol p pre progress s section small span strong sub summary sup table tbody td tfoot th thead "
    "tr u ul".split()
)
_ATTRIBUTES = ["class", "style", "title", "role", "aria-label", "align", "colspan", "rowspan"]
_STYLES = (
    "align-items background background-color border border-bottom border-collapse border-color border-left "
    "border-radius border-right border-spacing border-top color cursor display flex flex-direction flex-wrap "
    "float font-family font-size font-style font-weight gap height justify-content line-height list-style margin "
    "margin-bottom margin-left margin-right margin-top max-width min-width overflow-x padding padding-bottom "
    "padding-left padding-right padding-top text-align text-decoration vertical-align white-space width"
).split()
_SCRIPT_LINK = re.compile(r"(javascript|vbscript)\s*:", re.IGNORECASE)


class _Styles(CSSSanitizer):
    """Allows styles but for those that fetch something."""

    def sanitize_css(self, style: str) -> str:
        return "" if "url" in style.lower() or "\\" in style else super().sanitize_css(style)


def _may_stand(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return bool(re.match(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*$", value))
    if tag == "a" and name == "href":
        return bool(re.match(r"https?://|#", value))
    if name in ("alt", "width", "height"):
        return tag == "img"
    return name in _ATTRIBUTES or (tag == "progress" and name in ("max", "value"))


_cleaner = Cleaner(
    tags=_TAGS,
    attributes=_may_stand,
    protocols=["http", "https", "data"],
    strip=True,
    css_sanitizer=_Styles(allowed_css_properties=_STYLES),
)


def clean_html(html: str) -> str:
    """Return HTML with known tags, attributes and styles alone: no script, no form, no foreign picture."""
    html = re.sub(r"<(script|style)\b.*?(</\1\s*>|$)", "", html, flags=re.IGNORECASE | re.DOTALL)
    return _cleaner.clean(html)


def clean_markdown(text: str) -> str:
    """Return Markdown in which HTML is shown as text and no link runs a script."""
    text = re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", text)
    return _SCRIPT_LINK.sub(r"\1 :", text)


class Harmless(NbGraderPreprocessor):
    """Cleans outputs and texts for nbgrader's formgrader and feedback page, which show them as they are.

    Stands after `SaveAutoGrades`, which compares the texts with those released.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Clean one cell."""
        if cell.cell_type == "code":
            for output in cell.outputs:
                data = output.get("data", {})
                if "text/html" in data:
                    data["text/html"] = clean_html(data["text/html"])
                if "text/markdown" in data:
                    data["text/markdown"] = clean_markdown(data["text/markdown"])
        elif not cell.metadata.get(COURSES_OWN):
            cell.source = clean_markdown(cell.source)
        return cell, resources
