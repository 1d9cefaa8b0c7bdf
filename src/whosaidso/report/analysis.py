"""All that the page's sections tell, worked out once from the class's data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from whosaidso.report.data import AssignmentData, ClassData, TaskData, together
from whosaidso.report.items import (
    FEW,
    FEWEST_SHARED,
    TELLING_MAJORITY,
    Answers,
    ItemRow,
    answers_of,
    item_rows,
    standings,
    telling,
)
from whosaidso.report.signals import ClassDetection, class_detection, confident_answers
from whosaidso.report.statistics import Numbers, Step, alpha, calibration, standard_error, thirds, welch_t
from whosaidso.report.words import Heat, heats

OUTSIDE_MANY = 0.3
"""From this share of the class on, words that the key knows nothing of are worth a look."""
INVENTED_MANY = 0.4


@frozen
class Reliability:
    """How far one task's marks would come out the same again."""

    task: str
    items: int
    n: int
    alpha: float | None
    mean: float
    spread: float
    most: float
    error: float | None
    """Standard error of measurement, in points."""


@frozen
class Extra:
    """A link that students drew and the key does not have, nor accepts."""

    task: str
    teller: str
    told_by: str
    n: int
    share: float
    upper: float | None
    misconception: str
    suspicious: bool


@frozen
class AssignmentReport:
    """One assignment, analysed."""

    data: AssignmentData
    rows: tuple[ItemRow, ...]
    reliability: tuple[Reliability, ...]
    detection: ClassDetection | None
    steps: tuple[Step, ...]
    overconfidence: float | None
    heats: tuple[Heat, ...]
    extras: tuple[Extra, ...]
    outside: tuple[tuple[str, str, float], ...]
    """Words outside the key that many marked: passage, words, share."""


@frozen
class Analysis:
    """A class, analysed."""

    data: ClassData
    assignments: tuple[AssignmentReport, ...]
    struggling: tuple[str, ...] = ()
    """Students with less than a third of the points by machine in what they handed in, the lowest first."""
    earlier: Mapping[str, AssignmentReport] = field(factory=dict)
    shared: tuple[AssignmentReport, ...] = ()
    """For what may be shown: assignments between which students choose are one, so that nobody sees who chose which."""


def analyse(data: ClassData, earlier: Mapping[str, AssignmentData] | None = None) -> Analysis:
    """Return everything the page tells of a class, and of an earlier run where there is one."""
    before = list((earlier or {}).values())
    reports = _reports(data.assignments)
    merged = together(data.assignments, data.choices)
    return Analysis(
        data,
        tuple(reports),
        tuple(_struggling(data)),
        {report.data.name: report for report in _reports(before)},
        tuple(reports if merged == list(data.assignments) else _reports(merged)),
    )


def _reports(assignments: tuple[AssignmentData, ...] | list[AssignmentData]) -> list[AssignmentReport]:
    answers = [answers_of(one) for one in assignments]
    every = standings(answers)
    return [_report(one, found, here) for one, found, here in zip(assignments, answers, every, strict=True)]


def _report(one: AssignmentData, found: Answers, standing: Numbers) -> AssignmentReport:
    steps, over = calibration(confident_answers(one))
    marked = [heat for data in one.tasks if data.task.kind == "span_label" for heat in heats(data)]
    overall = {student: float(value) for student, value in zip(found.students, _overall(standing), strict=True)}
    links = [data for data in one.tasks if data.task.kind == "source_trace" and not data.task.voices]
    return AssignmentReport(
        one,
        tuple(item_rows(one, found, standing)),
        tuple(_reliability(data, found) for data in one.tasks),
        class_detection(one),
        tuple(steps),
        over,
        tuple(marked),
        tuple(extra for data in links for extra in _extras(data, overall)),
        tuple(_outside(marked)),
    )


def _overall(standing: Numbers) -> Numbers:
    known = ~np.isnan(standing)
    result: Numbers = np.where(known, standing, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return result


def _reliability(data: TaskData, found: Answers) -> Reliability:
    mine = [place for place, column in enumerate(found.columns) if column.task is data]
    rows = [row for row, student in enumerate(found.students) if student in data.lines]
    credits = found.credits[np.ix_(rows, mine)] if rows and mine else np.zeros((0, 0))
    points = [float(line.get("points") or 0.0) for line in data.lines.values()]
    most = max([float(line.get("most") or 0.0) for line in data.lines.values()], default=0.0)
    spread = float(np.std(points, ddof=1)) if len(points) > 1 else 0.0
    value = alpha(credits) if len(points) >= FEW else None
    error = standard_error(spread, value) if value is not None else None
    mean = sum(points) / len(points) if points else 0.0
    return Reliability(data.task.id, len(mine), len(points), value, mean, spread, most, error)


def _extras(data: TaskData, overall: Mapping[str, float]) -> list[Extra]:
    n = len(data.lines)
    if n < FEWEST_SHARED:
        return []
    givers: dict[tuple[str, str], set[str]] = {}
    said: dict[tuple[str, str], str] = {}
    for student, line in data.lines.items():
        links = line["answer"].get("links", ()) if isinstance(line["answer"], dict) else ()
        by_id = {entry["id"]: entry for entry in line["items"]}
        for place, link in enumerate(links, 1):
            entry = by_id.get(f"link {place}")
            if entry and entry["outcome"] == "invented":
                pair = (link["teller"], link["told_by"])
                givers.setdefault(pair, set()).add(student)
                said[pair] = entry["misconception"]
    students = sorted(data.lines)
    standing = np.array([overall.get(student, 0.0) for student in students])
    _, upper = thirds(standing)
    found = []
    for pair, who in sorted(givers.items(), key=lambda row: (-len(row[1]), row[0])):
        here = np.array([student in who for student in students])
        share = float(here[upper].mean()) if upper.any() else None
        t = welch_t(standing[here], standing[~here])
        odd = n >= FEW and share is not None and share >= INVENTED_MANY and telling(t or 0.0, TELLING_MAJORITY, n)
        found.append(Extra(data.task.id, *pair, len(who), len(who) / n, share, said[pair], odd))
    return found


def _outside(marked: list[Heat]) -> list[tuple[str, str, float]]:
    """Return runs of words that the key knows nothing of and that many marked."""
    found = []
    for heat in marked:
        if heat.n < FEWEST_SHARED:
            continue
        run: list[str] = []
        most = 0.0
        for word in [*heat.words, None]:
            if word is not None and not word.grade and word.marked / heat.n >= OUTSIDE_MANY:
                run.append(word.text)
                most = max(most, word.marked / heat.n)
            elif run:
                found.append((f"{heat.passage} {heat.article} {heat.paragraph}", " ".join(run), most))
                run, most = [], 0.0
    return sorted(found, key=lambda row: -row[2])


def _struggling(data: ClassData) -> list[str]:
    got: dict[str, float] = {}
    most: dict[str, float] = {}
    for one in data.assignments:
        for student, points in one.by_machine.items():
            got[student] = got.get(student, 0.0) + points
            most[student] = most.get(student, 0.0) + one.most_by_machine
    shares = {student: got[student] / most[student] for student in got if most[student]}
    return sorted((student for student, share in shares.items() if share < 1 / 3), key=lambda one: (shares[one], one))
