"""nbgrader's gradebook, read and written whole: one session, a handful of statements for any class.

Knows nbgrader's tables and what its own preprocessors write into them; knows nothing of notebooks.
Manual marks and comments are written only where a person's are handed in: `mark_by_hand`, `comment_by_hand`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from sqlalchemy import Connection, bindparam, create_engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from whosaidso.grading.backups import gradebook_file, gradebook_trouble
from whosaidso.grading.folder import CourseFolder, Stopped

NO_RESPONSE = "No response."
"""What nbgrader writes beside a cell that was left as it was released."""


@frozen
class Mark:
    """What is to stand in the gradebook about one grade cell of a hand-in."""

    auto: float | None
    """Points by machine; None where a person has to mark."""
    look: bool = False
    """A person should look at it although it has points."""
    changed: bool = False
    """What is marked here is not what was handed in before."""


@frozen
class Submission:
    """What grading found out about one hand-in, ready for the gradebook."""

    student: str
    notebook: str
    timestamp: datetime | None
    marks: dict[str, Mark]
    """By the name of the grade or task cell."""
    unanswered: frozenset[str]
    """Cells that were left as released."""


@define
class GradeRow:
    """One row of the table of grades."""

    id: str
    auto: float | None
    manual: float | None
    extra: float | None
    needs: bool

    @property
    def score(self) -> float:
        """Points that count: by hand before by machine, and extra credit."""
        mark = self.manual if self.manual is not None else self.auto
        return 0.0 if mark is None else mark + (self.extra or 0.0)


@define
class Handed:
    """A hand-in as the gradebook has it."""

    id: str
    timestamp: datetime | None
    extension: timedelta | None
    notebooks: dict[str, str] = field(factory=dict)
    """Id of the submitted notebook, by notebook name."""
    penalties: dict[str, float | None] = field(factory=dict)
    grades: dict[tuple[str, str], GradeRow] = field(factory=dict)
    """By notebook and cell name."""
    comments: dict[tuple[str, str], tuple[str, str | None, str | None]] = field(factory=dict)
    """Id, automatic and manual comment, in the same way."""

    def score(self, notebook: str) -> float:
        """Points of a notebook before any penalty for being late."""
        return sum(row.score for (name, _), row in self.grades.items() if name == notebook)


@define
class Sheet:
    """One assignment of the gradebook with everybody's marks."""

    assignment: str
    id: str
    duedate: datetime | None
    cells: dict[str, dict[str, dict[str, str]]]
    """Ids of the cells: notebook, then "grade", "solution" or "task", then name."""
    notebooks: dict[str, str]
    points: dict[tuple[str, str], float]
    """Most points of each grade or task cell, by notebook and name."""
    students: dict[str, str]
    """Everybody in the gradebook: id and name as printed."""
    handed: dict[str, Handed]
    """By student."""

    def late(self, student: str, timestamp: datetime | None) -> float:
        """Return how many seconds after the due date (and the student's extension) something came in."""
        if timestamp is None or self.duedate is None:
            return 0.0
        known = self.handed.get(student)
        due = self.duedate + (known.extension if known and known.extension else timedelta())
        return max(0.0, (timestamp - due).total_seconds())


@contextmanager
def connected(course: CourseFolder, *, write: bool = False) -> Iterator[Connection]:
    """Give one connection to the gradebook; with `write`, one transaction around all that is done with it.

    Raises
    ------
    Stopped
        If the gradebook cannot be used. Nothing of the transaction is kept then.
    """
    gradebook_file(course)
    engine = create_engine(course.db_url)
    try:
        with engine.begin() if write else engine.connect() as db:
            if write:  # from here on nobody else writes, so what is read stays true until it is written
                sqlite = engine.dialect.name == "sqlite"
                db.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "SET LOCAL lock_timeout = '5s'")
            yield db
    except SQLAlchemyError as error:
        raise Stopped(gradebook_trouble(course, error)) from error
    finally:
        engine.dispose()


def read_sheet(db: Connection, assignment: str) -> Sheet:
    """Return an assignment with everybody's marks.

    Raises
    ------
    Stopped
        If the gradebook does not know the assignment.
    """
    found = db.execute(select(Assignment.id, Assignment.duedate).where(Assignment.name == assignment)).first()
    if found is None:
        raise Stopped(
            f"The gradebook does not know {assignment}; nothing was changed. Run `whosaidso release {assignment}` in the course."
        )
    rows = db.execute(select(Notebook.name, Notebook.id).where(Notebook.assignment_id == found.id))
    notebooks: dict[str, str] = {row.name: row.id for row in rows}
    names = {ident: name for name, ident in notebooks.items()}
    cells: dict[str, dict[str, dict[str, str]]] = {n: {"grade": {}, "solution": {}, "task": {}} for n in notebooks}
    points: dict[tuple[str, str], float] = {}
    place: dict[str, tuple[str, str]] = {}
    base = BaseCell.__table__
    for kind, table in (("grade", GradeCell), ("solution", SolutionCell), ("task", TaskCell)):
        own = table.__table__
        columns = [base.c.id, base.c.name, base.c.notebook_id]
        if kind != "solution":
            columns.append(own.c.max_score)
        joined = select(*columns).join_from(base, own, base.c.id == own.c.id)
        for row in db.execute(joined.where(base.c.notebook_id.in_(list(names)))):
            notebook = names[row.notebook_id]
            cells[notebook][kind][row.name] = row.id
            place[row.id] = notebook, row.name
            if kind != "solution":
                points[notebook, row.name] = row.max_score
    sheet = Sheet(assignment, found.id, found.duedate, cells, notebooks, points, _students(db), {})
    _read_handed(db, sheet, names, place)
    return sheet


