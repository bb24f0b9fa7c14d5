"""Markdown of a student: rendered as nbconvert does it, then made harmless."""

import html
import re
from typing import Any
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from helpers.grading.pages.formulas import environment, mathml
from helpers.grading.pages.pictures import from_address, picture
from helpers.grading.pages.sanitize import clean_html
from helpers.grading.pages.text import shortened, whole

MOST_MARKDOWN = (
    20_000  # characters beside those of pictures: the parser takes quadratic time for some
)
MOST_TEXT = 200_000
_MOST_OPEN = 200  # beginnings of formulas that are looked for an end up to the text's end
_MOST_FORMULAS = 1_000  # of a text; one lesson has about a hundred
_MOST_PROGRAMS = 50
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]+")
_LANGUAGES = {"python", "python3", "py", "ipython", "ipython3"}


def render(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Return Markdown as harmless HTML; a text too long to be parsed is shown as it was typed.

    Args:
        source: the text as it was written.
        attachments: of each attached picture its type and base64 text.
    """
    embedded: dict[str, str] = {}

    def set_aside(match: re.Match[str]) -> str:
        name = f"embedded:{len(embedded)}"
        embedded[name] = match[0]
        return name

    text = _EMBEDDED.sub(set_aside, whole(source))
    if len(text) > MOST_MARKDOWN or text.count(r"\\(") + text.count(r"\begin{") > _MOST_OPEN:
        return as_typed(text, "This text is too long or too nested to be laid out")

    def source_of(address: str) -> str | None:
        if address in embedded:
            return from_address(embedded[address])
        name = unquote(address.removeprefix("attachment:"))
        bundle = (attachments or {}).get(name) or (attachments or {}).get(address) or {}
        return next((picture(kind, data) for kind, data in bundle.items()), None)

    try:
        rendered = MarkdownWithMath(renderer=_Renderer(escape=False)).render(text)
    except Exception:  # a parser in Python meets its limits in many ways
        return as_typed(text, "This text could not be laid out")
    return clean_html(rendered, source_of)


def as_typed(text: str, why: str = "") -> str:
    """Return text as it was typed, with the reason."""
    note = f"<p><em>[{why}; it is shown as it was typed.]</em></p>" if why else ""
    shown = html.escape(shortened(text, MOST_TEXT))
    return f'{note}<pre style="white-space:pre-wrap">{shown}</pre>'


class _Renderer(IPythonRenderer):
    """nbconvert's renderer; formulas become MathML, and pictures are looked up when the HTML is cleaned."""

    def __init__(self, **options: Any) -> None:
        super().__init__(exclude_anchor_links=True, **options)
        self._formulas = iter(range(_MOST_FORMULAS))
        self._programs = iter(range(_MOST_PROGRAMS))

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").split()[:1]
        known = language[0].lower() if language else ""
        colour = known in _LANGUAGES and next(self._programs, None) is not None
        return super().block_code(code, known if colour else None)

    def block_math(self, body: str) -> str:
        return self._formula(body, display=True)

    def inline_math(self, body: str) -> str:
        return self._formula(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return environment(name, body)

    def _formula(self, body: str, display: bool) -> str:
        if next(self._formulas, None) is None:
            return f"<code>{html.escape(body)}</code>"
        return mathml(body, display)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        named = f' title="{html.escape(title)}"' if title else ""
        words = re.sub(r"<[^>]*>", "", text)
        return f'<img src="{html.escape(url)}" alt="{html.escape(html.unescape(words))}"{named}>'
