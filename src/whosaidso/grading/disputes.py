"""Appeals: what students see differently, and what is ruled on it.

Three rulings (gold-policy §6): *upheld for all* changes gold.toml and its history; *accepted for this
student* changes the mark of the students named only; *declined* says why. None lowers a mark, but for
one declined after it was accepted: of the two, the last counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import tomlkit
from attrs import asdict, evolve, field, frozen

from whosaidso.check import parse_answer
from whosaidso.faults import DataError
from whosaidso.files import write_whole
from whosaidso.gold import gold_of
from whosaidso.grading.backups import Backup
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import connected, read_sheet
from whosaidso.grading.keys import (
    RULINGS,
    Floors,
    Key,
    apply,
    asked_of,
    changed_gold,
    digest_of,
    items_of,
    key_of,
    load_key,
    ruling_faults,
    ruling_for,
)
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import checks_of
from whosaidso.grading.notebooks import read_released
from whosaidso.grading.outcomes import Line, read_outcomes
from whosaidso.kinds import part
from whosaidso.records import Change, Ruling, Task


@frozen
class Said:
    """One student's "I see it differently" on one item."""

    student: str
    why: str
    record: str
    answer: str = ""
    """What the student answered there, in short, and what it earned."""
    ruling: Ruling | None = None
    """The last ruling that concerns it, if there is one."""


@frozen
class Dispute:
    """An item that is disputed."""

    assignment: str
    task: str
    item: str
    text: str
    """The item in a few words."""
    gold: str = ""
    """The key's answer, in short."""
    said: tuple[Said, ...] = field(factory=tuple)

    @property
    def open(self) -> int:
        """How many wait for a ruling."""
        return sum(one.ruling is None for one in self.said)


def disputes(course: CourseFolder, assignments: Iterable[str]) -> list[Dispute]:
    """Return what is disputed, the items with the most open ones first."""
    found: list[Dispute] = []
    for assignment in assignments:
        key = load_key(course, assignment)
        by_item: dict[tuple[str, str], list[Said]] = {}
        for (student, task), line in read_outcomes(course, assignment).items():
            for item, note in line.get("differently", {}).items():
                ruling = ruling_for(key.rulings, item, student)
                ruling = ruling and evolve(ruling, marks="")  # other people's marks are no part of a dispute
                said = Said(student, note.get("why", ""), note.get("record", ""), answered(line, item), ruling)
                by_item.setdefault((task, item), []).append(said)
        for (task, item), notes in by_item.items():
            ordered = tuple(sorted(notes, key=lambda one: one.student))
            found.append(Dispute(assignment, task, item, describe(key, item), keyed(key, item), ordered))
    return in_order(found)


def in_order(found: Iterable[Dispute]) -> list[Dispute]:
    """Return disputes with the most open ones first."""
    return sorted(found, key=lambda dispute: (-dispute.open, -len(dispute.said), dispute.assignment, dispute.item))


def describe(key: Key, item: str) -> str:
    """Return an item in the words in which students know it."""
    case = key.case
    if item in case.claims:
        return case.claims[item].text
    if item in case.passages:
        return case.passages[item].title
    if item in case.headline_claims:
        return case.headline_claims[item].text
    return item


def answered(line: Line, item: str) -> str:
    """Return what a student answered to an item and what it earned, read off the outcomes of a task."""
    answer = line.get("answer")
    given: Any = None
    if isinstance(answer, dict):
        given = answer.get(item)
        if given is None and item in {**answer.get("voices", {}), **answer.get("independent", {})}:
            given = {"voices": answer["voices"].get(item, []), "independent": answer["independent"].get(item, "")}
    earned = [entry["credit"] for entry in line.get("items", []) if entry["id"].split()[-1] == item]
    parts = (
        [_short(given[key]) for key in given if key not in ("item", "confidence")] if isinstance(given, dict) else []
    )
    said = ", ".join(part for part in parts if part)
    got = (
        f"{sum(earned):g} earned there"
        if earned
        else f"{line.get('points', 0):g} of {line.get('most', 0):g} points in all"
    )
    return f"{said}; {got}" if said else got


def keyed(key: Key, item: str) -> str:
    """Return the key's answer to an item in short; "" where it is too long for a line."""
    if item in key.gold.claims:
        gold = key.gold.claims[item]
        records = " or ".join(" with ".join(usable) for usable in gold.usable)
        return "; ".join(part for part in (gold.verdict, " or ".join(gold.gaps), records) if part)
    if item in key.gold.voices:
        voices = key.gold.voices[item]
        return f"{', '.join(voices.voices)}; {' or '.join(voices.independent)}"
    return ""


