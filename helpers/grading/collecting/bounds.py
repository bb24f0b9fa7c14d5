"""How much of what was handed in is read, and the words for what is not."""

import io
import lzma
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO

from helpers.grading.files import FileLimits

Stream = IO[bytes] | io.BufferedIOBase
"""What is read: an open file, or what unpacks one."""

_AT_ONCE = 8 << 20  # bytes of an archive's own tables


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


class Refused(Exception):
    """Something is not unpacked; the words say why."""


class TooFar(Refused):
    """A reader went further than it may."""


class DiskError(OSError):
    """What was unpacked cannot be written; no archive's fault."""


@dataclass
class Share:
    """What one student may still use up."""

    bytes: int
    files: int
    read: int
    names: int

    def look(self, number: int) -> None:
        """Use up names that are looked at."""
        self.names -= number
        if self.names < 0:
            raise Refused("there are too many names in it")


class Careful(io.RawIOBase):
    """A file of which no more than a few megabytes are read at once, and nothing behind a bound."""

    def __init__(self, file: Stream, most: int) -> None:
        super().__init__()
        self._file, self._most = file, most
        self.furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        here = self._file.tell()
        if size is None or size < 0:
            size = max(0, self._most - here)
        if size > _AT_ONCE:
            raise TooFar("its table of contents is damaged or far too large")
        self._reach(min(here + size, self._most))
        if here >= self._most and size:
            # A file ends here by itself; of what is unpacked there may be more without end.
            if self._file.read(1):
                raise TooFar("there is more in it than is looked through")
            return b""
        return self._file.read(min(size, self._most - here))

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and not 0 <= offset <= self._most:
            raise TooFar("it is damaged, or there is more in it than is looked through")
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


def in_words(error: Exception) -> str:
    """Say why something was not read."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, zipfile.BadZipFile | tarfile.TarError | zlib.error | lzma.LZMAError):
        return f"it is damaged, or no such archive ({error})"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read ({error.strerror})"
    return f"it is damaged ({type(error).__name__}: {error})"


def megabytes(size: int) -> str:
    """Return a number of bytes for people."""
    return f"{size / (1 << 20):.3g} MB"
