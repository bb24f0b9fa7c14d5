"""What became of each submission, as lines for the terminal."""

from dataclasses import dataclass

from helpers.grading.pages.text import printable


@dataclass(frozen=True)
class Outcome:
    """How the marking of one submission went.

    Attributes:
        marked: its marks are in the gradebook.
        before: they were there already, and nothing has been handed in since.
        remarks: what was odd about the files, the run or the notebook.
        suspicions: what an honest submission does not do.
        in_full: a notebook was there and could be read.
    """

    student: str
    marked: bool
    points: float = 0.0
    possible: float = 0.0
    by_hand: bool = False
    before: bool = False
    in_full: bool = True
    remarks: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()


def table(outcomes: list[Outcome]) -> str:
    """Return a line for each submission that wants attention, and the counts."""
    lines = []
    for one in sorted(outcomes, key=lambda o: o.student):
        words = [r if one.marked else f"not marked: {r}" for r in one.remarks]
        words += [f"suspicious: {s}" for s in dict.fromkeys(one.suspicions)]
        if words:
            who, said = printable(one.student, 80), printable("; ".join(words), 1000)
            lines.append(f"{who}  {one.points:g}/{one.possible:g}  {said}")
    counts = {
        "marked": sum(o.marked and not o.before for o in outcomes),
        "not marked": sum(not o.marked for o in outcomes),
        "wait for a mark by hand": sum(o.by_hand for o in outcomes),
        "suspicious": sum(bool(o.suspicions) for o in outcomes),
        "marked before": sum(o.before for o in outcomes),
    }
    if not counts["marked before"]:
        del counts["marked before"]
    return "\n".join([*lines, ", ".join(f"{n} {what}" for what, n in counts.items())])
