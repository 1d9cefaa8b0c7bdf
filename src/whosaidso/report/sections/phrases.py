"""How an estimate, a share and a class's hits and false alarms are said."""

from __future__ import annotations

from whosaidso.report.pieces import (
    number,
    percent,
)
from whosaidso.report.signals import ClassDetection
from whosaidso.report.statistics import (
    Interval,
)


def interval(found: Interval | None, places: int = 2) -> str:
    """Return an estimate with its interval in words."""
    if found is None:
        return "–"
    return f"{number(found.value, places)} ({number(found.low, places)} to {number(found.high, places)})"


def shares(found: Interval | None) -> str:
    """Return a share with its interval in words, cut off where a share ends."""
    if found is None:
        return "–"
    return f"{percent(found.value)} ({percent(max(0.0, found.low))} to {percent(min(1.0, found.high))})"


def detected(found: ClassDetection) -> tuple[str, str, str, str]:
    """Return hits, false alarms, d′ and c, each with its interval, as cells of a table."""
    return shares(found.hits), shares(found.false_alarms), interval(found.d), interval(found.c)


def in_words(found: ClassDetection) -> str:
    """Return hits and false alarms in a sentence or two."""
    if found.hits is None or found.false_alarms is None or found.d is None or found.c is None:
        return "Too few students answered items of both kinds to say anything."
    if found.kind == "span_label":
        what = (
            f"The average student found {number(found.hits.value * found.signals, 1)} of the {found.signals:.0f} spans that push "
            f"({percent(found.hits.value)}) and marked {number(found.false_alarms.value * found.noises, 1)} of the "
            f"{found.noises:.0f} neutral ones ({percent(found.false_alarms.value)})."
        )
    else:
        what = (
            f"The average student questioned {percent(found.hits.value)} of the claims that are not sound, and also "
            f"{percent(found.false_alarms.value)} of those that are."
        )
    d = found.d.value
    how = "hardly" if d < 0.5 else "somewhat" if d < 1 else "well" if d < 2 else "very well"
    lean = "keeps an even hand"
    if found.c.high < 0:
        lean = "leans to suspecting too much"
    elif found.c.low > 0:
        lean = "leans to trusting too much"
    return f"{what} The class tells the two apart {how} and {lean}."
