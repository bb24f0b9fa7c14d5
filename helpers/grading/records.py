"""What is kept of each marking, so that marks can be judged again without running anybody's code.

One compressed file for each submission, beside the gradebook. It holds what came back from the student's process,
and what else the judge looked at. Nothing in it is believed more than at the marking.
"""

import contextlib
import dataclasses
import hashlib
import json
import math
import os
import re
import secrets
import tempfile
import types
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from helpers.grading.needs import earned
from helpers.grading.runner import COURSES_OWN, DAMAGED, Executed

if TYPE_CHECKING:
    from helpers.grading.marking import Checked

_FORM = 1  # of the file
MOST_TEXT = (
    16_000_000  # characters of a submission's records; honest ones have a tenth of it at most
)
_MOST_FILE = 64_000_000  # of a whole submission, unpacked
_MOST_NAME = 150  # characters of a file's name, before its ending
_GZIP = 31  # zlib's number for a gzip file with its header


class RecordsError(ValueError):
    """There are no records that can be read; the message says why, and follows "not judged again: "."""


@dataclass(frozen=True)
class Cell:
    """A code cell as the judge reads it.

    Attributes:
        source: its text.
        own: whether it stands as the course wrote it.
        stopped: whether it ended in an error.
    """

    source: str
    own: bool
    stopped: bool


@dataclass(frozen=True)
class CheckRecord:
    """One check of a submission.

    Attributes:
        index: the number of its cell.
        cell: the name of its cell.
        lesson: the id of the exercise's lesson.
        exercise: the name of the exercise.
        answer: what the answer was called.
        hidden: whether the words kept drawn inputs to themselves.
        seed: of the plan.
        question: `versions.question` of the plan.
        gradients: whether the record holds gradients.
        watch: whether it holds what torch was called with.
        seconds: computing time that the answer was given.
        record: the text that came back; None where none did.
        left_out: why the text is not kept, or "".
        damaged: whether it could not be read as a record.
    """

    index: int
    cell: str
    lesson: str
    exercise: str
    answer: str
    hidden: bool
    seed: int
    question: str
    gradients: bool
    watch: bool
    seconds: float
    record: str | None
    left_out: str
    damaged: bool


@dataclass(frozen=True)
class Awarded:
    """What a graded cell earned, and the most that it could earn then."""

    points: float
    most: float


