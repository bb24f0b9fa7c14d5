"""Open what a class handed in, archives within archives too, within bounds.

Nothing that lies in an archive can stop the reading of another one: what is damaged, encrypted, too large or leads
out of its folder is left out and told in a sentence. What one student hands in uses up that student's share alone.
"""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from helpers.grading.files import FileLimits

Trail = tuple[str, ...]
"""Names from the class's folder down to a file: folders and archives, then the file itself."""

_ZIP = (".zip",)
_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
_PACKED = (".gz",)
_UNKNOWN = (
    ".7z",
    ".rar",
    ".zipx",
    ".tar.zst",
    ".zst",
    ".lzh",
    ".ace",
    ".cab",
    ".arj",
    ".xz",
    ".bz2",
)
_BY_PROGRAMS = frozenset(
    {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".Trashes", ".fseventsd"}
)
_FILES_BY_PROGRAMS = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_CHUNK = 1 << 20
_AT_ONCE = 8 << 20  # bytes of an archive's own tables
_SENTENCES = 20  # told one by one of an archive; more are counted
_WINDOWS = frozenset({0, 10})  # systems whose zip programs part names with backslashes


@dataclass(frozen=True)
class Limits:
    """What is unpacked.

    Attributes:
        share: of one student: bytes of a file and of all, number of files; what the marker reads later.
        archive: bytes of an archive that lies in another one.
        looked_through: bytes of a student that are unpacked to find what is worth keeping.
        names: entries of an archive of the class.
        depth: archives within one another.
        total: bytes of everything.
        ratio: times its own size that an archive may unpack to, if that is more than a student's share.
    """

    share: FileLimits = field(default_factory=FileLimits)
    archive: int = 256 << 20
    looked_through: int = 1 << 30
    names: int = 50_000
    depth: int = 3
    total: int = 16 << 30
    ratio: int = 200


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
class LeftOut:
    """Something that was not taken, and why."""

    trail: Trail
    why: str


class _Refused(Exception):
    """Something is not unpacked; the words say why."""


@dataclass
class _Share:
    """What one student may still use up."""

    bytes: int
    files: int
    read: int
    names: int

    def look(self, number: int) -> None:
        """Use up names that are looked at."""
        self.names -= number
        if self.names < 0:
            raise _Refused("there are too many names in it")


class DiskError(OSError):
    """What was unpacked cannot be written; no archive's fault."""


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
    shares: dict[object, _Share] = field(default_factory=dict)
    said: dict[Trail, int] = field(default_factory=dict)
    number: int = 0
    total: int = 0

    def leave(self, trail: Trail, why: str) -> None:
        above = trail[:-1]
        self.said[above] = self.said.get(above, 0) + 1
        if self.said[above] <= _SENTENCES:
            self.left_out.append(LeftOut(trail, why))
        elif self.said[above] == _SENTENCES + 1:
            self.left_out.append(LeftOut(above, "further things in it were left out"))

    def share(self, trail: Trail) -> _Share:
        """Return the share of whoever handed something in; what is nobody's has one for each archive."""
        limits, whose = self.limits, self.whose(trail)
        if whose is None:
            fresh = _Share(limits.total, limits.names, limits.total, limits.names)
            return self.shares.setdefault(("nobody", trail[:1]), fresh)
        own = limits.share
        fresh = _Share(own.total, own.number, limits.looked_through, own.names)
        return self.shares.setdefault(("somebody", whose), fresh)

    def fresh(self) -> Path:
        self.number += 1
        return self.into / str(self.number)


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
                if _is_archive(trail[-1]):
                    _open(file, known.st_size, trail, (), None, found)
                else:
                    _keep(file, known.st_size, trail, (), when, found)
        except DiskError:
            raise
        except Exception as error:  # whatever a file makes a library do must not stop the others
            found.leave(trail, _words(error))
    return found


def is_by_program(name: str) -> bool:
    """Say whether a file or folder was made by a program and is no work of anybody."""
    return name in _BY_PROGRAMS or name.startswith("._") or name.casefold() in _FILES_BY_PROGRAMS


def stem(name: str) -> str:
    """Return an archive's name without its ending; the name itself where it is none."""
    ending = _ending(name, (*_TAR, *_ZIP, *_PACKED))
    return name[: len(name) - len(ending)]


def _ending(name: str, endings: tuple[str, ...]) -> str:
    folded = name.casefold()
    return max((e for e in endings if folded.endswith(e)), key=len, default="")


def _is_archive(name: str) -> bool:
    return bool(_ending(name, (*_ZIP, *_TAR, *_PACKED, *_UNKNOWN)))


