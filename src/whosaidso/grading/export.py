"""Take marks out of nbgrader's gradebook: as its own CSV, or as a file that Canvas, Moodle or Blackboard reads.

Nobody is lost: who waits, who handed nothing in and who is not in the class list is named, and gets no mark made up.
Nothing a student wrote runs in a spreadsheet. This room writes no file and never changes the gradebook.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from glob import escape, iglob
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen
from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, case, func, or_, select

from whosaidso.grading.backups import sqlite_path
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import connected
from whosaidso.grading.notebooks import Unreadable, read_cells
from whosaidso.grading.roster import Person, Roster, plain_heading
from whosaidso.grading.safe import safe_name

BOM = "\ufeff"
"""Begins every new file: without it Excel reads UTF-8 as another alphabet. All three LMSs take it."""

COLUMNS = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "waiting",
    "handed_in",
]


@frozen
class Task:
    """An assignment of the gradebook."""

    name: str
    title: str
    duedate: datetime | None
    points: float


@frozen
class Known:
    """A student of the gradebook."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """First and last name, "" where none is known."""
        return f"{self.first} {self.last}".strip()


@frozen
class Mark:
    """What the gradebook has of one hand-in."""

    timestamp: datetime | None
    raw: float
    penalty: float
    waiting: int
    """Cells that wait for a person."""
    marked: int
    """Cells that have points, by machine or by hand."""

    @property
    def score(self) -> float:
        """Points that count, as nbgrader's own export has them."""
        return max(0.0, self.raw - self.penalty)


@frozen
class Marks:
    """Everybody's marks in the assignments asked for, in nbgrader's order."""

    tasks: tuple[Task, ...]
    students: tuple[Known, ...]
    marks: dict[tuple[str, str], Mark]
    """By assignment and student."""
    submitted: frozenset[tuple[str, str]]
    """Assignment and student of every hand-in under submitted/, graded or not."""

    def handed_in(self, task: str, student: str) -> bool:
        """Is there a hand-in, graded or not?"""
        return (task, student) in self.marks or (task, student) in self.submitted


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
    waiting: int = 0
    """Parts that wait for a person."""
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
    notes: list[str] = field(factory=list)
    guarded: int = 0
    """Cells that were given an apostrophe."""

    def of(self, state: str, task: str | None = None) -> list[Cell]:
        """Return the cells in a state."""
        return [cell for cell in self.cells if cell.state == state and task in (None, cell.task)]

    @property
    def well(self) -> bool:
        """Has everybody with a hand-in a mark in the file?"""
        waits = self.of("waiting") or self.of("partial") or self.of("not graded") or self.of("locked")
        return not (self.unknown or self.unsafe or self.unsure or waits)


def read_marks(course: CourseFolder, wanted: list[str] | None = None) -> Marks:
    """Return the marks of the assignments wanted, or of all.

    Raises
    ------
    Stopped
        If there is no gradebook, it cannot be read, or it does not know an assignment.
    """
    path = sqlite_path(course)
    if path is not None and not path.is_file():
        raise Stopped(
            f"The gradebook {path.name} is missing in {path.parent}; make the course with `whosaidso new-course`."
        )
    with connected(course) as db:
        asked = select(Assignment.id, Assignment.name, Assignment.duedate, Assignment.max_score.label("points"))
        rows = db.execute(asked.order_by(Assignment.duedate, Assignment.name)).all()
        there = [row.name for row in rows]
        for name in wanted or []:
            if name not in there:
                raise Stopped(f"The gradebook has no assignment {name!r}; it has {', '.join(there) or 'none'}.")
        rows = [row for row in rows if not wanted or row.name in wanted]
        names = {row.id: row.name for row in rows}
        marks = _marks(db, names)
        fields = Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
        people = db.execute(select(*fields).order_by(Student.last_name, Student.first_name, Student.id)).all()
    tasks = tuple(Task(row.name, _title(course, row.name), row.duedate, float(row.points)) for row in rows)
    students = tuple(Known(*(text or "" for text in row)) for row in people)
    submitted = {(name, student) for name in names.values() for student in _folders(course, name)}
    return Marks(tasks, students, marks, frozenset(submitted))


