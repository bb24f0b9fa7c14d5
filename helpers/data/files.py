"""The committed data files: found beside the package, checked by their SHA-256 sum, read once."""

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from helpers.data.results import Result

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "data"
SUMS = "SHA256SUMS"
MEND = (
    "In the course's folder, `git restore --source=HEAD -- assets/data` puts the data files back; "
    "without git, unpack a fresh copy of the course over this one. The package must be installed "
    "from that folder: `pip install -e .`."
)

Args = TypeVarTuple("Args")
R = TypeVar("R", bound=Result)


class DataFileError(RuntimeError):
    """A data file of the course is missing or damaged. The message says what to do."""


def read(name: str) -> bytes:
    """The bytes of the data file `name` (a path below assets/data/, with forward slashes).

    Raises:
        DataFileError: the file, or the list of sums, is missing, or its bytes are not those listed.
    """
    content = _read(name)
    expected = _sums(FOLDER).get(name)
    if expected is None:
        raise DataFileError(f"assets/data/{SUMS} has no sum for {name}. {MEND}")
    if hashlib.sha256(content).hexdigest() != expected:
        raise DataFileError(f"The data file assets/data/{name} is damaged. {MEND}")
    return content


def remembered(load: Callable[[*Args], R]) -> Callable[[*Args], R]:
    """Read once, then answer from memory: each call returns a copy with tensors of its own."""
    once = functools.cache(load)

    @functools.wraps(load)
    def loader(*args: *Args) -> R:
        return once(*args).copy()

    return loader


def _read(name: str) -> bytes:
    try:
        return (FOLDER / name).read_bytes()
    except OSError as error:
        raise DataFileError(f"The data file assets/data/{name} cannot be read. {MEND}") from error


@functools.cache
def _sums(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 sum, from a list in the form that `sha256sum -c` reads."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise DataFileError(f"The list assets/data/{SUMS} is missing or damaged. {MEND}") from error
