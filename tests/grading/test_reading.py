"""What Jupyter opens is read; what is no notebook is named."""

import copy
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.grading.intake import HandedIn, find_notebooks
from helpers.grading.reading import UnreadableError, read_notebook

SOURCES = ["# Title", "def f(x):\n    return x", "f(1)"]


def notebook():
    return new_notebook(
        cells=[
            new_markdown_cell(SOURCES[0], id="a"),
            new_code_cell(SOURCES[1], id="b", metadata={"nbgrader": {"grade_id": "f"}}),
            new_code_cell(SOURCES[2], id="c"),
        ]
    )


def changed(change):
    plain = json.loads(nbformat.writes(notebook()))
    change(plain)
    return json.dumps(plain).encode()


def each_cell(change):
    return changed(lambda plain: [change(cell) for cell in plain["cells"]])


def minor(number, **more):
    return changed(lambda plain: plain.update(nbformat_minor=number, **more))


PLAIN = nbformat.writes(notebook())
READ = {
    "as written": PLAIN.encode(),
    "byte-order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "CRLF in sources": each_cell(
        lambda c: c.update(source="".join(c["source"]).replace("\n", "\r\n"))
    ),
    "format 3": nbformat.v3.writes_json(nbformat.v4.downgrade(copy.deepcopy(notebook()))).encode(),
    **{f"format 4.{n} with ids": minor(n) for n in range(6)},
    "a later minor format": minor(9),
    "no minor format": changed(lambda plain: plain.pop("nbformat_minor")),
    "no format": changed(lambda plain: plain.pop("nbformat")),
    "no outputs": each_cell(lambda c: c.pop("outputs", None)),
    "no counts": each_cell(lambda c: c.pop("execution_count", None)),
    "outputs on a text cell": each_cell(lambda c: c.update(outputs=[], execution_count=3)),
    "a stream without a name": each_cell(
        lambda c: c.update(outputs=[{"output_type": "stream", "text": "x"}])
    ),
    "outputs of no form": each_cell(lambda c: c.update(outputs={"a": [None]}, execution_count="7")),
    "no ids": each_cell(lambda c: c.pop("id")),
    "the same id": each_cell(lambda c: c.update(id="same")),
    "ids of no form": each_cell(lambda c: c.update(id="a b/ü" * 40)),
    "metadata of no form": each_cell(lambda c: c.update(metadata=[])),
    "no metadata": changed(lambda plain: plain.pop("metadata")),
    "Colab": changed(
        lambda plain: plain["metadata"].update(
            colab={"provenance": [], "toc_visible": True}, accelerator="GPU"
        )
    ),
    "VS Code": each_cell(lambda c: c["metadata"].update(vscode={"languageId": "python"})),
    "Kaggle": changed(lambda plain: plain["metadata"].update(kaggle={"dataSources": [{"id": 1}]})),
    "foreign keys": each_cell(lambda c: c.update(executionInfo={"status": "ok"}, cellView="form")),
    "sources as one text": each_cell(lambda c: c.update(source="".join(c["source"]))),
    "sources with foreign lines": each_cell(lambda c: c["source"].insert(0, None)),
    "a lone surrogate in metadata": changed(lambda plain: plain["metadata"].update(x="\ud800")),
}


@pytest.mark.parametrize("name", READ)
def test_what_jupyter_opens_is_read(name):
    read = read_notebook(READ[name])
    nbformat.validate(read)
    assert [c.source for c in read.cells] == SOURCES
    assert len({c.id for c in read.cells}) == 3


NAMED = {
    b"": "empty",
    b" \n": "empty",
    b"%PDF-1.7 ...": "PDF",
    b"PK\x03\x04...": "zip",
    b"<!DOCTYPE html>": "web page",
    b"print('hello')": "text, not a notebook",
    b"\xff\xfe\x00\xd8": "UTF-8",
    b"{ no": "broken in line 1",
    b"[1, 2]": "no notebook",
    b'{"a": 1}': "no notebook",
    b'{"cells": 3}': "without a list",
    PLAIN.replace('"cells"', '<<<<<<< HEAD\n "cells"', 1).encode(): "merge conflict",
    b"<<<<<<< HEAD\n{}": "merge conflict",
    changed(lambda plain: plain.update(nbformat=99)): "format 99",
    b'{"cells": ' + b"[" * 100_000: "nested too deeply",
    b'{"worksheets": [{"cells": [3]}], "nbformat": 3}': "damaged",
}


@pytest.mark.parametrize("content", NAMED, ids=NAMED.values())
def test_what_is_no_notebook_is_named(content):
    with pytest.raises(UnreadableError, match=NAMED[content]):
        read_notebook(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "source", "cell_type", "metadata", "outputs", "id", "nbformat"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["cells", "nbformat", "metadata", "worksheets"]), json_values)
)
def test_any_json_is_read_or_refused_in_words(plain):
    try:
        read = read_notebook(json.dumps(plain).encode())
    except UnreadableError:
        return
    nbformat.validate(read)
    nbformat.writes(read).encode("utf-8")


def found_in(**files):
    handed_in = HandedIn("ada", {k.replace("__", "/"): v for k, v in files.items()}, (), "")
    return find_notebooks(handed_in, {"01_x": ["f"]})


def test_the_notebook_of_its_name_is_taken_before_others():
    files = {"01_x.ipynb": PLAIN.encode(), "copy.ipynb": PLAIN.encode()}
    found, remarks = found_in(**files)
    assert found["01_x"].usable
    assert not found["01_x"].remarks
    assert remarks == ("copy.ipynb is no notebook of this assignment",)


@pytest.mark.parametrize("path", ["mine.ipynb", "01_x.ipynb.txt", "a/b/01_x.ipynb", "x.json"])
def test_a_notebook_is_known_by_its_cells_wherever_it_lies(path):
    found, _ = found_in(**{path: PLAIN.encode()})
    assert found["01_x"].usable
    assert path in found["01_x"].remarks[0]


def test_another_lessons_notebook_is_not_taken_for_it():
    other = new_notebook(cells=[new_code_cell("check = lesson('02_y')")])
    found, remarks = found_in(**{"02_y.ipynb": nbformat.writes(other).encode()})
    assert not found["01_x"].usable
    assert "02_y.ipynb" in found["01_x"].remarks[0]
    assert remarks