def everybody(course: CourseFolder) -> dict[str, str]:
    """Return everybody in the gradebook: id and name as printed.

    Raises
    ------
    Stopped
        If the gradebook cannot be read.
    """
    with connected(course) as db:
        return _students(db)


def remove_student(course: CourseFolder, student: str) -> None:
    """Take a student with all marks and comments out of the gradebook, so that its file does not hold them any more.

    Raises
    ------
    Stopped
        If the gradebook cannot be written.
    """
    gradebook_file(course)
    try:
        with Gradebook(course.db_url) as book:
            book.remove_student(student)
            if book.engine.dialect.name == "sqlite":
                book.db.connection().exec_driver_sql("VACUUM")  # what was deleted stays in the file until then
    except SQLAlchemyError as error:
        raise Stopped(gradebook_trouble(course, error)) from error


def _students(db: Connection) -> dict[str, str]:
    rows = db.execute(select(Student.id, Student.first_name, Student.last_name).order_by(Student.id))
    return {row.id: " ".join(part for part in (row.first_name, row.last_name) if part) for row in rows}


def _read_handed(db: Connection, sheet: Sheet, names: dict[str, str], place: dict[str, tuple[str, str]]) -> None:
    owner: dict[str, Handed] = {}
    asked = select(
        SubmittedAssignment.id,
        SubmittedAssignment.student_id,
        SubmittedAssignment.timestamp,
        SubmittedAssignment.extension,
    )
    for row in db.execute(asked.where(SubmittedAssignment.assignment_id == sheet.id)):
        owner[row.id] = sheet.handed[row.student_id] = Handed(row.id, row.timestamp, row.extension)
    inside: dict[str, Handed] = {}
    of_sheet = SubmittedNotebook.notebook_id.in_(list(names))
    asked = select(
        SubmittedNotebook.id,
        SubmittedNotebook.assignment_id,
        SubmittedNotebook.notebook_id,
        SubmittedNotebook.late_submission_penalty,
    )
    for row in db.execute(asked.where(of_sheet)):
        if row.assignment_id in owner:
            handed = inside[row.id] = owner[row.assignment_id]
            handed.notebooks[names[row.notebook_id]] = row.id
            handed.penalties[names[row.notebook_id]] = row.late_submission_penalty
    graded = select(
        Grade.id, Grade.notebook_id, Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
    ).join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)  # fmt: skip
    for row in db.execute(graded.where(of_sheet)):
        if row.notebook_id in inside and row.cell_id in place:
            inside[row.notebook_id].grades[place[row.cell_id]] = GradeRow(
                row.id, row.auto_score, row.manual_score, row.extra_credit, row.needs_manual_grade
            )
    said = select(Comment.id, Comment.notebook_id, Comment.cell_id, Comment.auto_comment, Comment.manual_comment).join(
        SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id
    )
    for row in db.execute(said.where(of_sheet)):
        if row.notebook_id in inside and row.cell_id in place:
            inside[row.notebook_id].comments[place[row.cell_id]] = row.id, row.auto_comment, row.manual_comment


@define
class Changes:
    """Rows to insert and to update, gathered so that each table is written once."""

    insert: dict[Any, list[dict[str, Any]]] = field(factory=dict)
    update: dict[tuple[Any, tuple[str, ...]], list[dict[str, Any]]] = field(factory=dict)
    fresh: dict[str, dict[str, Any]] = field(factory=dict)
    """The rows to insert, by id."""

    def add(self, table: Any, **values: Any) -> str:
        """Add a row and return its id."""
        self.insert.setdefault(table, []).append(values)
        self.fresh[values["id"]] = values
        return values["id"]

    def change(self, table: Any, row: str, **values: Any) -> None:
        """Change columns of the row with this id."""
        if row in self.fresh:
            self.fresh[row].update(values)
        else:
            self.update.setdefault((table, tuple(values)), []).append({"row": row, **values})

    def mark_by_hand(self, row: str, points: float) -> None:
        """Give the grade with this id a mark by hand, as formgrader does."""
        self.change(Grade, row, manual_score=points, needs_manual_grade=False)

    def comment_by_hand(self, row: str, words: str) -> None:
        """Put a person's words beside the cell whose comment has this id."""
        self.change(Comment, row, manual_comment=words)

    def __bool__(self) -> bool:
        return bool(self.insert or self.update)

    def write(self, db: Connection) -> None:
        """Write all of it, parents before children."""
        order = [Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment]
        for table in order:
            if self.insert.get(table):
                db.execute(table.__table__.insert(), self.insert[table])
        for (table, columns), rows in self.update.items():
            sql = update(table.__table__).where(table.__table__.c.id == bindparam("row"))
            db.execute(sql.values({column: bindparam(column) for column in columns}), rows)


