"""Which of several things that a student handed in counts, and when it was handed in."""

import io
import time
import zipfile
from datetime import UTC, datetime

import pytest

from tests.grading.collecting.handed_in import EARLY, LATE, NOTEBOOK, moodle, zipped


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_of_two_times_handed_in_the_later_counts(place, order):
    first, second = (f"{letter}.zip" for letter in order)
    place.put(first, moodle("early", EARLY))
    place.put(second, moodle("late", LATE))
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "late", "timestamp.txt": "2026-03-02 12:00:00 UTC"}
    assert done.whole
    assert f"{first}/Ada Byron_7_assignsubmission_file_/{NOTEBOOK} was left out" in done.summary()


def test_canvas_counts_what_was_handed_in_again(place):
    place.put("all.zip", zipped({
        "byronada_5501_900_01_tensors.ipynb": "first", "byronada_5501_902_01_tensors-2.ipynb": "third",
        "byronada_5501_901_01_tensors-1.ipynb": "second", "millerbob_LATE_5502_9_01_tensors.ipynb": "x",
    }))  # fmt: skip
    done = place.collect()
    assert place.all() == {"ada": {NOTEBOOK: "third"}, "bob": {NOTEBOOK: "x"}}
    assert sum("was left out" in line.words for line in done.lines) == 2
    assert any("late" in line.words and "bob" in line.words for line in done.lines)


def test_what_cannot_be_compared_is_told_as_a_loss(place):
    place.put("ada_01_tensors.zip", zipped({NOTEBOOK: "a"}))
    place.put("ada/01_tensors.ipynb", "b")
    done = place.collect()
    assert not done.whole
    assert len(place.all()["ada"]) == 1


def test_times_are_the_lms_not_the_students(place):
    stamp = "2020-01-01 00:00:00 UTC"
    inner = zipped({NOTEBOOK: "x", "timestamp.txt": stamp}, datetime(2020, 1, 1, tzinfo=UTC))
    entries = {"Ada Byron_1_assignsubmission_file_/hw.zip": inner}
    entries[f"Jörg Müller_2_assignsubmission_file_/{NOTEBOOK}"] = "x"
    place.put("all.zip", zipped(entries, LATE, EARLY))
    place.put("bob_01_tensors.zip", inner)
    done = place.collect()
    assert place.all()["ada"]["timestamp.txt"] == "2026-03-02 12:00:00 UTC"
    assert place.all()["jm"]["timestamp.txt"] == "2026-03-01 12:00:00 UTC"
    assert place.all()["bob"] == {NOTEBOOK: "x"}
    assert sum("timestamp.txt counts for nothing" in line.words for line in done.lines) == 2


@pytest.mark.parametrize(
    "form", ["{}_1_assignsubmission_file_/x.ipynb", "{}_1_2_x.ipynb", "{}_01_tensors.ipynb"]
)
def test_the_time_of_a_download_makes_nobody_late(place, form):
    times = [datetime(2026, 5, 1, 9, minute, tzinfo=UTC) for minute in (0, 20, 40)]
    place.put("all.zip", zipped({form.format(n): n for n in ("millerbob", "a", "c")}, *times))
    done = place.collect()
    assert len(place.all()) == 3
    assert not any("timestamp.txt" in files for files in place.all().values())
    told = any("not when anybody handed in" in line.words for line in done.lines)
    assert told == ("assign" in form)


def test_of_two_downloads_the_later_one_counts(place):
    name = f"Ada Byron_7_assignsubmission_file_/{NOTEBOOK}"
    place.put("a.zip", zipped({name: "newer"}, LATE))
    place.put("b.zip", zipped({name: "older"}, EARLY))
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "newer"}
    assert done.whole
    assert "downloaded later" in done.summary()
    (place.archive / "a.zip").unlink()
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "newer"}
    assert not done.whole


def test_a_teachers_own_word_on_the_time_counts(place):
    place.put("ada_01_tensors/01_tensors.ipynb", "x")
    place.put("ada_01_tensors/timestamp.txt", "2026-03-01 13:00:00 +0100")
    place.collect()
    assert place.all()["ada"]["timestamp.txt"] == "2026-03-01 12:00:00 UTC"


def test_a_time_without_a_zone_is_that_of_this_computer(place, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, month in {"Ada Byron_1": 7, "B_2": 1}.items():
                where = f"{name}_assignsubmission_file_/{NOTEBOOK}"
                archive.writestr(zipfile.ZipInfo(where, (2026, month, 1, 23, 30, 0)), "x")
        place.put("all.zip", file.getvalue())
        place.collect()
    finally:
        monkeypatch.undo()
        time.tzset()
    assert place.all()["ada"]["timestamp.txt"] == "2026-07-01 21:30:00 UTC"
    assert place.all()["B"]["timestamp.txt"] == "2026-01-01 22:30:00 UTC"
