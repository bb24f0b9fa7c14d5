"""Read a notebook that was handed in, whatever Jupyter or another editor made of the file.

Outputs are thrown away before anything else: they count for nothing, so they must not make a file unreadable.
"""

import json
import re
import secrets
import uuid
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

MAX_BYTES = 50_000_000  # of a file; an honest notebook full of pictures has a fifth of it
MAX_CELLS = 5_000
MAX_SOURCE = 2_000_000  # characters of one cell
_NEWEST = 4
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_LINE_ENDS = re.compile(r"\r\n?")


class UnreadableError(ValueError):
    """The file is no notebook that can be read; the message says what it is instead."""


def read_notebook(content: bytes) -> NotebookNode:
    """Return the notebook in a file's bytes in the newest format, with its cells' outputs left out.

    Formats 1 to 4.5 are read, with or without a byte-order mark, in UTF-8 or UTF-16, with any line ends; missing or
    damaged fields that play no part (outputs, counts, ids, foreign metadata) are put right.

    Raises:
        UnreadableError: it is no notebook; the message names what it is or where it breaks off.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"the file has more than {MAX_BYTES // 1_000_000} MB")
    plain = _parsed(_decoded(content))
    try:
        return _notebook(plain)
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("the file is nested too deeply") from None
    except Exception as error:  # whatever the older formats' converters stumble over
        raise UnreadableError(f"the file is a damaged notebook ({type(error).__name__})") from None


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise UnreadableError("the file is empty")
    for start, words in _OTHERS.items():
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise UnreadableError(words)
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(coding)
    except UnicodeDecodeError:
        raise UnreadableError("the file is no text in UTF-8, so it is no notebook") from None


_OTHERS = {
    b"%PDF": "the file is a PDF, not a notebook",
    b"PK\x03\x04": "the file is a zip archive (or an Office document), not a notebook",
    b"\x1f\x8b": "the file is a compressed archive, not a notebook",
    b"\x89PNG": "the file is a picture, not a notebook",
    b"<<<<<<<": "the file holds the marks of a merge conflict",
    b"<": "the file is a web page, not a notebook",  # after the longer one that begins alike
}


def _parsed(text: str) -> dict:
    try:
        plain = json.loads(text)
    except RecursionError:
        raise UnreadableError("the file is nested too deeply") from None
    except ValueError as error:
        if re.search(r"^\s*<{7} ", text, re.MULTILINE):
            raise UnreadableError("the file holds the marks of a merge conflict") from None
        if not text.lstrip().startswith("{"):
            raise UnreadableError("the file is a text, not a notebook") from None
        line = getattr(error, "lineno", 1)
        raise UnreadableError(f"the file is a notebook that is broken in line {line}") from None
    if not isinstance(plain, dict) or not ("cells" in plain or "worksheets" in plain):
        raise UnreadableError("the file holds data, but no notebook")
    return plain


def _notebook(plain: dict) -> NotebookNode:
    version = plain.get("nbformat", _NEWEST)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        version = 3 if "worksheets" in plain else _NEWEST
    if version > _NEWEST:
        raise UnreadableError(
            f"the file is a notebook of format {version}, newer than this course knows"
        )
    if version < _NEWEST:
        plain = _upgraded(plain, version)
    cells = plain.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("the file is a notebook without a list of cells")
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"the file is a notebook of more than {MAX_CELLS} cells")
    known: set[str] = set()
    metadata = plain.get("metadata")
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": metadata if isinstance(metadata, dict) else {},
            "cells": [_cell(cell, known) for cell in cells if isinstance(cell, dict)],
        }
    )


def _upgraded(plain: dict, version: int) -> dict:
    """Return a notebook of an older format in the newest, its outputs left out beforehand."""
    for sheet in plain.get("worksheets") or ():
        for cell in sheet.get("cells") or ():
            if cell.get("cell_type") == "code":
                cell["outputs"] = []
                cell.setdefault("metadata", {})
                cell.setdefault("language", "python")
                cell["input"] = _text(cell.get("input"))
                cell.pop("prompt_number", None)
            else:
                cell["source"] = _text(cell.get("source"))
    node = nbformat.from_dict(plain | {"nbformat": version})
    return nbformat.convert(node, _NEWEST)


def _cell(cell: dict, known: set[str]) -> dict:
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "markdown"
    metadata = cell.get("metadata")
    read = {
        "cell_type": kind,
        "id": _id(cell.get("id"), known),
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": _LINE_ENDS.sub("\n", _text(cell.get("source"))),
    }
    if len(read["source"]) > MAX_SOURCE:
        raise UnreadableError("a cell of the notebook is too long to be read")
    if kind == "code":
        return read | {"outputs": [], "execution_count": None}
    attachments = _attachments(cell.get("attachments"))
    return read | ({"attachments": attachments} if attachments else {})


def _id(given: Any, known: set[str]) -> str:
    fresh = given if isinstance(given, str) and _ID.fullmatch(given) else uuid.uuid4().hex[:8]
    while fresh in known:
        fresh = secrets.token_hex(8)
    known.add(fresh)
    return fresh


def _attachments(given: Any) -> dict:
    """Return the attached pictures that have the form of some: name → kind → text."""
    if not isinstance(given, dict):
        return {}
    return {
        name: {kind: _text(data) for kind, data in bundle.items()}
        for name, bundle in given.items()
        if isinstance(bundle, dict)
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    # A lone half of a surrogate pair cannot be written as UTF-8.
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