def _marks(db: Connection, names: dict[str, str]) -> dict[tuple[str, str], Mark]:
    """Two statements for any class; the points are added up by the database, as nbgrader has them added up."""
    wanted = SubmittedAssignment.assignment_id.in_(list(names))
    waits = func.coalesce(func.sum(case((Grade.needs_manual_grade, 1), else_=0)), 0)
    has_points = case((or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None)), 1), else_=0)
    own = SubmittedAssignment.id, SubmittedAssignment.assignment_id, SubmittedAssignment.student_id
    off = func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0)
    late = (
        select(SubmittedNotebook.assignment_id, off)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(wanted)
        .group_by(SubmittedNotebook.assignment_id)
    )
    penalties = {ident: float(points) for ident, points in db.execute(late)}
    asked = (
        select(
            *own, SubmittedAssignment.timestamp, func.coalesce(func.sum(Grade.score), 0.0), waits, func.sum(has_points)
        )
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(wanted)
        .group_by(*own, SubmittedAssignment.timestamp)
    )
    return {
        (names[task], student): Mark(when, float(raw), penalties.get(ident, 0.0), int(waiting), int(marked))
        for ident, task, student, when, raw, waiting, marked in db.execute(asked)
    }


def _title(course: CourseFolder, name: str) -> str:
    """Return an assignment's title, the heading of its released notebook, or ""."""
    for path in sorted(course.place("release", assignment=name).glob("*.ipynb")):
        try:
            texts = [cell.source for cell in read_cells(path) if cell.cell_type == "markdown"]
        except Unreadable:
            continue
        for text in texts:
            if text.startswith("# "):
                return text.splitlines()[0][2:].strip()
    return ""


def _folders(course: CourseFolder, task: str) -> Iterator[str]:
    """Yield the name of everybody who has a folder for an assignment under submitted/."""
    mark = "whosaidso-anyone"
    before, _, after = str(course.place("submitted", mark, task)).partition(mark)
    for path in iglob(f"{escape(before)}*{escape(after)}"):
        yield path[len(before) : len(path) - len(after)]


