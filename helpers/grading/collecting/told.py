"""What is told of a collecting."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.grading.collecting.paths import Trail
from helpers.grading.pages.text import printable


@dataclass(frozen=True)
class Line:
    """Something worth telling.

    Attributes:
        lost: it may be part of somebody's work that was not taken.
    """

    words: str
    lost: bool = False


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


def shown(trail: Trail) -> str:
    """Return a trail for a terminal."""
    return printable("/".join(trail), 160)
