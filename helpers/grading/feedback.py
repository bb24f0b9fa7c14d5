"""Keep what only the marker may see out of the page that a learner gets back."""

import re

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class HideHiddenTests(ClearHiddenTests):
    """nbgrader's ClearHiddenTests, for outputs too: a traceback shows the lines around an error.

    Where a hidden test failed, only the kind of the error is left: its message may hold the hidden inputs.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Take the hidden regions out of one cell, and what its outputs repeat of them."""
        before = {line.strip() for line in cell.source.splitlines()}
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        hidden = before - {line.strip() for line in cell.source.splitlines()} - {""}
        if hidden:
            for output in cell.get("outputs", ()):
                if output.output_type == "error":
                    _hide(output, hidden)
        return cell, resources


def _hide(output: NotebookNode, hidden: set[str]) -> None:
    shown = _ANSI.sub("", "\n".join(output.traceback))
    failed = [line for line in shown.splitlines() if re.match(r"-*> *\d+ ", line)]
    if any(_repeats(line, hidden) for line in failed):
        output.evalue = "in a test that is not shown"
        output.traceback = [f"{output.ename}: {output.evalue}"]
    else:
        lines = [line for line in shown.splitlines() if not _repeats(line, hidden)]
        output.traceback = ["\n".join(lines)]


def _repeats(line: str, hidden: set[str]) -> bool:
    # The message of an error may quote a part of the line, so either may hold the other.
    code = re.sub(r"^-*>? *\d* *", "", line).strip()
    return bool(code) and any(h in line or (len(code) > 8 and code in h) for h in hidden)
