"""The gradebook's list of students, its due dates and extensions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen
from nbgrader.api import Assignment, Student, SubmittedAssignment
from sqlalchemy import bindparam, select, update

from whosaidso.grading.backups import Backup, sqlite_path
from whosaidso.grading.collect.names import Owner
from whosaidso.grading.folder import CourseFolder
from whosaidso.grading.gradebook import connected
from whosaidso.grading.roster import Roster
from whosaidso.grading.safe import page_name

_COLUMNS = ("first_name", "last_name", "email", "lms_user_id")


@frozen
class Enrolled:
    """What the gradebook says of students and dates before anything is collected."""

    students: Mapping[str, Mapping[str, str]] = field(factory=dict)
    """Names, address and LMS number by student id."""
    due: Mapping[str, datetime] = field(factory=dict)
    """By assignment; UTC without a zone."""
    extensions: Mapping[tuple[str, str], timedelta] = field(factory=dict)
    """By student and assignment."""

    def late(self, student: str, assignment: str, when: datetime | None) -> timedelta:
        """Return by how much something came after the due date and the student's extension."""
        due = self.due.get(assignment)
        if due is None or when is None:
            return timedelta()
        return max(timedelta(), when - due - self.extensions.get((student, assignment), timedelta()))

    def owners(self) -> list[Owner]:
        """Return the students as they can be found by a typed name."""
        return [
            Owner(
                id,
                (name,) if (name := f"{row['first_name']} {row['last_name']}".strip()) else (),
                tuple(code for code in (row["email"], row["lms_user_id"]) if code),
            )
            for id, row in self.students.items()
        ]


def read_enrolled(course: CourseFolder) -> Enrolled:
    """Read the gradebook; one that is missing has nobody in it."""
    path = sqlite_path(course)
    if path is not None and not path.is_file():
        return Enrolled()  # connecting would make an empty one
    with connected(course) as db:
        rows = db.execute(select(Student.id, *(getattr(Student, name) for name in _COLUMNS)))
        students = {row.id: {name: getattr(row, name) or "" for name in _COLUMNS} for row in rows}
        due = {name: when for name, when in db.execute(select(Assignment.name, Assignment.duedate)) if when is not None}
        given = select(SubmittedAssignment.student_id, Assignment.name, SubmittedAssignment.extension).join(
            Assignment, Assignment.id == SubmittedAssignment.assignment_id
        )
        extensions = {
            (student, name): extra
            for student, name, extra in db.execute(given.where(SubmittedAssignment.extension.is_not(None)))
        }
    return Enrolled(students, due, extensions)


def rows_for(
    enrolled: Enrolled, roster: Roster | None, found: Mapping[str, tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """Return what is to be written of each student: the whole class list, then whoever handed in.

    `found` gives name and LMS number by student id. What the gradebook has and the class list does not say stays as it is.
    """
    wanted: dict[str, dict[str, str]] = {}
    for person in roster.people if roster else ():
        wanted[person.id] = {
            "first_name": page_name(person.first),
            "last_name": page_name(person.last or ("" if person.first else person.name)),
            "email": person.email,
            # a number of Moodle's worksheet is one assignment's, not the person's
            "lms_user_id": person.lms_id if roster and roster.layout != "moodle" else "",
        }
    for id, (name, number) in found.items():
        if id in wanted:
            continue
        first, last = _halves(page_name(name))
        there = enrolled.students.get(id, {})
        wanted[id] = {
            "first_name": "" if there.get("last_name") else first,
            "last_name": "" if there.get("first_name") else last,
            "email": "",
            "lms_user_id": "" if there.get("lms_user_id") else number,
        }
    changed = {}
    for id, row in wanted.items():
        before = enrolled.students.get(id)
        if before is None:
            changed[id] = row
            continue
        after = {name: row[name] or before[name] for name in _COLUMNS}
        if after != dict(before):
            changed[id] = after
    return changed


def _halves(name: str) -> tuple[str, str]:
    """Return first and last name; a name that does not say which is which is kept whole."""
    if name.count(",") == 1:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    words = name.split()
    return (words[0], words[1]) if len(words) == 2 else ("", name)


def write_students(
    course: CourseFolder, enrolled: Enrolled, rows: Mapping[str, Mapping[str, str]], backup: Backup
) -> None:
    """Write students to the gradebook in one transaction."""
    if not rows:
        return
    table = Student.__table__
    values = [{"key": id, **{name: row[name][:128] or None for name in _COLUMNS}} for id, row in rows.items()]
    new = [{"id": value.pop("key"), **value} for value in values if value["key"] not in enrolled.students]
    old = [value for value in values if "key" in value]
    with connected(course, write=True) as db:
        if new:
            db.execute(table.insert(), new)
        if old:
            sql = update(table).where(table.c.id == bindparam("key"))
            db.execute(sql.values({name: bindparam(name) for name in _COLUMNS}), old)
        backup.foresee(db)