def _short(value: Any) -> str:
    return " with ".join(map(str, value)) if isinstance(value, list) else str(value)


def check_disputed(course: CourseFolder, key: Key, item: str, students: Iterable[str]) -> None:
    """Refuse a ruling for somebody who sees nothing differently there.

    Raises
    ------
    Stopped
        With those who do.
    """
    asked = who_asked(course, key, item)
    for student in students or [""]:
        if student not in asked and not (student == "" and asked):
            who = f"{student} has" if student else "Nobody has"
            others = f"; disputed it was by {', '.join(sorted(asked)[:10])}" if asked else ""
            raise Stopped(
                f"Nothing was ruled: {who} not disputed {item}{others}."
                if student
                else f"Nothing was ruled: {who} disputed {item}."
            )


def who_asked(course: CourseFolder, key: Key, item: str) -> set[str]:
    """Return who sees an item differently; of a span, its passage."""
    asked = asked_of(key.gold, item)
    lines = read_outcomes(course, key.assignment).items()
    return {student for (student, _), line in lines if asked in line.get("differently", {})}


def task_of(key: Key, item: str) -> Task:
    """Return the task that an item belongs to; an item may also be a span of a passage.

    Raises
    ------
    Stopped
        If no task of the assignment has it.
    """
    passage = asked_of(key.gold, item)
    tasks = [task for task in key.case.tasks.values() if task.assignment == key.assignment]
    # a headline claim is asked for by one task only; an article may be traced in two, first for its links
    for task in tasks:
        if passage in items_of(key.case, task.id):
            return task
    known = sorted({name for task in tasks for name in items_of(key.case, task.id)})
    raise Stopped(f"{key.assignment} has no item {item!r}; it has: {', '.join(known)}.")


def answer_of(course: CourseFolder, key: Key, student: str, task: Task) -> Any:
    """Return a student's answer to a task, as it was graded.

    Raises
    ------
    Stopped
        If the student's hand-in was not graded or holds no such answer.
    """
    folder = course.place("autograded", student, key.assignment)
    for path in sorted(folder.glob("*.ipynb")):
        for check in checks_of(read_released(path)):
            if check.call.task == task.id and check.answer is not None:
                reading = read_literal(check.answer, check.call.name)
                if reading.found:
                    return parse_answer(task, key.case, reading.value).answer
    raise Stopped(
        f"No answer of {student} to {task.id} was graded; `whosaidso disputes` lists who sees what differently."
    )


def changes_like(course: CourseFolder, key: Key, item: str, student: str) -> tuple[Change, ...]:
    """Return the changes of the gold under which this student's answer to an item is right, or costs nothing.

    Raises
    ------
    Stopped
        If it is right already, or cannot be made right by such changes.
    """
    task = task_of(key, item)
    answer = answer_of(course, key, student, task)
    try:
        found = part(task.kind, "appeals").changes(item, answer, key.gold, task, key.case)
    except ValueError as error:
        raise Stopped(f"Nothing was ruled: {error}.") from error
    if not found:
        raise Stopped(f"Nothing was ruled: what {student} answered to {item} costs no mark already.")
    try:
        changed_gold(key, tuple(found))
    except DataError as error:
        raise Stopped(f"Nothing was ruled, because the key would be faulty; correct it by hand. {error}") from error
    return tuple(found)


def uphold(course: CourseFolder, key: Key, ruling: Ruling, changes: tuple[Change, ...]) -> list[str]:
    """Change gold.toml for everybody, note it in each item's history, and keep the ruling.

    With no changes the key was corrected by hand, and only the note and the ruling are written. What was
    earned until now is kept with the ruling, and who had asked. Return what was done, in sentences.

    Raises
    ------
    Stopped
        If the changed gold would be faulty. Nothing is written then.
    """
    path = course.place("source", assignment=key.assignment) / "gold.toml"
    document = tomlkit.parse(key.text)
    changes = tuple(_reasoned(change, ruling) for change in changes)
    for change in changes:
        apply(document, change)
    note = {"when": ruling.when, "who": ruling.who, "what": f"upheld on appeal: {ruling.why}"}
    touched = {change.id for change in changes} or {ruling.item}
    noted = []
    for table in ("claim", "span", "voices"):
        for row in document.get(table, []):
            if row.get("id", row.get("claim")) in touched or (not changes and row.get("passage") in touched):
                row.setdefault("history", [])
                row["history"].append(note)
                noted.append(str(row.get("id", row.get("claim"))))
    text = tomlkit.dumps(document)
    gold, faults = gold_of(tomlkit.parse(text).unwrap(), key.assignment, key.case)
    ruling = evolve(
        ruling,
        students=tuple(sorted(who_asked(course, key, ruling.item))),
        marks=json.dumps(earned(course, key.assignment)),
    )
    faults = faults or ruling_faults(key_of(key.assignment, key.case, gold, text, (*key.rulings, ruling)))
    if faults:
        raise Stopped(f"Nothing was written, because the key would be faulty. {DataError(faults)}")
    with Backup.of(course, f"disputes uphold {ruling.item}", gradebook=False) as backup:
        backup.before(path)
        write_whole(path, text.encode(), beside=course.backups)
        _keep(course, backup, ruling)
    home = f"solutions/{key.assignment}/gold.toml"
    if changes:
        return [f"Changed in {home}: {_in_words(change)}" for change in changes]
    if noted:
        return [f"Noted in {home}, in the history of {', '.join(noted)}."]
    return [f"Noted in {RULINGS} only: {home} keeps no history of {ruling.item}."]


