"""Hits and false alarms of the class, in words and as a table."""

from __future__ import annotations

from whosaidso.report.analysis import Analysis
from whosaidso.report.items import FEWEST_SHARED
from whosaidso.report.pieces import (
    Grid,
    Piece,
    counted,
)
from whosaidso.report.sections.phrases import detected, in_words


def class_pieces(analysis: Analysis) -> list[Piece]:
    """Return hits and false alarms in sentences and, with d′ and c, as a table."""
    rows, said = [], []
    for one in analysis.assignments:
        found = one.detection
        if found is None or not found.n:
            continue
        if found.n < FEWEST_SHARED:
            said.append(
                f"{one.data.name}: only {counted(found.n, 'student')}, fewer than {FEWEST_SHARED}, so nothing is said of the class."
            )
            continue
        said.append(f"{one.data.name}: {in_words(found)}")
        rows.append((one.data.name, str(found.n), *detected(found)))
    if not said:
        return []
    heads = ("assignment", "students", "hits", "false alarms", "d′", "c")
    note = (
        "Means over students with their 95% intervals. d′ is 0 for guessing and grows with telling the two apart; c is below 0 "
        "for suspecting too much, above 0 for trusting too much. Rates are corrected as (x + ½) ÷ (n + 1). With so few items, "
        "one student's d′ says little: none is shown. For claims, three of the four verdicts count as doubt, so that pure guessing "
        "already gives a c below 0."
    )
    return [*said, *([Grid("t-class", "Hits, false alarms, d′ and c of the class", heads, rows, note)] if rows else [])]
