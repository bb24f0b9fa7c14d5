"""What a piece of code may do, as names and places."""

from dataclasses import dataclass, field

SETTINGS, FILES, ANYTHING = "<settings>", "<files>", "<anything>"
RANDOM = {"torch": "<random torch>", "numpy": "<random numpy>", "random": "<random python>"}
PLACES = frozenset({SETTINGS, FILES, ANYTHING, *RANDOM.values()})
"""What lies outside a notebook's own names."""


@dataclass
class Effects:
    """What a piece of code may do.

    Attributes:
        reads: names that it refers to, and places that it depends on.
        binds: names that it may bind or delete.
        stores: names and places that it changes under its own hand.
        passes: names whose objects it hands to code that may change them.
    """

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    passes: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """The number of names in it."""
        return len(self.reads) + len(self.binds) + len(self.stores) + len(self.passes)

    def add(self, other: "Effects") -> None:
        """Take in what another piece does."""
        self.reads |= other.reads
        self.binds |= other.binds
        self.stores |= other.stores
        self.passes |= other.passes


@dataclass
class Statement:
    """A statement at the top of a cell.

    Attributes:
        now: what it does when it is run.
        later: what the functions that it defines do when they are called.
        surely: names that it binds whenever it ends without an error.
        plain: it imports, or defines a function or class that keeps no state.
        seeds: random states that it sets in any case.
    """

    now: Effects = field(default_factory=Effects)
    later: Effects = field(default_factory=Effects)
    surely: set[str] = field(default_factory=set)
    plain: bool = False
    seeds: set[str] = field(default_factory=set)
