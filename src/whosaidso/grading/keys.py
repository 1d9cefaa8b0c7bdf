"""What an assignment is marked by: its gold, and what was ruled on appeals.

A ruling *upheld for all* changes gold.toml, so that everybody is marked by it. One *accepted for this
student* is kept here and never lowers that student's mark.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from whosaidso.cases import case_ids, load_case
from whosaidso.check import Marked, mark
from whosaidso.faults import DataError, Fault
from whosaidso.gold import gold_of, read_gold
from whosaidso.grading.folder import CourseFolder
from whosaidso.grading.marking import Marker
from whosaidso.records import Case, Change, Gold, Ruling
from whosaidso.tables import read_toml, refuse_unknown, rows

RULINGS = "rulings.toml"
ACCEPTED = "Accepted for you on appeal: {item}. {why}"


@frozen
class Key:
    """The key of one assignment in one course."""

    assignment: str
    case: Case
    gold: Gold
    text: str
    """gold.toml as it stands."""
    rulings: tuple[Ruling, ...]
    digest: str
    """Changes whenever anything does that marks are made by."""

    @property
    def upheld(self) -> bool:
        """Was an appeal upheld for all? Then a new grading lowers nobody."""
        return any(ruling.ruling == "upheld" for ruling in self.rulings)

    def marker(self, student: str) -> Marker:
        """Return what marks this student's answers."""

        def marked(task: str, value: object, points: float) -> Marked:
            plain = mark(task, value, points=points, gold=self.gold)
            accepted = [r for r in self.rulings if r.ruling == "accepted" and student in r.students]
            better = plain
            for ruling in accepted:
                if ruling.item in items_of(self.case, task):
                    gold = changed_gold(self, ruling.change)
                    other = mark(task, value, points=points, gold=gold)
                    if other.points > better.points:
                        better = with_note(other, ACCEPTED.format(item=ruling.item, why=ruling.why))
            return better

        return marked


def with_note(marked: Marked, note: str) -> Marked:
    """Return a mark with one more sentence for the student."""
    import html

    score = None if marked.score is None else evolve(marked.score, notes=(*marked.score.notes, note))
    page = marked.html.replace("</section>", f"<p>{html.escape(note)}</p></section>")
    return evolve(marked, text=f"{marked.text}\n{note}", html=page, score=score)


def ruling_for(rulings: Iterable[Ruling], item: str, student: str) -> Ruling | None:
    """Return the last ruling on an item that concerns a student."""
    own = [ruling for ruling in rulings if ruling.item == item and (not ruling.students or student in ruling.students)]
    return own[-1] if own else None


def items_of(case: Case, task: str) -> set[str]:
    """Return what may be disputed in a task: its items and headline claims."""
    return {*case.tasks[task].items, *case.tasks[task].voices}


def case_of(assignment: str) -> Case | None:
    """Return the case that has an assignment, or None."""
    for case_id in case_ids():
        case = load_case(case_id)
        if any(task.assignment == assignment for task in case.tasks.values()):
            return case
    return None


def load_key(course: CourseFolder, assignment: str) -> Key:
    """Return the key of an assignment.

    Raises
    ------
    DataError
        With every fault of the gold and of the rulings.
    """
    case = case_of(assignment)
    path = course.place("source", assignment=assignment) / "gold.toml"
    if case is None:
        remedy = "Its notebooks can only be graded by nbgrader's own execution, with WHOSAIDSO_EXECUTE=1."
        raise DataError([Fault(assignment, "", "is no assignment of Who Said So?.", remedy)])
    gold, faults = read_gold(path, assignment, case)
    rulings = read_rulings(course.root, faults)
    if faults:
        raise DataError(faults)
    own = tuple(ruling for ruling in rulings if ruling.assignment == assignment)
    text = path.read_text(encoding="utf-8")
    accepted = [ruling for ruling in own if ruling.ruling != "declined"]
    return Key(assignment, case, gold, text, own, hashlib.sha256(f"{text}{accepted}".encode()).hexdigest()[:16])


def read_rulings(root: Path, faults: list[Fault]) -> list[Ruling]:
    """Return the rulings of a course, adding what is wrong with them to `faults`."""
    path = root / RULINGS
    if not path.is_file():
        return []
    tables = read_toml(path, RULINGS, faults)
    refuse_unknown(tables, ("ruling",), RULINGS, faults)
    found = rows(tables, "ruling", Ruling, RULINGS, faults)
    for ruling in found:
        if ruling.ruling not in ("upheld", "accepted", "declined"):
            faults.append(
                Fault(RULINGS, ruling.item, f"has the ruling {ruling.ruling!r}.", "Write upheld, accepted or declined.")
            )
    return found


def changed_gold(key: Key, changes: tuple[Change, ...]) -> Gold:
    """Return the gold with changes made to it.

    Raises
    ------
    DataError
        If they do not fit the gold any more.
    """
    tables = tomllib.loads(key.text)
    for change in changes:
        apply(tables, change)
    gold, faults = gold_of(tables, key.assignment, key.case)
    if faults:
        raise DataError(faults)
    return gold


def apply(tables: MutableMapping[str, Any], change: Change) -> None:
    """Make one change in the tables of a gold.toml, read by tomllib or by tomlkit."""
    value = json.loads(change.value)
    table = tables.setdefault(change.table, [])
    if change.how == "row":
        table.append(value)
        return
    name = "claim" if change.table == "voices" else "id"
    row = next((row for row in table if row.get(name) == change.id), None)
    if row is None:
        raise DataError(
            [Fault("gold.toml", change.id, "is not there any more.", "Take the ruling out, or rule again.")]
        )
    if change.how == "append":
        row.setdefault(change.key, [])
        row[change.key].append(value)  # in place: so tomlkit keeps how the file is written
    else:
        row[change.key] = value
