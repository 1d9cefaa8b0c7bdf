"""Verdicts, records and gaps given to each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from whosaidso.report.analysis import Analysis
from whosaidso.report.data import TaskData
from whosaidso.report.items import FEWEST_SHARED
from whosaidso.report.pieces import (
    Cell,
    Fold,
    Grid,
    Piece,
    counted,
    percent,
)
from whosaidso.vocabulary import GAPS, VERDICTS

MOST_RECORDS = 6


def claim_pieces(analysis: Analysis) -> list[Piece]:
    """Return, task by task, which verdicts were given to each claim, and which records and gaps beside them."""
    pieces: list[Piece] = []
    for one in analysis.assignments:
        for data in one.data.tasks:
            if data.task.kind == "claim_check" and len(data.lines) >= FEWEST_SHARED:
                pieces += [_verdicts(data), Fold(f"{data.task.id}: records and gaps given", [_records(data)])]
    return pieces


def _verdicts(data: TaskData) -> Grid:
    rows: list[Sequence[str | Cell]] = []
    n = len(data.lines)
    for item in data.task.items:
        gold = data.gold.claims.get(item)
        full = {gold.verdict, *(accept.verdict for accept in gold.accept_full)} if gold else set()
        half = {accept.verdict for accept in gold.accept_half} if gold else set()
        given = Counter(line["answer"].get(item, {}).get("verdict", "") for line in data.lines.values())
        cells = []
        for verdict in VERDICTS:
            share = given[verdict] / n
            mark = " ✓ key" if verdict in full else " ½" if verdict in half else ""
            cells.append(Cell(f"{percent(share)}{mark}", share, strong=verdict in full))
        open_share = (n - sum(given[verdict] for verdict in VERDICTS)) / n
        rows.append((f"{item} {data.case.claims[item].text}", *cells, Cell(percent(open_share), open_share)))
    heads = ("claim", *(term.label for term in VERDICTS.values()), "open")
    return Grid(f"t-verdicts-{data.task.id}", f"{data.task.id}: verdicts given by {counted(n, 'student')}", heads, rows)


def _records(data: TaskData) -> Grid:
    rows: list[Sequence[str | Cell]] = []
    n = len(data.lines)
    for item in data.task.items:
        gold = data.gold.claims.get(item)
        carrying = {record for needed in gold.usable for record in needed} if gold else set()
        for accept in (*gold.accept_full, *gold.accept_half) if gold else ():
            carrying |= {record for needed in accept.usable for record in needed}
        given: Counter[str] = Counter()
        gaps: Counter[str] = Counter()
        for line in data.lines.values():
            answer = line["answer"].get(item)
            if answer:
                given.update(set(answer.get("evidence", ())) or {"no record"})
                if answer.get("gap"):
                    gaps[answer["gap"]] += 1
        shown = [name for name, _ in given.most_common(MOST_RECORDS)]
        shown += [name for name in sorted(carrying) if name not in shown]
        for name in shown:
            known = data.case.records.get(name)
            title = f"{name} {known.publisher}, {known.date}" if known else name
            says = "carries it" if name in carrying else "does not"
            rows.append((item, title, str(given[name]), Cell(percent(given[name] / n), given[name] / n), says))
        for gap, count in gaps.most_common():
            label = GAPS[gap].label if gap in GAPS else gap
            says = "key" if gold and gap in gold.gaps else "–"
            rows.append((item, f"gap: {label}", str(count), Cell(percent(count / n), count / n), says))
    heads = ("claim", "record or gap given", "students", "share", "in the key")
    return Grid(f"t-records-{data.task.id}", f"{data.task.id}: records and gaps beside each claim", heads, rows)
