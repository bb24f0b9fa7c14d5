"""A bound on the work of following a program."""

from helpers.checks.scopes import TooLong

MAX_STEPS = (
    3_000_000  # of looking names up, a few seconds; the longest lesson, solved, takes some 400,000
)


class Steps:
    """Counts what is looked at, so that no program, however it is written, keeps the marker for long."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def take(self, number: int) -> None:
        """Note that so many things are about to be looked at.

        Raises:
            TooLong: they are too many.
        """
        self._left -= number
        if self._left < 0:
            raise TooLong
