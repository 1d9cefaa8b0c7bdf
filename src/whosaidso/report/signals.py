"""Do students tell what pushes from what is fair, and unsound claims from sound ones? Hits and false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from whosaidso.records import Gold, Task
from whosaidso.report.data import AssignmentData
from whosaidso.report.statistics import Interval, mean_interval
from whosaidso.scores import detection


@frozen
class Counts:
    """One student's answers to signal items (words that push, claims that are not sound) and to noise items."""

    hits: int = 0
    signals: int = 0
    false_alarms: int = 0
    noises: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.signals + other.signals,
            self.false_alarms + other.false_alarms,
            self.noises + other.noises,
        )


@frozen
class ClassDetection:
    """How a class told signal from noise: means over its students."""

    kind: str
    n: int
    signals: float
    noises: float
    hits: Interval | None
    """As a share of the signals."""
    false_alarms: Interval | None
    d: Interval | None
    c: Interval | None


def counts_of(task: Task, gold: Gold, line: Mapping[str, Any]) -> Counts:
    """Return one student's hits and false alarms in a task; what was not answered counts nowhere."""
    if task.kind == "span_label":
        grades = {span.id: span.grade for span in gold.spans}
        core = [entry for entry in line["items"] if grades.get(entry["id"]) == "core"]
        lures = [entry for entry in line["items"] if grades.get(entry["id"]) == "lure"]
        hits = sum(entry["outcome"] == "right" for entry in core)
        return Counts(hits, len(core), sum(entry["outcome"] == "wrong" for entry in lures), len(lures))
    found = Counts()
    for claim in task.items:
        given = line["answer"].get(claim) if isinstance(line["answer"], dict) else None
        if claim in gold.claims and given:
            doubted = int(given.get("verdict") != "supported")
            sound = gold.claims[claim].verdict == "supported"
            found += Counts(0, 0, doubted, 1) if sound else Counts(doubted, 1)
    return found


def class_detection(assignment: AssignmentData) -> ClassDetection | None:
    """Return how the class did on an assignment; None where it has no items of the two kinds."""
    students: dict[str, Counts] = {}
    kind = ""
    for data in assignment.tasks:
        if data.task.kind in ("span_label", "claim_check"):
            kind = data.task.kind
            for student, line in data.lines.items():
                students[student] = students.get(student, Counts()) + counts_of(data.task, data.gold, line)
    use = [one for one in students.values() if one.signals and one.noises]
    if not kind:
        return None
    found = [
        detection(hits=one.hits, signals=one.signals, false_alarms=one.false_alarms, noises=one.noises) for one in use
    ]
    n = len(use)
    return ClassDetection(
        kind,
        n,
        sum(one.signals for one in use) / n if n else 0.0,
        sum(one.noises for one in use) / n if n else 0.0,
        mean_interval([one.hits / one.signals for one in use]),
        mean_interval([one.false_alarms / one.noises for one in use]),
        mean_interval([d for d, _, _ in found]),
        mean_interval([c for _, c, _ in found]),
    )


def confident_answers(assignment: AssignmentData) -> list[tuple[float, bool]]:
    """Return every stated confidence with whether that answer earned all its credit."""
    bets = []
    for data in assignment.tasks:
        if data.task.kind != "claim_check":
            continue
        for line in data.lines.values():
            credits = {entry["id"]: entry["credit"] for entry in line["items"]}
            for claim, given in line["answer"].items():
                stated = given.get("confidence")
                if isinstance(stated, int | float) and claim in credits:
                    bets.append((float(stated), credits[claim] == 1))
    return bets
