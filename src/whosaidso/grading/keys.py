"""What an assignment is marked by: its gold, and what was ruled on appeals.

A ruling *upheld for all* changes gold.toml, so that everybody is marked by it, and keeps what each answer
had earned until then. One *accepted for this student* never lowers that student's mark.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, MutableMapping
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from whosaidso.cases import case_of
from whosaidso.check import Marked, mark
from whosaidso.faults import DataError, Fault
from whosaidso.gold import gold_of, read_gold
from whosaidso.grading.folder import CourseFolder
from whosaidso.grading.marking import Marker
from whosaidso.grading.outcomes import plain
from whosaidso.records import Case, Change, Gold, Ruling
from whosaidso.tables import read_toml, refuse_unknown, rows

RULINGS = "rulings.toml"
ACCEPTED = "Accepted for you on appeal: {item}. {why}"

Floors = dict[str, dict[str, dict[str, float]]]
"""Points by student, cell and digest of the answer."""


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
    golds: dict[tuple[Change, ...], Gold] = field(factory=dict, init=False, eq=False, repr=False)
    """The gold under changes that were asked for before."""

    @property
    def upheld(self) -> bool:
        """Was an appeal upheld for all? Then a new grading lowers nobody."""
        return any(ruling.ruling == "upheld" for ruling in self.rulings)

    @cached_property
    def floors(self) -> Floors:
        """Return the most that each answer had earned whenever an appeal was upheld."""
        found: Floors = {}
        for ruling in self.rulings:
            if ruling.ruling == "upheld":
                for student, cells in marks_of(ruling).items():
                    for cell, points in cells.items():
                        known = found.setdefault(student, {}).setdefault(cell, {})
                        for digest, earned in points.items():
                            known[digest] = max(earned, known.get(digest, 0.0))
        return found

    def marker(self, student: str) -> Marker:
        """Return what marks this student's answers."""

        def marked(task: str, value: object, points: float) -> Marked:
            def under(rulings: list[Ruling]) -> Marked:
                gold = changed_gold(self, changes_of(rulings)) if rulings else self.gold
                return mark(task, value, points=points, gold=gold)

            plainly = best = under([])
            kept: list[Ruling] = []
            for ruling in accepted_for(self.rulings, student, items_of(self.case, task)):
                other = under([*kept, ruling])
                if other.points >= best.points:  # a mark of 0 may need two before it rises
                    kept, best = [*kept, ruling], other
            for ruling in kept[::-1]:  # and no sentence is to speak of what earns nothing
                less = [one for one in kept if one is not ruling]
                if under(less).points >= best.points:
                    kept = less
            best = under(kept) if kept else plainly
            for ruling in kept:
                best = with_note(best, ACCEPTED.format(item=ruling.item, why=ruling.why))
            return best

        return marked


def accepted_for(rulings: Iterable[Ruling], student: str, items: set[str]) -> list[Ruling]:
    """Return what stands accepted for a student in items: of accepted and declined, the last one counts."""
    found: list[Ruling] = []
    for ruling in rulings:
        if ruling.ruling == "upheld" or not concerns(ruling, student) or not items & {ruling.item, ruling.passage}:
            continue
        if ruling.ruling == "accepted":
            found.append(ruling)
        else:  # of a passage declined, its spans are too; of a span declined, only that span
            left = [one for one in found if ruling.item not in (one.item, one.passage)]
            found = [evolve(one, change=tuple(c for c in one.change if c.id != ruling.item)) for one in left]
    return [ruling for ruling in found if ruling.change]


def changes_of(rulings: Iterable[Ruling]) -> tuple[Change, ...]:
    """Return the changes of several rulings, each once."""
    return tuple(dict.fromkeys(change for ruling in rulings for change in ruling.change))


def marks_of(ruling: Ruling) -> Floors:
    """Return what had been earned when an appeal was upheld."""
    found: Floors = json.loads(ruling.marks or "{}")
    return found


def digest_of(answer: object) -> str:
    """Return a short name of an answer as read: another comment, or a question about it, is no other answer."""
    return hashlib.sha256(json.dumps(plain(answer), sort_keys=True).encode()).hexdigest()[:16]


def with_note(marked: Marked, note: str) -> Marked:
    """Return a mark with one more sentence for the student."""
    import html

    score = None if marked.score is None else evolve(marked.score, notes=(*marked.score.notes, note))
    page = marked.html.replace("</section>", f"<p>{html.escape(note)}</p></section>")
    return evolve(marked, text=f"{marked.text}\n{note}", html=page, score=score)


def ruling_for(rulings: Iterable[Ruling], item: str, student: str) -> Ruling | None:
    """Return the last ruling on an item, or on a span of it, that concerns a student."""
    own = [ruling for ruling in rulings if item in (ruling.item, ruling.passage) and concerns(ruling, student)]
    return own[-1] if own else None


def concerns(ruling: Ruling, student: str) -> bool:
    """Is a ruling about what this student sees differently? One upheld is for those who had asked by then."""
    return student in ruling.students or (ruling.ruling == "declined" and not ruling.students)


