"""Collecting what a class handed in: whose each file is, and what no archive can do."""

import gzip
import io
import json
import os
import struct
import tarfile
import time
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.apps.zipcollectapp import ZipCollectApp

from helpers.grading import archives
from helpers.grading.archives import Limits, unpack
from helpers.grading.classlist import Roll, Student
from helpers.grading.collect import (
    CollectApp,
    Collected,
    Reader,
    Recorded,
    collect,
    decide,
    find_submitter,
    fingerprint,
)
from helpers.grading.files import FileLimits
from helpers.notebooks import ROOT

LESSON = "01_tensors"
NOTEBOOK = f"{LESSON}.ipynb"
ROLL = Roll(
    [
        Student("ada", "Ada", "Byron", "a.byron@x.org", "5501"),
        Student("bob", "Bob", "Miller", "bob@x.org", "5502"),
        Student("jm", "Jörg", "Müller", "jm@x.org"),
    ]
)
NOBODY = Roll([])
PATTERN = r".*/(?P<student_id>[^/]+?)_(?P<file_id>\d\d_[a-z_]+)\.ipynb"
EARLY, LATE = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)


def zipped(entries: dict[str, bytes | str], *times: datetime, **kind) -> bytes:
    """Return a zip archive; its entries have the given times, in UTC, the last one all that follow too."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(entries.items()):
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            if times:
                when = times[min(number, len(times) - 1)]
                entry.extra = struct.pack("<HHBl", 0x5455, 5, 1, int(when.timestamp()))
            for key, value in kind.items():
                setattr(entry, key, value)
            archive.writestr(entry, content)
    return file.getvalue()


def tarred(*entries: tarfile.TarInfo, mode: str = "w:gz") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for entry in entries:
            archive.addfile(entry, io.BytesIO(b"x" * entry.size))
    return file.getvalue()


def member(name: str, size: int = 0, **kind) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    for key, value in kind.items():
        setattr(entry, key, value)
    return entry


class Place:
    """A folder into which a teacher puts what was handed in."""

    def __init__(self, root: Path, roll: Roll = ROLL) -> None:
        self.root, self.roll = root, roll
        self.archive = root / "archive"
        self.archive.mkdir(parents=True)

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.archive / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def submitted(self, student: str) -> Path:
        return self.root / "submitted" / student / LESSON

    def collect(self) -> Collected:
        """Collect, and carry over what was laid out as nbgrader does."""
        import re
        import shutil

        extracted = self.root / "extracted"
        shutil.rmtree(extracted, ignore_errors=True)
        extracted.mkdir()
        reader = Reader(LESSON, (LESSON,), self.roll, re.compile(PATTERN))
        done = collect(self.archive, extracted, self.submitted, reader)
        for folder in extracted.iterdir():
            shutil.rmtree(self.submitted(folder.name), ignore_errors=True)
            shutil.copytree(folder, self.submitted(folder.name))
        return done

    def all(self) -> dict[str, dict[str, str]]:
        """Return what lies in each student's folder."""
        top = self.root / "submitted"
        return {
            folder.name: {
                p.relative_to(folder / LESSON).as_posix(): p.read_text(errors="replace")
                for p in sorted(folder.rglob("*"))
                if p.is_file()
            }
            for folder in sorted(top.iterdir() if top.exists() else [])
        }


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def strangers(tmp_path):
    return Place(tmp_path / "strangers", NOBODY)


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
    import re

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


