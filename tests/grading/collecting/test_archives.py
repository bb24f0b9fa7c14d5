"""What no archive can do: stop the others, leave its folder, use up what is another one's."""

import gzip
import io
import os
import tarfile
import zipfile

import pytest

from helpers.grading.collecting.bounds import Limits
from helpers.grading.collecting.submitters import Reader, find_submitter
from helpers.grading.collecting.unpack import unpack
from helpers.grading.files import FileLimits
from tests.grading.collecting.handed_in import LESSON, NOBODY, NOTEBOOK, member, tarred, zipped

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
