"""Open what a class handed in, archives within archives too, within bounds.

Nothing that lies in an archive can stop the reading of another one: what is damaged, encrypted, too large or leads
out of its folder is left out and told in a sentence. What one student hands in uses up that student's share alone.
"""

import gzip
import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from helpers.grading.collecting import packed, tars, zips
from helpers.grading.collecting.bounds import DiskError, Limits, Refused, TooFar, in_words
from helpers.grading.collecting.paths import (
    PACKED,
    TAR,
    UNKNOWN,
    ZIP,
    Trail,
    ending,
    is_archive,
    is_by_program,
    readable,
)
from helpers.grading.collecting.taken import Entry, Unpacking, keep, write


def unpack(
    folder: Path, into: Path, whose: Callable[[Trail], object], limits: Limits | None = None
) -> Unpacking:
    """Unpack everything below a folder.

    Args:
        folder: with files and archives; links in it are not followed.
        into: an empty folder for what is unpacked.
        whose: who handed in what lies at a trail, if that is known; the name counts for the share used up.
        limits: how much is unpacked.

    Raises:
        DiskError: `into` cannot be written, because the disk is full, say.
    """
    found = Unpacking(into, whose, limits or Limits())
    for trail, path, known in _plain_files(folder, (), found):
        when = datetime.fromtimestamp(known.st_mtime, UTC)
        try:
            with path.open("rb") as file:
                if is_archive(trail[-1]):
                    _open(file, known.st_size, trail, (), None, found)
                else:
                    keep(file, known.st_size, trail, (), when, found)
        except DiskError:
            raise
        except Exception as error:  # whatever a file makes a library do must not stop the others
            found.leave(trail, in_words(error))
    return found


def _plain_files(
    folder: Path, above: Trail, found: Unpacking
) -> Iterator[tuple[Trail, Path, os.stat_result]]:
    """Give the plain files below a folder, in order."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError as error:
        found.leave(above or (folder.name,), in_words(error))
        return
    for entry in entries:
        trail = (*above, readable(os.fsencode(entry.name)))
        if is_by_program(entry.name):
            found.by_programs.append(trail)
            continue
        known = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(known.st_mode):
            if len(trail) > found.limits.share.depth:
                found.leave(trail, "it lies too deep")
            else:
                yield from _plain_files(Path(entry.path), trail, found)
        elif stat.S_ISREG(known.st_mode):
            yield trail, Path(entry.path), known
        else:
            found.leave(trail, "it is no plain file, but a link, a pipe or a device")


def _open(
    file: BinaryIO,
    size: int,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    """Unpack one archive; a fault of it is told and goes no further."""
    before = len(found.files) + len(found.left_out)
    try:
        if len(archives) >= found.limits.depth:
            raise Refused("it is an archive that lies in too many others")
        found.share(trail).look(0)
        inside = (*archives, len(trail))
        if ending(trail[-1], TAR):
            _take_each(tars.entries(file, trail, found), inside, when, found)
        elif ending(trail[-1], ZIP):
            _take_each(zips.entries(file, size, trail, found), inside, when, found)
        elif ending(trail[-1], PACKED):
            with gzip.GzipFile(fileobj=file) as plain:
                keep(plain, None, packed.inside(trail), inside, when, found)
        else:
            raise Refused("archives of this kind are not opened: zip, tar or tar.gz are")
        if len(found.files) + len(found.left_out) == before:
            raise Refused("there is no file in it")
    except DiskError:
        raise
    except Exception as error:  # a damaged archive can make the libraries raise anything
        found.leave(trail, in_words(error))


def _take_each(
    entries: Generator[Entry, None, None],
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    """Take the files of one archive. Times are those of the outermost one."""
    with closing(entries):
        for entry in entries:
            time = when or (entry.time if len(archives) == 1 else None)
            _take(entry, archives, time, found)


def _take(entry: Entry, archives: tuple[int, ...], when: datetime | None, found: Unpacking) -> None:
    """Take one file of an archive; where it is an archive itself, what is in it."""
    trail, size = entry.trail, entry.size
    try:
        stream = entry.open()
        if stream is None:
            raise Refused("it is no plain file")
        with stream:
            if not is_archive(trail[-1]):
                keep(stream, size, trail, archives, when, found)
                return
            if ending(trail[-1], UNKNOWN) and not ending(trail[-1], (*TAR, *PACKED)):
                raise Refused("archives of this kind are not opened: zip, tar or tar.gz are")
            place, length, _ = write(stream, size, found.limits.archive, found)
        share = found.share(trail)
        try:
            if length > share.read:
                raise Refused("there is more in it than is looked through")
            share.read -= length
            with place.open("rb") as file:
                _open(file, length, trail, archives, when, found)
        finally:
            found.total -= length
            place.unlink()
    except DiskError:
        raise
    except Exception as error:  # as above: one entry's fault is its own
        if isinstance(error, TooFar):
            raise
        found.leave(trail, in_words(error))