def needs_a_person(mark: Mark, row: GradeRow | None) -> bool:
    """Must somebody look at this cell?

    As in nbgrader where nobody has marked it by hand. Where somebody has, only if what they marked was
    replaced, or the machine's own points changed under a mark given by hand; else it stays as it was.
    """
    if row is None or row.manual is None:
        return mark.auto is None or mark.look
    return row.needs or mark.changed or (mark.auto is not None and mark.auto != row.auto)


def changes_for(sheet: Sheet, submissions: Iterable[Submission], penalty: Any = None) -> Changes:
    """Return what must be written so that the sheet has these hand-ins; the sheet is brought up to date, too.

    `penalty(student, score, seconds)` gives the points off for a late one, None for none.
    """
    changes = Changes()
    for sub in submissions:
        if sub.student not in sheet.students:
            changes.add(Student, id=sub.student, first_name=None, last_name=None, email=None, lms_user_id=None)
            sheet.students[sub.student] = ""
        handed = sheet.handed.get(sub.student)
        if handed is None:
            handed = sheet.handed[sub.student] = Handed(new_uuid(), sub.timestamp, None)
            changes.add(
                SubmittedAssignment,
                id=handed.id,
                assignment_id=sheet.id,
                student_id=sub.student,
                timestamp=sub.timestamp,
            )
        elif sub.timestamp is not None and sub.timestamp != handed.timestamp:
            handed.timestamp = sub.timestamp
            changes.change(SubmittedAssignment, handed.id, timestamp=sub.timestamp)
        for notebook in sheet.notebooks:
            _mirror(changes, sheet, handed, notebook)
        _put_marks(changes, handed, sub)
        _put_penalty(changes, sheet, handed, sub, penalty)
    return changes


def _mirror(changes: Changes, sheet: Sheet, handed: Handed, notebook: str) -> None:
    """Give a hand-in a row for everything in the notebook, as nbgrader's add_submission does."""
    if notebook not in handed.notebooks:
        handed.notebooks[notebook] = changes.add(
            SubmittedNotebook, id=new_uuid(), assignment_id=handed.id, notebook_id=sheet.notebooks[notebook], flagged=False, late_submission_penalty=None
        )  # fmt: skip
        handed.penalties[notebook] = None
    own = handed.notebooks[notebook]
    for kind, names in sheet.cells[notebook].items():
        for name, cell in names.items():
            if kind != "solution" and (notebook, name) not in handed.grades:
                ident = changes.add(
                    Grade, id=new_uuid(), notebook_id=own, cell_id=cell, auto_score=None, manual_score=None, extra_credit=None, needs_manual_grade=True
                )  # fmt: skip
                handed.grades[notebook, name] = GradeRow(ident, None, None, None, True)
            if kind != "grade" and (notebook, name) not in handed.comments:
                ident = changes.add(
                    Comment, id=new_uuid(), notebook_id=own, cell_id=cell, auto_comment=None, manual_comment=None
                )
                handed.comments[notebook, name] = ident, None, None


def _put_marks(changes: Changes, handed: Handed, sub: Submission) -> None:
    for name, mark in sub.marks.items():
        row = handed.grades.get((sub.notebook, name))
        if row is None:
            continue
        needs = needs_a_person(mark, row)
        if (row.auto, row.needs) != (mark.auto, needs):
            row.auto, row.needs = mark.auto, needs
            changes.change(Grade, row.id, auto_score=mark.auto, needs_manual_grade=needs)
    for (notebook, name), (ident, auto, manual) in handed.comments.items():
        said = NO_RESPONSE if name in sub.unanswered else None
        if notebook == sub.notebook and said != auto:
            handed.comments[notebook, name] = ident, said, manual
            changes.change(Comment, ident, auto_comment=said)


def _put_penalty(changes: Changes, sheet: Sheet, handed: Handed, sub: Submission, penalty: Any) -> None:
    score = handed.score(sub.notebook)
    seconds = sheet.late(sub.student, handed.timestamp)
    off = penalty(sub.student, score, seconds) if penalty and seconds > 0 else None
    off = None if off is None else min(max(off, 0), score)
    if off != handed.penalties[sub.notebook]:
        handed.penalties[sub.notebook] = off
        changes.change(SubmittedNotebook, handed.notebooks[sub.notebook], late_submission_penalty=off)


def late_penalty(course: CourseFolder) -> Any:
    """Return nbgrader's own rule for late hand-ins, as the course configures it: (student, score, seconds) → points off."""
    known: list[Any] = []

    def penalty(student: str, score: float, seconds: float) -> float | None:
        if not known:  # loading it takes most of a second, and most classes are on time
            from nbgrader.preprocessors import AssignLatePenalties

            step = AssignLatePenalties(config=course.config)
            step.init_plugin()
            known.append(step.plugin_inst)
        return known[0].late_submission_penalty(student, score, seconds)

    return penalty
