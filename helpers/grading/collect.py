"""python -m helpers.grading collect 01_tensors: sort what a class handed in into course/submitted/.

This is `nbgrader zip_collect` with two plug-ins. Who handed a file in is what the LMS or the teacher says: the
outermost name on the way to it that names somebody. What a student called the files within counts for nothing.
"""

import errno
import hashlib
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dateutil.parser import parse as parse_date
from dateutil.tz import gettz
from nbgrader.api import Gradebook
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from helpers.grading.archives import DiskError, Trail, Unpacked, Unpacking, stem, unpack
from helpers.grading.classlist import ClassListError, Roll, read_class_list, unfit, words_of
from helpers.grading.files import FileLimits, read_files
from helpers.grading.pages.text import printable
from helpers.grading.students import gradebook_exists, in_gradebook

# Moodle writes no underscore of a name, so none in a file's name can be taken for the end of one.
_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.I | re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>late_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)",
    re.I | re.DOTALL,
)
_COPY = re.compile(r"(?P<name>.+?)(?:-(?P<lms>\d{1,4})| ?\((?P<browser>\d{1,4})\))", re.DOTALL)
_NAMELESS = {"participant", "teilnehmer/in", "teilnehmer_in", "teilnehmer", "participante", "anon"}
_STAMP = "timestamp.txt"
_DOWNLOAD = timedelta(hours=1)  # that writing an archive takes at most
_RECORD = "collected.json"
_REPLACED = "replaced"


@dataclass(frozen=True)
class Submitter:
    """Somebody as an LMS or the name of a file has them.

    Attributes:
        kind: "moodle", "canvas", or "name" for the course's own form.
        name: as it stands there.
        number: that the LMS gave; Moodle gives a new one for each assignment.
    """

    kind: str
    name: str
    number: str = ""


@dataclass(frozen=True)
class Named:
    """What a name on the way to a file says.

    Attributes:
        submitter: who handed it in.
        file: what the file was called by whoever handed it in; "" for a folder or an archive.
        upload: the number that Canvas gave it; a later one is greater.
        late: Canvas marked it late.
        time: that the name holds.
    """

    submitter: Submitter
    file: str = ""
    upload: int = 0
    late: bool = False
    time: datetime | None = None


@dataclass(frozen=True)
class Reader:
    """Reads names.

    Attributes:
        lesson: the assignment.
        notebooks: names of its notebooks, without ending.
        roll: the class.
        pattern: the teacher's own form of names, with groups `student_id`, `file_id`, perhaps `timestamp`.
    """

    lesson: str
    notebooks: tuple[str, ...]
    roll: Roll
    pattern: re.Pattern[str] | None = None

    def read(self, name: str, is_file: bool) -> Named | None:
        """Return whom a name names: of a folder or archive, or of a file."""
        moodle = _MOODLE.fullmatch(name)
        if moodle:
            submitter = Submitter("moodle", moodle["name"], moodle["number"])
            return Named(submitter, moodle["file"] or "")
        canvas = _CANVAS.fullmatch(name) if is_file else None
        own = self.prefixed(stem(name))
        if canvas and not (
            own and self.roll.by_id(own[0])
        ):  # an id may look like what Canvas writes
            submitter = Submitter("canvas", canvas["name"], canvas["number"])
            upload = int(canvas["upload"][:18])
            return Named(submitter, canvas["file"], upload, bool(canvas["late"]))
        return self._by_course(name, is_file)

    def prefixed(self, name: str) -> tuple[str, str] | None:
        """Split `ada_01_tensors (1).ipynb` into the student and the rest."""
        for notebook in self.notebooks:
            found = re.fullmatch(
                rf"(?P<who>.+?)_(?P<file>{re.escape(notebook)}(?:-\d+| ?\(\d+\))?(?:\.[^/]*)?)",
                name,
                re.I | re.DOTALL,
            )
            if found:
                return found["who"], found["file"]
        return None

    def _by_course(self, name: str, is_file: bool) -> Named | None:
        bare = stem(name)
        found = self.prefixed(name if bare == name else bare)
        if found:
            who, file = found
            return Named(Submitter("name", who), file if bare == name and is_file else "")
        plain = os.path.splitext(bare)[0] if is_file else bare
        if self.roll.by_id(plain) or self.roll.by_name(plain):
            return Named(Submitter("name", plain), name if is_file and bare == name else "")
        return self.by_pattern(f"/{name}") or (
            None if is_file and bare == name else self.by_pattern(f"/{bare}.ipynb")
        )

    def by_pattern(self, path: str) -> Named | None:
        """Return what the teacher's own form of names finds in a path."""
        match = self.pattern.match(path) if self.pattern else None
        groups = match.groupdict() if match else {}
        if not groups.get("student_id"):
            return None
        file = groups.get("file_id")
        ending = os.path.splitext(path)[1]
        return Named(
            Submitter("name", groups["student_id"]),
            f"{os.path.splitext(file)[0]}{ending}" if file else path.rpartition("/")[2],
            time=_time(groups.get("timestamp")),
        )


