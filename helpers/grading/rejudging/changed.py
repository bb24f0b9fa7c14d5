"""What changes when a class is judged again, and the table that tells it."""

from dataclasses import dataclass

from helpers.grading.pages.text import printable


@dataclass(frozen=True)
class Mark:
    """A mark that changes.

    Attributes:
        cell: the name of its cell.
        before, after: points; `before` is None where there were none.
        most_before, most: what the cell gave then and gives now.
        by_hand: the mark by hand that counts in its place, or None.
    """

    cell: str
    before: float | None
    after: float
    most_before: float
    most: float
    by_hand: float | None


@dataclass(frozen=True)
class Line:
    """What became of one submission.

    Attributes:
        marks: those that change.
        penalties: the late penalties that change: before and after.
        problems: why it, or a part of it, could not be judged.
        suspicions: what an honest submission does not do.
    """

    student: str
    marks: tuple[Mark, ...] = ()
    penalties: tuple[tuple[float, float], ...] = ()
    problems: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()


def table(lines: list[Line], applied: bool) -> str:
    """Return what changes, what could not be judged, and the counts, as lines for a terminal."""
    shown = []
    for line in lines:
        who = printable(line.student, 80)
        shown += [f"{who}  {printable(_in_words(mark), 300)}" for mark in line.marks]
        shown += [f"{who}  late penalty {a:g} → {b:g}" for a, b in line.penalties]
        shown += [f"{who}  not judged again: {printable(why, 500)}" for why in line.problems]
        if line.suspicions:
            shown.append(f"{who}  suspicious: {printable('; '.join(line.suspicions), 500)}")
    marks = [mark for line in lines for mark in line.marks]
    whose = sum(bool(line.marks) for line in lines)
    more = sum(m.after - (m.before or 0.0) for m in marks)
    words = "changed" if applied else "would change"
    counts = [
        f"{sum(not line.problems for line in lines)} judged again",
        f"{sum(bool(line.problems) for line in lines)} not or in part",
        f"{len(marks)} marks of {whose} submissions {words} ({more:+g} points)",
    ]
    last = ", ".join(counts)
    return "\n".join([*shown, last if applied or not marks else f"{last}: --apply does it"])


def _in_words(mark: Mark) -> str:
    before = "no mark" if mark.before is None else f"{mark.before:g}/{mark.most_before:g}"
    words = f"{mark.cell}  {before} → {mark.after:g}/{mark.most:g}"
    return (
        words if mark.by_hand is None else f"{words}; by hand it has {mark.by_hand:g}, which stays"
    )
