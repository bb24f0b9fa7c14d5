"""Let one command at a time change the marks of an assignment.

Of two that mark the same submission, the slower one may find that it cannot enter what is entered already, and
would then take the other's marks back.
"""

import contextlib
import os
import zlib
from collections.abc import Iterator
from typing import IO

from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from helpers.grading.pages.text import printable
from helpers.grading.shelf import Shelf

try:
    import fcntl
except ImportError:  # Windows, where there is no sandbox either
    fcntl = None  # type: ignore[assignment] # mypy takes it for a module that is always there


@contextlib.contextmanager
def alone(coursedir: CourseDirectory) -> Iterator[None]:
    """Keep other commands from the assignment's marks until the end, however this process comes to it.

    The system holds a lock on a file beside the gradebook; a gradebook in PostgreSQL, which other machines may
    use, holds one of its own too.

    Raises:
        NbGraderException: another command is at it; the message says which, where that is known.
    """
    with _file(coursedir), _server(coursedir):
        yield


@contextlib.contextmanager
def _file(coursedir: CourseDirectory) -> Iterator[None]:
    folder = Shelf.of(coursedir).folder
    place = folder.parent.parent / f".marking-{folder.name}.lock"
    try:
        file = place.open("a+")
    except OSError as error:
        raise NbGraderException(f"{place.parent} cannot be written to: {error.strerror}") from None
    with file:
        if fcntl is not None:
            _lock(file, coursedir.assignment_id)
        yield


def _lock(file: IO[str], assignment: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise _busy(assignment, printable(file.read(100).strip(), 100)) from None
    except OSError:  # a file system without locks
        return
    # No room is left: only the words are missing then. Not through the file's buffer, which would try again at its end.
    with contextlib.suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), f"process {os.getpid()}".encode())


@contextlib.contextmanager
def _server(coursedir: CourseDirectory) -> Iterator[None]:
    url = make_url(coursedir.db_url)
    if url.get_backend_name() != "postgresql":
        yield
        return
    number = zlib.crc32(f"marking {coursedir.assignment_id}".encode())
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as held:
        asked = text("SELECT pg_try_advisory_lock(:number)")
        if not held.execute(asked, {"number": number}).scalar():
            raise _busy(coursedir.assignment_id, "a process on this or another machine")
        yield


def _busy(assignment: str, who: str) -> NbGraderException:
    return NbGraderException(
        f"{printable(assignment, 80)} is being marked already, by {who or 'another process'}: wait until it is "
        "done, or stop it, and run this command again"
    )
