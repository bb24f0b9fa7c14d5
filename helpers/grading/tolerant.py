"""Let nbgrader's own command read what students hand in as the course's command does."""

from typing import Any

from nbconvert.exporters import NotebookExporter

from helpers.grading.reading import MAX_BYTES, read_notebook


class TolerantExporter(NotebookExporter):
    """nbconvert's NotebookExporter, which reads files of any format and in any state that can be read.

    Outputs are left out: a submission is run anew.
    """

    # The text, as NotebookExporter's other ways; nbconvert's Exporter, which makes none, says a notebook.
    def from_file(  # type: ignore[override]
        self, file_stream: Any, resources: dict | None = None, **more: Any
    ) -> tuple[str, dict]:
        """Convert the notebook in an open file.

        Raises:
            UnreadableError: it is no notebook; the message names what it is.
        """
        stream = getattr(file_stream, "buffer", file_stream)
        content = stream.read(MAX_BYTES + 1)
        data = content.encode() if isinstance(content, str) else content
        return self.from_notebook_node(read_notebook(data), resources=resources, **more)