@dataclass(frozen=True)
class Line:
    """Something worth telling.

    Attributes:
        lost: it may be part of somebody's work that was not taken.
    """

    words: str
    lost: bool = False


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes:
        files: where each lies, by its path in the student's folder.
        time: when it was handed in, where the LMS says so.
        as_of: when it was there at the latest: the time of the download, say.
    """

    student: str
    files: Mapping[str, Path]
    time: datetime | None
    as_of: datetime | None

    def contents(self) -> dict[str, bytes]:
        """Return the files as they are to lie in the student's folder."""
        read = {path: place.read_bytes() for path, place in self.files.items()}
        if self.time:
            read[_STAMP] = f"{self.time:%Y-%m-%d %H:%M:%S} UTC".encode()
        return read


@dataclass(frozen=True)
class _File:
    """A file with what is known of it.

    Attributes:
        at: where in the trail the name stands.
        rest: the path below it.
        time: when it was handed in, where that is known.
    """

    file: Unpacked
    named: Named
    at: int
    rest: tuple[str, ...]
    time: datetime | None = None

    @property
    def source(self) -> Trail:
        return self.file.trail[: self.at]

    @property
    def containers(self) -> int:
        """Archives around the name that names somebody."""
        return sum(place <= self.at for place in self.file.archives)


@dataclass(frozen=True)
class _Claim:
    """Files of one submitter out of one source."""

    submitter: Submitter
    source: Trail
    files: Mapping[str, Unpacked]
    time: datetime | None
    touched: datetime | None
    upload: int
    rank: int

    def order(self) -> tuple:
        never = datetime.min.replace(tzinfo=UTC)
        return self.rank, self.upload, self.time or never, self.touched or never, self.source

    @property
    def digests(self) -> dict[str, str]:
        return {path: file.digest for path, file in self.files.items()}


def find_submitter(
    reader: Reader, trail: Trail, archives: Sequence[int] = ()
) -> tuple[int, Named] | None:
    """Return the outermost name of a trail that names somebody, and where it stands."""
    for at, name in enumerate(trail):
        is_file = at == len(trail) - 1 or at + 1 in archives or stem(name) != name
        named = reader.read(name, is_file)
        if named:
            return at, named
    named = reader.by_pattern("/" + "/".join(trail))
    return (len(trail) - 1, named) if named else None


def assign(found: Unpacking, reader: Reader) -> tuple[list[Submission], list[Line]]:
    """Find out whose each file is, and which counts where there are several."""
    lines = [
        Line(f"{_path(one.trail)} was left out: {one.why}", lost=True) for one in found.left_out
    ]
    known: list[_File] = []
    nobodys: list[Unpacked] = []
    for file in found.files.values():
        got = find_submitter(reader, file.trail, file.archives)
        if got is None:
            nobodys.append(file)
            continue
        at, named = got
        below = range(at + 1, len(file.trail))
        inner = tuple(file.trail[place] for place in below if place + 1 not in file.archives)
        known.append(_File(file, named, at, inner or (named.file or file.trail[-1],)))
    known, refused = _refuse_unsigned(known, reader)
    known, said = _with_times(known)
    lines += refused + said
    for top in dict.fromkeys(f.trail[:1] for f in nobodys):
        of_top = [f.trail for f in nobodys if f.trail[:1] == top]
        more = f" and {len(of_top) - 3} more" if len(of_top) > 3 else ""
        names = ", ".join(map(_path, of_top[:3]))
        lines.append(Line(f"{names}{more}: left out, nothing says who handed it in", lost=True))
    lines += _only_by_programs(found, reader, known)
    ids, said = _identify({one.named.submitter for one in known}, reader.roll)
    lines += said
    groups: dict[tuple[Submitter, Trail], list[_File]] = {}
    for one in known:
        groups.setdefault((one.named.submitter, one.source), []).append(one)
    claims: dict[str, list[_Claim]] = {}
    for (submitter, source), files in groups.items():
        student = ids.get(submitter)
        if student is None:
            continue
        claim, said = _claim(submitter, source, files, student, reader)
        lines += said
        if claim.files:
            claims.setdefault(student, []).append(claim)
    submissions = []
    for student, of_student in sorted(claims.items()):
        best, said = _choose(student, of_student)
        lines += said
        places = {path: file.place for path, file in best.files.items()}
        submissions.append(Submission(student, places, best.time, best.time or best.touched))
    return submissions, lines