def _plain_files(
    folder: Path, above: Trail, found: Unpacking
) -> Iterator[tuple[Trail, Path, os.stat_result]]:
    """Give the plain files below a folder, in order."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError as error:
        found.leave(above or (folder.name,), _words(error))
        return
    for entry in entries:
        trail = (*above, _safe(os.fsencode(entry.name)))
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
            raise _Refused("it is an archive that lies in too many others")
        found.share(trail).look(0)
        inside = (*archives, len(trail))
        if _ending(trail[-1], _TAR):
            _open_tar(file, trail, inside, when, found)
        elif _ending(trail[-1], _ZIP):
            _open_zip(file, size, trail, inside, when, found)
        elif _ending(trail[-1], _PACKED):
            _open_packed(file, trail, inside, when, found)
        else:
            raise _Refused("archives of this kind are not opened: zip, tar or tar.gz are")
        if len(found.files) + len(found.left_out) == before:
            raise _Refused("there is no file in it")
    except DiskError:
        raise
    except Exception as error:  # a damaged archive can make the libraries raise anything
        found.leave(trail, _words(error))


def _open_zip(
    file: BinaryIO,
    size: int,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    with zipfile.ZipFile(_Careful(file, size)) as archive:  # type: ignore[type-var]
        entries = archive.infolist()
        found.share(trail).look(len(entries))
        unpacked = sum(e.file_size for e in entries)
        if unpacked > max(found.limits.ratio * size, found.limits.share.total):
            raise _Refused(f"{_megabytes(size)} that unpack to {_megabytes(unpacked)}: not opened")
        # Notebooks first: what lies beside them must not use their share up.
        for entry in sorted(entries, key=lambda e: not e.filename.casefold().endswith(".ipynb")):
            inside = _inside(trail, _zip_name(entry), entry.create_system in _WINDOWS, found)
            if inside is None or entry.is_dir():
                continue
            mode = entry.external_attr >> 16
            if entry.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                found.leave(inside, "it is no plain file, but a link, a pipe or a device")
            elif entry.flag_bits & 1:
                found.leave(inside, "it is encrypted")
            elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                found.leave(inside, "it is packed in a way that is not opened: pack it as usual")
            else:
                stamp = when or (_zip_time(entry) if len(archives) == 1 else None)
                _entry(
                    lambda e=entry: archive.open(e), entry.file_size, inside, archives, stamp, found
                )


def _open_tar(
    file: BinaryIO,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    start = file.read(6)
    file.seek(0)
    plain: IO[bytes] = file
    if start.startswith(b"\x1f\x8b"):
        plain = gzip.GzipFile(fileobj=file)
    elif start.startswith(b"BZh"):
        plain = bz2.BZ2File(file)
    elif start.startswith(b"\xfd7zXZ"):
        plain = lzma.LZMAFile(file)  # noqa: SIM115 - it opens nothing
    share = found.share(trail)
    careful = _Careful(plain, share.read)
    try:
        with tarfile.open(fileobj=careful, mode="r:") as archive:
            while (entry := archive.next()) is not None:
                share.look(1)
                name = _safe(entry.name.encode("utf-8", "surrogateescape"))
                inside = _inside(trail, name, False, found)
                if inside is None or entry.isdir():
                    continue
                if not entry.isreg():
                    found.leave(inside, "it is no plain file, but a link, a pipe or a device")
                    continue
                stamp = when
                if not stamp and len(archives) == 1 and 0 < entry.mtime < 1 << 33:
                    stamp = datetime.fromtimestamp(entry.mtime, UTC)
                _entry(
                    lambda e=entry: archive.extractfile(e),
                    entry.size,
                    inside,
                    archives,
                    stamp,
                    found,
                )
            careful.seek(archive.offset)
            if careful.read(tarfile.BLOCKSIZE).strip(b"\0"):
                raise _Refused("it is damaged: what comes further down in it was not found")
    finally:
        share.read -= careful.furthest


def _open_packed(
    file: BinaryIO,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    inside = (*trail, stem(trail[-1]) or "unnamed")
    with gzip.GzipFile(fileobj=file) as plain:
        _keep(plain, None, inside, archives, when, found)


def _entry(
    opened: Callable[[], IO[bytes] | None],
    size: int,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    """Take one file of an archive; where it is an archive itself, what is in it."""
    try:
        stream = opened()
        if stream is None:
            raise _Refused("it is no plain file")
        with stream:
            if not _is_archive(trail[-1]):
                _keep(stream, size, trail, archives, when, found)
                return
            if _ending(trail[-1], _UNKNOWN) and not _ending(trail[-1], (*_TAR, *_PACKED)):
                raise _Refused("archives of this kind are not opened: zip, tar or tar.gz are")
            place, length, _ = _write(stream, size, found.limits.archive, found)
        share = found.share(trail)
        try:
            if length > share.read:
                raise _Refused("there is more in it than is looked through")
            share.read -= length
            with place.open("rb") as file:
                _open(file, length, trail, archives, when, found)
        finally:
            found.total -= length
            place.unlink()
    except DiskError:
        raise
    except Exception as error:  # as above: one entry's fault is its own
        if isinstance(error, _TooFar):
            raise
        found.leave(trail, _words(error))


def _keep(
    stream: IO[bytes],
    size: int | None,
    trail: Trail,
    archives: tuple[int, ...],
    when: datetime | None,
    found: Unpacking,
) -> None:
    """Store one file. Of two that lie at the same trail the later one is kept."""
    limits, share = found.limits, found.share(trail)
    if share.files < 1:
        raise _Refused(f"there are more than {limits.share.number} files")
    most = min(limits.share.one, share.bytes)
    place, length, digest = _write(stream, size, most, found)
    share.files -= 1
    share.bytes -= length
    fresh = Unpacked(trail, archives, place, digest, when)
    before = found.files.get(trail)
    if before and before.digest != digest:
        kept = fresh if not (before.time and when) or when >= before.time else before
        found.leave(trail, "there are two different files of this name: the later one was taken")
        fresh = kept
    found.files[trail] = fresh


def _write(
    stream: IO[bytes], size: int | None, most: int, found: Unpacking
) -> tuple[Path, int, str]:
    """Write a stream to a fresh file; returns it with its length and a digest."""
    most = min(most, found.limits.total - found.total)
    if size is not None and size > most:
        raise _Refused(f"it is larger than {_megabytes(most)}, or all files together are too large")
    place, length, digest = found.fresh(), 0, hashlib.sha256()
    try:
        with _writing(place) as file:
            while chunk := stream.read(min(_CHUNK, most - length + 1)):
                length += len(chunk)
                if length > most:
                    raise _Refused(
                        f"it is larger than {_megabytes(most)}, or all files together are too large"
                    )
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    found.total += length
    return place, length, digest.hexdigest()


class _writing:
    """A file to be written, whose faults are told apart from those of what is read."""

    def __init__(self, place: Path) -> None:
        self._file = self._try(place.open, "xb", 0)

    def __enter__(self) -> "_writing":
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


class _TooFar(_Refused):
    """A reader went further than it may."""


class _Careful(io.RawIOBase):
    """A file of which no more than a few megabytes are read at once, and nothing behind a bound."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        super().__init__()
        self._file, self._most = file, most
        self.furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        here = self._file.tell()
        if size is None or size < 0:
            size = max(0, self._most - here)
        if size > _AT_ONCE:
            raise _TooFar("its table of contents is damaged or far too large")
        self._reach(min(here + size, self._most))
        if here >= self._most and size:
            # A file ends here by itself; of what is unpacked there may be more without end.
            if self._file.read(1):
                raise _TooFar("there is more in it than is looked through")
            return b""
        return self._file.read(min(size, self._most - here))

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and not 0 <= offset <= self._most:
            raise _TooFar("it is damaged, or there is more in it than is looked through")
        place = self._file.seek(offset, whence)
        self._reach(place)
        return place

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def _reach(self, place: int) -> None:
        self.furthest = max(self.furthest, place)


