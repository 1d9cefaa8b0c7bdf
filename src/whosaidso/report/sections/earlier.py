"""This run beside an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.analysis import Analysis
from whosaidso.report.items import FEWEST_SHARED, ItemRow
from whosaidso.report.pieces import (
    Cell,
    Grid,
    Piece,
    number,
    percent,
)
from whosaidso.report.sections.phrases import interval
from whosaidso.report.statistics import (
    difference_interval,
)


def earlier_pieces(analysis: Analysis) -> list[Piece]:
    """Return each item now and earlier with the difference; nothing where there is no earlier run."""
    pieces: list[Piece] = []
    for one in analysis.assignments:
        then = analysis.earlier.get(one.data.name)
        if then is None:
            continue
        known = {(row.task, row.id): row for row in then.rows}
        rows: list[Sequence[str | Cell]] = []
        for row in one.rows:
            past = known.get((row.task, row.id))
            if past is None or row.difficulty is None or past.difficulty is None or min(row.n, past.n) < FEWEST_SHARED:
                continue
            rows.append((row.id, row.text, percent(past.difficulty), percent(row.difficulty), _gap(row, past)))
        heads = ("item", "what it asks", "earlier", "now", "difference in points")
        if rows:
            pieces.append(
                Grid(f"t-earlier-{one.data.name}", f"{one.data.name}: mean credit, now and earlier", heads, rows)
            )
        else:
            pieces.append(
                f"{one.data.name}: nothing to compare, because one of the two runs has fewer than {FEWEST_SHARED} answers."
            )
        if one.detection and then.detection and min(one.detection.n, then.detection.n) >= FEWEST_SHARED:
            pieces.append(
                f"{one.data.name}: d′ {interval(one.detection.d)} now, {interval(then.detection.d)} earlier; "
                f"c {interval(one.detection.c)} now, {interval(then.detection.c)} earlier."
            )
    if pieces:
        pieces.append(
            "The two runs are different students and perhaps different keys; a difference is no proof of what caused it."
        )
    return pieces


def _gap(now: ItemRow, before: ItemRow) -> str:
    found = difference_interval(now.credits, before.credits)
    if found is None:
        return "–"
    return f"{number(found.value * 100, 0, sign=True)} ({number(found.low * 100, 0, sign=True)} to {number(found.high * 100, 0, sign=True)})"
