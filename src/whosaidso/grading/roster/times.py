"""Read the times of a Moodle worksheet, where they can be read for sure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from whosaidso.grading.folder import Stopped

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?"
_TIMES = (
    (re.compile(rf"(?:[a-z]+,?\s+)?(\d{{1,2}})\.?\s+([a-z]{{3,9}})\.?,?\s+(\d{{4}}),?\s+{_CLOCK}"), (3, 2, 1)),
    (re.compile(rf"(?:[a-z]+,?\s+)?([a-z]{{3,9}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}),?\s+{_CLOCK}"), (3, 1, 2)),
    (re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})[t\s]+{_CLOCK}"), (1, 2, 3)),
)


def read_zone(timezone: str) -> ZoneInfo | None:
    """Return a time zone, None for UTC.

    Raises
    ------
    Stopped
        If there is none of that name.
    """
    if timezone.upper() == "UTC":
        return None  # some systems carry no table of zones
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Stopped(f"{timezone!r} is no time zone; write one like Europe/Berlin or UTC.") from error


def read_time(text: str, zone: ZoneInfo | None = None) -> datetime | None:
    """Return a time of a Moodle worksheet as UTC without a zone; None where it is none or cannot be read for sure.

    A time like 03/04/2026 is not read: half the world means April by it.

    >>> read_time("Wednesday, 10 June 2026, 2:14 PM"), read_time("Wednesday, June 10, 2026, 14:14"), read_time("-")
    (datetime.datetime(2026, 6, 10, 14, 14), datetime.datetime(2026, 6, 10, 14, 14), None)
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    for pattern, (year, month, day) in _TIMES:
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        named = found[month]
        number = int(named) if named.isdigit() else _MONTHS.index(named[:3]) + 1 if named[:3] in _MONTHS else 0
        hour, minute, second, half = found.groups()[3:]
        hours = int(hour) if not half else int(hour) % 12 + (12 if half == "p" else 0)
        try:
            local = datetime(int(found[year]), number, int(found[day]), hours, int(minute), int(second or 0))
            return local if zone is None else local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return None
    return None