def _runs(text: str) -> bool:
    """Would a spreadsheet take this for a formula? A number is none, nor is a lone dash."""
    start = 0
    while start < len(text) and (text[start].isspace() or unicodedata.category(text[start]) in ("Cc", "Cf")):
        start += 1
    text = unicodedata.normalize("NFKC", text[start:])
    if not text or text[0] not in "=+-@\u2212":
        return False
    if re.fullmatch(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?\s*%?", text.strip()):
        return False
    return any(character.isalnum() for character in text)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before whatever it would take for a formula.

    That is the start of the cell, and whatever follows a separator: a spreadsheet set to another separator than
    the file's begins a cell there.

    >>> [safe_cell(text) for text in ("=1+1", " \uff1dcmd", "-4.5", "-", "Doe, Jane", "Doe;=cmd")]
    ["'=1+1", "' \uff1dcmd", '-4.5', '-', 'Doe, Jane', "Doe;'=cmd"]
    """
    if text[:1] in ("\t", "\r", "\n") and text.strip():
        text = "'" + text
    parts = re.split(r"([;,\t\r\n]+)", text)
    return "".join("'" + part if _runs(part) else part for part in parts)


def number(value: float, *, comma: bool = False) -> str:
    """Return points as an LMS reads them: two decimals at most.

    >>> number(14.309999999999999), number(30.0), number(0.0), number(7.5, comma=True)
    ('14.31', '30', '0', '7,5')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def export_csv(marks: Marks, roster: Roster | None = None) -> Made:
    """Return nbgrader's own table, its numbers unrounded, with how many cells wait and whether there is a hand-in.

    A roster adds names and e-mail addresses the gradebook does not have.
    """
    made = Made(unsafe=[_who(student) for student in marks.students if safe_cell(student.id) != student.id])
    matched: dict[str, Person] = {}
    if roster is not None:
        matched = {student: person for person, student in _matched(marks, roster, made)}
    rows: list[list[str]] = [COLUMNS]
    for task in marks.tasks:
        made.where[task.name] = "score"
        for student in marks.students:
            mark = marks.marks.get((task.name, student.id))
            cell = _cell(marks, task, student.id, _who(student), Choices(partial=True), mark)
            mark = mark or Mark(None, 0.0, 0.0, 0, 0)
            made.cells.append(evolve(cell, text=str(mark.score)))
            whose = (student.id, *_whose(student, matched.get(student.id)))
            numbers = mark.raw, mark.penalty, mark.score, task.points, mark.waiting
            rows.append(
                [
                    task.name,
                    str(task.duedate or ""),
                    str(mark.timestamp or ""),
                    *(_guarded(text, made) for text in whose),
                    *map(str, numbers),
                    {"not graded": "not graded", "no hand-in": "no"}.get(cell.state, "yes"),
                ]
            )
            _note_above(made, cell.who, task.name, mark.score, task.points)
    _add_strangers(marks, roster, made)
    made.data = _table(rows)
    return made


def _note_above(made: Made, who: str, task: str, points: float, most: float) -> None:
    if round(points, 2) > most:
        made.above.append(f"{who} ({number(points)} of {number(most)} in {task})")


def _strangers(marks: Marks, roster: Roster | None) -> list[tuple[str, str]]:
    """Return assignment and name of hand-ins under submitted/ that belong to nobody in gradebook or class list."""
    known = {student.id for student in marks.students} | ({person.id for person in roster.people} if roster else set())
    return sorted((task, student) for task, student in marks.submitted if student not in known)


def _add_strangers(marks: Marks, roster: Roster | None, made: Made) -> None:
    made.cells += [Cell(task, student, None, "not graded") for task, student in _strangers(marks, roster)]


def _whose(student: Known, person: Person | None) -> tuple[str, str, str]:
    if person is None:
        return student.last, student.first, student.email
    if student.name:
        return student.last, student.first, student.email or person.email
    if person.first or person.last:
        return person.last, person.first, student.email or person.email
    return person.name, "", student.email or person.email


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BOM + text.getvalue()).encode("utf-8", "replace")


def _who(person: Known | Person) -> str:
    return f"{person.id} ({person.name})" if person.name and person.name != person.id else person.id


def _guarded(text: str, made: Made) -> str:
    safe = safe_cell(text)
    made.guarded += safe != text
    return safe


def _cell(marks: Marks, task: Task, student: str, who: str, choices: Choices, mark: Mark | None) -> Cell:
    """Return what is to be written for a student, the number still in our points."""
    waiting = mark.waiting if mark else 0
    if mark is None:
        if (task.name, student) in marks.submitted:
            return Cell(task.name, who, None, "not graded")
        return Cell(task.name, who, 0.0, "zero") if choices.zero_missing else Cell(task.name, who, None, "no hand-in")
    if not mark.marked and not waiting:
        return Cell(task.name, who, None, "not graded")
    if waiting and not (choices.partial and mark.marked):
        return Cell(task.name, who, None, "waiting", waiting)
    return Cell(task.name, who, mark.score, "partial" if waiting else "mark", waiting)


