"""Outputs of a student's cells, rebuilt from their known parts and bounded, so that they can be kept and shown."""

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

MIMES = (
    *("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml"),
    *("image/png", "image/jpeg", "image/gif"),
)
JUDGED = ("error", "execute_result")  # kinds of output from which nbgrader computes points
SPARED = 5  # of these are kept of a cell whose output is too long
_LINES = 200  # of a traceback
CUT = "… the rest of the output was too long to keep"


def not_run(why: str) -> NotebookNode:
    """Return the output of a cell that did not run, or not to its end."""
    words = f"This cell was not run to its end: {why}."
    return new_output("error", ename="NotRun", evalue=why, traceback=[words])


def size(kind: str, content: dict) -> int:
    """Return how many characters a message shows."""
    if kind == "stream":
        return len(content["text"])
    if kind in ("display_data", "execute_result", "update_display_data"):
        return sum(len(v) if isinstance(v, str) else 1000 for v in content["data"].values())
    return 0


def sound(outputs: list[NotebookNode], most: int) -> list[NotebookNode]:
    """Return outputs of known kinds with known parts, of at most about `most` characters together.

    One message can fill many outputs (`update_display_data`), so what came over the wire does not bound them.
    Errors and results say what a graded cell earned; a few of them stay, however much stands before them.
    """
    kept: list[NotebookNode] = []
    used, spared, full = 0, 0, False
    for output in outputs:
        one = _sound_one(output, most)
        if one is None:
            continue
        used += length(one)
        if used <= most:
            kept.append(one)
            continue
        if not full:
            full = True
            kept.append(new_output("stream", name="stdout", text=CUT))
        if one.output_type in JUDGED and spared < SPARED:
            spared += 1
            kept.append(_short(one))
    return kept


def _short(output: NotebookNode) -> NotebookNode:
    """Return an error or a result cut to what nbgrader reads of it."""
    if output.output_type == "error":
        return _sound_error(output, 0)
    return new_output(
        "execute_result",
        data={"text/plain": output.data["text/plain"][:1000]},
        execution_count=None,
    )


def length(output: NotebookNode) -> int:
    """Return the number of characters of a sound output."""
    if output.output_type == "stream":
        return len(output.text)
    if output.output_type == "error":
        return len(output.evalue) + sum(map(len, output.traceback))
    return sum(map(len, output.data.values()))


def _sound_one(output: NotebookNode, most: int) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        return _sound_error(output, most)
    if kind not in ("display_data", "execute_result"):
        return None
    data = output.get("data")
    shown = {m: _text(data[m]) for m in MIMES if isinstance(data, dict) and m in data}
    if kind == "display_data":
        return new_output(kind, data=shown)
    if not shown.get("text/plain"):  # nbgrader reads points from it
        return not_run("its result has no text")
    return new_output(kind, data=shown, execution_count=None)


def _sound_error(output: NotebookNode, most: int) -> NotebookNode:
    traceback = output.get("traceback")
    lines = traceback[:_LINES] if isinstance(traceback, list) else []
    long = max(most // (_LINES + 2), 1000)
    return new_output(
        "error",
        ename=_text(output.get("ename"))[:long],
        evalue=_text(output.get("evalue"))[:long],
        traceback=[_text(line)[:long] for line in lines],
    )


def _text(value: Any) -> str:
    """Return text that can be written as UTF-8."""
    try:
        text = value if isinstance(value, str) else str(value)[:1000]
    except RecursionError:  # lists within lists, as deep as the reader of JSON lets them be
        text = ""
    return text.encode("utf-8", "replace").decode("utf-8")