def earned(course: CourseFolder, assignment: str) -> Floors:
    """Return what each answer has earned so far, as the gradebook has it."""
    with connected(course) as db:
        handed = read_sheet(db, assignment).handed
    found: Floors = {}
    for (student, task), line in read_outcomes(course, assignment).items():
        rows = handed[student].grades if task and student in handed else {}
        points = next((row.auto for (_, cell), row in rows.items() if cell == line["cell"]), None)
        if points and line["answer"] is not None:
            found.setdefault(student, {})[line["cell"]] = {digest_of(line["answer"]): points}
    return found


def _reasoned(change: Change, ruling: Ruling) -> Change:
    """Put who, when and why into a new row, whose table has no history."""
    if change.how != "row":
        return change
    row = {**json.loads(change.value), "reason": f"Upheld on appeal by {ruling.who} on {ruling.when}: {ruling.why}"}
    return Change.of(change.table, change.id, change.key, row, how="row")


def keep(course: CourseFolder, key: Key, rulings: list[Ruling]) -> None:
    """Keep rulings that change no key.

    Raises
    ------
    Stopped
        If what is accepted for a student does not fit the key, or not what was accepted before.
    """
    faults = ruling_faults(evolve(key, rulings=(*key.rulings, *rulings)))
    if faults:
        raise Stopped(f"Nothing was ruled, because the key would be faulty; correct it by hand. {DataError(faults)}")
    verb = {"accepted": "accept", "declined": "decline"}[rulings[0].ruling]
    with Backup.of(course, f"disputes {verb} {rulings[0].item}", gradebook=False) as backup:
        for ruling in rulings:
            _keep(course, backup, ruling)


def _keep(course: CourseFolder, backup: Backup, ruling: Ruling) -> None:
    path = course.root / RULINGS
    backup.before(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
    if "ruling" not in document:
        document.add(
            tomlkit.comment(
                "Rulings on appeals, written by `whosaidso disputes`. They tell of the key: keep them here."
            )
        )
        document["ruling"] = tomlkit.aot()
    row = {name: value for name, value in asdict(ruling).items() if name not in ("change", "passage")}
    row["students"] = list(row["students"])
    if not ruling.marks:
        del row["marks"]
    table = tomlkit.item(row)
    if ruling.change:
        changes = tomlkit.aot()
        for change in ruling.change:
            changes.append(tomlkit.item(asdict(change)))
        table["change"] = changes
    document["ruling"].append(table)
    write_whole(path, tomlkit.dumps(document).encode(), beside=course.backups)


def _in_words(change: Change) -> str:
    if change.how == "row":
        return f"{change.table}: a new row {change.value}"
    return f"{change.table} {change.id}: {change.key} {'gains' if change.how == 'append' else 'is now'} {change.value}"


def new_ruling(key: Key, item: str, *, ruling: str, why: str, who: str, students: Iterable[str] = ()) -> Ruling:
    """Return a ruling of today."""
    task_of(key, item)
    asked = asked_of(key.gold, item)
    if not why.strip():
        raise Stopped('A ruling needs a reason that students can read: --why "…".')
    passage = asked if asked != item else ""
    when = date.today().isoformat()
    return Ruling(key.assignment, item, ruling, why.strip(), who, when, tuple(students), passage=passage)


def with_changes(ruling: Ruling, changes: tuple[Change, ...]) -> Ruling:
    """Return the ruling with the changes of the gold that it stands for."""
    return evolve(ruling, change=changes)
