"""What came of a check, as data and as a text for the terminal."""

from dataclasses import asdict, dataclass

STATES = {
    "passed": ("✔", "Passed"),
    "partly right": ("◐", "Partly right"),
    "failed": ("✘", "Not right yet"),
    "raised": ("⚠", "Stopped by an error"),
    "out of time": ("⌛", "Took too long"),
    "not attempted": ("○", "Not attempted"),
    "recorded": ("·", "Recorded"),
}


@dataclass(frozen=True)
class Requirement:
    """One thing that an exercise asks for, and what it earned."""

    text: str
    earned: float
    points: float

    @property
    def met(self) -> bool:
        """Whether all its points are earned."""
        return self.earned >= self.points


@dataclass(frozen=True)
class Result:
    """The outcome of a check: points, and the words that go with them."""

    exercise: str
    ask: str
    state: str
    requirements: tuple[Requirement, ...]
    message: str = ""
    mistake: str = ""
    tried: str = ""
    got: str = ""
    expected: str = ""
    printed: str = ""
    hints: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    case: int | None = None
    """The number of the case that the words are about; None: of none, or of one that is kept secret."""

    @property
    def points(self) -> float:
        """Points earned, between 0 and `possible`."""
        return round(float(sum(r.earned for r in self.requirements)), 6)

    @property
    def possible(self) -> float:
        """Points that the exercise is worth."""
        return round(float(sum(r.points for r in self.requirements)), 6)

    @property
    def passed(self) -> bool:
        """Whether every requirement is met."""
        return self.state == "passed"

    @property
    def symbol(self) -> str:
        """The sign that goes with the state."""
        return STATES[self.state][0]

    @property
    def headline(self) -> str:
        """The state in words."""
        return STATES[self.state][1]

    @property
    def findings(self) -> list[tuple[str, str]]:
        """What was tried and what came of it, as pairs of a label and a text."""
        given = f"Input (`check.{self.exercise}.failing()` gives it to you)"
        labels = {
            "tried": "Input" if self.case is None else given,
            "got": "Your answer",
            "expected": "Expected",
            "printed": "It printed",
        }
        return [
            (label, getattr(self, name)) for name, label in labels.items() if getattr(self, name)
        ]

    def __str__(self) -> str:
        lines = [
            f"{self.symbol} {self.headline}: {self.exercise}, {self.points:g} of {self.possible:g} points"
        ]
        if self.state != "not attempted" and len(self.requirements) > 1:
            lines += [
                f"  {'✔' if r.met else '✘'} {r.text}: {r.earned:g}/{r.points:g}"
                for r in self.requirements
            ]
        lines += [part for part in (self.mistake, self.message) if part]
        lines += [f"{label}:\n{text}" for label, text in self.findings]
        lines += [f"  {key}: {text}" for key, text in self.options]
        if self.hints:
            lines.append(f"A hint: {self.hints[0]}")
        return "\n".join(lines)

    def to_dict(self) -> dict:
        """Return all of it as plain data, for reports."""
        return asdict(self) | {"points": self.points, "possible": self.possible}