def _matched(marks: Marks, roster: Roster, made: Made) -> list[tuple[Person, str]]:
    """Return who in the class list is which student of the gradebook, and note who is left over on either side.

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
    pairs = {}
    for ident, claimed in claims.items():
        best = min(sure for sure, _ in claimed)
        surest = [student for sure, student in claimed if sure == best]
        if len(surest) == 1:
            pairs[ident] = surest[0].id
        ids = ", ".join(student.id for _, student in claimed)
        unknown += [(s, f", {ids} would all be {ident}") for _, s in claimed if len(surest) > 1 or s is not surest[0]]
    for student, why in unknown:
        handed_in = any(marks.handed_in(task.name, student.id) for task in marks.tasks)
        (made.unknown if handed_in else made.idle).append(_who(student) + why)
    made.unknown += list(dict.fromkeys(student for _, student in _strangers(marks, roster)))
    made.absent += [_who(person) for person in roster.people if person.id not in pairs]
    made.notes += roster.notes
    return [(person, pairs[person.id]) for person in roster.people if person.id in pairs]


def _signs(student: Known, roster: Roster) -> Iterator[Person | None]:
    yield roster.with_id(student.id)
    yield roster.with_id(safe_name(student.id))
    # a Moodle worksheet numbers the hand-ins of one assignment, not people
    by_number = roster.find(student.lms_id) if student.lms_id and roster.layout != "moodle" else None
    yield by_number if by_number and by_number.lms_id == student.lms_id else None
    yield roster.find(student.email) if "@" in student.email else None
    yield roster.find(student.id)
    yield roster.find(student.name) if student.first and student.last else None


def export_lms(to: str, marks: Marks, roster: Roster | None, choices: Choices) -> Made:
    """Return the file for an LMS: its own file with the marks filled in, or a new one.

    Raises
    ------
    Stopped
        If the roster is another LMS's, a column cannot be told, or the points differ.
    """
    for name in choices.columns:
        if name not in [task.name for task in marks.tasks]:
            raise Stopped(
                f"--column names the assignment {name!r}; exported are {', '.join(task.name for task in marks.tasks)}."
            )
    headings: list[str] = []
    if roster is not None and roster.header >= 0:
        headings = [plain_heading(cell) for cell in roster.sheet.records[roster.header]]
    own = roster is not None and roster.layout == to and (to != "moodle" or "identifier" in headings)
    if choices.scale is not None and not own:
        raise Stopped(
            "--scale and --no-scale need the LMS's own file as --roster, which says how many points it gives."
        )
    if roster is None:
        return _new_file(to, marks, None, choices)
    if roster.layout not in (to, "plain"):
        raise Stopped(
            f"{roster.path.name} is a class list from {roster.layout.capitalize()}: export --to {roster.layout}, "
            f"or name the one you downloaded from {to.capitalize()}."
        )
    if not own:
        return _new_file(to, marks, roster, choices)
    return _filled_file(to, marks, roster, choices, headings)


def _new_file(to: str, marks: Marks, roster: Roster | None, choices: Choices) -> Made:
    made = Made()
    people: list[tuple[Known | None, Person | None]] = [(student, None) for student in marks.students]
    if roster is not None:
        pairs = {person.id: student for person, student in _matched(marks, roster, made)}
        known = {student.id: student for student in marks.students}
        people = [(known.get(pairs.get(person.id, "")), person) for person in roster.people]
    for task in marks.tasks:
        title = f"{task.name} [Total Pts: {number(task.points)} Score]" if to == "blackboard" else task.name
        made.where[task.name] = choices.columns.get(task.name, title)
    titles = list(made.where.values())
    if to == "canvas":
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]]
        rows.append(["    Points Possible", "", "", "", "", *(number(task.points) for task in marks.tasks)])
    elif to == "moodle":
        rows = [["Email address", "ID number", "First name", "Last name", *titles]]
    else:
        rows = [["Last Name", "First Name", "Username", *titles]]
    for student, person in people:
        ids, row, found = _identity(to, student, person)
        who = _who(person or student or Known(""))
        texts = list(_texts(marks, student, person, made, choices))
        if not found and any(texts):
            made.unsure.append(who)
        if any(safe_cell(ident) != ident for ident in ids):
            made.unsafe.append(who)
        rows.append([_guarded(text, made) for text in row] + texts)
    _add_strangers(marks, roster, made)
    if any(cell.points is None for cell in made.cells):
        made.notes.append(
            f"Some cells are blank, and {to.capitalize()} may take that for no mark where it already has one; "
            "with --roster and the file downloaded from it, such a mark stays."
        )
    made.data = _table(rows)
    return made


def _identity(to: str, student: Known | None, person: Person | None) -> tuple[list[str], list[str], bool]:
    """Return what the LMS knows a person by, the cells that say who it is, and whether that is sure to be enough."""
    last, first, email = _whose(student, person) if student else _whose(Known(""), person)
    login = (person.login if person else "") or (student.id if student else person.id if person else "")
    lms_id = (person.lms_id if person else "") or (student.lms_id if student else "")
    code = person.code if person else ""
    name = f"{last}, {first}" if last and first else last or first
    if to == "canvas":
        ids = [lms_id, code, login]
        return (
            ids,
            [name or login, *ids, person.section if person else ""],
            bool(lms_id or code or (person and person.login)),
        )
    if to == "moodle":
        number_ = code or (student.id if student else "")
        return [email, number_], [email, number_, first, last], bool(email or code)
    return [login], [last, first, login], True


def _texts(marks: Marks, student: Known | None, person: Person | None, made: Made, choices: Choices) -> Iterator[str]:
    for task in marks.tasks:
        cell = _decided(marks, task, student, person, made, choices)
        text = "" if cell.points is None else number(cell.points)
        made.cells.append(evolve(cell, text=text))
        _note_above(made, cell.who, task.name, cell.points or 0.0, task.points)
        yield text


def _decided(
    marks: Marks, task: Task, student: Known | None, person: Person | None, made: Made, choices: Choices
) -> Cell:
    """Return a person's cell. Who is not in the gradebook gets no zero while a hand-in there belongs to nobody."""
    who = _who(person or student or Known(""))
    if student is not None:
        return _cell(marks, task, student.id, who, choices, marks.marks.get((task.name, student.id)))
    zero = choices.zero_missing and not made.unknown
    return _cell(marks, task, person.id if person else "", who, Choices(zero_missing=zero), None)


