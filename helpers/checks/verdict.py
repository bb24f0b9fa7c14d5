"""What a check says: a number for the gradebook, a card for the notebook, a text for the terminal."""

from dataclasses import dataclass

from helpers.checks.card import card
from helpers.checks.result import Requirement, Result

__all__ = ["Requirement", "Verdict"]


@dataclass(frozen=True, repr=False)
class Verdict(Result):
    """The outcome of a check, as a notebook's cell shows it.

    `repr` is the number of points alone: nbgrader reads it as the mark of a graded cell. In a notebook it
    shows as a card; `print(verdict)` gives the same in plain text.
    """

    def __repr__(self) -> str:
        return repr(self.points)

    def _repr_html_(self) -> str:
        return card(self)
