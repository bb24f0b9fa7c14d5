"""Give learners a starting point of the teacher's choice in place of the solution."""

import re
import textwrap

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions

_STUB = re.compile(r"^[ \t]*### BEGIN STUB[^\n]*\n(.*?)^[ \t]*### END STUB[^\n]*\n?", re.M | re.S)


class GiveStubs(ClearSolutions):
    """nbgrader's ClearSolutions, with a stub of its own for each cell that brings one.

    A source notebook has, in one cell::

        ### BEGIN SOLUTION
        layer = nn.Linear(8, 20)
        ### END SOLUTION
        ### BEGIN STUB
        # layer = nn.Linear(20, 8)
        ### END STUB

    and the learner gets `layer = nn.Linear(20, 8)`: a broken program to mend.
    """

    code_stub: dict[str, str]

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Work on one cell; raises ValueError where a stub has no solution or is not commented."""
        stub = _STUB.search(cell.source) if cell.cell_type == "code" else None
        if stub is None:
            return super().preprocess_cell(cell, resources, cell_index)
        if "### BEGIN SOLUTION" not in cell.source:
            raise ValueError("a STUB region needs a SOLUTION region that it replaces")
        usual = self.code_stub
        lines = textwrap.dedent(stub.group(1)).splitlines()
        self.code_stub = usual | {"python": "\n".join(map(_uncomment, lines))}
        cell.source = _STUB.sub("", cell.source).rstrip("\n")
        try:
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = usual


def _uncomment(line: str) -> str:
    if line.strip() in ("", "#"):
        return ""
    if not line.startswith("# "):
        raise ValueError(f"each line of a STUB region begins with '# ': {line!r}")
    return line[2:]
