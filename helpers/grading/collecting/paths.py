"""Names on the way to a file: which are archives, which a program made, and how they are read as text."""

import unicodedata

Trail = tuple[str, ...]
"""Names from the class's folder down to a file: folders and archives, then the file itself."""

ZIP = (".zip",)
TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
PACKED = (".gz",)
UNKNOWN = (
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


def is_by_program(name: str) -> bool:
    """Say whether a file or folder was made by a program and is no work of anybody."""
    return name in _BY_PROGRAMS or name.startswith("._") or name.casefold() in _FILES_BY_PROGRAMS


def stem(name: str) -> str:
    """Return an archive's name without its ending; the name itself where it is none."""
    known = ending(name, (*TAR, *ZIP, *PACKED))
    return name[: len(name) - len(known)]


def ending(name: str, endings: tuple[str, ...]) -> str:
    """Return the longest of some endings that a name has, or ""."""
    folded = name.casefold()
    return max((e for e in endings if folded.endswith(e)), key=len, default="")


def is_archive(name: str) -> bool:
    """Say whether a name is that of an archive, of a kind that is opened or not."""
    return bool(ending(name, (*ZIP, *TAR, *PACKED, *UNKNOWN)))


def readable(name: bytes) -> str:
    """Return a name as text: UTF-8 or what older systems write, one form of each letter, nothing unseen."""
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = name.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    text = unicodedata.normalize("NFC", text)
    return "".join("_" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
