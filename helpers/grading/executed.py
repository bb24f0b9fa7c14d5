"""What goes into the run of a notebook and what comes out of it: plain data, for every part of the marking."""

from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode

COURSE_TIMEOUT_FACTOR = 4  # on a busy machine no student is to lose points by what the course wrote
COURSES_OWN = "course_own"
"""Metadata of a cell that stands as the course wrote it: its pictures need not be drawn again."""

DAMAGED = "a damaged record of"
"""How the suspicion begins that a record was made up."""

SKIP_TAG = "skip-execution"
"""A course's tag for a cell that is not to be run. A student's own tag counts for nothing."""


@dataclass(frozen=True)
class TimeLimits:
    """How long a submission may take and how much it may say.

    Attributes:
        cell: seconds for a cell on the clock; in a lesson of the course a check, or a cell of the course's own, may
            take `COURSE_TIMEOUT_FACTOR` times that.
        submission: seconds for all cells together.
        output: characters shown of a cell's outputs.
        outputs: outputs kept of a cell.
        altogether: characters shown of all cells' outputs.
    """

    cell: float = 30
    submission: float = 600
    output: int = 3_000_000
    outputs: int = 1000
    altogether: int = 30_000_000


class KernelLost(RuntimeError):
    """The sandbox ended under a submission, through no fault of it: it is to be run again.

    Attributes:
        seconds: how long the submission had run; the next run has so much less.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__("the sandbox came to an end")
        self.seconds = seconds


class ForeignLanguage(ValueError):
    """The notebook is not written in Python, so nothing in it can be marked; the message names the language."""


@dataclass
class Executed:
    """A notebook after its run.

    Attributes:
        notebook: with the outputs of its own cells; the checks have none yet.
        records: for each probed cell's index, the record as JSON text, or None where none came back.
        failures: why cells were not run, for the marker and the student.
        suspicions: what an honest submission does not do.
        reasons: for the index of a cell that was not run, or not to its end: why, in words for the student.
        seconds: how long the run took, from the kernel's first answer on.
    """

    notebook: NotebookNode
    records: dict[int, str | None] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Probe:
    """What is to be sent into a cell's place: a plan as JSON text and the name of the answer."""

    plan: str
    name: str
