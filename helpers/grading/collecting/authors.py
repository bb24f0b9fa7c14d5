"""Who handed each file in and when, and which student of the class that is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpers.grading.classlist import Roll, unfit, words_of
from helpers.grading.collecting.paths import Trail
from helpers.grading.collecting.submitters import Named, Reader, Submitter, find_submitter
from helpers.grading.collecting.taken import Unpacked, Unpacking
from helpers.grading.collecting.told import Line, shown
from helpers.grading.pages.text import printable

_NAMELESS = {"participant", "teilnehmer/in", "teilnehmer_in", "teilnehmer", "participante", "anon"}
_DOWNLOAD = timedelta(hours=1)  # that writing an archive takes at most


@dataclass(frozen=True)
class SignedFile:
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


def refuse_unsigned(known: list[SignedFile], reader: Reader) -> tuple[list[SignedFile], list[Line]]:
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
                shown(one.file.trail[around[-1] :])
            )
        else:
            taken.append(one)
    for trail, files in refused.items():
        words = (
            f"{shown(trail)} was left out: its own name does not say who handed it in, and the names in it "
            f"({', '.join(files[:3])}) may be anybody's; call it STUDENT_{reader.lesson}.zip, "
            "or take it out of the other archive"
        )
        lines.append(Line(words, lost=True))
    return taken, lines


def with_times(known: list[SignedFile]) -> tuple[list[SignedFile], list[Line]]:
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
        Line(f"{shown(top)} says when it was downloaded, but not when anybody handed in: no times")
        for top in times
        if top not in timed
    ]
    return fresh, lines


def _top(one: SignedFile) -> Trail:
    moodle = one.containers and one.named.submitter.kind == "moodle"
    return one.file.trail[: one.file.archives[0]] if moodle else ()


def only_by_programs(found: Unpacking, reader: Reader, known: list[SignedFile]) -> list[Line]:
    """Tell of those of whom there are only copies that a program made."""
    there = {one.named.submitter for one in known}
    lines = {}
    for trail in found.by_programs:
        got = find_submitter(reader, trail)
        if got and got[1].submitter not in there and ".ipynb_checkpoints" in trail[got[0] + 1 :]:
            lines[got[1].submitter] = Line(
                f"{shown(trail)} was left out: Jupyter's own copy is all that was handed in",
                lost=True,
            )
    return list(lines.values())


def identify(
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


def _shown(submitter: Submitter) -> str:
    number = f" ({submitter.number})" if submitter.number else ""
    return printable(f"{submitter.name}{number}", 120)
