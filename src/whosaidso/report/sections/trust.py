"""Stated confidence beside what was right; reliability and standard error of each task."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.analysis import Analysis, Reliability
from whosaidso.report.drawing import calibration_curve
from whosaidso.report.items import FEW, FEWEST_SHARED
from whosaidso.report.pieces import (
    Cell,
    Figure,
    Grid,
    Piece,
    counted,
    listing,
    number,
    percent,
)
from whosaidso.report.sections.phrases import shares
from whosaidso.report.statistics import (
    items_needed,
    share_interval,
    spearman_brown,
)

ENOUGH = 0.7


def confidence_pieces(analysis: Analysis, *, shareable: bool) -> list[Piece]:
    """Return the calibration of each assignment, drawn and as a table; small cells are hidden more strictly where it is shown."""
    pieces: list[Piece] = []
    prefix = "t-share-confidence" if shareable else "t-confidence"
    for one in analysis.shared if shareable else analysis.assignments:
        bets = sum(step.n for step in one.steps)
        if not bets or one.overconfidence is None:
            continue
        students = len({student for data in one.data.tasks for student in data.lines})
        if students < FEWEST_SHARED:
            if not shareable:
                pieces.append(f"{one.data.name}: hidden, because fewer than {FEWEST_SHARED} students answered.")
            continue
        least = FEWEST_SHARED
        steps = [s for s in one.steps if (min(s.right, s.n - s.right) if shareable else s.n) >= least]
        over = one.overconfidence * 100
        lean = "more sure than right" if over > 5 else "less sure than right" if over < -5 else "about as sure as right"
        rows: list[Sequence[str | Cell]] = [
            (percent(step.stated), str(step.n), Cell(shares(share_interval(step.right, step.n)), step.right / step.n))
            for step in steps
        ]
        hidden = len(one.steps) - len(steps)
        few = "that fewer than 10 answers stated" if not shareable else "with fewer than 10 right or 10 other answers"
        note = f"A step {few} is hidden." if hidden else ""
        if not steps:
            pieces.append(f"{one.data.name}: hidden. {note}")
            continue
        heads: tuple[str, ...] = ("stated", "answers", "right")
        if shareable:
            heads, rows = (
                ("stated", "right"),
                [(percent(s.stated), Cell(percent(s.right / s.n), s.right / s.n)) for s in steps],
            )
        grid = f"{prefix}-{one.data.name}"
        caption = f"{one.data.name}: {counted(bets, 'judgement')}; the class is {lean} ({over:+.0f} points)."
        pieces.append(Figure(calibration_curve(steps), caption.replace("-", "−") if over < 0 else caption, grid))
        pieces.append(Grid(grid, f"{one.data.name}: share right by stated confidence", heads, rows, note))
    return pieces


def reliability_pieces(analysis: Analysis) -> list[Piece]:
    """Return what can be said of one student by each task, and the table behind it."""
    rows, said, hidden = [], [], []
    for one in analysis.assignments:
        for found in one.reliability:
            if not found.n:
                continue
            rows.append(
                (
                    found.task,
                    str(found.n),
                    str(found.items),
                    f"{number(found.mean, 1)} of {number(found.most, 0)}",
                    number(found.spread, 1),
                    number(found.alpha),
                    number(found.error, 1),
                )
            )
            if found.n < FEW:
                hidden.append(found.task)
            else:
                said.append(_trust(found))
    if not rows:
        return []
    if hidden:
        said.append(f"Hidden, because fewer than {FEW} students answered: {listing(hidden)}.")
    heads = ("task", "students", "items", "mean points", "SD", "α (KR-20)", "standard error, points")
    note = (
        "α by task, never pooled. The standard error is SD·√(1 − α): two times in three a student's points on a like task would "
        "lie within one of it. Words of one passage hang together, so α of a wording task is a little high."
    )
    return [*said, Grid("t-reliability", "Reliability and standard error by task", heads, rows, note)]


def _trust(found: Reliability) -> str:
    if found.alpha is None:
        return f"{found.task}: reliability cannot be worked out, because all have the same total."
    if found.alpha >= ENOUGH:
        return f"{found.task}: α = {number(found.alpha)}, enough to speak of groups; of one student only with the standard error beside it."
    needed = items_needed(found.alpha, found.items, ENOUGH)
    more = (
        f"by Spearman–Brown about {needed} such items would reach .70"
        if needed
        else "more of these items would not help"
    )
    twice = f"; twice as many would give {number(spearman_brown(found.alpha, 2))}" if found.alpha > 0 else ""
    return f"{found.task}: α = {number(found.alpha)}, below .70, so this task alone says nothing sure about one student ({more}{twice})."
