"""Write a file whole or not at all."""

import os
import tempfile
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it keeps the permissions of the one in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = stage(path, content)
    try:
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def stage(path: Path, content: bytes) -> Path:
    """Write the content for `path` into a file beside it, which is to be renamed; returns that file's path."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        mode = 0o666 & ~_umask()
    number, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    try:
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
