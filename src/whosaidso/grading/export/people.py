"""Say who of the gradebook is who in a class list, and what each is given. No mark is made up, nobody left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define, evolve, field, frozen

from whosaidso.grading.export.cells import number, safe_cell
from whosaidso.grading.export.marks import Known, Marks, Task
from whosaidso.grading.roster import Person, Roster
from whosaidso.grading.safe import safe_name


@frozen
class Choices:
    """What the instructor wants where more than one thing could be done."""

    partial: bool = False
    zero_missing: bool = False
    scale: bool | None = None
    """Convert marks to the LMS's points; None stops where they differ."""
    columns: dict[str, str] = field(factory=dict)
    """The LMS's column by assignment, where it cannot be found by name."""


@frozen
class Cell:
    """What is written for one person and assignment."""

    task: str
    who: str
    points: float | None
    """None where nothing is written, and what stood in the LMS's file stays."""
    state: str
    """mark, partial, waiting, not graded, no hand-in, zero, locked."""
    text: str = ""
    """What is written."""


@define
class Made:
    """A file ready to be written, and what there is to say about it."""

    data: bytes = b""
    filled: bool = False
    """Is it the LMS's own file, so that what is not written stays as it was?"""
    cells: list[Cell] = field(factory=list)
    where: dict[str, str] = field(factory=dict)
    """The column of each assignment."""
    unknown: list[str] = field(factory=list)
    """Students with a hand-in whom the class list does not know, or knows twice."""
    idle: list[str] = field(factory=list)
    """Students without a hand-in whom the class list does not know."""
    absent: list[str] = field(factory=list)
    """People of the class list who are not in the gradebook."""
    unsafe: list[str] = field(factory=list)
    """People whose id a spreadsheet would run, so that it could not be written as it is."""
    unsure: list[str] = field(factory=list)
    """People the LMS may not find by what the gradebook knows of them."""
    above: list[str] = field(factory=list)
    """Marks of more points than there are."""
    notes: list[str] = field(factory=list)
    guarded: int = 0
    """Cells that were given an apostrophe."""

    def of(self, state: str, task: str | None = None) -> list[Cell]:
        """Return the cells in a state."""
        return [cell for cell in self.cells if cell.state == state and task in (None, cell.task)]

    def put(self, cell: Cell, most: float, write: Callable[[float], str] = number) -> str:
        """Keep a cell, note a mark above the `most` points there are, and return what is written."""
        text = "" if cell.points is None else write(cell.points)
        self.cells.append(evolve(cell, text=text))
        if round(cell.points or 0.0, 2) > most:
            self.above.append(f"{cell.who} ({number(cell.points or 0.0)} of {number(most)} in {cell.task})")
        return text

    def guard(self, text: str) -> str:
        """Return a text that no spreadsheet runs, and count it if it had to be changed."""
        safe = safe_cell(text)
        self.guarded += safe != text
        return safe

    @property
    def well(self) -> bool:
        """Has everybody with a hand-in a mark in the file?"""
        waits = self.of("waiting") or self.of("partial") or self.of("not graded") or self.of("locked")
        return not (self.unknown or self.unsafe or self.unsure or waits)


def called(one: Known | Person) -> str:
    """Return what the instructor is shown for somebody."""
    return f"{one.id} ({one.name})" if one.name and one.name != one.id else one.id


def match(marks: Marks, roster: Roster, made: Made) -> dict[str, Known]:
    """Return the student of the gradebook by the id in the class list, and note who is left over on either side.

    The surest sign counts: id, LMS number, e-mail address, then whatever the id or the name stands for. Two
    students for one person are a guess, so both are named instead.
    """
    claims: dict[str, list[tuple[int, Known]]] = {}
    unknown = []
    for student in marks.students:
        for sure, person in enumerate(_signs(student, roster)):
            if person is not None:
                claims.setdefault(person.id, []).append((sure, student))
                break
        else:
            unknown.append((student, ""))
    pairs: dict[str, Known] = {}
    for ident, claimed in claims.items():
        best = min(sure for sure, _ in claimed)
        surest = [student for sure, student in claimed if sure == best]
        if len(surest) == 1:
            pairs[ident] = surest[0]
        ids = ", ".join(student.id for _, student in claimed)
        unknown += [(s, f", {ids} would all be {ident}") for _, s in claimed if len(surest) > 1 or s is not surest[0]]
    for student, why in unknown:
        handed_in = any(marks.handed_in(task.name, student.id) for task in marks.tasks)
        (made.unknown if handed_in else made.idle).append(called(student) + why)
    made.unknown += list(dict.fromkeys(cell.who for cell in strangers(marks, roster)))
    made.absent += [called(person) for person in roster.people if person.id not in pairs]
    made.notes += roster.notes
    return pairs


def _signs(student: Known, roster: Roster) -> Iterator[Person | None]:
    yield roster.with_id(student.id)
    yield roster.with_id(safe_name(student.id))
    # a Moodle worksheet numbers the hand-ins of one assignment, not people
    by_number = roster.find(student.lms_id) if student.lms_id and roster.layout != "moodle" else None
    yield by_number if by_number and by_number.lms_id == student.lms_id else None
    yield roster.find(student.email) if "@" in student.email else None
    yield roster.find(student.id)
    yield roster.find(student.name) if student.first and student.last else None


def strangers(marks: Marks, roster: Roster | None) -> list[Cell]:
    """Return the hand-ins under submitted/ of people whom neither gradebook nor class list knows."""
    known = {student.id for student in marks.students} | {person.id for person in (roster.people if roster else ())}
    return [Cell(task, who, None, "not graded") for task, who in sorted(marks.submitted) if who not in known]


def decide(marks: Marks, task: Task, student: Known, person: Person, choices: Choices, made: Made) -> Cell:
    """Return what somebody is given, in our points. Either of the two may be nobody, whose id is "".

    Who is not in the gradebook gets no zero while a hand-in there belongs to nobody.
    """
    ident = student.id or person.id
    mark = marks.marks.get((task.name, ident))
    points: float | None = None
    if mark is None:
        state = "not graded" if (task.name, ident) in marks.submitted else "no hand-in"
        if state == "no hand-in" and choices.zero_missing and (student.id or not made.unknown):
            points, state = 0.0, "zero"
    elif not mark.marked:
        state = "waiting" if mark.waiting else "not graded"
    elif mark.waiting and not choices.partial:
        state = "waiting"
    else:
        points, state = mark.score, "partial" if mark.waiting else "mark"
    return Cell(task.name, called(person if person.id else student), points, state)
