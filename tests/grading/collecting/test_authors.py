"""Whose each file is: what the LMS or the teacher says, and never what a student called a file."""

import re

import pytest

from helpers.grading.collecting.submitters import Reader, find_submitter
from tests.grading.collecting.handed_in import (
    EARLY,
    LATE,
    LESSON,
    NOTEBOOK,
    PATTERN,
    ROLL,
    zipped,
)


@pytest.mark.parametrize(
    ("trail", "student"),
    [
        (("ada_01_tensors.ipynb",), "name ada"),
        (("ada_b_c_01_tensors.ipynb",), "name ada_b_c"),
        (("ada_01_tensors (2).ipynb",), "name ada"),
        (("ADA_01_TENSORS.IPYNB",), "name ADA"),
        (("ada_01_tensors.zip", "bob_01_tensors.ipynb"), "name ada"),
        (("ada.zip", "bob_01_tensors.ipynb"), "name ada"),
        (("Byron, Ada.zip", "x.ipynb"), "name Byron, Ada"),
        (("ada_01_tensors", "bob", "x.ipynb"), "name ada"),
        (("zoe_02_autograd.ipynb",), "name zoe"),
        (("all.zip", "Jörg Müller_77_assignsubmission_file_", "bob_01_tensors.ipynb"), "moodle Jörg Müller 77"),
        (("all.zip", "Jörg Müller_77_assignsubmission_file", "x.zip", "ada", "x.py"), "moodle Jörg Müller 77"),
        (("all.zip", "A B_7_assignsubmission_file_bob_01_tensors.ipynb"), "moodle A B 7"),
        (("all.zip", "A_7_assignsubmission_file_B_8_assignsubmission_file_x.ipynb"), "moodle A 7"),
        (("all.zip", "A_7_assignsubmission_file", "B_8_assignsubmission_file", "x.ipynb"), "moodle A 7"),
        (("all.zip", "byronada_5501_99_01_tensors-2.ipynb"), "canvas byronada 5501"),
        (("all.zip", "byronada_LATE_5501_99_bob_01_tensors.ipynb"), "canvas byronada 5501"),
        (("all.zip", "byronada_5501_99_hw.zip", "bob_01_tensors.ipynb"), "canvas byronada 5501"),
        (("homework.ipynb",), ""),
        (("folder", NOTEBOOK), ""),
        ((NOTEBOOK,), ""),
    ],
)  # fmt: skip
def test_the_outermost_name_says_who_handed_a_file_in(trail, student):
    found = find_submitter(Reader(LESSON, (LESSON,), ROLL, re.compile(PATTERN)), trail)
    who = found[1].submitter if found else None
    assert (f"{who.kind} {who.name} {who.number}".strip() if who else "") == student


def test_the_three_forms_of_names_are_collected(place):
    place.put("ada_01_tensors.ipynb", "plain")
    place.put("moodle.zip", zipped({
        "Müller Jörg_77_assignsubmission_file_/homework.ipynb": "folder",
        "Müller Jörg_77_assignsubmission_file_/data/x.csv": "1",
        f"New_78_assignsubmission_file_/{NOTEBOOK}": "other",
    }, EARLY, EARLY, LATE))  # fmt: skip
    place.put("canvas.zip", zipped({"millerbob_5502_901_01_tensors-3.ipynb": "flat"}))
    done = place.collect()
    assert done.whole
    assert place.all() == {
        "ada": {NOTEBOOK: "plain"},
        "bob": {NOTEBOOK: "flat"},
        "jm": {
            "homework.ipynb": "folder",
            "data/x.csv": "1",
            "timestamp.txt": "2026-03-01 12:00:00 UTC",
        },
        "New": {NOTEBOOK: "other", "timestamp.txt": "2026-03-02 12:00:00 UTC"},
    }
    assert done.summary().splitlines()[-1].startswith("collected 4 (4 new")


@pytest.mark.parametrize(
    "form",
    [
        "Ada Byron_12_assignsubmission_file_/bob_01_tensors.ipynb",
        "Ada Byron_12_assignsubmission_file_bob_01_tensors.ipynb",
        "Ada Byron_12_assignsubmission_file_/bob_01_tensors/01_tensors.ipynb",
        "Ada Byron_12_assignsubmission_file_/Bob Miller_13_assignsubmission_file_/bob_01_tensors.ipynb",
        "byronada_5501_90_bob_01_tensors.ipynb",
        "ada_01_tensors/bob_01_tensors.ipynb",
    ],
)
def test_nobody_hands_in_for_another_by_naming_a_file(place, form):
    place.put("class.zip", zipped({form: "mine", "jm_01_tensors.ipynb": "theirs"}))
    done = place.collect()
    assert set(place.all()) == {"ada", "jm"}
    assert place.all()["ada"][NOTEBOOK] == "mine"
    assert any("ada handed it in" in line.words and "bob" in line.words for line in done.lines)