@frozen
class Target:
    """The column of the LMS's file that an assignment goes into."""

    task: Task
    column: int | None
    """None for a new one."""
    heading: str
    points: float
    """What the LMS gives at most."""
    comma: bool

    @property
    def factor(self) -> float:
        """By what our points are multiplied."""
        return self.points / self.task.points if self.task.points else 1.0


def _filled_file(to: str, marks: Marks, roster: Roster, choices: Choices, headings: list[str]) -> Made:
    """Return the LMS's file with the marks in it. Where there is none to write, what stands there stays."""
    made = Made(filled=True)
    pairs = {person.id: student for person, student in _matched(marks, roster, made)}
    known = {student.id: student for student in marks.students}
    targets = [_target(to, task, roster, choices, headings) for task in marks.tasks]
    taken = [target.column for target in targets]
    for target in targets:
        if target.column is not None and taken.count(target.column) > 1:
            raise Stopped(f"Two assignments fit the column {target.heading!r}; say which is which with --column.")
        made.where[target.task.name] = target.heading
        if target.column is None:
            made.notes.append(_new_column(to, target))
        if target.points != target.task.points and choices.scale:
            made.notes.append(
                f"{target.task.name}: marks out of {number(target.task.points)} are given out of {number(target.points)}."
            )
    ids = [n for n, heading in enumerate(headings) if heading in _IDS[to]]
    locked = headings.index("grade can be changed") if to == "moodle" and "grade can be changed" in headings else None
    written: dict[int, dict[int, str]] = {}
    added: dict[int, list[str]] = {}
    for person, line in zip(roster.people, roster.lines, strict=True):
        cells = roster.sheet.records[line]
        written[line], added[line] = {}, []
        student = known.get(pairs.get(person.id, ""))
        if any(n < len(cells) and safe_cell(cells[n]) != cells[n] for n in ids):
            made.unsafe.append(_who(person))
        for target in targets:
            cell = _decided(marks, target.task, student, person, made, choices)
            if locked is not None and locked < len(cells) and plain_heading(cells[locked]) == "no":
                cell = evolve(cell, points=None, state="locked" if cell.points is not None else cell.state)
            text = ""
            if cell.points is not None:
                value = cell.points * (target.factor if choices.scale else 1.0)
                text = number(value, comma=target.comma)
                _note_above(made, cell.who, cell.task, value, target.points)
            made.cells.append(evolve(cell, text=text))
            if target.column is None:
                added[line].append(text)
            elif text:
                written[line][target.column] = text
    _add_strangers(marks, roster, made)
    made.data = _sheet_bytes(to, roster, targets, written, added, made)
    return made


