"""Read a class list as an LMS gives it out, and find the one person a name or number stands for.

Canvas gradebook, Moodle grading worksheet, gradebook or participants, Blackboard grade centre, nbgrader's own
student list, or any table with a column that names people. The file is kept as it stands, so that the exporters
can give it back with nothing changed but the marks. This room knows no gradebook and no hand-in.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Factory, evolve, field, frozen

from whosaidso.grading.folder import Stopped
from whosaidso.grading.safe import safe_name

MOST_BYTES = 50_000_000
LONGEST_CELL = 1_000_000

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook (or a zip)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
)
_FIELDS = {
    "name": "name|full name|fullname|student|student name|names|learner|display name",
    "first": "first name|firstname|first|given name|given names|forename",
    "last": "last name|lastname|last|surname|family name",
    "email": "email|e mail|mail|email address|e mail address|emailaddress",
    "login": "username|user name|login|login id|sis login id|netid|net id|user",
    "code": "code|sis user id|sis id|id number|idnumber|student number|student no|number|candidate number",
    "lms_id": "lms user id|lms id|canvas id|canvas user id|identifier|user id|userid",
    "section": "section|sections|group|groups|class",
    "id": "id|student id|studentid",
    "submitted": "last modified (submission)",
}
_KNOWN = {heading: key for key, headings in _FIELDS.items() for heading in headings.split("|")}
_SAY_WHO = ("id", "login", "code", "lms_id", "email", "name", "first", "last")
_BEST = {
    # The number of a Moodle worksheet belongs to one assignment: the next worksheet gives the same student another.
    "moodle": ("login", "code", "local", "name", "lms_id"),
    "plain": ("id", "login", "code", "lms_id", "local", "name"),
}


@frozen
class Person:
    """One person of a class list."""

    id: str
    """The name of folders and of the gradebook, in the safe alphabet."""
    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    lms_id: str = ""
    """The LMS's own number: `ID` in Canvas, 12345 of "Participant 12345" in a Moodle worksheet."""
    code: str = ""
    """What school or teacher calls the person: `SIS User ID`, `ID number`, `Student ID`, a code."""
    section: str = ""
    submitted: datetime | None = None
    """When the hand-in came, by the LMS's word; UTC without a zone."""
    row: dict[str, str] = field(factory=dict, eq=False, repr=False)
    """The file's own cells."""


@frozen
class Sheet:
    """A table as it stands in a file: each record's cells, and its text with its line end."""

    bom: bytes
    encoding: str
    delimiter: str
    records: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]


def _index_of(roster: Roster) -> dict[str, int]:
    index: dict[str, int] = {}
    for number, person in enumerate(roster.people):
        for key in _keys_of(person):
            index[key] = number if index.get(key, number) == number else -1
    return index


@frozen
class Roster:
    """A class list and the file it came from."""

    people: tuple[Person, ...]
    layout: str
    """canvas, moodle, blackboard or plain."""
    path: Path = Path()
    sheet: Sheet = field(default=Sheet(b"", "utf-8", ",", (), ()), repr=False)
    header: int = 0
    """Which record of the sheet names the columns; -1 where none does."""
    lines: tuple[int, ...] = ()
    """Which record of the sheet each person stands in."""
    notes: tuple[str, ...] = ()
    """Rows that were left out, one sentence each."""
    _index: dict[str, int] = field(init=False, repr=False, eq=False, default=Factory(_index_of, takes_self=True))
    _ids: dict[str, Person] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: {person.id: person for person in self.people}, takes_self=True),
    )

    def find(self, name: str) -> Person | None:
        """Return whom a typed name, code, login, e-mail address, LMS number or "doejane" stands for.

        None when it stands for nobody, or for more than one: "janedoe" is nobody where it is one student's login
        and another one's name.
        """
        found = {self._index[key] for key in _keys_to_try(name) if key in self._index}
        number = found.pop() if len(found) == 1 else -1
        return self.people[number] if number >= 0 else None

    def with_id(self, id: str) -> Person | None:
        """Return the person with a folder and gradebook name."""
        return self._ids.get(id)


def same_person(typed: str, known: str) -> bool:
    """Do two spellings name one person? Accents, case, order and punctuation are forgiven, a missing name is not.

    >>> [same_person("Jane Doe", known) for known in ("doejane", "Doe, Jane", "DOE Jane", "Jane Mary Doe", "")]
    [True, True, True, False, False]
    """
    theirs = _name_keys(known)
    return any(key in theirs for key in _name_keys(typed, whole=False)) or any(
        key in _name_keys(typed) for key in _name_keys(known, whole=False)
    )


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
    zone = _zone(timezone)
    text, bom, encoding = _text_of(path)
    sheet, header, columns = _sheet_of(path, text, bom, encoding)
    layout, columns = _layout_of(sheet.records[header] if header >= 0 else (), columns)
    if not any(key in columns for key in _SAY_WHO):
        raise Stopped(
            f"{path.name} names nobody: its first row should have a column like Student, Full name, Username, "
            f"Email address, id or code, and has {_some(sheet.records[max(header, 0)])}."
        )
    people, lines, notes = [], [], []
    needed = max(column for key, column in columns.items() if key in _SAY_WHO)
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


