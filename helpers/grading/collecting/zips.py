"""The entries of a zip archive: their names, times and kinds as the many programs write them."""

import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from helpers.grading.collecting.bounds import Careful, Refused, megabytes
from helpers.grading.collecting.paths import Trail, readable
from helpers.grading.collecting.taken import Entry, Unpacking

_WINDOWS = frozenset({0, 10})  # systems whose zip programs part names with backslashes


def entries(
    file: BinaryIO, size: int, trail: Trail, found: Unpacking
) -> Generator[Entry, None, None]:
    """Give the plain files of a zip archive, notebooks first; tells of what is none.

    Raises:
        Refused: it is not opened at all.
    """
    with zipfile.ZipFile(Careful(file, size)) as archive:
        infos = archive.infolist()
        found.share(trail).look(len(infos))
        unpacked = sum(e.file_size for e in infos)
        if unpacked > max(found.limits.ratio * size, found.limits.share.total):
            raise Refused(f"{megabytes(size)} that unpack to {megabytes(unpacked)}: not opened")
        # Notebooks first: what lies beside them must not use their share up.
        for info in sorted(infos, key=lambda e: not e.filename.casefold().endswith(".ipynb")):
            inside = found.inside(trail, _name(info), info.create_system in _WINDOWS)
            if inside is None or info.is_dir():
                continue
            mode = info.external_attr >> 16
            if info.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                found.leave(inside, "it is no plain file, but a link, a pipe or a device")
            elif info.flag_bits & 1:
                found.leave(inside, "it is encrypted")
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                found.leave(inside, "it is packed in a way that is not opened: pack it as usual")
            else:
                yield Entry(inside, info.file_size, _time(info), partial(archive.open, info))


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name. Of those without the mark for UTF-8 many are UTF-8 all the same: macOS'."""
    raw = entry.orig_filename
    if entry.flag_bits & 0x800:
        return readable(raw.encode("utf-8", "surrogateescape"))
    try:
        old = raw.encode("cp437")
    except UnicodeEncodeError:  # this Python has found the name in UTF-8 elsewhere
        return readable(raw.encode("utf-8", "surrogateescape"))
    extra = _extra(entry, 0x7075)
    if len(extra) > 5 and struct.unpack_from("<L", extra, 1)[0] == zlib.crc32(old):
        return readable(extra[5:])
    try:
        return readable(old.decode("utf-8").encode())
    except UnicodeDecodeError:
        return readable(raw.encode())


def _time(entry: zipfile.ZipInfo) -> datetime | None:
    """Return when an entry was last written: to the second in UTC where that is noted, else as the local clock."""
    extra = _extra(entry, 0x5455)
    if len(extra) >= 5 and extra[0] & 1:
        return datetime.fromtimestamp(struct.unpack_from("<l", extra, 1)[0], UTC)
    try:
        local = datetime(*entry.date_time)
        return None if local.year <= 1980 else datetime.fromtimestamp(_local(local), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _local(when: datetime) -> float:
    return time.mktime(when.timetuple())


def _extra(entry: zipfile.ZipInfo, kind: int) -> bytes:
    """Return one of the extra fields of an entry."""
    rest = entry.extra
    while len(rest) >= 4:
        this, length = struct.unpack_from("<HH", rest)
        if this == kind:
            return rest[4 : 4 + length]
        rest = rest[4 + length :]
    return b""
