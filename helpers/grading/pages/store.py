"""nbgrader's place for what is kept of a submission: bounded, and with the course's own figures in it."""

import base64
import re
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from helpers.grading.pages import CARD
from helpers.grading.pages.outputs import MOST_STORED, size_of, stored
from helpers.grading.pages.text import whole

_LINKED = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)|<img\b[^>]*?\bsrc=\\?[\"']([^\"'\\]+)")
_KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_MOST_FIGURE = 2_000_000  # bytes


class Harmless(NbGraderPreprocessor):
    """Bounds what a submission's cells show, before the marks are saved: a notebook that is too much stops nothing.

    Texts stay as they were written; they are made harmless when a page is made. Should a page be made without
    this course's settings, nbconvert's own templates leave them out, since they are marked as transient.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Bound outputs, and put the course's figures beside the cells that show them."""
        room = MOST_STORED
        figures = self._figures(resources)
        for cell in nb.cells:
            cell.source = whole(cell.source)
            if cell.cell_type == "code":
                by_marker = bool(cell.metadata.get(CARD))
                before = size_of(cell.outputs)
                cell.outputs = stored(cell.outputs, MOST_STORED if by_marker else max(room, 0))
                room -= 0 if by_marker else before
                continue
            cell.metadata["transient"] = NotebookNode(remove_source=True)
            linked = {name: figures[name] for name in figures if name in cell.source}
            if linked and cell.cell_type == "markdown":
                cell.attachments = NotebookNode(cell.get("attachments", {}) | linked)
        return nb, resources

    def _figures(self, resources: dict) -> dict[str, dict[str, str]]:
        """Return the figures that the lesson's source links to."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return {}
        names = resources["nbgrader"]
        folder = coursedir.format_path(coursedir.source_directory, ".", names["assignment"])
        return figures_of(Path(folder) / f"{names['notebook']}.ipynb")


def figures_of(source: Path) -> dict[str, dict[str, str]]:
    """Return the figures that a notebook of the course links to, by their addresses there."""
    found: dict[str, dict[str, str]] = {}
    text = source.read_text(encoding="utf-8") if source.exists() else ""
    for match in _LINKED.finditer(text):
        address = match[1] or match[2]
        path = source.parent / address
        kind = _KINDS.get(path.suffix.lower())
        if kind and path.is_file() and path.stat().st_size <= _MOST_FIGURE:
            content = path.read_bytes()
            data = content.decode() if "svg" in kind else base64.b64encode(content).decode()
            found[address] = {kind: data}
    return found