def _inside(trail: Trail, name: str, backslashes: bool, found: Unpacking) -> Trail | None:
    """Return where an entry lies; None where it is not taken."""
    parts = name.replace("\\", "/").split("/") if backslashes else name.split("/")
    if (
        name.startswith(("/", "\\"))
        or re.match(r"[A-Za-z]:[\\/]", name)
        or ".." in re.split(r"[\\/]", name)
    ):
        found.leave((*trail, name), "its path leads out of the archive")
        return None
    parts = [p for p in parts if p not in ("", ".")]
    inside = (*trail, *parts)
    if not parts:
        return None
    if any(map(is_by_program, parts)):
        found.by_programs.append(inside)
        return None
    if len(parts) > found.limits.share.depth:
        found.leave(inside, "it lies too deep")
        return None
    return inside


def _safe(name: bytes) -> str:
    """Return a name as text: UTF-8 or what older systems write, one form of each letter, nothing unseen."""
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = name.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    text = unicodedata.normalize("NFC", text)
    return "".join("_" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name. Of those without the mark for UTF-8 many are UTF-8 all the same: macOS'."""
    raw = entry.orig_filename
    if entry.flag_bits & 0x800:
        return _safe(raw.encode("utf-8", "surrogateescape"))
    try:
        old = raw.encode("cp437")
    except UnicodeEncodeError:  # this Python has found the name in UTF-8 elsewhere
        return _safe(raw.encode("utf-8", "surrogateescape"))
    extra = _extra(entry, 0x7075)
    if len(extra) > 5 and struct.unpack_from("<L", extra, 1)[0] == zlib.crc32(old):
        return _safe(extra[5:])
    try:
        return _safe(old.decode("utf-8").encode())
    except UnicodeDecodeError:
        return _safe(raw.encode())


def _zip_time(entry: zipfile.ZipInfo) -> datetime | None:
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


def _words(error: Exception) -> str:
    if isinstance(error, _Refused):
        return str(error)
    if isinstance(error, zipfile.BadZipFile | tarfile.TarError | zlib.error | lzma.LZMAError):
        return f"it is damaged, or no such archive ({error})"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read ({error.strerror})"
    return f"it is damaged ({type(error).__name__}: {error})"


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.3g} MB"
