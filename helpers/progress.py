"""What the learner has passed so far, in a small file on their own machine.

It never leaves the machine and never counts for marks: marks come from a fresh run of the notebook.
"""

import contextlib
import html
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import platformdirs

if TYPE_CHECKING:
    from helpers.checks.verdict import Verdict


_PATIENCE = 5  # seconds to wait for another notebook that writes


def file() -> Path:
    """Return where progress is kept: $COURSE_PROGRESS, or a file in the user's data folder."""
    chosen = os.environ.get("COURSE_PROGRESS")
    if chosen:
        return Path(chosen)
    return platformdirs.user_data_path("deep-learning-course") / "progress.json"


def note(lesson: str, verdict: "Verdict") -> None:
    """Keep the best points of an exercise. A file that cannot be written is no reason to stop a learner."""
    if "NBGRADER_EXECUTION" in os.environ or verdict.state == "not attempted":
        return
    target = file()
    if target.exists() and not target.is_file():
        return  # such as /dev/null, which must not be replaced by a file
    with contextlib.suppress(OSError), _alone(target):
        kept = _read()
        before = kept.setdefault(lesson, {}).get(verdict.exercise, -1.0)
        if verdict.points > before:
            kept[lesson][verdict.exercise] = verdict.points
            _write(target, kept)


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Let one process at a time read and write: two notebooks may be open at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{target}.lock", timeout=_PATIENCE):
        yield


def _write(target: Path, kept: dict) -> None:
    fresh = target.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    fresh.replace(target)  # in one step: who reads meanwhile finds the whole


def forget(lesson: str | None = None) -> None:
    """Start anew: forget one lesson's progress, or all of it."""
    target = file()
    with contextlib.suppress(OSError), _alone(target):
        kept = _read()
        remaining = {} if lesson is None else {k: v for k, v in kept.items() if k != lesson}
        if remaining:
            _write(target, remaining)
        else:
            target.unlink(missing_ok=True)


def _read() -> dict[str, dict[str, float]]:
    try:
        kept = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    numbers = (int, float)
    return {
        lesson: {n: float(p) for n, p in points.items() if isinstance(p, numbers)}
        for lesson, points in kept.items()
        if isinstance(points, dict)
    }


@dataclass(frozen=True)
class LessonProgress:
    """The exercises of one lesson: name, points reached, points possible."""

    lesson: str
    rows: tuple[tuple[str, float | None, float], ...]

    @property
    def reached(self) -> float:
        """Points reached in the lesson."""
        return sum(r[1] or 0.0 for r in self.rows)

    @property
    def possible(self) -> float:
        """Points that the lesson's graded exercises are worth."""
        return sum(r[2] for r in self.rows)

    def __str__(self) -> str:
        lines = [f"{self.lesson}: {self.reached:g} of {self.possible:g} points"]
        for name, reached, possible in self.rows:
            sign = _sign(reached, possible)
            lines.append(f"  {sign} {name}: {reached or 0:g}/{possible:g}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        share = 100 * self.reached / self.possible if self.possible else 0
        rows = "".join(
            f"<tr><td style='text-align:left'>{_sign(got, of)} <code>{html.escape(name)}</code></td>"
            f"<td>{got or 0:g} of {of:g}</td></tr>"
            for name, got, of in self.rows
        )
        return (
            f"<div><strong>{html.escape(self.lesson)}</strong>: {self.reached:g} of {self.possible:g} points "
            f"<progress max='100' value='{share:.0f}' aria-label='{share:.0f} percent'></progress>"
            f"<details><summary>each exercise</summary><table>{rows}</table></details></div>"
        )


def _sign(reached: float | None, possible: float) -> str:
    if reached is None:
        return "○"
    return "✔" if reached >= possible else "◐" if reached > 0 else "✘"


def of(lesson: str, points: Mapping[str, float]) -> LessonProgress:
    """Return the progress in one lesson, say "01_tensors", whose exercises are worth these points."""
    kept = _read().get(lesson, {})
    rows = tuple((name, kept.get(name), worth) for name, worth in points.items())
    return LessonProgress(lesson, rows)


class Progress(tuple):
    """The progress in every lesson; shows as bars in a notebook."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(f"{p.lesson}: {p.reached:g} of {p.possible:g} points" for p in self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(p._repr_html_() for p in self)