_IDS = {
    "canvas": ("id", "sis user id", "sis login id", "integration id", "root account"),
    "moodle": ("identifier",),
    "blackboard": ("username",),
}
_TEACHERS = ("feedback comments", "feedback to user", "feedback to learner", "grading notes")
"""Columns a teacher wrote and the LMS reads again: an apostrophe there would be shown to the student."""
_NO_MARKS = re.compile(r"\b(current|final|override) (score|points|grade|status)\b")
_KEPT = (
    "student",
    "lastname",
    "firstname",
    "id",
    "sis user id",
    "sis login id",
    "integration id",
    "root account",
    "section",
)


def _new_column(to: str, target: Target) -> str:
    if to == "canvas":
        return f"No column is named after {target.task.name}: Canvas will offer to make a new assignment of that name."
    return (
        f"No column is named after {target.task.name}: Blackboard will make a new one, and not always as a score out of "
        f"{number(target.points)}; better make the column there first, or name one with --column."
    )


def _target(to: str, task: Task, roster: Roster, choices: Choices, headings: list[str]) -> Target:
    header = roster.sheet.records[roster.header]
    column = _column(to, task, roster, choices, headings)
    said = _points_there(to, roster, headings, column)
    theirs = [value for value in (_as_number(text) for text in said) if value]
    points = theirs[0] if theirs else task.points
    heading = header[column] if column is not None else task.name
    if to == "moodle" and said and not theirs:
        raise Stopped(
            f"{roster.path.name} has no number as Maximum grade but {said[0][:30]!r}: in Moodle, set the assignment "
            "to be marked in points, and download the worksheet again."
        )
    if len(set(theirs)) > 1:
        raise Stopped(f"{roster.path.name} has more than one Maximum grade; download the worksheet again.")
    if points != task.points and choices.scale is None:
        raise Stopped(
            f"{task.name} has {number(task.points)} points here and {number(points)} in {roster.path.name} ({heading!r}): "
            "say --scale to convert the marks, --no-scale to write them as they are, or correct it there."
        )
    comma = any(re.fullmatch(r"\s*\d+,\d{1,2}\s*", text) for text in said)
    return Target(task, column, heading, points, comma)


def _column(to: str, task: Task, roster: Roster, choices: Choices, headings: list[str]) -> int | None:
    header = roster.sheet.records[roster.header]
    wanted = choices.columns.get(task.name)
    open_ = [n for n, heading in enumerate(headings) if _may_hold_marks(to, n, heading, roster)]
    if wanted is not None:
        fits = [n for n in open_ if header[n].strip() == wanted.strip()]
        fits = fits or [n for n in open_ if headings[n] == plain_heading(wanted)]
        if len(fits) != 1:
            there = ", ".join(repr(header[n]) for n in open_)
            raise Stopped(f"{roster.path.name} has no one column {wanted!r} for marks; it has {there or 'none'}.")
        return fits[0]
    if to == "moodle":
        if "grade" not in headings:
            raise Stopped(f"{roster.path.name} has no column Grade; download the grading worksheet again.")
        return headings.index("grade")
    names = [words for words in (_words(task.name), _words(task.title)) if words]
    fits = [n for n in open_ if any(_holds(_words(header[n]), words) for words in names)]
    exact = [n for n in fits if _words(re.sub(r"\s*(\(\d+\)|\[total pts:.*)\s*$", "", header[n], flags=re.I)) in names]
    fits = exact or fits
    if len(fits) > 1:
        there = ", ".join(repr(header[n]) for n in fits)
        raise Stopped(
            f"More than one column of {roster.path.name} fits {task.name}: {there}; "
            f"choose with --column {task.name}=COLUMN."
        )
    return fits[0] if fits else None


