import json
import os

import pytest

from helpers import progress
from helpers.checks import Check
from tests.checks import small


def test_the_best_points_of_an_exercise_are_kept():
    check = Check(small.scale)
    check(lambda x: x / x.amax(dim=0))
    check(lambda x: x)
    rows = {r[0]: r[1:] for r in progress.of("00_small").rows}
    assert rows["scale"] == (3.0, 3.0)
    assert rows["answer"] == (None, 1.0)
    assert "✔ scale: 3/3" in str(progress.of("00_small"))


def test_a_blank_answer_and_a_marking_run_leave_no_trace(monkeypatch):
    Check(small.answer)(None)
    Check(small.answer)(42, hidden=True)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    Check(small.answer)(42)
    assert not progress.file().exists()


def test_a_file_that_cannot_be_written_or_read_stops_nobody(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert Check(small.answer)(42).passed


@pytest.mark.parametrize(
    "content", ["", "not json", "[1]", '{"00_small": 3}', '{"00_small": {"answer": "x"}}']
)
def test_a_damaged_file_counts_as_empty(content):
    progress.file().write_text(content)
    assert progress.of("00_small").reached == 0
    assert Check(small.answer)(42).passed
    assert progress.of("00_small").reached == 1


def test_progress_can_be_forgotten():
    Check(small.answer)(42)
    progress.forget("00_small")
    assert progress.of("00_small").reached == 0
    Check(small.answer)(42)
    progress.forget()
    assert not progress.file().exists()


def test_all_lessons_are_shown_by_one_call():
    shown = progress.show()
    assert [p.lesson for p in shown if p.lesson != "00_small"]
    assert "<progress" in shown._repr_html_()


def test_the_file_is_plain_json_with_lessons_and_points():
    Check(small.answer)(42)
    assert json.loads(progress.file().read_text()) == {"00_small": {"answer": 1.0}}


def test_a_device_in_place_of_the_file_is_left_alone(monkeypatch, tmp_path):
    pipe = tmp_path / "device"
    os.mkfifo(pipe)
    monkeypatch.setenv("COURSE_PROGRESS", str(pipe))
    monkeypatch.setattr(progress, "_read", dict)  # reading would wait for the other end
    progress.note("00_small", Check(small.answer)(42))
    assert pipe.is_fifo()