def asked_of(gold: Gold, item: str) -> str:
    """Return what students ask about: of a span, its passage."""
    return next((span.passage for span in gold.spans if span.id == item), item)


def items_of(case: Case, task: str) -> set[str]:
    """Return what may be disputed in a task: its items and headline claims."""
    return {*case.tasks[task].items, *case.tasks[task].voices}


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
    own = tuple(
        evolve(ruling, passage=asked if (asked := asked_of(gold, ruling.item)) != ruling.item else "")
        for ruling in rulings
        if ruling.assignment == assignment
    )
    key = key_of(assignment, case, gold, path.read_text(encoding="utf-8"), own)
    faults = ruling_faults(key)
    if faults:
        raise DataError(faults)
    return key


def key_of(assignment: str, case: Case, gold: Gold, text: str, rulings: tuple[Ruling, ...]) -> Key:
    """Return a key with its digest."""
    made_by = f"{text}{[ruling for ruling in rulings if ruling.ruling != 'declined']}"
    if any(ruling.ruling == "accepted" for ruling in rulings):  # only then do declined ones bear on marks
        made_by = f"{text}{list(rulings)}"
    return Key(assignment, case, gold, text, rulings, hashlib.sha256(made_by.encode()).hexdigest()[:16])


def ruling_faults(key: Key) -> list[Fault]:
    """Return what is wrong with the rulings of an assignment, seen beside its gold."""
    faults: list[Fault] = []
    tasks = [task for task in key.case.tasks.values() if task.assignment == key.assignment]
    known = {item for task in tasks for item in items_of(key.case, task.id)}
    remedy = "Take the ruling out, or rule again with `whosaidso disputes`."
    for ruling in key.rulings:
        if not known & {ruling.item, ruling.passage}:
            faults.append(Fault(RULINGS, ruling.item, f"is no item of {key.assignment} (any more).", remedy))
        if not _are_marks(ruling.marks):
            faults.append(Fault(RULINGS, ruling.item, "has marks that cannot be read.", "Put them back from a backup."))
        if ruling.ruling != "accepted":
            continue
        if not ruling.students or not ruling.change:
            faults.append(Fault(RULINGS, ruling.item, "is accepted for no student, or with no change.", remedy))
        faults += _change_faults(key, ruling.item, ruling.change)
    if not faults:
        for student in sorted({name for ruling in key.rulings for name in ruling.students}):
            together = accepted_for(key.rulings, student, known)
            if len(together) > 1:
                faults += _change_faults(key, together[-1].item, changes_of(together))
    return faults


def _change_faults(key: Key, item: str, changes: tuple[Change, ...]) -> list[Fault]:
    try:
        changed_gold(key, changes)
    except DataError as error:
        why = str(error.faults[0]).rstrip(".")
        remedy = "Take the ruling out, or rule again with `whosaidso disputes`."
        return [Fault(RULINGS, item, f"does not fit gold.toml: {why}.", remedy)]
    return []


def _are_marks(text: str) -> bool:
    try:
        held = json.loads(text or "{}")
        points = [earned for cells in held.values() for by_answer in cells.values() for earned in by_answer.values()]
    except (ValueError, AttributeError, RecursionError):
        return False
    return all(type(earned) in (int, float) and 0 <= earned < float("inf") for earned in points)


def read_rulings(root: Path, faults: list[Fault]) -> list[Ruling]:
    """Return the rulings of a course, adding what is wrong with them to `faults`."""
    path = root / RULINGS
    if not path.is_file():
        return []
    tables = read_toml(path, RULINGS, faults)
    refuse_unknown(tables, ("ruling",), RULINGS, faults)
    found = rows(tables, "ruling", Ruling, RULINGS, faults)
    for ruling in found:
        if case_of(ruling.assignment) is None:
            faults.append(
                Fault(
                    RULINGS, ruling.item, f"is of {ruling.assignment!r}, no assignment.", "Write the assignment's name."
                )
            )
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
    if changes not in key.golds:
        tables = tomllib.loads(key.text)
        for change in changes:
            apply(tables, change)
        gold, faults = gold_of(tables, key.assignment, key.case)
        if faults:
            raise DataError(faults)
        key.golds[changes] = gold
    return key.golds[changes]


def apply(tables: MutableMapping[str, Any], change: Change) -> None:
    """Make one change in the tables of a gold.toml, read by tomllib or by tomlkit."""
    again = "Take the ruling out, or rule again."
    name = "claim" if change.table == "voices" else "id"
    try:
        value = json.loads(change.value)
        table = tables.setdefault(change.table, [])
        if change.how == "row":
            table.append(value)
            return
        row = next((row for row in table if row.get(name) == change.id), None)
        if row is None:
            raise DataError([Fault("gold.toml", change.id, "is not there any more.", again)])
        if change.how == "append":
            row.setdefault(change.key, [])
            row[change.key].append(value)  # in place: so tomlkit keeps how the file is written
        elif change.how == "set":
            row[change.key] = value
        else:
            raise DataError(
                [Fault(RULINGS, change.id, f"has a change made how = {change.how!r}.", "Write set, append or row.")]
            )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DataError([Fault(RULINGS, change.id, f"has a change that cannot be made ({error}).", again)]) from error
