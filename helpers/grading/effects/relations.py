"""What the names of a notebook are to each other: which refer to which, and which objects may hold one another."""

from collections.abc import Iterable, Sequence

from helpers.grading.effects.model import PLACES, RANDOM, Effects, Statement
from helpers.grading.effects.steps import Steps
from helpers.grading.effects.versions import unversioned


class Relations:
    """What the names of a notebook are to each other, wherever in it that comes about.

    A function or class that keeps no state is no object here: calls leave it as it was.
    """

    def __init__(
        self, all_statements: Sequence[Statement], libraries: set[str], steps: Steps
    ) -> None:
        self._steps = steps
        bound: set[str] = set()
        otherwise: set[str] = set()
        for one in all_statements:
            (bound if one.plain else otherwise).update(map(unversioned, one.now.binds))
            otherwise.update(map(unversioned, one.later.binds))
        # What no cell binds is Python's own, or missing.
        self._known = bound | otherwise
        self._fixed = (bound - otherwise) | libraries
        self._sources: dict[str, set[str]] = {}
        self._later: dict[str, list[Effects]] = {}
        for one in all_statements:
            given = one.now.binds | one.later.binds | one.now.stores | one.later.stores
            given |= self._objects(one.now.passes | one.later.passes)
            for name in given - PLACES:
                self._steps.take(len(one.now.reads) + len(one.later.reads))
                self._sources.setdefault(name, set()).update(one.now.reads, one.later.reads)
                self._later.setdefault(name, []).append(one.later)
        self._group: dict[str, set[str]] = {}
        for one in all_statements:
            self._link(one)

    def _objects(self, names: set[str]) -> set[str]:
        return {
            n for n in names if (base := unversioned(n)) in self._known and base not in self._fixed
        }

    def _link(self, one: Statement) -> None:
        """Note that any object of a statement that binds or changes one may become a part of another."""
        both = Effects()
        both.add(one.later)
        if not one.plain:
            both.add(one.now)
        if not both.binds | both.stores | both.passes:
            return
        functions = {n for n in both.reads if unversioned(n) in self._fixed}
        names = both.binds | both.stores | both.passes | both.reads | self.reach(functions)
        together = set(self._objects(names))
        for name in self._objects(names):
            group = self._group.get(name, set())
            self._steps.take(len(group))
            together |= group
        for name in together:
            self._group[name] = together

    def reach(self, names: set[str]) -> set[str]:
        """Return all that code which refers to `names` may come to refer to; random states left out."""
        found, waiting = set(), list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                sources = self._sources.get(name, ())
                self._steps.take(1 + len(sources))
                waiting += sources
        return found - set(RANDOM.values())

    def of_cell(self, part: Iterable[Statement]) -> Effects:
        """Return what the run of a cell may do, the functions that it may call included."""
        every = Effects()
        seeded: set[str] = set()
        for one in part:
            whole = Effects()
            whole.add(one.now)
            if not one.plain:
                whole.add(one.later)
            for name in self.reach(one.now.reads):
                for later in self._later.get(name, ()):
                    self._steps.take(later.size)
                    whole.add(later)
            whole.reads -= seeded
            seeded |= one.seeds
            every.add(whole)
        return every

    def changed(self, done: Effects) -> set[str]:
        """Return the names whose objects may be others, or changed, afterwards."""
        objects = self._objects(done.stores | done.passes)
        groups = [self._group.get(n, ()) for n in objects]
        self._steps.take(sum(map(len, groups)))
        return done.binds | done.stores | objects.union(*groups)
