"""Who is named by the name of a file or folder: in the forms of Moodle, of Canvas and of this course."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpers.grading.classlist import Roll
from helpers.grading.collecting.paths import Trail, stem
from helpers.grading.collecting.times import read_time

# Moodle writes no underscore of a name, so none in a file's name can be taken for the end of one.
_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.I | re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>late_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)",
    re.I | re.DOTALL,
)


@dataclass(frozen=True)
class Submitter:
    """Somebody as an LMS or the name of a file has them.

    Attributes:
        kind: "moodle", "canvas", or "name" for the course's own form.
        name: as it stands there.
        number: that the LMS gave; Moodle gives a new one for each assignment.
    """

    kind: str
    name: str
    number: str = ""


@dataclass(frozen=True)
class Named:
    """What a name on the way to a file says.

    Attributes:
        submitter: who handed it in.
        file: what the file was called by whoever handed it in; "" for a folder or an archive.
        upload: the number that Canvas gave it; a later one is greater.
        late: Canvas marked it late.
        time: that the name holds.
    """

    submitter: Submitter
    file: str = ""
    upload: int = 0
    late: bool = False
    time: datetime | None = None


@dataclass(frozen=True)
class Reader:
    """Reads names.

    Attributes:
        lesson: the assignment.
        notebooks: names of its notebooks, without ending.
        roll: the class.
        pattern: the teacher's own form of names, with groups `student_id`, `file_id`, perhaps `timestamp`.
    """

    lesson: str
    notebooks: tuple[str, ...]
    roll: Roll
    pattern: re.Pattern[str] | None = None

    def read(self, name: str, is_file: bool) -> Named | None:
        """Return whom a name names: of a folder or archive, or of a file."""
        moodle = _MOODLE.fullmatch(name)
        if moodle:
            submitter = Submitter("moodle", moodle["name"], moodle["number"])
            return Named(submitter, moodle["file"] or "")
        canvas = _CANVAS.fullmatch(name) if is_file else None
        own = self.prefixed(stem(name))
        if canvas and not (
            own and self.roll.by_id(own[0])
        ):  # an id may look like what Canvas writes
            submitter = Submitter("canvas", canvas["name"], canvas["number"])
            upload = int(canvas["upload"][:18])
            return Named(submitter, canvas["file"], upload, bool(canvas["late"]))
        return self._by_course(name, is_file)

    def prefixed(self, name: str) -> tuple[str, str] | None:
        """Split `ada_01_tensors (1).ipynb` into the student and the rest."""
        for notebook in self.notebooks:
            found = re.fullmatch(
                rf"(?P<who>.+?)_(?P<file>{re.escape(notebook)}(?:-\d+| ?\(\d+\))?(?:\.[^/]*)?)",
                name,
                re.I | re.DOTALL,
            )
            if found:
                return found["who"], found["file"]
        return None

    def _by_course(self, name: str, is_file: bool) -> Named | None:
        bare = stem(name)
        found = self.prefixed(name if bare == name else bare)
        if found:
            who, file = found
            return Named(Submitter("name", who), file if bare == name and is_file else "")
        plain = os.path.splitext(bare)[0] if is_file else bare
        if self.roll.by_id(plain) or self.roll.by_name(plain):
            return Named(Submitter("name", plain), name if is_file and bare == name else "")
        return self.by_pattern(f"/{name}") or (
            None if is_file and bare == name else self.by_pattern(f"/{bare}.ipynb")
        )

    def by_pattern(self, path: str) -> Named | None:
        """Return what the teacher's own form of names finds in a path."""
        match = self.pattern.match(path) if self.pattern else None
        groups = match.groupdict() if match else {}
        if not groups.get("student_id"):
            return None
        file = groups.get("file_id")
        ending = os.path.splitext(path)[1]
        return Named(
            Submitter("name", groups["student_id"]),
            f"{os.path.splitext(file)[0]}{ending}" if file else path.rpartition("/")[2],
            time=read_time(groups.get("timestamp")),
        )


def find_submitter(
    reader: Reader, trail: Trail, archives: Sequence[int] = ()
) -> tuple[int, Named] | None:
    """Return the outermost name of a trail that names somebody, and where it stands."""
    for at, name in enumerate(trail):
        is_file = at == len(trail) - 1 or at + 1 in archives or stem(name) != name
        named = reader.read(name, is_file)
        if named:
            return at, named
    named = reader.by_pattern("/" + "/".join(trail))
    return (len(trail) - 1, named) if named else None
