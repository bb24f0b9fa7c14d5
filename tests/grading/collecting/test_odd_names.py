"""Names of students and files that are odd lose nobody: of any letters, any program and any system."""

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.collecting.handed_in import NOTEBOOK, Place, member, tarred, zipped


def test_names_that_differ_by_case_or_by_being_a_folder_lose_nobody(place):
    names = [NOTEBOOK, "Data.csv", "data.csv", "d", "d/e"]
    place.put("ada_01_tensors.zip", zipped(dict.fromkeys(names, "x")))
    place.put("bob_01_tensors.ipynb", "x")
    place.collect()
    assert {"ada", "bob"} == set(place.all())
    assert place.all()["ada"][NOTEBOOK] == "x"


ODD = [
    "Zoë Öz",
    "O'Neil",
    'q"uo"te',
    "a[b]{c}",
    "100%#?",
    "back\\slash",
    "🦊 fox",
    "<x>|y:*",
    "a+b=c&d",
    "{0}",
]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_odd_names_of_students_and_files_work(strangers, name, form):
    name = unicodedata.normalize(form, name)
    strangers.put(f"{name}_01_tensors.ipynb", "loose")
    strangers.put("all.zip", zipped({
        f"{name} of Moodle_5_assignsubmission_file_/{name}/{name}.txt": "m",
        f"{name} of Moodle_5_assignsubmission_file_/{NOTEBOOK}": "m",
    }))  # fmt: skip
    assert strangers.collect().whole
    plain = unicodedata.normalize("NFC", name)
    found = strangers.all()
    assert found[plain] == {NOTEBOOK: "loose"}
    assert found[f"{plain} of Moodle"] == {f"{plain}/{plain}.txt": "m", NOTEBOOK: "m"}


def raw_names(names: list[bytes], utf8: bool = False) -> bytes:
    """Return a zip whose names are these very bytes."""
    stand_ins = {f"{i:03}".ljust(len(n), "z"): n for i, n in enumerate(names)}
    content = zipped(dict.fromkeys(stand_ins, "x"))
    for stand_in, name in stand_ins.items():
        content = content.replace(stand_in.encode(), name)
    return content


def test_names_that_are_no_utf8_or_hold_control_signs_are_read_all_the_same(place):
    names = [
        "Jörg Müller_3_assignsubmission_file_/01_tensors.ipynb".encode(),  # as macOS packs it
        "Ada Byron_4_assignsubmission_file_/gr\x81n.txt".encode("latin-1"),  # ü of code page 437
        b"Ada Byron_4_assignsubmission_file_/\x1b[31mred\n.ipynb",
    ]
    place.put("all.zip", raw_names(names))
    place.collect()
    files = place.all()
    assert NOTEBOOK in files["jm"]
    assert {"grün.txt", "_[31mred_.ipynb"} <= set(files["ada"])
    bad = member("x")
    bad.name = "ada_01_tensors/\udcff\udcfe.txt"
    place.put("t.tar", tarred(bad, member("bob_01_tensors.ipynb", 1), mode="w:"))
    place.collect()
    assert set(place.all()) == {"jm", "ada", "bob"}


SAFE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(SAFE, max_size=5), st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_names_an_archive_holds_others_are_collected(names, tail):
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "p")
        entries = {f"{n}": "x" for n in names if n}
        place.put("ada_01_tensors.zip", zipped(entries) + tail)
        place.put("bob_01_tensors.ipynb", "x")
        place.collect()
        assert set(place.all()) <= {"ada", "bob"}
        assert "bob" in place.all()
        top = {p.name for p in Path(folder).iterdir()}
        assert top == {"p"}


def test_a_backslash_parts_folders_only_where_windows_wrote_it(place):
    place.put("ada_01_tensors.zip", zipped({"a\\b.txt": "x", NOTEBOOK: "n"}, create_system=0))
    place.put("bob_01_tensors.zip", zipped({"a\\b.txt": "x", NOTEBOOK: "n"}, create_system=3))
    place.collect()
    assert set(place.all()["ada"]) == {"a/b.txt", NOTEBOOK}
    assert set(place.all()["bob"]) == {"a\\b.txt", NOTEBOOK}