def _may_hold_marks(to: str, column: int, heading: str, roster: Roster) -> bool:
    if to == "moodle":
        return heading == "grade"
    if to == "canvas":
        points = _points_row(roster)
        read_only = points is not None and column < len(points) and "read only" in points[column]
        return heading not in _KEPT and not _NO_MARKS.search(heading) and not read_only
    return heading not in ("last name", "first name", "username", "student id", "last access", "availability")


def _points_row(roster: Roster) -> tuple[str, ...] | None:
    rows = roster.sheet.records
    return next((cells for cells in rows if cells and cells[0].strip().casefold() == "points possible"), None)


def _points_there(to: str, roster: Roster, headings: list[str], column: int | None) -> list[str]:
    """Return what the LMS's file says of the most points there are, each different cell once."""
    if column is None:
        return []
    if to == "canvas":
        points = _points_row(roster)
        return [points[column]] if points is not None and column < len(points) else []
    if to == "moodle":
        if "maximum grade" not in headings:
            return []
        n = headings.index("maximum grade")
        rows = (roster.sheet.records[line] for line in roster.lines)
        return list(dict.fromkeys(cells[n] for cells in rows if n < len(cells)))
    return re.findall(r"\[Total Pts:\s*(?:up to\s*)?([\d.,]+)", roster.sheet.records[roster.header][column], re.I)


def _as_number(text: str) -> float | None:
    text = text.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def _holds(words: list[str], name: list[str]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))


def _sheet_bytes(
    to: str, roster: Roster, targets: list[Target], written: dict[int, dict[int, str]], added: dict[int, list[str]], made: Made
) -> bytes:  # fmt: skip
    """Return the roster's file with cells replaced and columns added; every other character as it was.

    Canvas's file is cut down to who it is and the marks: it takes every column it gets, and the rest may be out
    of date by the time it is read.
    """
    sheet = roster.sheet
    header = sheet.records[roster.header]
    plain = [plain_heading(cell) for cell in header]
    new = [target for target in targets if target.column is None]
    marked = {target.column for target in targets}
    keep = [n for n, heading in enumerate(plain) if heading in _KEPT or n in marked] if to == "canvas" else None
    no_texts = {n for n, heading in enumerate(plain) if heading in _TEACHERS}
    out = []
    for line, (cells, text) in enumerate(zip(sheet.records, sheet.texts, strict=True)):
        person = line in written
        if not cells or line < roster.header:
            out.append(text)
            continue
        if keep is not None and line > roster.header and not person and not _canvas_own(cells):
            continue
        changes: dict[int, str] = {}
        extra = added.get(line, [""] * len(new))
        if line > roster.header:
            for n, cell in enumerate(cells):
                if n not in no_texts and (keep is None or n in keep) and safe_cell(cell) != cell:
                    changes[n] = safe_cell(cell)
            made.guarded += len(changes)
            changes.update(written.get(line, {}))
        if line == roster.header:
            extra = [target.heading for target in new]
        elif cells and cells[0].strip().casefold() == "points possible":
            extra = [number(target.points) for target in new]
        blank = not any(cell.strip() for cell in cells) and not person
        out.append(
            text if blank and keep is None else _record(cells, text, changes, extra, keep, len(header), sheet.delimiter)
        )
    try:
        return sheet.bom + "".join(out).encode(sheet.encoding)
    except UnicodeEncodeError as error:
        raise Stopped(
            f"{roster.path.name} is written in {sheet.encoding}, which has no letter for {error.object[error.start]!r}; "
            "save it as UTF-8 and name that."
        ) from error


