"""What a class might hand in, and a folder into which a teacher puts it."""

import io
import re
import shutil
import struct
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from helpers.grading.classlist import Roll, Student
from helpers.grading.collecting.layout import collect
from helpers.grading.collecting.submitters import Reader
from helpers.grading.collecting.told import Collected

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


def moodle(content: str, when: datetime, name: str = "Ada Byron_7") -> bytes:
    """Return an archive of an older Moodle, which says when each one handed in."""
    entries = {f"{name}_assignsubmission_file_/{NOTEBOOK}": content}
    entries[f"Bob Miller_8_assignsubmission_file_/{NOTEBOOK}"] = "first"
    return zipped(entries, when, datetime(2026, 2, 1, tzinfo=UTC))


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()
    }


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
