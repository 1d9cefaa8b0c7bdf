"""Two assignments between which students choose, beside one another: is one of them the harder?"""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.analysis import Analysis
from whosaidso.report.data import AssignmentData
from whosaidso.report.items import FEWEST_SHARED
from whosaidso.report.pieces import Cell, Grid, Piece, counted, number
from whosaidso.report.sections.phrases import detected, shares
from whosaidso.report.signals import class_detection
from whosaidso.report.statistics import difference_interval, mean_interval

TELLING_FROM = 0.05
"""A difference of so much of the points, or more, is worth a sentence."""
NOTE = (
    "Students chose, so the two groups differ in more than the story. This table is for your eyes: it shows how many chose which. "
    "The part that may be shown puts both together."
)


def choice_pieces(analysis: Analysis) -> list[Piece]:
    """Return how the two groups did, assignment by assignment; nothing where there is no choice."""
    known = {one.data.name: one.data for one in analysis.assignments}
    pieces: list[Piece] = []
    for name, other in sorted(analysis.data.choices.items()):
        if name not in known or other not in known:
            continue
        one, two = known[other], known[name]
        groups = [_marks(data) for data in (one, two)]
        if min(map(len, groups)) < FEWEST_SHARED:
            sizes = f"{counted(len(groups[0]), 'hand-in')} and {len(groups[1])}"
            pieces.append(
                f"{other} and {name}: {sizes}, too few to compare; it takes {FEWEST_SHARED} of each to say anything."
            )
            continue
        rows = [_row(data, marks) for data, marks in zip((one, two), groups, strict=True)]
        heads = ("assignment", "hand-ins", "points by machine", "hits", "false alarms", "d′", "c")
        pieces.append(Grid(f"t-choice-{name}", f"{other} and {name}: means with 95% intervals", heads, rows, NOTE))
        gap = difference_interval(groups[1], groups[0])
        if gap is not None:
            pieces.append(_in_words(name, other, gap.value, gap.low, gap.high))
    return pieces


def _marks(data: AssignmentData) -> list[float]:
    most = data.most_by_machine
    return [data.by_machine[who] / most for who in sorted(data.by_machine) if who in data.handed] if most else []


def _row(data: AssignmentData, marks: Sequence[float]) -> Sequence[str | Cell]:
    mean = mean_interval(marks)
    found = class_detection(data)
    row: list[str | Cell] = [data.name, str(len(marks)), Cell(shares(mean), mean.value if mean else None)]
    if found is None or found.n < FEWEST_SHARED:
        return [*row, "–", "–", "–", "–"]
    return [*row, *detected(found)]


def _in_words(name: str, other: str, gap: float, low: float, high: float) -> str:
    found = f"{number(gap * 100, 0, sign=True)} points of a hundred ({number(low * 100, 0, sign=True)} to {number(high * 100, 0, sign=True)})"
    if low * high > 0 and abs(gap) >= TELLING_FROM:
        harder, easier = (name, other) if gap < 0 else (other, name)
        return f"{name} beside {other}: {found}. Those who chose {harder} earned less than those who chose {easier}; look whether it is the harder one."
    if high - low > 0.2:
        return f"{name} beside {other}: {found}. The numbers are too few to say that the two are equally hard."
    return f"{name} beside {other}: {found}. No difference that would matter shows."