def _refuse_unsigned(known: list[_File], reader: Reader) -> tuple[list[_File], list[Line]]:
    """Refuse archives that do not say whose they are, and hold the work of one who is named only within.

    An archive of several students is one that a teacher downloaded; one of a single student may be somebody
    else's, who named the file after them.
    """
    members: dict[Trail, set[Submitter]] = {}
    for one in known:
        if one.containers == 1:
            members.setdefault(one.file.trail[: one.file.archives[0]], set()).add(
                one.named.submitter
            )
    taken, lines = [], []
    refused: dict[Trail, list[str]] = {}
    for one in known:
        around = [place for place in one.file.archives if place <= one.at]
        alone = (
            len(around) == 1
            and one.named.submitter.kind == "name"
            and len(members[one.file.trail[: around[0]]]) < 2
        )
        if len(around) > 1 or alone:
            refused.setdefault(one.file.trail[: around[-1]], []).append(
                _path(one.file.trail[around[-1] :])
            )
        else:
            taken.append(one)
    for trail, files in refused.items():
        words = (
            f"{_path(trail)} was left out: its own name does not say who handed it in, and the names in it "
            f"({', '.join(files[:3])}) may be anybody's; call it STUDENT_{reader.lesson}.zip, "
            "or take it out of the other archive"
        )
        lines.append(Line(words, lost=True))
    return taken, lines


def _with_times(known: list[_File]) -> tuple[list[_File], list[Line]]:
    """Find out when each file was handed in.

    Canvas writes the time of the download into an archive, and so do the later versions of Moodle. Moodle's times
    count where they are further apart than any download takes. A zip of anybody else says when a file was
    written, by whatever clock.
    """
    times: dict[Trail, list[datetime]] = {}
    for one in known:
        if one.containers and one.named.submitter.kind == "moodle" and one.file.time:
            times.setdefault(one.file.trail[: one.file.archives[0]], []).append(one.file.time)
    timed = {top for top, found in times.items() if max(found) - min(found) > _DOWNLOAD}
    fresh = [
        replace(one, time=one.named.time or (one.file.time if _top(one) in timed else None))
        for one in known
    ]
    lines = [
        Line(f"{_path(top)} says when it was downloaded, but not when anybody handed in: no times")
        for top in times
        if top not in timed
    ]
    return fresh, lines


def _top(one: _File) -> Trail:
    moodle = one.containers and one.named.submitter.kind == "moodle"
    return one.file.trail[: one.file.archives[0]] if moodle else ()


def _only_by_programs(found: Unpacking, reader: Reader, known: list[_File]) -> list[Line]:
    """Tell of those of whom there are only copies that a program made."""
    there = {one.named.submitter for one in known}
    lines = {}
    for trail in found.by_programs:
        got = find_submitter(reader, trail)
        if got and got[1].submitter not in there and ".ipynb_checkpoints" in trail[got[0] + 1 :]:
            lines[got[1].submitter] = Line(
                f"{_path(trail)} was left out: Jupyter's own copy is all that was handed in",
                lost=True,
            )
    return list(lines.values())