@dataclass(frozen=True)
class NotebookRecords:
    """All that is kept of the marking of one notebook.

    Attributes:
        marking: stands in the marked notebook too, which tells that both come from the same marking.
        handed_in: the fingerprint of the files that were handed in.
        versions: what it was marked with, as `versions.versions` has it.
        cells: all cells by number; None: no code.
        files: Python files beside the notebook, by path.
        failures: why cells were not run.
        suspicions: what an honest submission does not do.
        checks: the lesson's checks.
        awarded: what each cell that is marked automatically earned, by name.
        left_out: a sentence for each thing that was too large to be kept.
    """

    marking: str
    handed_in: str
    versions: dict[str, str]
    cells: tuple[Cell | None, ...]
    files: dict[str, str]
    failures: tuple[str, ...]
    suspicions: tuple[str, ...]
    checks: tuple[CheckRecord, ...]
    awarded: dict[str, Awarded]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """Where the records of an assignment are kept."""

    folder: Path
    assignment: str

    @classmethod
    def of(cls, coursedir: CourseDirectory, assignment: str = "") -> "Shelf":
        """Return the place: beside the gradebook where that is a file, else beside the marked notebooks."""
        url = make_url(coursedir.db_url)
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            beside = Path(url.database).absolute().parent
        else:
            beside = Path(coursedir.root, coursedir.autograded_directory).parent
        assignment = assignment or coursedir.assignment_id
        return cls(beside / "records" / file_name(assignment), assignment)

    def path(self, student: str) -> Path:
        """Return the path of a student's file."""
        return self.folder / f"{file_name(student)}.json.gz"

    def write(self, student: str, notebooks: Mapping[str, NotebookRecords]) -> None:
        """Write a submission's file, whole or not at all.

        Args:
            student: the id.
            notebooks: by name.

        Raises:
            OSError: there is no room, or no leave to write.
        """
        put(self.path(student), self.packed(student, notebooks))

    def packed(self, student: str, notebooks: Mapping[str, NotebookRecords]) -> bytes:
        """Return the content of a submission's file; the same for the same records."""
        content = {
            "form": _FORM,
            "assignment": self.assignment,
            "student": student,
            "notebooks": {name: dataclasses.asdict(one) for name, one in notebooks.items()},
        }
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        return packer.compress(json.dumps(content, sort_keys=True).encode()) + packer.flush()

    def read(self, student: str) -> dict[str, NotebookRecords]:
        """Read a submission's file, within bounds.

        Raises:
            RecordsError: there is none, or it is damaged, too large, or somebody else's.
        """
        text = _unpacked(self.path(student))
        try:
            content = json.loads(text)
            if not isinstance(content, dict) or content.get("form") != _FORM:
                raise RecordsError(
                    "its records are of another form than this version of the course keeps"
                )
            if (content.get("assignment"), content.get("student")) != (self.assignment, student):
                raise RecordsError("its records are those of another submission")
            return _read(dict[str, NotebookRecords], content.get("notebooks"))
        except RecordsError:
            raise
        except (ValueError, TypeError, RecursionError):
            raise RecordsError("its records are damaged") from None

    def withdraw(self, student: str) -> None:
        """Take a submission's file away."""
        self.path(student).unlink(missing_ok=True)

    def keep(
        self, student: str, notebooks: Mapping[str, NotebookRecords], others: bool = False
    ) -> list[str]:
        """Keep the records of a marking; returns what the report has to say of it.

        A marking counts without them, but those of an earlier one must not stay.

        Args:
            student: the id.
            notebooks: by name.
            others: keep what is known of other notebooks that were handed in with them.
        """
        before: dict[str, NotebookRecords] = {}
        if others:
            files = {one.handed_in for one in notebooks.values()}
            with contextlib.suppress(RecordsError):
                known = self.read(student)
                before = {name: one for name, one in known.items() if one.handed_in in files}
        try:
            self.write(student, before | dict(notebooks))
        except OSError as error:
            with contextlib.suppress(OSError):
                self.withdraw(student)
            return [f"its records could not be kept ({error.strerror or type(error).__name__})"]
        return [words for one in notebooks.values() for words in one.left_out]