def _canvas_own(cells: tuple[str, ...]) -> bool:
    name = cells[0].strip().casefold() if cells else ""
    return name == "points possible" or not (name or (len(cells) > 1 and cells[1].strip()))


def _record(
    cells: tuple[str, ...], text: str, changes: dict[int, str], extra: list[str], keep: list[int] | None, width: int, delimiter: str
) -> str:  # fmt: skip
    """Return a record with some cells replaced, the others character for character as they were."""
    if not changes and not extra and keep is None:
        return text
    body = text.rstrip("\r\n") if text.endswith(("\r", "\n")) else text
    end = text[len(body) :]
    fields = _raw_fields(body, delimiter)
    if len(fields) != len(cells):
        fields = [_raw(cell, "", delimiter) for cell in cells]
    quoted = bool(fields) and all(raw.startswith('"') for raw in fields if raw)
    wide = max([len(fields), *(n + 1 for n in changes)]) if not extra else max(len(fields), width)
    fields += [""] * (wide - len(fields))
    for n, cell in changes.items():
        fields[n] = _raw(cell, '"' if quoted else fields[n], delimiter)
    chosen = fields if keep is None else [fields[n] if n < len(fields) else "" for n in keep]
    return delimiter.join([*chosen, *(_raw(cell, '"' if quoted else "", delimiter) for cell in extra)]) + end


def _raw_fields(body: str, delimiter: str) -> list[str]:
    """Return a record's cells with their quote marks."""
    one = re.compile(rf'"(?:[^"]|"")*"[^{delimiter}]*|[^{delimiter}]*')
    fields, place = [], 0
    while True:
        found = one.match(body, place)
        assert found is not None  # it matches nothing, too
        fields.append(found[0])
        place = found.end()
        if place >= len(body):
            return fields
        place += 1


def _raw(cell: str, like: str, delimiter: str) -> str:
    """Return a cell as it stands in a file, quoted if need be or if the one before was."""
    text = io.StringIO()
    quoting: Any = csv.QUOTE_ALL if like.startswith('"') else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="").writerow([cell])
    return text.getvalue() if cell or like.startswith('"') else ""


def with_marks(marks: Marks) -> tuple[Marks, str]:
    """Return the assignments that have marks, what an LMS is told if none is named, and a note on the others.

    Raises
    ------
    Stopped
        If there is none.
    """
    graded = {task for task, _ in marks.marks}
    others = [task.name for task in marks.tasks if task.name not in graded]
    waiting = [name for name in others if any(name == task for task, _ in marks.submitted)]
    if not graded:
        raise Stopped(
            "There are no marks to export: nothing that was handed in is graded; run `whosaidso grade` first."
        )
    note = f"Left out, because nothing of it is graded yet: {', '.join(waiting)}." if waiting else ""
    return evolve(marks, tasks=tuple(task for task in marks.tasks if task.name in graded)), note


def show(text: str) -> str:
    """Return a text for the terminal, its control and direction marks replaced."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def check_out(out: Path, roster: Path | None, *, force: bool) -> None:
    """Stop unless the file to write is a new one, or one that may be replaced.

    Raises
    ------
    Stopped
        If it is the class list, a folder, no text file by its name, or there without `force`.
    """
    if out.suffix.lower() not in (".csv", ".tsv", ".txt", ".xls"):
        raise Stopped(
            f"{out.name} should end in .csv (or .xls, .tsv, .txt, as the LMS names its own): it is a table as text."
        )
    if roster is not None and out.exists() and roster.exists() and out.samefile(roster):
        raise Stopped(f"{out} is the class list itself; name another file, so that you can always begin again from it.")
    if out.is_dir():
        raise Stopped(f"{out} is a folder; name a file in it.")
    if out.exists() and not force:
        raise Stopped(f"{out} exists; say --force to replace it, or name another file.")
