"""What each student handed in, out of everything that was unpacked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from helpers.grading.collecting.authors import (
    SignedFile,
    identify,
    only_by_programs,
    refuse_unsigned,
    with_times,
)
from helpers.grading.collecting.paths import Trail
from helpers.grading.collecting.submitters import Reader, Submitter, find_submitter
from helpers.grading.collecting.taken import Unpacked, Unpacking
from helpers.grading.collecting.times import STAMP
from helpers.grading.collecting.told import Line, shown
from helpers.grading.collecting.versions import Claim, choose, claim_of


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
            read[STAMP] = f"{self.time:%Y-%m-%d %H:%M:%S} UTC".encode()
        return read


def assign(found: Unpacking, reader: Reader) -> tuple[list[Submission], list[Line]]:
    """Find out whose each file is, and which counts where there are several."""
    lines = [
        Line(f"{shown(one.trail)} was left out: {one.why}", lost=True) for one in found.left_out
    ]
    known: list[SignedFile] = []
    nobodys: list[Unpacked] = []
    for file in found.files.values():
        got = find_submitter(reader, file.trail, file.archives)
        if got is None:
            nobodys.append(file)
            continue
        at, named = got
        below = range(at + 1, len(file.trail))
        inner = tuple(file.trail[place] for place in below if place + 1 not in file.archives)
        known.append(SignedFile(file, named, at, inner or (named.file or file.trail[-1],)))
    known, refused = refuse_unsigned(known, reader)
    known, said = with_times(known)
    lines += refused + said
    for top in dict.fromkeys(f.trail[:1] for f in nobodys):
        of_top = [f.trail for f in nobodys if f.trail[:1] == top]
        more = f" and {len(of_top) - 3} more" if len(of_top) > 3 else ""
        names = ", ".join(map(shown, of_top[:3]))
        lines.append(Line(f"{names}{more}: left out, nothing says who handed it in", lost=True))
    lines += only_by_programs(found, reader, known)
    ids, said = identify({one.named.submitter for one in known}, reader.roll)
    lines += said
    groups: dict[tuple[Submitter, Trail], list[SignedFile]] = {}
    for one in known:
        groups.setdefault((one.named.submitter, one.source), []).append(one)
    claims: dict[str, list[Claim]] = {}
    for (submitter, source), files in groups.items():
        student = ids.get(submitter)
        if student is None:
            continue
        claim, said = claim_of(submitter, source, files, student, reader)
        lines += said
        if claim.files:
            claims.setdefault(student, []).append(claim)
    submissions = []
    for student, of_student in sorted(claims.items()):
        best, said = choose(student, of_student)
        lines += said
        places = {path: file.place for path, file in best.files.items()}
        submissions.append(Submission(student, places, best.time, best.time or best.touched))
    return submissions, lines
