"""Lay out what is new; what lies in a student's folder already is never lost."""

import errno
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.grading.collecting.bounds import DiskError
from helpers.grading.collecting.paths import Trail
from helpers.grading.collecting.submissions import assign
from helpers.grading.collecting.submitters import Reader, find_submitter
from helpers.grading.collecting.times import STAMP, read_time
from helpers.grading.collecting.told import Collected, Line
from helpers.grading.collecting.unpack import unpack
from helpers.grading.files import read_files

_RECORD = "collected.json"
_REPLACED = "replaced"


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return what two folders share that hold the same files."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{len(path)} {len(content)} {path}".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


@dataclass(frozen=True)
class Recorded:
    """What was collected last of a student.

    Attributes:
        mark: fingerprint of the files, or "".
        as_of: when it was there at the latest, in ISO format in UTC, or "".
    """

    mark: str = ""
    as_of: str = ""


def decide(
    existing: Mapping[str, bytes], fresh: Mapping[str, bytes], as_of: str, recorded: Recorded
) -> tuple[str, str]:
    """Say what becomes of a submission whose student has a folder already.

    Args:
        existing: what lies in the folder.
        fresh: what was handed in.
        as_of: when that was there at the latest, or "".
        recorded: what was collected last.

    Returns:
        "new", "same", "replace" or "keep", and why.
    """
    if not existing:
        return "new", ""
    if dict(existing) == dict(fresh):
        return "same", ""
    if all(path in fresh and fresh[path].startswith(content) for path, content in existing.items()):
        return "new", ""  # a collecting that was stopped
    if recorded.mark == fingerprint(fresh):
        return "same", ""  # whoever changed it since meant to
    before, now = (
        read_time(files.get(STAMP, b"").decode(errors="replace")) for files in (existing, fresh)
    )
    if (before and now and now < before) or ("" < as_of < recorded.as_of):
        return "keep", "what lies there was handed in or downloaded later"
    if recorded.mark == fingerprint(existing) or (before and now and before < now):
        return "replace", "it was handed in anew"
    return "keep", "what lies there was put or changed by hand"


def collect(
    archive: Path,
    extracted: Path,
    submitted: Callable[[str], Path],
    reader: Reader,
) -> Collected:
    """Lay out in `extracted` what is new, as STUDENT/PATH; nothing of what was collected before is lost.

    Args:
        archive: the folder with what was downloaded.
        extracted: an empty folder.
        submitted: where a student's work belongs.
        reader: of names.

    Raises:
        DiskError: nothing more can be written.
    """
    step = extracted.parent
    record = _read_record(step / _RECORD)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix=".unpacked-", dir=step) as temporary:

        def whose(trail: Trail) -> object:
            got = find_submitter(reader, trail)
            return got[1].submitter if got else None

        found = unpack(archive, Path(temporary), whose)
        submissions, lines = assign(found, reader)
        present = {submission.student for submission in submissions}
        for submission in submissions:
            student, fresh = submission.student, submission.contents()
            as_of = f"{submission.as_of:%Y-%m-%dT%H:%M:%S}" if submission.as_of else ""
            place = submitted(student)
            existing, unread = read_files(place) if place.is_dir() else ({}, [])
            what, why = decide(existing, fresh, as_of, record.get(student, Recorded()))
            if place.is_symlink() or (unread and what in ("new", "replace")):
                what, why = "keep", "what lies there was put or changed by hand"
            counts[what] += 1
            if what == "keep":
                words = f"{student}: what was handed in was left out: {why}; move {place} away to have it taken"
                lines.append(Line(words, lost=True))
                continue
            if what == "replace":
                aside = _aside(step / _REPLACED, student)
                place.rename(aside)
                lines.append(Line(f"{student}: {why}; the earlier one lies in {aside}"))
            if what in ("new", "replace"):
                lines += _lay_out(student, fresh, extracted / student)
            record[student] = Recorded(fingerprint(fresh), as_of)
            lines += [
                Line(
                    f"{student}: the same was collected as {other} before; delete {submitted(other)}"
                )
                for other, mark in record.items()
                if mark.mark == record[student].mark
                and other not in present
                and submitted(other).exists()
            ]
    _write_record(step / _RECORD, record)
    return Collected(counts, tuple(dict.fromkeys(lines)))


def _lay_out(student: str, files: Mapping[str, bytes], folder: Path) -> list[Line]:
    """Write a student's files; tells of names that do not go together, or not with this system."""
    lines = []
    for path, content in files.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
                raise DiskError(error.errno, f"{target}: {error.strerror}") from error
            words = f"{student}: {path} was left out: this system has no place for such a name"
            lines.append(Line(f"{words}, or has it already ({error.strerror})", lost=True))
    return lines


def _aside(folder: Path, student: str) -> Path:
    folder.mkdir(exist_ok=True)
    number = 1
    while (folder / f"{student}-{number}").exists():
        number += 1
    return folder / f"{student}-{number}"


def _read_record(path: Path) -> dict[str, Recorded]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {student: Recorded(**one) for student, one in read.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write_record(path: Path, record: Mapping[str, Recorded]) -> None:
    fresh = path.with_suffix(".new")
    plain = {student: asdict(one) for student, one in record.items()}
    fresh.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
