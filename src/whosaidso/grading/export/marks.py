"""Read the gradebook: every assignment, every student, what each hand-in has earned and what of it still waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from glob import escape, iglob

from attrs import evolve, frozen
from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, case, func, or_, select

from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import connected
from whosaidso.grading.notebooks import Unreadable, read_cells


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


def read_marks(course: CourseFolder, wanted: list[str] | None = None) -> Marks:
    """Return the marks of the assignments wanted, or of all.

    Raises
    ------
    Stopped
        If there is no gradebook, it cannot be read, or it does not know an assignment.
    """
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


def with_marks(marks: Marks) -> tuple[Marks, str]:
    """Return the assignments that have marks, what an LMS is told if none is named, and a note on the others.

    Raises
    ------
    Stopped
        If there is none.
    """
    graded = {task for task, _ in marks.marks}
    begun = {task for task, _ in marks.submitted} - graded
    waiting = [task.name for task in marks.tasks if task.name in begun]
    if not graded:
        raise Stopped(
            "There are no marks to export: nothing that was handed in is graded; run `whosaidso grade` first."
        )
    note = f"Left out, because nothing of it is graded yet: {', '.join(waiting)}." if waiting else ""
    return evolve(marks, tasks=tuple(task for task in marks.tasks if task.name in graded)), note


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