def _zone(timezone: str) -> ZoneInfo | None:
    if timezone.upper() == "UTC":
        return None  # some systems carry no table of zones
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Stopped(f"{timezone!r} is no time zone; write one like Europe/Berlin or UTC.") from error


def _text_of(path: Path) -> tuple[str, bytes, str]:
    """Return a file's text without its byte-order mark, the mark, and the encoding."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Stopped(f"{path.name} is over {MOST_BYTES:,} bytes, too large for a class list.")
        data = path.read_bytes()
    except OSError as error:
        raise Stopped(
            f"The class list {path} cannot be opened ({error.strerror}); see that the path is right."
        ) from error
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise Stopped(
                f"{path.name} is {what}, not a table as text: open it, save it as CSV (UTF-8), and name that."
            )
    if not data.strip():
        raise Stopped(f"{path.name} is empty; download the class list again.")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(path, data[len(bom) :], encoding), bom, encoding
    head = data[:2000]
    if head[1::2].count(0) > len(head) // 3:
        return _decoded(path, data, "utf-16-le"), b"", "utf-16-le"
    try:
        return _decoded(path, data, "utf-8"), b"", "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return _decoded(path, data, "cp1252"), b"", "cp1252"
    except UnicodeDecodeError:
        return _decoded(path, data, "latin-1"), b"", "latin-1"


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    if encoding.startswith("utf-16"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise Stopped(f"{path.name} is damaged: it is no whole text; download the class list again.") from error
    else:
        text = data.decode(encoding)
    if "\0" in text:
        raise Stopped(f"{path.name} is not a table as text; name a CSV file, as the LMS gives it out.")
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        raise Stopped(f"{path.name} is a web page, not a table as text; name a CSV file, as the LMS gives it out.")
    return text


def records_of(text: str, delimiter: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each record of a delimited text: its cells, and its own text with its line end."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for cells in csv.reader(feed(), delimiter=delimiter, strict=True):
            yield tuple(cells), "".join(taken)
            taken.clear()
    finally:
        csv.field_size_limit(before)


def _sheet_of(path: Path, text: str, bom: bytes, encoding: str) -> tuple[Sheet, int, dict[str, int]]:
    """Return the sheet, the record that names its columns, and the columns that were recognised.

    The delimiter is the one by which most column names are recognised. A list without delimiter and without
    column names is one name a line.
    """
    best: tuple[int, int, str, int] = (0, 0, "\t", -1)
    top = text[:200_000]
    for delimiter in "\t,;":
        try:
            for number, (cells, _) in zip(range(5), records_of(top, delimiter), strict=False):
                known = len(_columns(cells))
                if (known, len(cells)) > best[:2] and known:
                    best = (known, len(cells), delimiter, number)
        except csv.Error:
            continue
    _, _, delimiter, header = best
    try:
        pairs = list(records_of(text, delimiter))
    except csv.Error as error:
        raise Stopped(
            f"{path.name} cannot be read as a table ({error}): a quote mark may be missing its partner; "
            "download the class list again."
        ) from error
    sheet = Sheet(bom, encoding, delimiter, tuple(cells for cells, _ in pairs), tuple(text for _, text in pairs))
    if header >= 0:
        return sheet, header, _columns(sheet.records[header])
    filled = [cells for cells in sheet.records if any(cell.strip() for cell in cells)]
    if all(len(cells) == 1 and re.fullmatch("[^,;]+(, [^,;]+)?", cells[0]) for cells in filled):
        return sheet, -1, {"name": 0}
    return sheet, -1, {}


def plain_heading(heading: str) -> str:
    """Return a column's name without case, quotes, marks and spaces that do not matter.

    >>> plain_heading('\\ufeff"SIS  Login_ID "')
    'sis login id'
    """
    heading = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").replace("\u200b", "")
    return " ".join(re.sub(r"[_\-\"'\s]+", " ", heading).casefold().split())


def _columns(cells: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        key = _KNOWN.get(plain_heading(cell)) if len(cell) < 60 else None
        if key is not None:
            found.setdefault(key, number)
    return found


def _layout_of(header: tuple[str, ...], columns: dict[str, int]) -> tuple[str, dict[str, int]]:
    """Return the layout by its column names, and the columns as that layout means them."""
    there = {plain_heading(cell): number for number, cell in reversed(list(enumerate(header)))}
    named = "student" in there or {"lastname", "firstname"} <= set(there)  # a course may have its names in two columns
    if named and "id" in there and ("section" in there or any(name.startswith("sis ") for name in there)):
        return "canvas", _meaning(columns, lms_id=there["id"])
    if "identifier" in there and ("full name" in there or "status" in there or "grade" in there):
        return "moodle", _meaning(columns)
    total = any("[total pts" in name for name in there)
    if {"first name", "last name", "username"} <= set(there) and (
        total or "availability" in there or "last access" in there or "student id" in there
    ):
        return "blackboard", _meaning(columns, code=there.get("student id"))
    named = "first name" in there and ("last name" in there or "surname" in there)
    if named and "id" not in there and ("email address" in there or "id number" in there):
        return "moodle", _meaning(columns)
    return "plain", columns


def _meaning(columns: dict[str, int], **more: int | None) -> dict[str, int]:
    kept = {key: number for key, number in columns.items() if key != "id"}
    return {**kept, **{key: number for key, number in more.items() if number is not None}}


def _not_a_student(cells: tuple[str, ...], columns: dict[str, int]) -> bool:
    """Is this one of Canvas's own rows: points possible, posting policy, the test student?"""
    told = [cells[columns[key]] for key in ("name", "last", "first") if key in columns and columns[key] < len(cells)]
    words = sorted(_letters(" ".join(told)).split())
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


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?"
_TIMES = (
    (re.compile(rf"(?:[a-z]+,?\s+)?(\d{{1,2}})\.?\s+([a-z]{{3,9}})\.?,?\s+(\d{{4}}),?\s+{_CLOCK}"), (3, 2, 1)),
    (re.compile(rf"(?:[a-z]+,?\s+)?([a-z]{{3,9}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}),?\s+{_CLOCK}"), (3, 1, 2)),
    (re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})[t\s]+{_CLOCK}"), (1, 2, 3)),
)


