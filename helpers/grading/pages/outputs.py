"""Outputs of a cell: bounded when they are stored, harmless HTML when they are shown."""

import html
import re
from collections.abc import Iterable

from nbconvert.filters.ansi import ansi2html
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from helpers.grading.pages.formulas import latex
from helpers.grading.pages.markdown import MOST_MARKDOWN, as_typed, render
from helpers.grading.pages.pictures import picture
from helpers.grading.pages.sanitize import MOST_TAGS, clean_html
from helpers.grading.pages.text import printable, shortened, whole

MOST_STORED = 20_000_000  # characters of a notebook's outputs
_MOST_TEXT = 100_000  # characters of one output
_MOST_COLOURS = 2_000
_MOST_OUTPUTS = 200  # of one cell
_DRAWING = "image/svg+xml"
_PICTURES = (_DRAWING, "image/png", "image/jpeg", "image/gif")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,40}m")
_CONTROL = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # a title, a link
    r"|\x1b(?!\[[0-9;]{0,40}m)(?:\[[0-9;?]{0,40}[@-~])?"  # all but colours
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]"
)


def stored(outputs: Iterable[NotebookNode], room: int = MOST_STORED) -> list[NotebookNode]:
    """Return outputs as they may be kept: bounded, valid text, HTML cleaned, nothing that acts.

    What nbgrader reads marks from, results and errors, is always kept, if need be in short.

    Args:
        outputs: the outputs of one cell.
        room: the characters that they may take together.
    """
    kept: list[NotebookNode] = []
    left_out = 0
    for output in outputs:
        size = _size(output)
        if size <= room and len(kept) < _MOST_OUTPUTS:
            room -= size
            kept.append(_stored(output))
        elif output.output_type in ("error", "execute_result"):
            kept.append(_in_short(output))
        else:
            left_out += 1
    if left_out:
        note = f"[{left_out:,} outputs are left out: they are too large or too many]"
        kept.insert(0, new_output("stream", name="stdout", text=note))
    return kept


def size_of(outputs: Iterable[NotebookNode]) -> int:
    """Return the characters that outputs take."""
    return sum(map(_size, outputs))


def shown(output: NotebookNode) -> str:
    """Return one output as harmless HTML."""
    if output.output_type == "stream":
        return _terminal(output.text)
    if output.output_type == "error":
        return _terminal("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = output.get("data", {})
    if "text/html" in data:
        return clean_html(data["text/html"])
    if "text/markdown" in data:
        return render(data["text/markdown"])
    for kind in _PICTURES[:1]:
        if kind in data:
            return _picture(kind, data)
    if "text/latex" in data:
        return clean_html(latex(data["text/latex"]))
    for kind in _PICTURES[1:]:
        if kind in data:
            return _picture(kind, data)
    return _terminal(data.get("text/plain", "[an output that this page does not show]"))


def _stored(output: NotebookNode) -> NotebookNode:
    kind = output.output_type
    if kind == "stream":
        return new_output("stream", name=output.name, text=_text(output.text))
    if kind == "error":
        lines = shortened(whole("\n".join(map(str, output.traceback))), _MOST_TEXT).split("\n")
        return new_output(
            "error", ename=_text(output.ename), evalue=_text(output.evalue), traceback=lines
        )
    data = {}
    for name, value in output.get("data", {}).items():
        if not isinstance(value, str):
            continue
        if name == "text/html":
            data[name] = clean_html(whole(value))
        elif name == "text/markdown" and "text/html" not in output.data:
            data["text/html"] = render(value)
        elif name in ("text/plain", "text/latex"):
            data[name] = _text(value)
        elif name in _PICTURES:
            data.update(_stored_picture(name, value))
    one = new_output(kind, data=data)
    if kind == "execute_result":
        one.execution_count = output.get("execution_count")
    return one


def _stored_picture(kind: str, value: str) -> dict[str, str]:
    if picture(kind, value):
        return {kind: whole(value)}
    return {"text/html": _not_shown(kind, value)}


def _not_shown(kind: str, value: str) -> str:
    return f"<em>[picture not shown: {kind}, {len(value):,} characters]</em>"


def _in_short(output: NotebookNode) -> NotebookNode:
    if output.output_type == "error":
        name, value = (printable(words) for words in (output.ename, output.evalue))
        return new_output("error", ename=name, evalue=value, traceback=[f"{name}: {value}"])
    text = printable(output.get("data", {}).get("text/plain", ""))
    return new_output("execute_result", data={"text/plain": text})


def _text(text: object) -> str:
    return shortened(whole(str(text)), _MOST_TEXT)


def _size(output: NotebookNode) -> int:
    """Return the characters of an output; what takes long to clean counts for more."""
    data = output.get("data", {})
    texts = [output.get("text", ""), *output.get("traceback", []), *data.values()]
    size = 200 + sum(len(t) for t in texts if isinstance(t, str))
    page, markdown, svg = (str(data.get(k, "")) for k in ("text/html", "text/markdown", _DRAWING))
    tags = min(page.count("<"), MOST_TAGS) + min(texts[0].count("\x1b"), _MOST_COLOURS)
    tags += sum(min(str(line).count("\x1b"), _MOST_COLOURS) for line in texts[1:])
    return size + 200 * (tags + min(len(markdown), MOST_MARKDOWN)) + 40 * svg.count("<")


def _picture(kind: str, data: dict[str, str]) -> str:
    address = picture(kind, data[kind])
    if not address:
        return _not_shown(kind, data[kind])
    words = html.escape(data.get("text/plain", "picture")[:200])
    return f'<img src="{address}" alt="{words}">'


def _terminal(text: str) -> str:
    """Return text with its colours, as a terminal shows it."""
    text = shortened(text, _MOST_TEXT)
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _CONTROL.sub("", text)
    if text.count("\x1b") > _MOST_COLOURS:
        return as_typed(_COLOUR.sub("", text))
    return f'<pre style="white-space:pre-wrap">{ansi2html(text)}</pre>'