def _identify(
    submitters: Iterable[Submitter], roll: Roll
) -> tuple[dict[Submitter, str], list[Line]]:
    """Return the student's id of each submitter.

    Who is not on the class list is collected all the same, under the name and, where that is needed, the number of
    the LMS: so the work is marked, and nobody can become somebody else.
    """
    ordered = sorted(submitters, key=lambda s: (s.kind, s.name, s.number))
    on_roll = {s: _on_roll(s, roll) for s in ordered}
    accounts: dict[tuple[str, str], set[str]] = {}
    for submitter, student in on_roll.items():
        if student and submitter.number:
            accounts.setdefault((submitter.kind, student), set()).add(submitter.number)
    ids: dict[Submitter, str] = {}
    lines: list[Line] = []
    real = {s.id.casefold() for s in roll.students if s.first_name or s.last_name}
    namesakes = Counter((s.kind, words_of(s.name) or s.name) for s in ordered)
    for submitter in ordered:
        student, who = on_roll[submitter], _shown(submitter)
        several = bool(student) and len(accounts.get((submitter.kind, student), ())) > 1
        if student and not several:
            ids[submitter] = student
            continue
        own = submitter.name
        if submitter.kind != "name":
            own = own.replace("/", "_").strip().lstrip(".")
            numbered = (
                submitter.kind == "canvas"
                or several
                or namesakes[submitter.kind, words_of(submitter.name) or submitter.name] > 1
                or own.casefold() in _NAMELESS | real
            )
            own = f"{own}_{submitter.number}" if numbered else own
        wrong = unfit(own)
        if wrong:
            lines.append(Line(f"what {who} handed in was left out: {wrong}", lost=True))
            continue
        ids[submitter] = own
        if several:
            lines.append(
                Line(f"{who} is one of several accounts that fit {student}: collected as {own}")
            )
        elif roll and submitter.kind != "name":
            lines.append(
                Line(f"{who} fits nobody, or more than one, on the class list: collected as {own}")
            )
        elif roll:
            lines.append(Line(f"{who} is not on the class list: collected as {own}"))
    return ids, lines


def _on_roll(submitter: Submitter, roll: Roll) -> str:
    if submitter.kind == "moodle":
        return roll.by_name(submitter.name)
    if submitter.kind == "canvas":
        return roll.by_lms(submitter.number) or roll.by_run_together(submitter.name)
    return roll.by_id(submitter.name) or roll.by_name(submitter.name)


def _claim(
    submitter: Submitter, source: Trail, files: list[_File], student: str, reader: Reader
) -> tuple[_Claim, list[Line]]:
    """Lay the files of one submitter out as they are to lie in the student's folder."""
    lines: list[Line] = []
    chosen: dict[str, tuple[tuple, _File]] = {}
    stamp: datetime | None = None
    work = []
    for one in files:
        if one.rest[-1:] == (_STAMP,) and len(one.rest) == 1:
            if one.file.archives or one.named.submitter.kind != "name":
                lines.append(
                    Line(f"{_path(one.file.trail)} counts for nothing: a student may write it")
                )
            else:
                stamp = _time(one.file.place.read_text(encoding="utf-8", errors="replace"))
        else:
            work.append(one)
    for path, one, copy in _paths(work, reader):
        order = (
            copy,
            one.named.upload,
            one.time or datetime.min.replace(tzinfo=UTC),
            one.file.trail,
        )
        before = chosen.get(path)
        if before and before[1].file.digest != one.file.digest:
            (_, lesser), (better, winner) = sorted([before, (order, one)], key=lambda pair: pair[0])
            sure = better[:3] > min(before[0], order)[:3]
            why = "it is the later one" if sure else "nothing says which is the later one"
            lines.append(
                Line(
                    f"{_path(lesser.file.trail)} was left out: {_path(winner.file.trail)} was taken, {why}",
                    lost=not sure,
                )
            )
            chosen[path] = (better, winner)
        elif not before or order > before[0]:
            chosen[path] = (order, one)
    for one in work:
        lines += _other_name(one, student, reader)
        if one.named.late:
            lines.append(
                Line(
                    f"{_path(one.file.trail)} is late, says Canvas, but not when it came: write the time into "
                    f"{student}'s {_STAMP} if it is to count"
                )
            )
    taken = {path: one.file for path, (_, one) in sorted(chosen.items())}
    times = [one.time for _, one in chosen.values() if one.time]
    touched = [one.file.time for _, one in chosen.values() if one.file.time]
    uploads = [one.named.upload for _, one in chosen.values()]
    named_within = any(one.containers for one in files) and submitter.kind == "name"
    claim = _Claim(
        submitter,
        source,
        taken,
        stamp or max(times, default=None),
        max(touched, default=None),
        max(uploads, default=0),
        0 if named_within else 1,
    )
    return claim, lines


