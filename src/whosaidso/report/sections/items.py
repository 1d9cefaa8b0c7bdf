"""The item table, what was chosen and by whom, and misconceptions."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.analysis import Analysis, AssignmentReport
from whosaidso.report.items import FEW, FEW_FOR_FLAT, FEWEST_SHARED, misconception_rates
from whosaidso.report.pieces import (
    Cell,
    Fold,
    Grid,
    Piece,
    number,
    percent,
)
from whosaidso.report.sections.phrases import interval, shares
from whosaidso.report.statistics import (
    share_interval,
)
from whosaidso.vocabulary import MISCONCEPTIONS

FLAGS = {
    "key": "key may be wrong",
    "flat": "tells nobody apart",
    "hard": "very hard",
    "easy": "very easy",
    "default": "default message too often",
}


def item_pieces(analysis: Analysis) -> list[Piece]:
    """Return, assignment by assignment, the table of items, why a key is doubted, what was chosen, and misconceptions."""
    pieces: list[Piece] = []
    for one in analysis.assignments:
        if not any(row.n for row in one.rows):
            continue
        pieces.append(f"## {one.data.name}")
        heads = ("item", "what it asks", "answered", "difficulty", "discrimination r", "default", "appeals", "look at")
        rows = [
            (
                row.id,
                row.text,
                str(row.n),
                Cell(percent(row.difficulty), row.difficulty),
                interval(row.r),
                percent(row.default),
                f"{row.disputes} ({row.open_disputes} open)" if row.disputes else "0",
                Cell("; ".join(FLAGS[flag] for flag in row.flags), strong=bool(row.flags)),
            )
            for row in one.rows
        ]
        most = max(row.n for row in one.rows)
        hidden = ""
        if most < FEW:
            hidden = f" r is hidden: with fewer than {FEW} answers it says more about chance than about the item."
        elif most < FEW_FOR_FLAT:
            hidden = (
                f" With fewer than {FEW_FOR_FLAT} answers it is too early to call an item one that tells nobody apart."
            )
        note = f"Difficulty is the mean credit: high is easy. r is the correlation with the rest of the assignment, the item taken out.{hidden}"
        pieces.append(Grid(f"t-items-{one.data.name}", f"{one.data.name}: every item", heads, rows, note))
        pieces += [f"{row.id}: {row.evidence}" for row in one.rows if row.evidence]
        pieces.append(Fold(f"{one.data.name}: what was chosen, and by whom", [_choices(one)]))
        found = _misconceptions(one)
        if found.rows or found.note:
            pieces.append(found)
    return pieces


def _choices(one: AssignmentReport) -> Grid:
    rows: list[Sequence[str | Cell]] = []
    for row in one.rows:
        if row.n < FEWEST_SHARED:
            continue
        for choice in row.choices:
            upper, lower = (choice.upper, choice.lower) if row.n >= FEW else (None, None)
            standing = choice.standing if row.n >= FEW and choice.n >= 5 else None
            name = f"{choice.name} ✓ key" if choice.keyed else choice.name
            rows.append(
                (
                    row.id,
                    Cell(name, strong=choice.keyed),
                    str(choice.n),
                    Cell(percent(choice.share), choice.share),
                    percent(lower),
                    percent(upper),
                    number(standing, 1, sign=True),
                )
            )
        if row.open:
            rows.append(
                (row.id, "no answer", str(row.open), Cell(percent(row.open / row.n), row.open / row.n), "–", "–", "–")
            )
    heads = ("item", "answer", "students", "share", "lower third", "upper third", "standing")
    note = (
        "Thirds and standing go by everything else the student did, in all assignments of this report: standing is in standard "
        f"deviations of the class. They are hidden below {FEW} answers, standing also below 5 who chose it; items below "
        f"{FEWEST_SHARED} answers are left out."
    )
    return Grid(f"t-choices-{one.data.name}", f"{one.data.name}: answers by lower and upper third", heads, rows, note)


def _misconceptions(one: AssignmentReport) -> Grid:
    rows: list[Sequence[str | Cell]] = []
    small = False
    for data in one.data.tasks:
        n = len(data.lines)
        if n < FEWEST_SHARED:
            small = small or n > 0
            continue
        for note, (count, where) in misconception_rates(data).items():
            label = MISCONCEPTIONS[note].label if note in MISCONCEPTIONS else note
            rows.append(
                (
                    f"{note} {label}",
                    data.task.id,
                    str(count),
                    Cell(shares(share_interval(count, n)), count / n),
                    where or "–",
                )
            )
    heads = ("misconception", "task", "students", "share of those who answered", "most at")
    note = f"Hidden for tasks with fewer than {FEWEST_SHARED} answers." if small else ""
    return Grid(f"t-wrong-{one.data.name}", f"{one.data.name}: misconceptions", heads, rows, note)
