"""Sections of a class beside one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from whosaidso.report.analysis import Analysis, AssignmentReport
from whosaidso.report.data import AssignmentData
from whosaidso.report.items import FEWEST_SHARED, answers_of
from whosaidso.report.pieces import Cell, Fold, Grid, Piece, counted, listing, number, percent
from whosaidso.report.sections.phrases import detected, shares
from whosaidso.report.signals import class_detection
from whosaidso.report.statistics import Numbers, difference_interval, mean_interval

APART = 0.2
"""From this difference of mean credit on, an item is named."""
NOTE = (
    "Each section is held against all the others together; intervals are Welch's (1947). Sections differ in more than what was taught, "
    "and of many comparisons about one in twenty stands out by chance. A reason to ask, no proof."
)


def group_pieces(analysis: Analysis) -> list[Piece]:
    """Return each section's marks, hits and false alarms, and the items on which one is apart from the others."""
    places = analysis.data.sections
    if not places:
        return []
    names = sorted(set(places.values()))
    lost = len(set(analysis.data.shown) - set(places))
    pieces: list[Piece] = []
    if lost:
        pieces.append(f"The class list names no section for {counted(lost, 'student')}, who count nowhere here.")
    for one in analysis.assignments:
        parts = {name: part_of(one.data, {who for who, place in places.items() if place == name}) for name in names}
        large = {name: part for name, part in parts.items() if len(part.by_machine) >= FEWEST_SHARED}
        small = [name for name in names if name not in large]
        if len(large) < 2:
            if one.data.by_machine:
                pieces.append(
                    f"{one.data.name}: nothing to compare, because fewer than two sections have {FEWEST_SHARED} hand-ins."
                )
            continue
        pieces += [f"## {one.data.name}", _table(one.data, large)]
        if small:
            pieces.append(f"Hidden, because fewer than {FEWEST_SHARED} handed in: {listing(small)}.")
        pieces += _items(one, places, list(large))
    return pieces


def part_of(data: AssignmentData, students: set[str]) -> AssignmentData:
    """Return an assignment as these students alone did it."""
    tasks = tuple(
        evolve(task, lines={who: line for who, line in task.lines.items() if who in students}) for task in data.tasks
    )
    machine = {who: points for who, points in data.by_machine.items() if who in students}
    return evolve(data, tasks=tasks, handed=data.handed & students, by_machine=machine)


def _table(data: AssignmentData, parts: dict[str, AssignmentData]) -> Grid:
    rows: list[Sequence[str | Cell]] = []
    told_apart = class_detection(data) is not None
    for name, part in parts.items():
        most = data.most_by_machine
        mean = mean_interval([points / most for points in part.by_machine.values()]) if most else None
        row: list[str | Cell] = [name, str(len(part.by_machine)), Cell(shares(mean), mean.value if mean else None)]
        found = class_detection(part)
        if found is not None and found.n >= FEWEST_SHARED:
            row += detected(found)
        elif told_apart:
            row += ["–"] * 4
        rows.append(row)
    heads = ["section", "hand-ins", "points by machine", *(["hits", "false alarms", "d′", "c"] if told_apart else [])]
    caption = f"{data.name}: sections compared; means with 95% intervals"
    return Grid(f"t-sections-{data.name}", caption, heads, rows)


def _items(one: AssignmentReport, places: dict[str, str], names: list[str]) -> list[Piece]:
    answers = answers_of(one.data)
    where = np.array([places.get(student, "") for student in answers.students], dtype=object)
    rows: list[tuple[float, Sequence[str | Cell]]] = []
    apart = []
    for place, column in enumerate(answers.columns):
        credits = answers.credits[:, place]
        means: list[str | Cell] = []
        for name in names:
            mine, others = (_known(credits[side]) for side in (where == name, (where != name) & (where != "")))
            if min(len(mine), len(others)) < FEWEST_SHARED:
                means.append("–")
                continue
            mean = float(mine.mean())
            means.append(Cell(percent(mean), mean))
            gap = difference_interval(mine.tolist(), others.tolist())
            if gap is not None and abs(gap.value) >= APART and gap.low * gap.high > 0:
                apart.append(
                    (
                        -abs(gap.value),
                        f"{column.id} ({column.text[:70]}): {name} {percent(mean)}, the others {percent(float(others.mean()))}; "
                        f"{number(gap.value * 100, 0, sign=True)} points ({number(gap.low * 100, 0, sign=True)} to "
                        f"{number(gap.high * 100, 0, sign=True)}).",
                    )
                )  # fmt: skip
        known = [cell.share for cell in means if isinstance(cell, Cell) and cell.share is not None]
        spread = max(known) - min(known) if known else 0.0
        rows.append((-spread, (column.id, column.text, *means, f"{number(spread * 100, 0)}")))
    heads = ("item", "what it asks", *names, "widest gap, in points")
    grid = Grid(
        f"t-section-items-{one.data.name}",
        f"{one.data.name}: mean credit by section, the widest gaps first",
        heads,
        [row for _, row in sorted(rows, key=lambda row: row[0])],
        NOTE,
    )
    said = [sentence for _, sentence in sorted(apart)]
    pieces: list[Piece] = list(said) or [
        f"No item is {APART * 100:.0f} points or more apart between a section and the others."
    ]
    return [*pieces, Fold(f"{one.data.name}: every item by section", [grid])]


def _known(values: Numbers) -> Numbers:
    known: Numbers = values[~np.isnan(values)]
    return known
