"""Make people of a class list's rows, each with an id that is nobody else's."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import evolve

from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster.columns import SAY_WHO, layout_of
from whosaidso.grading.roster.people import Person, Roster, plain_words
from whosaidso.grading.roster.sheet import read_sheet
from whosaidso.grading.roster.times import read_time, read_zone
from whosaidso.grading.safe import safe_name

_BEST = {
    # The number of a Moodle worksheet belongs to one assignment: the next worksheet gives the same student another.
    "moodle": ("login", "code", "local", "name", "lms_id"),
    "plain": ("id", "login", "code", "lms_id", "local", "name"),
}


def read_roster(path: Path, *, timezone: str = "UTC") -> Roster:
    """Return the class list in a file.

    `timezone` is the zone of times that name none. `Person.id` is taken from the first of these a person has:
    a column `id` (plain lists), login, SIS or school number, LMS number, the local part of the e-mail address,
    name. Moodle's number comes last, because it changes from assignment to assignment. Where two people would
    get one id, both get one made of the whole address, else the LMS number is added.

    Raises
    ------
    Stopped
        If it is no class list, or two people in it cannot be told apart.
    """
    zone = read_zone(timezone)
    sheet, header, columns = read_sheet(path)
    layout, columns = layout_of(sheet.records[header] if header >= 0 else (), columns)
    if not any(key in columns for key in SAY_WHO):
        raise Stopped(
            f"{path.name} names nobody: its first row should have a column like Student, Full name, Username, "
            f"Email address, id or code, and has {_some(sheet.records[max(header, 0)])}."
        )
    people, lines, notes = [], [], []
    needed = max(column for key, column in columns.items() if key in SAY_WHO)
    headings = sheet.records[header] if header >= 0 else ("name",)
    for number, cells in enumerate(sheet.records):
        if number <= header or not any(cell.strip() for cell in cells):
            continue
        if layout == "canvas" and _not_a_student(cells, columns):
            continue
        if len(cells) <= needed and len(headings) > len(cells):
            notes.append(f"Row {number + 1} of {path.name} has {len(cells)} cells, not {len(headings)}: left out.")
            continue
        person = _person(headings, cells, columns, layout, zone)
        if not person.id:
            notes.append(f"Row {number + 1} of {path.name} names nobody: left out.")
            continue
        people.append(person)
        lines.append(number)
    if not people:
        raise Stopped(f"{path.name} has no student in it; download the class list again.")
    told_apart = _told_apart(people, lines, path.name)
    return Roster(tuple(told_apart), layout, path, sheet, header, tuple(lines), tuple(notes))


def _not_a_student(cells: tuple[str, ...], columns: dict[str, int]) -> bool:
    """Is this one of Canvas's own rows: points possible, posting policy, the test student?"""
    told = [cells[columns[key]] for key in ("name", "last", "first") if key in columns and columns[key] < len(cells)]
    words = sorted(plain_words(" ".join(told)).split())
    number = cells[columns["lms_id"]].strip() if len(cells) > columns["lms_id"] else ""
    return not (words or number) or words in (["points", "possible"], ["student", "test"])


def _person(
    header: tuple[str, ...], cells: tuple[str, ...], columns: dict[str, int], layout: str, zone: ZoneInfo | None
) -> Person:
    def cell(key: str) -> str:
        column = columns.get(key, len(cells))
        return " ".join(cells[column].split()) if column < len(cells) else ""

    first, last, name = cell("first"), cell("last"), cell("name")
    name = name or f"{first} {last}".strip()
    if not (first or last):
        first, last = _halves(name)
    lms_id = cell("lms_id")
    if layout == "moodle":
        lms_id = (re.findall(r"\d+", lms_id) or [""])[-1]
    email = cell("email") or (cell("login") if "@" in cell("login") else "")
    has = {
        "id": cell("id"),
        "login": cell("login"),
        "code": cell("code"),
        "lms_id": lms_id,
        "local": email.partition("@")[0],
        "name": name,
    }
    order = _BEST.get(layout, _BEST["plain"])
    chosen = next((has[key] for key in order if has[key]), "")
    return Person(
        id=safe_name(chosen) if chosen else "",
        name=name,
        first=first,
        last=last,
        email=email,
        login=has["login"],
        lms_id=lms_id,
        code=has["code"],
        section=cell("section"),
        submitted=read_time(cell("submitted"), zone),
        row=dict(zip(header, cells, strict=False)),
    )


def _halves(name: str) -> tuple[str, str]:
    """Return first and last name where it is plain which is which."""
    if name.count(",") == 1:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    words = name.split()
    return (words[0], words[1]) if len(words) == 2 and "," not in name else ("", "")


def _told_apart(people: list[Person], lines: list[int], file: str) -> list[Person]:
    """Return the people with an id each, or stop. Folders must differ by more than case on many machines."""
    people = list(people)
    for make in (
        lambda person: safe_name(person.email) if person.email else "",
        lambda person: f"{person.id}-{safe_name(person.lms_id)}" if person.lms_id else "",
    ):
        for group in _groups(people):
            made = [make(people[number]) for number in group]
            if all(made) and len({name.casefold() for name in made}) == len(made):
                for number, name in zip(group, made, strict=True):
                    people[number] = evolve(people[number], id=name)
    for group in _groups(people):
        one, other = group[:2]
        raise Stopped(
            f"Rows {lines[one] + 1} and {lines[other] + 1} of {file} would both be the student {people[one].id!r}: "
            "remove one of them if they are one person, or add a column `id` that tells them apart."
        )
    return people


def _groups(people: list[Person]) -> list[list[int]]:
    same: dict[str, list[int]] = {}
    for number, person in enumerate(people):
        same.setdefault(person.id.casefold(), []).append(number)
    return [group for group in same.values() if len(group) > 1]


def _some(cells: tuple[str, ...]) -> str:
    shown = ", ".join(repr(cell[:30]) for cell in cells[:6])
    return shown + (", …" if len(cells) > 6 else "") if shown else "none"
