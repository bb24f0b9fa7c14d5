"""What `helpers.notebooks` keeps of a run."""

from pathlib import Path

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.notebooks import ROOT, WIDGET_VIEW, _without_traces, execute

COURSE = Path("/a/course")


def test_a_stored_traceback_names_no_folder_of_this_machine():
    frames = [
        f"File \x1b[32m{torch.__file__}:134\x1b[39m, in Linear.forward",
        f"File \x1b[32m{ROOT}/helpers/plots/curves.py:3\x1b[39m",
        "File \x1b[32m/a/course/lessons/my_topic/figures.py:3\x1b[39m",
        "RuntimeError: mat1 and mat2 must have the same dtype",
    ]
    error = new_output("error", ename="RuntimeError", evalue="", traceback=frames)
    stored = _without_traces(new_notebook(cells=[new_code_cell("1", outputs=[error])]), COURSE)
    assert stored.cells[0].outputs[0].traceback == [
        "File \x1b[32mtorch/__init__.py:134\x1b[39m, in Linear.forward",
        "File \x1b[32mhelpers/plots/curves.py:3\x1b[39m",
        "File \x1b[32mlessons/my_topic/figures.py:3\x1b[39m",
        "RuntimeError: mat1 and mat2 must have the same dtype",
    ]
    assert isinstance(stored, nbformat.NotebookNode)


def test_a_stored_widget_bears_the_same_number_in_each_run():
    def stored(model_id):
        data = {WIDGET_VIEW: {"model_id": model_id, "version_major": 2, "version_minor": 0}}
        cell = new_code_cell("1", id="slider", outputs=[new_output("display_data", data)])
        return _without_traces(new_notebook(cells=[cell]), COURSE)

    assert stored("0a1b") == stored("2c3d")


@pytest.mark.notebook
def test_prints_that_come_late_are_stored_as_one_output(tmp_path):
    slowly = "import time\nfor word in 'abc':\n    print(word, flush=True)\n    time.sleep(0.3)"
    ran = execute(new_notebook(cells=[new_code_cell(slowly)]), tmp_path)
    assert [o.text for o in ran.cells[0].outputs] == ["a\nb\nc\n"]
