"""What was packed as one stream: a single file in gzip's form, or a tar archive in one of three."""

import bz2
import gzip
import lzma
from typing import BinaryIO

from helpers.grading.collecting.bounds import Stream
from helpers.grading.collecting.paths import Trail, stem


def plain(file: BinaryIO) -> Stream:
    """Return the stream that was packed; the file itself where it is not packed."""
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if start.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(file)
    return file


def inside(trail: Trail) -> Trail:
    """Return where the one file of an archive `x.ipynb.gz` lies."""
    return (*trail, stem(trail[-1]) or "unnamed")
