"""Text of a student, made fit for a terminal, a file or a page; everything here takes linear time."""

import re
import unicodedata

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # an operating system command: a title, a link
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"  # a control sequence: colours, the cursor
    r"|\x1b.?",
    re.DOTALL,
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# What has no sign of its own or changes the order of others: control, format (bidi among them), line ends.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def printable(text: object, most: int = 300) -> str:
    """Return text as one line that does nothing on a terminal: no escape, no line end, no change of direction.

    Args:
        text: anything; what is no text is shown as `str` has it.
        most: the longest that it may get, in characters; an ellipsis stands for what was left out.
    """
    short = str(text)[: 8 * most]
    words = " ".join(_ESCAPES.sub("", short).split())
    clean = "".join(_visible(sign) for sign in words)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _visible(sign: str) -> str:
    kind = unicodedata.category(sign)
    return "\N{REPLACEMENT CHARACTER}" if kind in _UNSEEN else sign


def whole(text: str) -> str:
    """Return text that can be written as UTF-8: halves of a character become replacement characters."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def shortened(text: str, most: int) -> str:
    """Return a long text's beginning and end, with a line between them that says how much is left out."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half:,} characters are left out …]\n{text[-half:]}"