def _paths(work: list[_File], reader: Reader) -> list[tuple[str, _File, int]]:
    """Return the path of each file in the student's folder, and which copy of it this is."""
    rests = [one.rest for one in work]
    while len(rests) and all(len(rest) > 1 and rest[0] == rests[0][0] for rest in rests):
        rests = [rest[1:] for rest in rests]  # one folder around everything
    found = []
    taken = {"/".join(rest) for rest in rests}
    for one, rest in zip(work, rests, strict=True):
        path, copy = "/".join(rest), 0
        if len(rest) == 1:
            better, number = _notebook_name(rest[0], reader)
            signed = one.named.file == rest[0] and one.named.submitter.kind != "moodle"
            # What the LMS or the browser counted is a copy; what a student counted is a file of its own.
            if signed or better not in taken:
                path, copy = better, number if signed else 0
                taken.add(better)
        found.append((_fit(path), one, copy))
    return found


def _notebook_name(name: str, reader: Reader) -> tuple[str, int]:
    """Return the released name of a notebook called `bob_01_tensors-2.ipynb`, and the number of the copy."""
    bare, ending = os.path.splitext(name)
    if ending.casefold() != ".ipynb":
        return name, 0
    prefixed = reader.prefixed(name)
    bare = os.path.splitext(prefixed[1])[0] if prefixed else bare
    copy = _COPY.fullmatch(bare)
    for notebook in reader.notebooks:
        if bare.casefold() == notebook.casefold():
            return f"{notebook}.ipynb", 0
        if copy and copy["name"].casefold() == notebook.casefold():
            return f"{notebook}.ipynb", int(copy["lms"] or copy["browser"])
    return name, 0


def _fit(path: str) -> str:
    """Return a path that is short enough for the marker and for any file system."""
    parts = path.split("/")
    if len(path.encode()) <= FileLimits().path and all(len(p.encode()) <= 200 for p in parts):
        return path
    bare, ending = os.path.splitext(parts[-1])
    short = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{bare.encode()[:100].decode(errors='ignore')}-{short}{ending[:20]}"


def _other_name(one: _File, student: str, reader: Reader) -> list[Line]:
    """Tell of a name within a submission that is somebody else's."""
    for name in one.rest:
        found = reader.prefixed(name)
        if not found or (one.named.submitter.kind == "name" and one.named.file == name):
            continue
        meant = reader.roll.by_id(found[0]) or reader.roll.by_name(found[0]) or found[0]
        letters = "".join(words_of(one.named.submitter.name))
        if meant != student and not all(word in letters for word in words_of(meant)):
            said = f"{_path(one.file.trail)} names {meant}, but {student} handed it in: it is {student}'s"
            return [Line(said)]
    return []


def _choose(student: str, claims: list[_Claim]) -> tuple[_Claim, list[Line]]:
    """Choose among what was handed in under one name; every other one is told."""
    best = max(claims, key=_Claim.order)
    lines = []
    for one in claims:
        if one is best or one.digests == best.digests:
            continue
        same = one.submitter == best.submitter and one.rank == best.rank
        if one.rank < best.rank:
            why, sure = "that one says by itself who handed it in", False
        elif same and one.upload < best.upload:
            why, sure = "the LMS numbered it later", True
        elif one.time and best.time and one.time < best.time:
            why, sure = f"it is the later one ({best.time:%Y-%m-%d %H:%M} UTC)", same
        elif (
            same
            and one.submitter.number
            and one.touched
            and best.touched
            and one.touched < best.touched
        ):
            why, sure = "that archive was downloaded later", True
        elif one.touched and best.touched and one.touched < best.touched:
            why, sure = "its file is the younger one, which is all that is known", False
        else:
            why, sure = "nothing says which is the later one", False
        paths = ", ".join(_path(f.trail) for f in list(one.files.values())[:3])
        taken = _path(next(iter(best.files.values())).trail)
        lines.append(
            Line(f"{student}: {paths} was left out, {taken} was taken: {why}", lost=not sure)
        )
    return best, lines


def _path(trail: Trail) -> str:
    return printable("/".join(trail), 160)


def _shown(submitter: Submitter) -> str:
    number = f" ({submitter.number})" if submitter.number else ""
    return printable(f"{submitter.name}{number}", 120)


def _time(text: str | None) -> datetime | None:
    """Read a time; without a zone it is UTC, as nbgrader has it. nbgrader's own reader takes +0100 for seconds."""
    if not text or not text.strip():
        return None
    zones = {"tzinfos": lambda name, offset: gettz(name) if offset is None else offset}
    try:
        found = parse_date(text.strip(), **zones)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None


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
        _time(files.get(_STAMP, b"").decode(errors="replace")) for files in (existing, fresh)
    )
    if (before and now and now < before) or ("" < as_of < recorded.as_of):
        return "keep", "what lies there was handed in or downloaded later"
    if recorded.mark == fingerprint(existing) or (before and now and before < now):
        return "replace", "it was handed in anew"
    return "keep", "what lies there was put or changed by hand"