BAD = {
    "dotdot.zip": zipped({"../ada_01_tensors.ipynb": "x", "a/../../bob_01_tensors.ipynb": "x"}),
    "absolute.zip": zipped({"/etc/ada_01_tensors.ipynb": "x", "C:\\ada_01_tensors.ipynb": "x"}),
    "backslash.zip": zipped({"..\\..\\ada_01_tensors.ipynb": "x"}, create_system=0),
    "link.zip": zipped({"ada_01_tensors.ipynb": "/etc/passwd"}, external_attr=0o120777 << 16),
    "device.zip": zipped({"ada_01_tensors.ipynb": ""}, external_attr=0o020777 << 16),
    "link.tar.gz": tarred(
        member("ada_01_tensors.ipynb", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("bob_01_tensors.ipynb", type=tarfile.LNKTYPE, linkname="x"),
        member("x/ada_01_tensors.ipynb", type=tarfile.FIFOTYPE),
        member("y/ada_01_tensors.ipynb", type=tarfile.CHRTYPE),
    ),
    "dotdot.tar": tarred(member("../../ada_01_tensors.ipynb", 3), mode="w:"),
    "bomb.zip": zipped({"ada_01_tensors.ipynb": b"\0" * (80 << 20)}),
    "ada_01_tensors.tar.gz": gzip.compress(
        tarred(member("big.bin", 40 << 20), mode="w:"), 1
    ),
    "damaged.zip": zipped({"ada_01_tensors.ipynb": "x" * 99})[:-30],
    "nothing.zip": b"",
    "text.zip": b"no archive at all",
    "rar.zip": b"Rar!\x1a\x07\x00 and so on",
    "x.rar": b"Rar!\x1a\x07\x00",
    "x.7z": b"7z\xbc\xaf\x27\x1c",
    "cut.tar.gz": tarred(member("ada_01_tensors.ipynb", 5000))[:80],
    "middle.tar": (lambda t: t[:1024] + b"garbage" + t[1031:])(
        tarred(member("x", 1), member("ada_01_tensors.ipynb", 5), mode="w:")
    ),
    "lzma.zip": zipped({"ada_01_tensors.ipynb": "x"}, compress_type=zipfile.ZIP_LZMA),
    "ada_01_tensors.ipynb.gz": gzip.compress(b"x" * 99)[:-12],
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_has_a_line_and_stops_nobody(place, name):
    place.put(name, BAD[name])
    place.put("jm_01_tensors.ipynb", "fine")
    place.put("zz.zip", zipped({"Bob Miller_3_assignsubmission_file_/hw.zip": BAD[name]}))
    outside = set(place.root.rglob("*"))
    done = place.collect()
    assert "fine" in place.all()["jm"][NOTEBOOK]
    assert set(place.all()) <= {"jm", "bob"}, done.summary()
    assert any(line.lost and line.words.startswith((name, "bob")) for line in done.lines), (
        done.lines
    )
    new = {p.relative_to(place.root).parts[0] for p in set(place.root.rglob("*")) - outside}
    assert new <= {"submitted", "extracted", "collected.json"}


def encrypted() -> bytes:
    content = bytearray(zipped({"ada_01_tensors.ipynb": "x"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def test_what_is_encrypted_is_named(place):
    place.put("ada_01_tensors.zip", encrypted())
    done = place.collect()
    assert "encrypted" in done.summary()
    assert not done.whole


def test_archives_are_not_opened_for_ever(place):
    content = b"x"
    name = "ada_01_tensors.ipynb"
    for _ in range(8):
        content, name = zipped({name: content}), "ada_01_tensors.zip"
    place.put(name, content)
    done = place.collect()
    assert place.all() == {}
    assert "lies in too many others" in done.summary()


def test_what_one_student_hands_in_uses_up_that_students_share_alone(tmp_path):
    big = zipped({f"{i}.bin": os.urandom(1 << 10) * 1024 for i in range(6)} | {NOTEBOOK: "mine"})
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in/all.zip").write_bytes(
        zipped({"greedy_1_2_hw.zip": big, "honest_3_4_01_tensors.ipynb": "x" * 100})
    )
    reader = Reader(LESSON, (LESSON,), NOBODY)

    def whose(trail):
        got = find_submitter(reader, trail)
        return got[1].submitter if got else None

    share = FileLimits(one=2 << 20, total=3 << 20)
    found = unpack(tmp_path / "in", tmp_path / "out", whose, Limits(share=share, ratio=5000))
    taken = {trail[-1] for trail in found.files}
    assert {"honest_3_4_01_tensors.ipynb", NOTEBOOK} <= taken
    assert len(found.files) == 2 + 2
    assert len(found.left_out) == 4


def test_a_table_of_contents_of_many_megabytes_is_not_read(place):
    entries = {f"{i:06}{'y' * 600}": "" for i in range(14_000)}
    place.put("ada_01_tensors.zip", zipped(entries))
    assert "table of contents" in place.collect().summary()


@pytest.mark.parametrize(
    "content",
    [zipped({}), zipped({"folder/": "", "__MACOSX/._x": ""}), tarred(mode="w:"), tarred()],
    ids=["empty", "folders", "tar", "tar.gz"],
)
def test_an_archive_without_a_file_has_a_line(place, content):
    place.put("ada_01_tensors.zip" if content[:1] == b"P" else "ada_01_tensors.tar.gz", content)
    done = place.collect()
    assert not done.whole
    assert "ada_01_tensors" in done.summary()


def test_names_without_end_are_not_looked_through(place):
    folders = zipped({f"{i}/": "" for i in range(9_000)})
    place.put(
        "ada_01_tensors.zip", zipped({f"{i}.zip": folders for i in range(4)} | {NOTEBOOK: "x"})
    )
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "x"}
    assert sum("too many names" in line.words for line in done.lines) == 2


def test_two_entries_of_one_name_are_told(place):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("01_tensors.ipynb", (2026, 1, 2, 0, 0, 0)), "new")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(zipfile.ZipInfo("01_tensors.ipynb", (2026, 1, 1, 0, 0, 0)), "old")
    place.put("ada_01_tensors.zip", file.getvalue())
    done = place.collect()
    assert place.all()["ada"] == {NOTEBOOK: "new"}
    assert not done.whole
    assert "two different files" in done.summary()


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
    import tempfile

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


def moodle(content: str, when: datetime, name: str = "Ada Byron_7") -> bytes:
    """Return an archive of an older Moodle, which says when each one handed in."""
    entries = {f"{name}_assignsubmission_file_/{NOTEBOOK}": content}
    entries[f"Bob Miller_8_assignsubmission_file_/{NOTEBOOK}"] = "first"
    return zipped(entries, when, datetime(2026, 2, 1, tzinfo=UTC))


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


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()
    }


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
        raise archives.DiskError(28, "No space left on device")

    monkeypatch.setattr(archives, "_write", full)
    assert launch(CollectApp) == 1
    assert not (course / "course/submitted").exists()
