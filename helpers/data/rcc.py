"""Read a Qt resource file (.rcc), as `helpers.data.make` needs it. Learners never do.

Layout (Qt's `rcc` tool, formats 1 to 3; big-endian): the magic word `qres`, the version, and the
places of a tree of nodes, of the contents and of the names. A node names a folder (with its count
of children and the number of the first) or a file (with the place of its content).
"""

import struct
import zlib
from collections.abc import Iterator

FOLDER, COMPRESSED, ZSTD = 0x02, 0x01, 0x04


def read_rcc(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file in the resource file `data`.

    Raises:
        ValueError: `data` is no Qt resource file, or holds a kind of compression not known here.
    """
    if data[:4] != b"qres":
        raise ValueError("not a Qt resource file: it does not begin with 'qres'")
    version, tree, contents, names = struct.unpack_from(">4I", data, 4)
    node_size = 22 if version >= 2 else 14  # from version 2 on, a node also has a date

    def name(offset: int) -> str:
        (length,) = struct.unpack_from(">H", data, names + offset)
        start = names + offset + 6  # after the length comes a hash of four bytes
        return data[start : start + 2 * length].decode("utf-16-be")

    def content(offset: int, flags: int) -> bytes:
        (length,) = struct.unpack_from(">I", data, contents + offset)
        start = contents + offset + 4
        if flags & ZSTD:
            raise ValueError("a file in it is compressed with zstd")
        if flags & COMPRESSED:  # the first four bytes tell the size before compression
            return zlib.decompress(data[start + 4 : start + length])
        return data[start : start + length]

    def walk(number: int, path: str) -> Iterator[tuple[str, bytes]]:
        node = tree + number * node_size
        name_at, flags = struct.unpack_from(">IH", data, node)
        here = f"{path}/{name(name_at)}" if number else ""  # the root has no name
        if flags & FOLDER:
            count, first = struct.unpack_from(">2I", data, node + 6)
            for child in range(first, first + count):
                yield from walk(child, here)
        else:
            (content_at,) = struct.unpack_from(">I", data, node + 10)
            yield here, content(content_at, flags)

    return walk(0, "")
