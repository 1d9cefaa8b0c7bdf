"""More time for one student, kept where nbgrader keeps it: beside the hand-in, counted from the due date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbgrader.api import SubmittedAssignment
from sqlalchemy import update

from whosaidso.grading.backups import Backup
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import connected, read_sheet

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


def grant(course: CourseFolder, assignment: str, student: str, until: str) -> tuple[datetime, datetime]:
    """Give a student time until a moment in the course's time zone; "" takes the extension back.

    Return the due date and until when the student has time, both in UTC without a zone.

    Raises
    ------
    Stopped
        If there is no due date, nothing graded of the student, or no date in `until`.
    """
    with connected(course) as db:
        sheet = read_sheet(db, assignment)
    if sheet.duedate is None:
        raise Stopped(
            f"{assignment} has no due date, so nobody is late; give it one with: "
            f'nbgrader db assignment add {assignment} --duedate "2026-12-04 18:00 UTC"'
        )
    if student not in sheet.handed:
        raise Stopped(
            f"Nothing of {student} in {assignment} has been graded yet, and nbgrader keeps an extension beside the hand-in: "
            "run `whosaidso grade` first, and once more afterwards."
        )
    more = moment(until, course.timezone) - sheet.duedate if until else None
    with Backup.of(course, f"extension {assignment} {student}") as backup:
        with connected(course, write=True) as db:
            row = SubmittedAssignment.__table__.c.id == sheet.handed[student].id
            db.execute(update(SubmittedAssignment.__table__).where(row).values(extension=more))
            backup.foresee(db)
        backup.committed()
    return sheet.duedate, sheet.duedate + (more or timedelta())


def moment(text: str, zone: str) -> datetime:
    """Return a date and time in UTC without a zone; a day alone means its end.

    >>> moment("2026-11-22 18:00", "Europe/Berlin"), moment("2026-11-22", "UTC")
    (datetime.datetime(2026, 11, 22, 17, 0), datetime.datetime(2026, 11, 22, 23, 59, 59))
    """
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Stopped(f"{zone!r} is no time zone; set c.Exchange.timezone to one such as Europe/Berlin.") from error
    for form in FORMS:
        try:
            found = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        if form == "%Y-%m-%d":
            found = found.replace(hour=23, minute=59, second=59)
        return found.replace(tzinfo=there).astimezone(UTC).replace(tzinfo=None)
    raise Stopped(f'{text!r} is no date; write it as 2026-11-22 or "2026-11-22 18:00".')
