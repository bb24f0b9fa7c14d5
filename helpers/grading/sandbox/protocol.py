"""What is said between the marker and the fork server in the sandbox.

Both sides import this file; in the sandbox it lies beside the fork server, so it imports nothing of this project.

The fork server is started with one argument, a line of JSON: `Wanted`. It answers `{"ready": true}` when it has
imported what is wanted. From then on orders come as lines of JSON on its standard input, with one answer each on
standard output:

{"do": "start", "folder": ..., "limits": {...}, "own_lesson": true, "lifetime": 900, "user_is_shared": false}
                                         → {"isolated": true}
{"do": "poll"}                           → {"status": null or a number, "why": ""}
{"do": "signal", "number": 2}            → {}
{"do": "end", "carry": false}            → {"left": 0, "stuck": false, "files": {}, "left_out": []}

"left" counts processes that had left the kernel, "files" holds base64 by path, and "isolated" is false where the system
allows no namespaces: then the fork server must not be used for another submission.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

COURSE = "/course"
"""Where the answer-free copy of this project is shown."""

BESIDE_COURSE = ".marking"
"""The folder in it that is no place for imports: a student's module may be called as a file in it is."""

BESIDE = ("protocol", "system", "inside", "kernel", "files")
"""The modules that lie there beside `fork_server`."""

WORK = "/tmp/work"
"""The folder of the submission's files, in which its notebook runs."""

FILES, CONNECTION = "files", "connection.json"
"""In a kernel's own folder: the submission's files, and Jupyter's connection information."""

SOCKETS = 5
"""How many sockets a kernel opens in its own folder."""

START, POLL, SIGNAL, END = "start", "poll", "signal", "end"


class Wanted(TypedDict):
    """What the fork server is to import: what the course needs, and what a lesson's own cells name."""

    modules: Sequence[str]
    extra: Sequence[str]


class Started(TypedDict):
    """The answer to `start`."""

    isolated: bool


class State(TypedDict):
    """The answer to `poll`."""

    status: int | None
    why: str


class Ended(TypedDict):
    """The answer to `end`."""

    left: int
    stuck: bool
    files: dict[str, str]
    left_out: Sequence[str]


def start(
    folder: str, limits: Mapping[str, int], own_lesson: bool, lifetime: float, user_is_shared: bool
) -> dict[str, Any]:
    """Return the order to start a kernel."""
    return {
        "do": START,
        "folder": folder,
        "limits": dict(limits),
        "own_lesson": own_lesson,
        "lifetime": lifetime,
        "user_is_shared": user_is_shared,
    }


def poll() -> dict[str, Any]:
    """Return the order to say how the kernel is."""
    return {"do": POLL}


def send_signal(number: int) -> dict[str, Any]:
    """Return the order to send the kernel a signal."""
    return {"do": SIGNAL, "number": number}


def end(carry: bool) -> dict[str, Any]:
    """Return the order to end the kernel; `carry`: the files that it leaves are wanted."""
    return {"do": END, "carry": carry}
