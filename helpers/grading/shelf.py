"""Where the records of markings lie: one compressed file a submission, beside the gradebook, read within bounds."""

import contextlib
import dataclasses
import hashlib
import json
import math
import re
import types
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from helpers.grading.records import NotebookRecords
from helpers.grading.whole_files import put

_FORM = 2  # of the file
_MOST_FILE = 64_000_000  # of a whole submission, unpacked
_MOST_NAME = 150  # characters of a file's name, before its ending
_GZIP = 31  # zlib's number for a gzip file with its header


class RecordsError(ValueError):
    """There are no records that can be read; the message says why, and follows "not judged again: "."""


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
