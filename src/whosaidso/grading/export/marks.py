"""Read what there is: every assignment, every student, what each hand-in has earned and what stands in its way."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from glob import escape, iglob

from attrs import evolve, frozen
from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, case, func, or_, select

from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import connected
from whosaidso.grading.notebooks import Unreadable, read_bytes, read_cells
from whosaidso.grading.outcomes import Line, read_outcomes

DAMAGED = "The file is damaged"
"""So begins the note on a hand-in of which only the whole cells count."""


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
    unread: frozenset[tuple[str, str]] = frozenset()
    """Those of them that grading could not read; a mark there is may be of an earlier file."""
    damaged: frozenset[tuple[str, str]] = frozenset()
    """Those of which only a part could be read."""

    def handed_in(self, task: str, student: str) -> bool:
        """Is there a hand-in, graded or not?"""
        return (task, student) in self.marks or (task, student) in self.submitted


def read_marks(course: CourseFolder, wanted: list[str] | None = None, *, also: Collection[str] = ()) -> Marks:
    """Return the marks of the assignments wanted, and of those of `also` that the gradebook has; or of all.

    Raises
    ------
    Stopped
        If there is no gradebook, it cannot be read, it does not know an assignment, or nothing in it is graded.
    """
    with connected(course) as db:
        asked = select(Assignment.id, Assignment.name, Assignment.duedate, Assignment.max_score.label("points"))
        rows = db.execute(asked.order_by(Assignment.duedate, Assignment.name)).all()
        there = [row.name for row in rows]
        for name in wanted or []:
            if name not in there:
                raise Stopped(f"The gradebook has no assignment {name!r}; it has {', '.join(there) or 'none'}.")
        marks = _marks(db, {row.id: row.name for row in rows})
        if not marks:
            raise Stopped(
                "There are no marks to export: nothing that was handed in is graded; run `whosaidso grade` first."
            )
        rows = [row for row in rows if not wanted or row.name in wanted or row.name in also]
        fields = Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
        people = db.execute(select(*fields).order_by(Student.last_name, Student.first_name, Student.id)).all()
    tasks = tuple(Task(row.name, _title(course, row.name), row.duedate, float(row.points)) for row in rows)
    students = tuple(Known(*(text or "" for text in row)) for row in people)
    names = {task.name for task in tasks}
    marks = {key: mark for key, mark in marks.items() if key[0] in names}
    submitted = {(name, student) for name in names for student in _folders(course, name)}
    unread, damaged = _faults(course, submitted)
    return Marks(tasks, students, marks, frozenset(submitted), unread, damaged)


def handed_in(marks: Marks, *, graded: bool) -> tuple[Marks, list[str]]:
    """Return the assignments that somebody has handed in, and notes on the others: what is exported if none is named.

    With `graded`, only those of which something is graded.
    """
    known = {task for task, _ in marks.marks}
    begun = {task for task, _ in marks.submitted} | known
    nobody = [task.name for task in marks.tasks if task.name not in begun]
    waiting = [task.name for task in marks.tasks if graded and task.name in begun - known]
    notes = []
    if nobody:
        notes.append(
            f"Left out, because nobody has handed it in: {', '.join(nobody)}. Name it after the file to have it."
        )
    if waiting:
        notes.append(f"Left out, because nothing of it is graded yet: {', '.join(waiting)}.")
    return evolve(marks, tasks=tuple(task for task in marks.tasks if task.name not in nobody + waiting)), notes


def joined(marks: Marks, stand_ins: Mapping[str, str]) -> tuple[Marks, list[str]]:
    """Return marks in which two assignments between which students choose are one, and notes on those who did both.

    The one that is stood in for gives name, title and points. Of two hand-ins of one student the better one counts.
    """
    there = {task.name for task in marks.tasks}
    pairs = {name: other for name, other in stand_ins.items() if {name, other} <= there}
    if not pairs:
        return marks, []
    both: dict[tuple[str, str], list[str]] = {}
    for name, other in pairs.items():
        for task, student in {*marks.submitted, *marks.marks}:
            if task == name and marks.handed_in(other, student):
                both.setdefault((name, other), []).append(student)
    dropped = {
        (name if _better(marks, (other, student), (name, student)) else other, student)
        for (name, other), students in both.items()
        for student in students
    }

    def renamed(keys: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset((pairs.get(task, task), student) for task, student in keys - dropped)

    kept = {(pairs.get(key[0], key[0]), key[1]): mark for key, mark in marks.marks.items() if key not in dropped}
    notes = [
        f"{name} and {other} are one column. {', '.join(sorted(students))} handed in both: the better mark counts."
        for (name, other), students in sorted(both.items())
    ]
    tasks = tuple(task for task in marks.tasks if task.name not in pairs)
    return (
        Marks(tasks, marks.students, kept, renamed(marks.submitted), renamed(marks.unread), renamed(marks.damaged)),
        notes,
    )


def _better(marks: Marks, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Does the first of two hand-ins count? One with a mark before one without, then the one with more points."""

    def worth(key: tuple[str, str]) -> tuple[bool, float]:
        mark = marks.marks.get(key)
        return mark is not None and key not in marks.unread, mark.score if mark is not None else 0.0

    return worth(one) >= worth(other)


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


def _faults(
    course: CourseFolder, submitted: set[tuple[str, str]]
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Return the hand-ins that could not be read, and those of which only a part could, by grading's own word."""
    unread, damaged = set(), set()
    for name in {task for task, _ in submitted}:
        for (student, task), line in read_outcomes(course, name).items():
            if task or (name, student) not in submitted:
                continue
            if not line.get("read", True):
                if not _is_replaced(course, name, line):
                    unread.add((name, student))
            elif any(DAMAGED in note for note in line.get("notes", ())):
                damaged.add((name, student))
    return frozenset(unread), frozenset(damaged)


def _is_replaced(course: CourseFolder, assignment: str, line: Line) -> bool:
    """Does another file lie there than the one that could not be read? It only needs to be graded."""
    if not line.get("sha"):
        return False
    try:
        data = read_bytes(course.place("submitted", line["student"], assignment) / line["file"])
    except Unreadable:
        return True
    return not hashlib.sha256(data).hexdigest().startswith(line["sha"])


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
