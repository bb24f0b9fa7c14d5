"""nbgrader's own command and this course's, in a course's folder."""

import json

import pytest
from nbgrader.apps.zipcollectapp import ZipCollectApp

from helpers.grading.collecting import taken
from helpers.grading.collecting.bounds import DiskError
from helpers.grading.collecting.command import CollectApp
from helpers.notebooks import ROOT
from tests.grading.collecting.handed_in import EARLY, LATE, LESSON, NOTEBOOK, snapshot, zipped


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder for nbgrader's own command, with no gradebook."""
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    (tmp_path / "notebooks" / LESSON).mkdir(parents=True)
    (tmp_path / "notebooks" / LESSON / NOTEBOOK).write_text("{}")
    (tmp_path / "course").mkdir()
    (tmp_path / "course/students.csv").write_bytes(
        "\ufeffid;Vorname;Nachname\nada;Ada;Byron\n".encode()
    )
    archive = tmp_path / "course/downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    (archive / "all.zip").write_bytes(
        zipped(
            {
                f"Byron Ada_7_assignsubmission_file_/hw/{NOTEBOOK}": "mine",
                "Byron Ada_7_assignsubmission_file_/hw/pic [1] #?%.png": "p",
                f'O\'Neil "Q" 🦊_8_assignsubmission_file_/{NOTEBOOK}': "odd",
            },
            EARLY,
            EARLY,
            LATE,
        )
    )
    (archive / "bad.zip").write_bytes(b"damaged")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def launch(app, *arguments: str) -> int:
    code: int | str | None = 0
    try:
        app.launch_instance([LESSON, *arguments])
    except SystemExit as error:
        code = error.code
    finally:
        app.clear_instance()
    return int(code or 0)


@pytest.mark.parametrize("app", [CollectApp, ZipCollectApp])
def test_both_commands_collect_the_same_and_may_be_repeated(course, app, capsys):
    assert launch(app) == (app is CollectApp)
    submitted = course / "course/submitted"
    ada = submitted / "ada" / LESSON
    assert (ada / NOTEBOOK).read_text() == "mine"
    assert (ada / "pic [1] #?%.png").exists()
    assert (ada / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
    assert {p.name for p in submitted.iterdir()} == {"ada", 'O\'Neil "Q" 🦊'}
    said = capsys.readouterr()
    assert "bad.zip was left out" in said.out + said.err
    before = snapshot(submitted)
    assert launch(app) == (app is CollectApp)
    assert snapshot(submitted) == before
    (course / "course/downloaded" / LESSON / "archive/bad.zip").unlink()
    assert launch(app) == 0
    assert not (course / "course/gradebook.db").exists()
    record = json.loads((course / "course/downloaded" / LESSON / "collected.json").read_text())
    assert set(record) == {"ada", 'O\'Neil "Q" 🦊'}


def test_a_full_disk_stops_collecting_and_is_no_archives_fault(course, monkeypatch):
    def full(*_):
        raise DiskError(28, "No space left on device")

    monkeypatch.setattr(taken, "write", full)
    assert launch(CollectApp) == 1
    assert not (course / "course/submitted").exists()