@dataclass(frozen=True)
class Collected:
    """What came of collecting.

    Attributes:
        counts: students by what became of theirs: "new", "same", "replace", "keep".
        lines: what is worth telling.
    """

    counts: Mapping[str, int]
    lines: tuple[Line, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was left out that may be somebody's work."""
        return not any(line.lost for line in self.lines)

    def summary(self) -> str:
        """Return a line for each thing worth telling, and the counts."""
        words = [printable(line.words, 600) for line in self.lines]
        number = sum(self.counts.values())
        parts = [
            f"{self.counts.get(key, 0)} {what}"
            for key, what in {
                "new": "new",
                "replace": "handed in anew",
                "same": "as before",
                "keep": "not touched",
            }.items()
        ]
        lost = sum(line.lost for line in self.lines)
        last = (
            f"collected {number} ({', '.join(parts)}); {lost} things that may be work were left out"
        )
        return "\n".join([*words, last])


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


def class_roll(coursedir: Any, log: Any) -> Roll:
    """Return the class: the gradebook's students, and those of course/students.csv."""
    students = {}
    try:
        if gradebook_exists(coursedir.db_url):
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                students = in_gradebook(gradebook)
    except Exception as error:  # whatever the database says; files can be collected without it
        log.warning("the gradebook's students were not read: %s", error)
    path = Path(coursedir.root) / "course/students.csv"
    try:
        found = read_class_list(path.read_bytes())
        for problem in found.problems:
            log.warning("%s, %s", path, printable(problem))
        for student in found.students:
            before = students.get(student.id)
            students[student.id] = replace(before, **student.known()) if before else student
    except FileNotFoundError:
        pass
    except (OSError, ClassListError) as error:
        log.warning("%s was not read: %s", path, error)
    return Roll(students.values())


class Extract(ExtractorPlugin):
    """Lays out in the extracted folder what each student handed in: STUDENT/PATH.

    Attributes:
        collected: what came of it.
    """

    collected: Collected | None = None

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack, find out whose each file is, and lay out what is new."""
        coursedir = self.parent.coursedir
        lesson = coursedir.assignment_id
        released = Path(coursedir.format_path(coursedir.release_directory, ".", lesson))
        names = tuple(sorted(p.stem for p in released.glob("*.ipynb"))) or (lesson,)
        pattern = FileNameCollectorPlugin(parent=self.parent).named_regexp
        reader = Reader(
            lesson,
            names,
            class_roll(coursedir, self.log),
            re.compile(pattern, re.DOTALL) if pattern else None,
        )
        self.collected = collect(
            Path(archive_path),
            Path(extracted_path),
            lambda student: Path(
                coursedir.format_path(coursedir.submitted_directory, student, lesson)
            ),
            reader,
        )
        if not isinstance(self.parent, CollectApp):
            for line in self.collected.summary().splitlines():
                self.log.warning("%s", line)


class Collect(FileNameCollectorPlugin):
    """Takes the extracted folder as `Extract` left it: STUDENT/PATH."""

    def collect(self, submitted_file: str) -> dict | None:
        """Return whose a file is, and where it belongs in the student's folder."""
        app = self.parent
        extracted = Path(app._format_collect_path(app.extracted_directory)).resolve()
        student, *path = Path(submitted_file).resolve().relative_to(extracted).parts
        return {"student_id": student, "file_id": os.path.join(*path)} if path else None


class CollectApp(ZipCollectApp):
    """`nbgrader zip_collect` with a summary and an exit status."""

    name = "collect"

    def start(self) -> None:
        """Collect; leaves with 0 if nothing was left out that may be somebody's work, else with 1."""
        root = Path(self.coursedir.root)
        if not (root / "nbgrader_config.py").exists():
            self.fail(f"{root} has no nbgrader_config.py: type the command in the course's folder")
        archive = Path(self._format_collect_path(self.archive_directory))
        if not archive.is_dir():
            self.fail(f"put what was handed in into {archive}: there is no such folder")
        try:
            super().start()
        except DiskError as error:
            self.fail(f"collecting stopped, run it again: {error.strerror}")
        found = self.extractor_plugin_inst.collected
        print(found.summary())
        self.exit(0 if found.whole else 1)
