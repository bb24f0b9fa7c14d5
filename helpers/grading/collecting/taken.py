"""What was taken out of archives so far and what was left out; the one place that writes it to the disk."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from helpers.grading.collecting.bounds import (
    DiskError,
    Limits,
    Refused,
    Share,
    Stream,
    megabytes,
)
from helpers.grading.collecting.paths import Trail, is_by_program

_CHUNK = 1 << 20
_SENTENCES = 20  # told one by one of an archive; more are counted


@dataclass(frozen=True)
class Unpacked:
    """A file that was handed in.

    Attributes:
        trail: where it lay.
        archives: how many names of the trail, from its beginning, lead to each archive.
        place: where it lies now.
        digest: of its content.
        time: what the outermost archive, or the folder, says when it was last written; UTC.
    """

    trail: Trail
    archives: tuple[int, ...]
    place: Path
    digest: str
    time: datetime | None


@dataclass(frozen=True)
class Entry:
    """A plain file that an archive holds.

    Attributes:
        trail: where it lies.
        size: bytes, as the archive has it.
        time: when it was last written, as the archive has it; UTC.
        open: gives its content.
    """

    trail: Trail
    size: int
    time: datetime | None
    open: Callable[[], IO[bytes] | None]


@dataclass(frozen=True)
class LeftOut:
    """Something that was not taken, and why."""

    trail: Trail
    why: str


@dataclass
class Unpacking:
    """What one call of `unpack` has found so far.

    Attributes:
        files: what was taken, by trail.
        left_out: what was not.
        by_programs: trails of copies that a program made by itself.
    """

    into: Path
    whose: Callable[[Trail], object]
    limits: Limits
    files: dict[Trail, Unpacked] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    by_programs: list[Trail] = field(default_factory=list)
    shares: dict[object, Share] = field(default_factory=dict)
    said: dict[Trail, int] = field(default_factory=dict)
    number: int = 0
    total: int = 0

    def leave(self, trail: Trail, why: str) -> None:
        """Note that something is not taken; of one folder or archive no more than some are told."""
        above = trail[:-1]
        self.said[above] = self.said.get(above, 0) + 1
        if self.said[above] <= _SENTENCES:
            self.left_out.append(LeftOut(trail, why))
        elif self.said[above] == _SENTENCES + 1:
            self.left_out.append(LeftOut(above, "further things in it were left out"))

    def share(self, trail: Trail) -> Share:
        """Return the share of whoever handed something in; what is nobody's has one for each archive."""
        limits, whose = self.limits, self.whose(trail)
        if whose is None:
            fresh = Share(limits.total, limits.names, limits.total, limits.names)
            return self.shares.setdefault(("nobody", trail[:1]), fresh)
        own = limits.share
        fresh = Share(own.total, own.number, limits.looked_through, own.names)
        return self.shares.setdefault(("somebody", whose), fresh)

    def fresh(self) -> Path:
        """Return a place for one more file."""
        self.number += 1
        return self.into / str(self.number)

    def inside(self, trail: Trail, name: str, backslashes: bool) -> Trail | None:
        """Return where an entry lies; None where it is not taken."""
        parts = name.replace("\\", "/").split("/") if backslashes else name.split("/")
        if (
            name.startswith(("/", "\\"))
            or re.match(r"[A-Za-z]:[\\/]", name)
            or ".." in re.split(r"[\\/]", name)
        ):
            self.leave((*trail, name), "its path leads out of the archive")
            return None
        parts = [p for p in parts if p not in ("", ".")]
        place = (*trail, *parts)
        if not parts:
            return None
        if any(map(is_by_program, parts)):
            self.by_programs.append(place)
            return None
        if len(parts) > self.limits.share.depth:
            self.leave(place, "it lies too deep")
            return None
        return place


def keep(
    stream: Stream,
    size: int | None,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    """Store one file. Of two that lie at the same trail the later one is kept."""
    limits, share = found.limits, found.share(trail)
    if share.files < 1:
        raise Refused(f"there are more than {limits.share.number} files")
    most = min(limits.share.one, share.bytes)
    place, length, digest = write(stream, size, most, found)
    share.files -= 1
    share.bytes -= length
    fresh = Unpacked(trail, archives, place, digest, when)
    before = found.files.get(trail)
    if before and before.digest != digest:
        kept = fresh if not (before.time and when) or when >= before.time else before
        found.leave(trail, "there are two different files of this name: the later one was taken")
        fresh = kept
    found.files[trail] = fresh


def write(stream: Stream, size: int | None, most: int, found: Unpacking) -> tuple[Path, int, str]:
    """Write a stream to a fresh file; returns it with its length and a digest."""
    most = min(most, found.limits.total - found.total)
    if size is not None and size > most:
        raise Refused(f"it is larger than {megabytes(most)}, or all files together are too large")
    place, length, digest = found.fresh(), 0, hashlib.sha256()
    try:
        with _Writing(place) as file:
            while chunk := stream.read(min(_CHUNK, most - length + 1)):
                length += len(chunk)
                if length > most:
                    raise Refused(
                        f"it is larger than {megabytes(most)}, or all files together are too large"
                    )
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    found.total += length
    return place, length, digest.hexdigest()


class _Writing:
    """A file to be written, whose faults are told apart from those of what is read."""

    def __init__(self, place: Path) -> None:
        self._file = self._try(place.open, "xb", 0)

    def __enter__(self) -> "_Writing":
        return self

    def __exit__(self, *error: object) -> None:
        self._try(self._file.close)

    def write(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        while view:
            view = view[self._try(self._file.write, view) :]

    @staticmethod
    def _try(call: Callable, *arguments: object):
        try:
            return call(*arguments)
        except OSError as error:
            raise DiskError(error.errno, error.strerror) from error