@pytest.mark.parametrize("outer", ["moodle", "canvas", "plain"])
def test_an_archive_within_the_lms_archive_counts_for_who_handed_it_in(place, outer):
    inner = zipped({"bob_01_tensors.ipynb": "mine", "more/helper.py": "x = 1"})
    name, content = {
        "moodle": ("all.zip", zipped({"Ada Byron_9_assignsubmission_file_/hw.zip": inner}, EARLY)),
        "canvas": ("all.zip", zipped({"byronada_5501_90_hw.zip": inner})),
        "plain": ("ada_01_tensors.zip", inner),
    }[outer]
    place.put(name, content)
    assert place.collect().whole
    assert place.all() == {"ada": {NOTEBOOK: "mine", "more/helper.py": "x = 1"}}


def test_an_archive_that_does_not_say_whose_it_is_makes_nobody_else_the_author(place):
    place.put("homework.zip", zipped({"bob_01_tensors.ipynb": "forged"}))
    deep = zipped({"bob_01_tensors.ipynb": "forged"})
    place.put("two.zip", zipped({"jm_01_tensors.ipynb": "a", "deep.zip": deep}))
    done = place.collect()
    assert place.all() == {}
    assert not done.whole
    assert "homework.zip" in done.summary()
    assert "STUDENT_01_tensors.zip" in done.summary()


def test_who_is_named_outside_counts_before_who_is_named_within_an_archive(place):
    place.put(
        "class.zip", zipped({"bob_01_tensors.ipynb": "forged", "jm_01_tensors.ipynb": "x"}, LATE)
    )
    place.put("bob_01_tensors.ipynb", "bob's own")
    done = place.collect()
    assert place.all()["bob"] == {NOTEBOOK: "bob's own"}
    assert not done.whole
    assert "class.zip/bob_01_tensors.ipynb was left out" in done.summary()


def test_what_macos_windows_and_jupyter_add_makes_no_student_and_no_noise(place):
    place.put("class.zip", zipped({
        "mia_01_tensors.ipynb": "x", "jm_01_tensors.ipynb": "x",
        "__MACOSX/._mia_01_tensors.ipynb": "", "._mia_01_tensors.ipynb": "", ".DS_Store": "",
        "Thumbs.db": "", "ada_01_tensors/.ipynb_checkpoints/01_tensors-checkpoint.ipynb": "old",
        "ada_01_tensors/01_tensors.ipynb": "new", "__MACOSX/ada_01_tensors/._01_tensors.ipynb": "",
    }))  # fmt: skip
    place.put("._bob_01_tensors.ipynb", "")
    place.put(".DS_Store", "")
    done = place.collect()
    assert done.whole
    assert place.all()["ada"] == {NOTEBOOK: "new"}
    assert set(place.all()) == {"ada", "jm", "mia"}
    assert not any("._" in line.words or "DS_Store" in line.words for line in done.lines)


def test_who_handed_in_only_jupyters_own_copy_is_told(place):
    copy = ".ipynb_checkpoints/01_tensors-checkpoint.ipynb"
    place.put("x.zip", zipped({f"Ada Byron_1_assignsubmission_file_/{copy}": "x"}))
    done = place.collect()
    assert not done.whole
    assert "Ada Byron" in done.summary()


def test_accounts_of_one_name_stay_two_students(place):
    place.put("all.zip", zipped({
        f"Bob Miller_1_assignsubmission_file_/{NOTEBOOK}": "one",
        f"Bob Miller_2_assignsubmission_file_/{NOTEBOOK}": "two",
        f"bob_3_assignsubmission_file_/{NOTEBOOK}": "three",
    }))  # fmt: skip
    done = place.collect()
    assert {k: v[NOTEBOOK] for k, v in place.all().items()} == {
        "Bob Miller_1": "one",
        "Bob Miller_2": "two",
        "bob_3": "three",
    }
    assert sum("collected as" in line.words for line in done.lines) == 3


def test_who_is_not_on_the_list_is_collected_under_a_name_of_their_own(place):
    place.put("all.zip", zipped({
        f"New Person_1_assignsubmission_file_/{NOTEBOOK}": "m", "personnew_77_1_01_tensors.ipynb": "c",
        f"Participant_33_assignsubmission_file_/{NOTEBOOK}": "p",
    }))  # fmt: skip
    place.put("zed_01_tensors.ipynb", "x")
    done = place.collect()
    assert set(place.all()) == {"New Person", "personnew_77", "Participant_33", "zed"}
    assert done.whole
    assert sum("collected as" in line.words for line in done.lines) == 4
