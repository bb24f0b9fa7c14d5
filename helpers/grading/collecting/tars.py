"""The entries of a tar archive, packed or not."""

import tarfile
from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from helpers.grading.collecting.bounds import Careful, Refused
from helpers.grading.collecting.packed import plain
from helpers.grading.collecting.paths import Trail, readable
from helpers.grading.collecting.taken import Entry, Unpacking


def entries(file: BinaryIO, trail: Trail, found: Unpacking) -> Generator[Entry, None, None]:
    """Give the plain files of a tar archive, in order; tells of what is none.

    Raises:
        Refused: it is damaged, or there is more in it than is looked through.
    """
    share = found.share(trail)
    careful = Careful(plain(file), share.read)
    try:
        with tarfile.open(fileobj=careful, mode="r:") as archive:
            while (info := archive.next()) is not None:
                share.look(1)
                name = readable(info.name.encode("utf-8", "surrogateescape"))
                inside = found.inside(trail, name, False)
                if inside is None or info.isdir():
                    continue
                if not info.isreg():
                    found.leave(inside, "it is no plain file, but a link, a pipe or a device")
                    continue
                dated = 0 < info.mtime < 1 << 33
                when = datetime.fromtimestamp(info.mtime, UTC) if dated else None
                yield Entry(inside, info.size, when, partial(archive.extractfile, info))
            careful.seek(archive.offset)
            if careful.read(tarfile.BLOCKSIZE).strip(b"\0"):
                raise Refused("it is damaged: what comes further down in it was not found")
    finally:
        share.read -= careful.furthest
