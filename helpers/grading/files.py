"""Read the plain files of a folder that a student filled, within bounds; write them into a fresh one.

Whatever lies there - links, pipes, devices, sparse files of many gigabytes, a folder of a million names - costs a
bounded time and a bounded memory, and is told in a sentence. Imports nothing of this project: the fork server
in the sandbox uses it too.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_UNSEEN = frozenset({"__pycache__", ".ipynb_checkpoints", "__MACOSX"})
"""Folders that programs make by themselves; that they stay behind is not worth a sentence."""

SKIPPED = _UNSEEN | {".git", ".venv", "venv", "node_modules"}
_GROWTH = 1 << 16  # bytes more than a file said that it has
_SENTENCES = 20  # told one by one; more are counted
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@dataclass(frozen=True)
class FileLimits:
    """What is read of a folder.

    Attributes:
        one: bytes of one file.
        total: bytes of all files.
        number: files.
        depth: folders within one another.
        path: bytes of a path below the folder.
        names: entries looked at, of whatever kind.
    """

    one: int = 32 << 20
    total: int = 64 << 20
    number: int = 2000
    depth: int = 12
    path: int = 240
    names: int = 20_000


@dataclass
class _Reading:
    """What one call of `read_files` has found so far."""

    limits: FileLimits
    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    more: int = 0
    size: int = 0
    names: int = 0

    def leave(self, path: str, why: str) -> None:
        if len(self.left_out) < _SENTENCES:
            self.left_out.append(f"{shown(path)} was left out: {why}")
        else:
            self.more += 1


def read_files(
    folder: Path | int, limits: FileLimits | None = None
) -> tuple[dict[str, bytes], list[str]]:
    """Read the plain files below `folder`. Never raises for what lies there, and follows no link.

    Args:
        folder: its path, or a descriptor of it, which stays open.
        limits: how much is read.

    Returns:
        The files by their path below the folder, in order, and a sentence for each thing that was left out.
    """
    reading = _Reading(limits or FileLimits())
    with contextlib.ExitStack() as opened:
        try:
            top = os.open(
                "." if isinstance(folder, int) else folder,
                os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                dir_fd=folder if isinstance(folder, int) else None,
            )
            opened.callback(os.close, top)
        except (OSError, ValueError) as error:
            return {}, [f"the folder cannot be read: {_reason(error)}"]
        _read_folder(top, "", 0, reading)
    if reading.more:
        reading.left_out.append(f"{reading.more} further things were left out")
    return dict(sorted(reading.files.items())), reading.left_out


def _read_folder(opened: int, path: str, depth: int, reading: _Reading) -> None:
    for name, mode in _entries(opened, path, reading):
        below = f"{path}/{name}" if path else name
        try:
            long = len(below.encode("utf-8")) > reading.limits.path
        except UnicodeEncodeError:
            reading.leave(below, "its name is no text")
            continue
        if long:
            reading.leave(below, "its path is too long")
        elif stat.S_ISDIR(mode):
            _enter(opened, name, below, depth + 1, reading)
        elif stat.S_ISREG(mode):
            _read_file(opened, name, below, reading)
        else:
            reading.leave(below, f"it is {_KINDS.get(stat.S_IFMT(mode), 'no plain file')}")


def _entries(opened: int, path: str, reading: _Reading) -> Iterator[tuple[str, int]]:
    """Return names and modes in a folder, in order; of a folder of a million names a bounded part."""
    entries: list[tuple[str, int]] = []
    try:
        with os.scandir(opened) as listing:
            for entry in listing:
                if reading.names >= reading.limits.names:
                    reading.leave(path or "the rest", "there are too many names")
                    break
                reading.names += 1
                with contextlib.suppress(OSError):  # it went away
                    entries.append((entry.name, entry.stat(follow_symlinks=False).st_mode))
    except OSError as error:
        reading.leave(path or "the folder", _reason(error))
    yield from sorted(entries)


def _enter(above: int, name: str, path: str, depth: int, reading: _Reading) -> None:
    if name in SKIPPED:
        if name not in _UNSEEN:
            reading.leave(path, "it holds nothing of the work that was asked for")
        return
    if depth > reading.limits.depth:
        reading.leave(path, "it lies too deep")
        return
    try:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        opened = os.open(name, flags, dir_fd=above)
    except OSError as error:
        reading.leave(path, _reason(error))
        return
    try:
        _read_folder(opened, path, depth, reading)
    finally:
        os.close(opened)


def _read_file(above: int, name: str, path: str, reading: _Reading) -> None:
    limits = reading.limits
    if len(reading.files) >= limits.number:
        reading.leave(path, f"there are more than {limits.number} files")
        return
    most = min(limits.one, limits.total - reading.size)
    too_large = (
        f"it is larger than {_megabytes(limits.one)}"
        if most == limits.one
        else f"the files are larger than {_megabytes(limits.total)} altogether"
    )
    try:
        # Not blocking, should a pipe have taken its place meanwhile.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(name, flags, dir_fd=above), "rb") as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                reading.leave(path, "it is no plain file")
                return
            # What a file says of its size is not relied on; it may grow while it is read.
            ask = min(most, known.st_size + _GROWTH)
            content = b"" if known.st_size > most else file.read(ask + 1)
    except (OSError, ValueError) as error:
        reading.leave(path, _reason(error))
        return
    if known.st_size > most or len(content) > ask:
        reading.leave(path, too_large if ask == most else "it grew while it was read")
        return
    reading.files[path] = content
    reading.size += len(content)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into `folder`, which is made.

    Args:
        files: content by path below the folder.
        folder: must not exist.

    Raises:
        ValueError: a path leads out of the folder.
        FileExistsError: there is something already.
    """
    folder.mkdir()
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts:
            raise ValueError(f"a path that leads out of its folder: {shown(name)}")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(content)


def shown(text: str, most: int = 80) -> str:
    """Return text for a table or a page: nothing that moves a cursor, and not without end."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.3g} MB"


def _reason(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return f"it cannot be read ({strerror or type(error).__name__})"
