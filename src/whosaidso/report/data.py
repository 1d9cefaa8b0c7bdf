"""What a report is made from: each assignment's roster, marks, outcomes, key and disputes, read once."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import evolve, field, frozen

from whosaidso.cases import choice_of, stand_ins
from whosaidso.faults import DataError
from whosaidso.grading.disputes import Dispute, disputes
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import Sheet, connected, read_sheet
from whosaidso.grading.keys import load_key
from whosaidso.grading.outcomes import Line, Lines, read_outcomes
from whosaidso.grading.roster import read_roster
from whosaidso.records import Case, Gold, Task


@frozen
class TaskData:
    """One task with the outcomes of everybody who answered any of it."""

    task: Task
    case: Case
    gold: Gold
    lines: dict[str, Line]
    """By student."""
    blank: frozenset[str] = frozenset()
    """Who handed in, but left all of it open."""


@frozen
class Waiting:
    """A cell that a person has to mark."""

    cell: str
    points: float
    marked: int
    waiting: int


@frozen
class AssignmentData:
    """One assignment of the course."""

    name: str
    tasks: tuple[TaskData, ...]
    handed: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    """Students of the gradebook from whom nothing came."""
    unread: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    """Whose hand-in a person should look at."""
    stale: int = 0
    """Hand-ins that were marked by another key than the one that stands now."""
    waiting: tuple[Waiting, ...] = ()
    by_machine: dict[str, float] = field(factory=dict)
    """Points by machine, by student."""
    most_by_machine: float = 0.0
    disputes: tuple[Dispute, ...] = ()


@frozen
class ClassData:
    """All that a report is made from."""

    course: str
    shown: dict[str, str]
    """What each student is called on the page."""
    assignments: tuple[AssignmentData, ...]
    named: bool = False
    left_out: tuple[str, ...] = ()
    """A sentence for each assignment that could not be read."""
    sections: dict[str, str] = field(factory=dict)
    """The section of each student, where a class list says it."""
    choices: dict[str, str] = field(factory=dict)
    """Assignments that may be done instead of another: the one, then the other."""

    @property
    def students(self) -> int:
        """How many there are."""
        return len(self.shown)


def answered(line: Line) -> bool:
    """Did the student answer any of this task?

    >>> answered({"answer": {"links": [], "voices": {}}}), answered({"answer": {"c90": {"verdict": "supported"}}})
    (False, True)
    """
    answer = line.get("answer")
    return any(map(bool, answer.values())) if isinstance(answer, dict) else bool(answer)


def task_data(task: Task, case: Case, gold: Gold, lines: Iterable[Line]) -> TaskData:
    """Return a task with its lines, those that were left open apart."""
    mine = {line["student"]: line for line in lines if line.get("of") == "task" and line.get("task") == task.id}
    full = {student: line for student, line in mine.items() if answered(line)}
    return TaskData(task, case, gold, full, frozenset(set(mine) - set(full)))


def read_class(
    course: CourseFolder, names: Iterable[str], *, people: Mapping[str, str] | None = None
) -> tuple[ClassData, dict[str, str]]:
    """Return what there is of these assignments, and each student's name as the gradebook has it.

    `people` says what students are called; without it they are called by their ids, for the caller to change.

    Raises
    ------
    Stopped
        If the gradebook cannot be read.
    """
    found: list[AssignmentData] = []
    left_out: list[str] = []
    everybody: dict[str, str] = {}
    with connected(course) as db:
        for name in names:
            sheet = read_sheet(db, name)
            everybody.update(sheet.students)
            try:
                found.append(_assignment(course, name, sheet, read_outcomes(course, name)))
            except DataError as error:
                left_out.append(f"{name} is left out: {error.faults[0]}")
    found = _with_choices(found)
    shown = dict(people) if people is not None else {student: student for student in everybody}
    return ClassData(
        course.course_id or course.root.name, shown, tuple(found), left_out=tuple(left_out), choices=stand_ins()
    ), everybody


def _with_choices(found: list[AssignmentData]) -> list[AssignmentData]:
    """Say of nobody that an assignment is missing who did the one that may be done instead."""
    done = {one.name: one.handed for one in found}

    def still_missing(one: AssignmentData) -> tuple[str, ...]:
        others = [done[name] for name in choice_of(one.name) if name in done]
        return tuple(student for student in one.missing if not any(student in other for other in others))

    return [evolve(one, missing=still_missing(one)) for one in found]


def together(found: Sequence[AssignmentData], pairs: Mapping[str, str]) -> list[AssignmentData]:
    """Return assignments in which two between which students choose are one, under both names.

    `pairs` has the assignment that stands in, and the one it stands for. Of who did both, the better points count.
    """
    by_name = {one.name: one for one in found}
    use = {name: other for name, other in pairs.items() if {name, other} <= set(by_name)}
    made = []
    for one in found:
        if one.name in use:
            continue
        for name in sorted(name for name, other in use.items() if other == one.name):
            more = by_name[name]
            points = {
                who: max(one.by_machine.get(who, 0.0), more.by_machine.get(who, 0.0))
                for who in {*one.by_machine, *more.by_machine}
            }
            one = AssignmentData(
                f"{one.name}-or-{name}",
                one.tasks + more.tasks,
                one.handed | more.handed,
                by_machine=points,
                most_by_machine=max(one.most_by_machine, more.most_by_machine),
            )
        made.append(one)
    return made


def sections_of(path: Path, everybody: Mapping[str, str]) -> dict[str, str]:
    """Return the section of each student of the gradebook, as a class list has it.

    Raises
    ------
    Stopped
        If it is no class list, has no column for sections, or knows nobody of the gradebook.
    """
    roster = read_roster(path)
    found: dict[str, str] = {}
    for student, name in everybody.items():
        person = roster.with_id(student) or roster.find(student) or (roster.find(name) if name else None)
        if person is not None and person.section:
            found[student] = person.section
    if not any(person.section for person in roster.people):
        raise Stopped(f"{path.name} says no section: it needs a column like Section, Group or Class.")
    if not found:
        raise Stopped(f"{path.name} knows nobody of this gradebook; name the class list of this course.")
    return found


def _assignment(course: CourseFolder, name: str, sheet: Sheet, lines: Lines) -> AssignmentData:
    key = load_key(course, name)
    tasks = [task for task in key.case.tasks.values() if task.assignment == name]
    hand_ins = [line for line in lines.values() if line["of"] == "hand-in"]
    machine: dict[str, float] = {}
    most: dict[str, float] = {}
    for line in lines.values():
        if line["of"] == "task":
            machine[line["student"]] = machine.get(line["student"], 0.0) + float(line.get("points") or 0.0)
            most[line["task"]] = max(most.get(line["task"], 0.0), float(line.get("most") or 0.0))
    handed = set(sheet.handed) | {line["student"] for line in hand_ins}
    return AssignmentData(
        name,
        tuple(task_data(task, key.case, key.gold, lines.values()) for task in tasks),
        frozenset(handed),
        tuple(sorted(set(sheet.students) - handed)),
        tuple(sorted(line["student"] for line in hand_ins if not line.get("read", True))),
        tuple(sorted(line["student"] for line in hand_ins if line.get("attention"))),
        sum(line.get("key") != key.digest for line in hand_ins),
        _waiting(sheet),
        machine,
        sum(most.values()),
        tuple(disputes(course, [name])),
    )


def _waiting(sheet: Sheet) -> tuple[Waiting, ...]:
    """Return the cells that are marked by hand, with how many are and how many wait."""
    found = []
    for (notebook, cell), points in sheet.points.items():
        rows = [handed.grades[notebook, cell] for handed in sheet.handed.values() if (notebook, cell) in handed.grades]
        waiting = sum(row.needs for row in rows)
        marked = sum(row.manual is not None and not row.needs for row in rows)
        if waiting or marked:
            found.append(Waiting(cell, points, marked, waiting))
    return tuple(sorted(found, key=lambda one: one.cell))


def read_earlier(place: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the lines of an earlier run's outcomes, by assignment; files that cannot be read are left out.

    `place` is its outcomes/ folder, or a zip of `whosaidso archive`.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name, read in _outcome_files(place):
        try:
            lines = [json.loads(line) for line in read().decode().split("\n") if line]
        except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):
            continue
        if all(isinstance(line, dict) and {"of", "student"} <= set(line) for line in lines):
            found[name] = lines
    return found


def _outcome_files(place: Path) -> list[tuple[str, Callable[[], bytes]]]:
    if not zipfile.is_zipfile(place):
        return [(path.stem, path.read_bytes) for path in sorted(place.glob("*.jsonl"))]
    pack = zipfile.ZipFile(place)
    inside = (PurePosixPath(name) for name in sorted(pack.namelist()))
    return [
        (path.stem, partial(pack.read, str(path)))
        for path in inside
        if path.suffix == ".jsonl" and path.parent.name == "outcomes"
    ]