def read_time(text: str, zone: ZoneInfo | None = None) -> datetime | None:
    """Return a time of a Moodle worksheet as UTC without a zone; None where it is none or cannot be read for sure.

    A time like 03/04/2026 is not read: half the world means April by it.

    >>> read_time("Wednesday, 10 June 2026, 2:14 PM"), read_time("Wednesday, June 10, 2026, 14:14"), read_time("-")
    (datetime.datetime(2026, 6, 10, 14, 14), datetime.datetime(2026, 6, 10, 14, 14), None)
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    for pattern, (year, month, day) in _TIMES:
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        named = found[month]
        number = int(named) if named.isdigit() else _MONTHS.index(named[:3]) + 1 if named[:3] in _MONTHS else 0
        hour, minute, second, half = found.groups()[3:]
        hours = int(hour) if not half else int(hour) % 12 + (12 if half == "p" else 0)
        try:
            local = datetime(int(found[year]), number, int(found[day]), hours, int(minute), int(second or 0))
            return local if zone is None else local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return None
    return None


_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def _letters(text: str) -> str:
    """Return letters and digits without accents, every other mark a space; apostrophes and hidden marks vanish."""
    kept = []
    for character in unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LETTERS):
        kind = unicodedata.category(character)
        if unicodedata.combining(character) > 9 or (kind in ("Cf", "Cc", "Cs") and not character.isspace()):
            continue  # up to 9 are no accents but part of the letter, as in Japanese and Hindi
        if kind[0] in "LNM":
            kept.append(character)
        elif character not in "'’‘`´ʼ":
            kept.append("-" if kind == "Pd" else " ")
    return "".join(kept)


def _name_keys(name: str, *, whole: bool = True) -> set[str]:
    """Return the keys of a name: its words in one order and, `whole`, run together as an LMS does.

    A name of one word may be such a run-together name itself, so it always has that key, too.
    """
    letters = _letters(name)
    keys = set()
    for words in (letters.replace("-", " ").split(), letters.replace("-", "").split()):
        if not words or len(words) > 12:
            continue
        keys.add(" ".join(sorted(words)))
        if whole:
            keys.update("".join(words[place:] + words[:place]) for place in range(len(words)))
    return keys


def _plain_id(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _keys_of(person: Person) -> set[str]:
    """Return all a person may be called. Names have spaces between their words, numbers stand as they are."""
    keys = {_plain_id(text) for text in (person.id, person.login, person.email, person.code, person.lms_id)}
    if person.code:
        keys.add(_letters(person.code).replace("-", " ").replace(" ", ""))
    if person.lms_id.isdigit():
        keys.add(f"participant {person.lms_id}")
    for name in {person.name, f"{person.first} {person.last}"}:
        keys |= _name_keys(name)
    return keys - {""}


def _keys_to_try(name: str) -> set[str]:
    if len(name) > 300:
        return set()
    keys = {_plain_id(name)} | _name_keys(name, whole=False)
    squeezed = _letters(name).replace("-", " ").replace(" ", "")
    if any(character.isdigit() for character in squeezed):
        keys.add(squeezed)  # a code, with whatever stands between its parts
    return keys - {""}


def _some(cells: tuple[str, ...]) -> str:
    shown = ", ".join(repr(cell[:30]) for cell in cells[:6])
    return shown + (", …" if len(cells) > 6 else "") if shown else "none"