def file_name(name: str) -> str:
    """Return a name for a file or a folder that no other `name` gets, whatever signs it holds.

    Small letters, digits, `-` and `_` stay; all else is written as %hh, capital letters too: some file systems do
    not tell them from small ones. Of a long name the beginning stays, with a digest of the whole.
    """
    encoded = re.sub(
        rb"[^a-z0-9_-]",
        lambda match: b"%%%02x" % ord(match[0]),
        name.encode("utf-8", "surrogatepass"),
    ).decode("ascii")
    if len(encoded) <= _MOST_NAME:
        return encoded or "%"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{encoded[: _MOST_NAME - 65]}~{digest}"


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it keeps the permissions of the one in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = stage(path, content)
    try:
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def stage(path: Path, content: bytes) -> Path:
    """Write the content for `path` into a file beside it, which is to be renamed; returns that file's path."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        mode = 0o666 & ~_umask()
    number, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    try:
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def records_of(
    executed: Executed,
    checks: Mapping[int, "Checked"],
    files: Mapping[str, bytes],
    handed_in: str,
    notebooks: int = 1,
) -> NotebookRecords:
    """Return what is to be kept of a notebook that was run and judged.

    Args:
        executed: the notebook, its checks judged.
        checks: what they were judged by.
        files: what lay beside the notebook.
        handed_in: the submission's fingerprint.
        notebooks: how many the submission has: they share the room.
    """
    from helpers.grading.versions import question, versions

    cells = executed.notebook.cells
    lessons = [checked.exercise.lesson for checked in checks.values()]
    kept = []
    for index, checked in checks.items():
        plan = checked.task.plan
        damaged = any(s.startswith(f"{DAMAGED} {checked.name}:") for s in executed.suspicions)
        kept.append(
            CheckRecord(
                index=index,
                cell=str(cells[index].metadata["nbgrader"]["grade_id"]),
                lesson=checked.exercise.lesson,
                exercise=checked.exercise.name,
                answer=checked.name,
                hidden=checked.hidden,
                seed=checked.seed,
                question=question(plan),
                gradients=bool(plan["gradients"]),
                watch=bool(plan["watch"]),
                seconds=float(plan["seconds"]),
                record=executed.records.get(index),
                left_out="",
                damaged=damaged,
            )
        )
    whole = NotebookRecords(
        marking=secrets.token_hex(8),
        handed_in=handed_in,
        versions=versions(lessons[0]) if lessons else {},
        cells=tuple(map(_cell, cells)) if checks else (),
        files={
            path: content[:1_000_000].decode("utf-8", "replace")
            for path, content in files.items()
            if path.endswith(".py") and checks
        },
        failures=tuple(executed.failures),
        suspicions=tuple(s for s in executed.suspicions if not s.startswith(DAMAGED)),
        checks=tuple(kept),
        awarded={
            str(cells[index].metadata["nbgrader"]["grade_id"]): Awarded(points, most)
            for index, (points, most) in earned(cells).items()
        },
        left_out=(),
    )
    return _bounded(whole, MOST_TEXT // notebooks)


def _cell(cell: Any) -> Cell | None:
    if cell.cell_type != "code":
        return None
    stopped = any(o.get("output_type") == "error" for o in cell.get("outputs", ()))
    return Cell(cell.source, bool(cell.metadata.get(COURSES_OWN)), stopped)


def _bounded(one: NotebookRecords, most: int) -> NotebookRecords:
    """Return the records without what is too much: the largest first; without its program none is of use."""
    program = sum(_size(c.source) for c in one.cells if c) + sum(map(_size, one.files.values()))
    sizes = {c.index: _size(c.record or "") for c in one.checks}
    cells: tuple[Cell | None, ...]
    if program > most // 2:
        words = "the program was too large to be kept"
        gone, cells, files = set(sizes), (), {}
    else:
        words, gone, cells, files = (
            "its record was too large to be kept",
            set(),
            one.cells,
            one.files,
        )
        for index in sorted(sizes, key=lambda i: sizes[i], reverse=True):
            if program + sum(size for i, size in sizes.items() if i not in gone) > most:
                gone.add(index)
    if not gone:
        return one
    checks = tuple(
        replace(c, record=None, left_out=words) if c.index in gone else c for c in one.checks
    )
    names = ", ".join(c.exercise for c in checks if c.left_out)
    left_out = f"it cannot be judged again without being run: {words} ({names})"
    return replace(one, checks=checks, cells=cells, files=files, left_out=(left_out,))


def _size(text: str) -> int:
    """Return how many characters a text takes as JSON."""
    return len(json.dumps(text))


def _unpacked(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_FILE + 1)
    except FileNotFoundError:
        raise RecordsError("there are no records of its marking") from None
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise RecordsError(f"its records cannot be read ({words})") from None
    unpacker = zlib.decompressobj(_GZIP)
    try:
        text = unpacker.decompress(content, _MOST_FILE)
    except zlib.error:
        raise RecordsError("its records are damaged") from None
    if unpacker.unconsumed_tail:
        raise RecordsError(f"its records have more than {_MOST_FILE // 1_000_000} MB")
    if not unpacker.eof or unpacker.unused_data:
        raise RecordsError("its records are damaged")
    return text


def _read(form: Any, value: Any) -> Any:
    """Return plain data as the dataclasses that they were made from.

    Raises:
        RecordsError: they are of another form.
    """
    origin, parts = get_origin(form), get_args(form)
    if isinstance(form, type) and dataclasses.is_dataclass(form):
        kinds = {f.name: f.type for f in dataclasses.fields(form)}
        if isinstance(value, dict) and value.keys() == kinds.keys():
            return form(**{name: _read(kind, value[name]) for name, kind in kinds.items()})
    elif origin is types.UnionType:
        return (
            None if value is None else _read(next(p for p in parts if p is not type(None)), value)
        )
    elif origin is dict and isinstance(value, dict):
        return {key: _read(parts[1], part) for key, part in value.items()}
    elif origin is tuple and isinstance(value, list):
        return tuple(_read(parts[0], part) for part in value)
    elif form is float:
        if type(value) in (int, float) and math.isfinite(value):
            return float(value)
    elif type(value) is form:
        return value
    raise RecordsError("its records are damaged")
