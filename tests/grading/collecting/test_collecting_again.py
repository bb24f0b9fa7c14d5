"""Collecting again changes nothing that is right, and loses nothing that lies there."""

from helpers.grading.collecting.layout import Recorded, decide, fingerprint
from tests.grading.collecting.handed_in import EARLY, LATE, NOBODY, NOTEBOOK, ROLL, moodle, snapshot


def test_collecting_again_changes_nothing(place):
    place.put("ada_01_tensors.ipynb", "x")
    place.put("m.zip", moodle("y", EARLY, "Jörg Müller_7"))
    place.collect()
    (place.submitted("ada") / NOTEBOOK).write_text("mended by hand")
    before = snapshot(place.root / "submitted")
    done = place.collect()
    assert snapshot(place.root / "submitted") == before
    assert done.counts == {"same": 3}
    assert done.whole


def test_what_is_handed_in_anew_replaces_and_loses_nothing(place):
    place.put("m.zip", moodle("early", EARLY))
    place.collect()
    place.put("n.zip", moodle("late", LATE))
    done = place.collect()
    assert place.all()["ada"][NOTEBOOK] == "late"
    assert done.counts == {"replace": 1, "same": 1}
    assert (place.root / "replaced/ada-1" / NOTEBOOK).read_text() == "early"
    (place.archive / "n.zip").unlink()
    done = place.collect()
    assert place.all()["ada"][NOTEBOOK] == "late"
    assert not done.whole


def test_what_a_teacher_put_there_is_not_overwritten(place):
    place.submitted("ada").mkdir(parents=True)
    (place.submitted("ada") / NOTEBOOK).write_text("by mail")
    place.put("ada_01_tensors.ipynb", "other")
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "by mail"}
    assert not done.whole
    assert "by hand" in done.summary()


def test_a_collecting_that_was_stopped_is_finished():
    fresh = {"a": b"1234", "b": b"5678"}
    recorded = Recorded(fingerprint(fresh))
    assert decide({"a": b"12"}, fresh, "", recorded)[0] == "new"
    assert decide({}, fresh, "", recorded)[0] == "new"
    assert decide({"a": b"changed"}, fresh, "", recorded)[0] == "same"


def test_who_is_mapped_later_is_told_of_the_earlier_folder(place):
    place.roll = NOBODY
    place.put("m.zip", moodle("x", EARLY))
    place.collect()
    place.roll = ROLL
    done = place.collect()
    assert set(place.all()) == {"Ada Byron", "Bob Miller", "ada", "bob"}
    assert any("collected as Ada Byron before" in line.words for line in done.lines)
