"""One clear line when a package that the course uses is missing or too old."""

import re
from importlib import metadata

NEEDED = {
    "torch": (2, 6),
    "numpy": (2, 0),
    "matplotlib": (3, 9),
    "ipywidgets": (8, 0),
    "scikit-learn": (1, 5),
    "platformdirs": (4, 0),
    "nbclient": (0, 10),
}
"""Oldest version of each package with which the lessons run; requirements.txt pins the tested ones."""

MENDED_BY = "python -m pip install -r requirements.txt"


def refuse_old_or_missing(needed: dict[str, tuple[int, int]] = NEEDED) -> None:
    """Raise ImportError, in one line with the command that mends it, unless all packages are there.

    Raises:
        ImportError: a package is missing or too old.
    """
    for name, least in needed.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            raise ImportError(f"the package {name} is missing; run: {MENDED_BY}") from None
        if tuple(map(int, re.findall(r"\d+", found)[:2])) < least:
            least_text = ".".join(map(str, least))
            raise ImportError(
                f"{name} {found} is too old, {least_text} is needed; run: {MENDED_BY}"
            )
