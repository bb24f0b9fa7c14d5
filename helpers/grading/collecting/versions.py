"""Which of several things that one student handed in counts, and under which paths its files lie."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from helpers.grading.classlist import words_of
from helpers.grading.collecting.authors import SignedFile
from helpers.grading.collecting.paths import Trail
from helpers.grading.collecting.submitters import Reader, Submitter
from helpers.grading.collecting.taken import Unpacked
from helpers.grading.collecting.times import STAMP, read_time
from helpers.grading.collecting.told import Line, shown
from helpers.grading.files import FileLimits

_COPY = re.compile(r"(?P<name>.+?)(?:-(?P<lms>\d{1,4})| ?\((?P<browser>\d{1,4})\))", re.DOTALL)


@dataclass(frozen=True)
class Claim:
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


def claim_of(
    submitter: Submitter, source: Trail, files: list[SignedFile], student: str, reader: Reader
) -> tuple[Claim, list[Line]]:
    """Lay the files of one submitter out as they are to lie in the student's folder."""
    lines: list[Line] = []
    chosen: dict[str, tuple[tuple, SignedFile]] = {}
    stamp: datetime | None = None
    work = []
    for one in files:
        if one.rest[-1:] == (STAMP,) and len(one.rest) == 1:
            if one.file.archives or one.named.submitter.kind != "name":
                lines.append(
                    Line(f"{shown(one.file.trail)} counts for nothing: a student may write it")
                )
            else:
                stamp = read_time(one.file.place.read_text(encoding="utf-8", errors="replace"))
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
                    f"{shown(lesser.file.trail)} was left out: {shown(winner.file.trail)} was taken, {why}",
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
                    f"{shown(one.file.trail)} is late, says Canvas, but not when it came: write the time into "
                    f"{student}'s {STAMP} if it is to count"
                )
            )
    taken = {path: one.file for path, (_, one) in sorted(chosen.items())}
    times = [one.time for _, one in chosen.values() if one.time]
    touched = [one.file.time for _, one in chosen.values() if one.file.time]
    uploads = [one.named.upload for _, one in chosen.values()]
    named_within = any(one.containers for one in files) and submitter.kind == "name"
    claim = Claim(
        submitter,
        source,
        taken,
        stamp or max(times, default=None),
        max(touched, default=None),
        max(uploads, default=0),
        0 if named_within else 1,
    )
    return claim, lines


def _paths(work: list[SignedFile], reader: Reader) -> list[tuple[str, SignedFile, int]]:
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


def _other_name(one: SignedFile, student: str, reader: Reader) -> list[Line]:
    """Tell of a name within a submission that is somebody else's."""
    for name in one.rest:
        found = reader.prefixed(name)
        if not found or (one.named.submitter.kind == "name" and one.named.file == name):
            continue
        meant = reader.roll.by_id(found[0]) or reader.roll.by_name(found[0]) or found[0]
        letters = "".join(words_of(one.named.submitter.name))
        if meant != student and not all(word in letters for word in words_of(meant)):
            said = f"{shown(one.file.trail)} names {meant}, but {student} handed it in: it is {student}'s"
            return [Line(said)]
    return []


def choose(student: str, claims: list[Claim]) -> tuple[Claim, list[Line]]:
    """Choose among what was handed in under one name; every other one is told."""
    best = max(claims, key=Claim.order)
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
        paths = ", ".join(shown(f.trail) for f in list(one.files.values())[:3])
        taken = shown(next(iter(best.files.values())).trail)
        lines.append(
            Line(f"{student}: {paths} was left out, {taken} was taken: {why}", lost=not sure)
        )
    return best, lines
