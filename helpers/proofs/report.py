"""What a proof says: what was tried, and what falls short."""

import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Shortfall:
    """One thing that falls short.

    Attributes:
        where: the exercise, "16_my_topic/standardize", or the notebook.
        says: what falls short and what to do, in a sentence.
        answer: the answer or the cell that shows it.
        shown: the input where it shows, or what the check said.
    """

    where: str
    says: str
    answer: str = ""
    shown: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.says}"]
        lines += [textwrap.indent(part, "    ") for part in (self.answer, self.shown) if part]
        return "\n".join(lines)


@dataclass(frozen=True)
class Trial:
    """One thing that a proof tried.

    Attributes:
        kind: what it was, in the plural: "mistakes".
        short: what falls short, or None.
    """

    kind: str
    short: Shortfall | None = None


@dataclass(frozen=True)
class Report:
    """What came of some proofs."""

    tried: Counter[str]
    short: tuple[Shortfall, ...]

    @property
    def counts(self) -> str:
        """What was tried, in words: "12 right answers, 20 mistakes"."""
        return ", ".join(f"{number} {kind}" for kind, number in self.tried.items())


def report(trials: Iterable[Trial]) -> Report:
    """Carry out proofs to their end and sum them up."""
    tried: Counter[str] = Counter()
    short = []
    for trial in trials:
        tried[trial.kind] += 1
        if trial.short:
            short.append(trial.short)
    return Report(tried, tuple(short))
