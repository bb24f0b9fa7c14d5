"""When something was handed in: the file that nbgrader reads it from, and how times are read."""

from datetime import UTC, datetime

from dateutil.parser import parse as parse_date
from dateutil.tz import gettz

STAMP = "timestamp.txt"


def read_time(text: str | None) -> datetime | None:
    """Read a time; without a zone it is UTC, as nbgrader has it. nbgrader's own reader takes +0100 for seconds."""
    if not text or not text.strip():
        return None
    zones = {"tzinfos": lambda name, offset: gettz(name) if offset is None else offset}
    try:
        found = parse_date(text.strip(), **zones)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None
