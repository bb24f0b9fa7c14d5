import json
import os
import subprocess
import sys
import time

import pytest

from helpers import lessons, progress
from tests.checks.small import check


def test_the_best_points_of_an_exercise_are_kept():
    check.scale(lambda x: x / x.amax(dim=0))
    check.scale(lambda x: x)
    rows = {r[0]: r[1:] for r in check.progress.rows}
    assert rows["scale"] == (3.0, 3.0)
    assert rows["answer"] == (None, 1.0)
    assert list(rows) == [c.name for c in check]
    assert "✔ scale: 3/3" in str(check) == str(check.progress)


def test_a_blank_answer_and_a_marking_run_leave_no_trace(monkeypatch):
    check.answer(None)
    check.answer(42, hidden=True)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check.answer(42)
    assert not progress.file().exists()


def test_a_file_that_cannot_be_written_or_read_stops_nobody(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert check.answer(42).passed


@pytest.mark.parametrize(
    "content", ["", "not json", "[1]", '{"00_small": 3}', '{"00_small": {"answer": "x"}}']
)
def test_a_damaged_file_counts_as_empty(content):
    progress.file().write_text(content)
    assert check.progress.reached == 0
    assert check.answer(42).passed
    assert check.progress.reached == 1


def test_progress_can_be_forgotten():
    check.answer(42)
    progress.forget("00_small")
    assert check.progress.reached == 0
    check.answer(42)
    progress.forget()
    assert not progress.file().exists()


def test_all_lessons_are_shown_by_one_call():
    lessons.lesson("01_tensors").shape_guesses(None)
    shown = lessons.progress()
    assert [p.lesson for p in shown] == lessons.lesson_ids()
    assert "<progress" in shown._repr_html_()


def test_the_file_is_plain_json_with_lessons_and_points():
    check.answer(42)
    assert json.loads(progress.file().read_text()) == {"00_small": {"answer": 1.0}}


def test_a_device_in_place_of_the_file_is_left_alone(monkeypatch, tmp_path):
    pipe = tmp_path / "device"
    os.mkfifo(pipe)
    monkeypatch.setenv("COURSE_PROGRESS", str(pipe))
    monkeypatch.setattr(progress, "_read", dict)  # reading would wait for the other end
    progress.note("00_small", check.answer(42))
    assert pipe.is_fifo()


NOTES = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from helpers import progress
who, start, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
Path(f"{start}.{who}").touch()
while not start.exists():
    time.sleep(0.001)
for n in range(times):
    progress.note("00_small", SimpleNamespace(exercise=f"{who}-{n}", state="passed", points=1.0))
"""
PROCESSES, TIMES = 4, 25


def test_notebooks_that_write_at_the_same_time_lose_nothing(tmp_path):
    start = tmp_path / "start"
    writers = [
        subprocess.Popen([sys.executable, "-c", NOTES, str(who), str(start), str(TIMES)])
        for who in range(PROCESSES)
    ]
    while len(list(tmp_path.glob("start.*"))) < PROCESSES:
        assert all(w.poll() is None for w in writers)
        time.sleep(0.01)
    start.touch()
    while any(w.poll() is None for w in writers):  # who reads meanwhile finds a whole file
        if progress.file().exists():
            json.loads(progress.file().read_text())
    assert [w.wait() for w in writers] == [0] * PROCESSES
    kept = json.loads(progress.file().read_text())["00_small"]
    assert set(kept) == {f"{who}-{n}" for who in range(PROCESSES) for n in range(TIMES)}


def test_another_that_never_stops_writing_stops_nobody(monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE", 0.01)
    with progress._alone(progress.file()):
        assert check.answer(42).passed
    assert not progress.file().exists()
    assert check.answer(42).passed
    assert check.progress.reached == 1
