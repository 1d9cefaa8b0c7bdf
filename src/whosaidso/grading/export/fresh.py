"""Make a new file: nbgrader's own table, or one for an LMS of which there is no file to fill in."""

from __future__ import annotations

from whosaidso.grading.export.cells import new_table, number, safe_cell
from whosaidso.grading.export.marks import Known, Mark, Marks
from whosaidso.grading.export.people import Choices, Made, called, decide, match, strangers
from whosaidso.grading.roster import Person, Roster

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
"""nbgrader's own, and two more."""

_HEADINGS = {
    "canvas": ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
    "moodle": ("Email address", "ID number", "First name", "Last name"),
    "blackboard": ("Last Name", "First Name", "Username"),
}
_HANDED_IN = {
    "not graded": "not graded",
    "unread": "unreadable",
    "damaged": "in part",
    "no hand-in": "no",
    "zero": "no",
}
"""The column handed_in, where it is not a plain yes."""
_NO_PERSON, _NO_STUDENT = Person(""), Known("")


def export_csv(marks: Marks, roster: Roster | None, choices: Choices) -> Made:
    """Return nbgrader's own table, its numbers unrounded, with how many cells wait and whether there is a hand-in.

    The score is blank where there is no full mark, unless `choices` say otherwise. A roster adds names and e-mail
    addresses the gradebook does not have.
    """
    made = Made(unsafe=[called(student) for student in marks.students if safe_cell(student.id) != student.id])
    pairs = match(marks, roster, made) if roster is not None else {}
    people = {pairs[person.id].id: person for person in (roster.people if roster else ()) if person.id in pairs}
    rows: list[list[str]] = [COLUMNS]
    for task in marks.tasks:
        made.where[task.name] = "score"
        for student in marks.students:
            cell = decide(marks, task, student, _NO_PERSON, choices, made)
            score = made.put(cell, task.points, str)
            mark = marks.marks.get((task.name, student.id), Mark(None, 0.0, 0.0, 0, 0))
            whose = (student.id, *_whose(student, people.get(student.id, _NO_PERSON)))
            numbers = mark.raw, mark.penalty, score, task.points, mark.waiting
            rows.append(
                [
                    task.name,
                    str(task.duedate or ""),
                    str(mark.timestamp or ""),
                    *map(made.guard, whose),
                    *map(str, numbers),
                    _HANDED_IN.get(cell.state, "yes"),
                ]
            )
    made.cells += strangers(marks, roster)
    made.data = new_table(rows)
    return made


def new_file(to: str, marks: Marks, roster: Roster | None, choices: Choices) -> Made:
    """Return a new file for an LMS, of everybody in the class list, or in the gradebook if there is none."""
    made = Made()
    people = [(student, _NO_PERSON) for student in marks.students]
    if roster is not None:
        pairs = match(marks, roster, made)
        people = [(pairs.get(person.id, _NO_STUDENT), person) for person in roster.people]
    for task in marks.tasks:
        title = f"{task.name} [Total Pts: {number(task.points)} Score]" if to == "blackboard" else task.name
        made.where[task.name] = choices.columns.get(task.name, title)
    rows = [[*_HEADINGS[to], *made.where.values()]]
    if to == "canvas":
        rows.append(["    Points Possible", "", "", "", "", *(number(task.points) for task in marks.tasks)])
    for student, person in people:
        who = called(person if person.id else student)
        ids, row, found = _identity(to, student, person)
        texts = [made.put(decide(marks, task, student, person, choices, made), task.points) for task in marks.tasks]
        if not found and any(texts):
            made.unsure.append(who)
        if any(safe_cell(ident) != ident for ident in ids):
            made.unsafe.append(who)
        rows.append([*map(made.guard, row), *texts])
    made.cells += strangers(marks, roster)
    if any(cell.points is None for cell in made.cells):
        made.notes.append(
            f"Some cells are blank, and {to.capitalize()} may take that for no mark where it already has one; "
            "with --roster and the file downloaded from it, such a mark stays."
        )
    made.data = new_table(rows)
    return made


def _whose(student: Known, person: Person) -> tuple[str, str, str]:
    """Return last name, first name and e-mail address, the gradebook's before the class list's."""
    email = student.email or person.email
    if student.name or not person.name:
        return student.last, student.first, email
    return (person.last, person.first, email) if person.first or person.last else (person.name, "", email)


def _identity(to: str, student: Known, person: Person) -> tuple[list[str], list[str], bool]:
    """Return what the LMS knows somebody by, the cells that say who it is, and whether that is sure to be enough."""
    last, first, email = _whose(student, person)
    login = person.login or student.id or person.id
    if to == "canvas":
        ids = [person.lms_id or student.lms_id, person.code, login]
        name = f"{last}, {first}" if last and first else last or first or login
        return ids, [name, *ids, person.section], any((ids[0], person.code, person.login))
    if to == "moodle":
        ids = [email, person.code or student.id]
        return ids, [*ids, first, last], any((email, person.code))
    return [login], [last, first, login], True
