"""Read a timestamp.txt: what nbgrader and the collector write, and nothing else.

Other words might name a file as their time zone, or mean today.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_MOMENT = re.compile(
    r"(?P<when>\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?)( ?(?P<zone>[+-]\d\d:?\d\d|[A-Za-z]\w*(/[\w+-]+){0,2}))?",
    re.ASCII,
)


def read_stamp(text: str) -> tuple[datetime, bool]:
    """Return a moment in UTC without a zone, as nbgrader stores it, and whether its time zone was known.

    Raises
    ------
    ValueError, OverflowError
        If it is no date.

    >>> read_stamp("2026-11-20 14:33:12 Europe/Berlin"), read_stamp("2026-11-20 12:00 +0100")
    ((datetime.datetime(2026, 11, 20, 13, 33, 12), True), (datetime.datetime(2026, 11, 20, 11, 0), True))
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected a date like 2026-11-20 13:33:12 UTC, found {text[:40]!r}")
    moment = datetime.fromisoformat(found["when"])
    zone = _zone(found["zone"] or "UTC")
    if zone is None:
        return moment, False
    return moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None), True


def _zone(name: str) -> tzinfo | None:
    """Return the time zone that a timestamp names: +0100, or a name that nbgrader knows."""
    if name[0] in "+-":
        ahead = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(-ahead if name[0] == "-" else ahead)
    from nbgrader.utils import gettz

    known: tzinfo | None = UTC if name == "Z" else gettz(name)
    return known
