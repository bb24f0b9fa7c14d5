"""What a name stands for before and after a cell binds it anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from helpers.grading.effects.model import Effects, Statement
from helpers.grading.effects.steps import Steps


class Versions:
    """Tells apart what a name stands for before and after a cell binds it anew.

    `x` is "x 2" once it was bound for the second time. What a function refers to is looked up when it is called,
    so that may be each version from its definition on.

    A cell of the course's may end in an error before it binds a name, which leaves the earlier version. Those that
    are meant to fail do so in their last statement; any other has to do with what a student wrote.
    """

    def __init__(
        self, all_statements: Iterable[Statement], students: Iterable[Statement], steps: Steps
    ) -> None:
        self._steps = steps
        self._last = Counter(name for one in all_statements for name in one.surely)
        self._now: Counter[str] = Counter()
        self._students = given(students)
        self._may_be_wrong: set[str] = set()

    def of(self, name: str) -> str:
        """Return a name in its present version."""
        return f"{name} {self._now[name]}" if name in self._last else name

    def go_past(self, part: Iterable[Statement], own: bool) -> Iterator[Statement]:
        """Go past a cell; yield its statements with versions."""
        fails = False
        for one in part:
            reads = {self.of(name) for name in one.now.reads} & self._may_be_wrong
            fails = not own and bool(fails or reads or one.later.reads & self._students)
            done = self._take(one, fails)
            if own or fails:
                self._may_be_wrong |= done.now.binds | done.now.stores | done.now.passes
            yield done

    def _take(self, one: Statement, fails: bool) -> Statement:
        before = {self.of(name) for name in one.surely if self._now[name]}
        now = self._all(one.now, self._present)
        now.binds = set(map(self.of, one.now.binds - one.surely))
        self._now.update(one.surely)
        now.binds.update(map(self.of, one.surely))
        if fails:
            now.reads |= before
        return replace(one, now=now, later=self._all(one.later, self._from_now))

    def _present(self, name: str) -> set[str]:
        return {self.of(name)}

    def _from_now(self, name: str) -> set[str]:
        if name not in self._last:
            return {name}
        self._steps.take(self._last[name] + 1 - self._now[name])
        return {f"{name} {n}" for n in range(self._now[name], self._last[name] + 1)}

    def _all(self, effects: Effects, versions: Callable[[str], set[str]]) -> Effects:
        names = (effects.reads, effects.binds, effects.stores, effects.passes)
        return Effects(*(set().union(*map(versions, part)) for part in names))


def unversioned(name: str) -> str:
    """Return the name that a version is of."""
    return name.partition(" ")[0]


def given(part: Iterable[Statement]) -> set[str]:
    """Return the names that a cell binds or changes."""
    every = Effects()
    for one in part:
        every.add(one.now)
        every.add(one.later)
    return set(map(unversioned, every.binds | every.stores))
