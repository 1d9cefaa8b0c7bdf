"""Find the one person a typed name, code, number or address stands for, or nobody."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

from attrs import Factory, field, frozen

from whosaidso.grading.roster.sheet import Sheet

_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


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


def plain_words(text: str) -> str:
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
    letters = plain_words(name)
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


def _squeezed(code: str) -> str:
    """Return a code without whatever stands between its parts."""
    return plain_words(code).replace("-", "").replace(" ", "")


def _keys_of(person: Person) -> set[str]:
    """Return all a person may be called. Names have spaces between their words, numbers stand as they are."""
    keys = {_plain_id(text) for text in (person.id, person.login, person.email, person.code, person.lms_id)}
    keys.add(_squeezed(person.code))
    if person.lms_id.isdigit():
        keys.add(f"participant {person.lms_id}")
    for name in {person.name, f"{person.first} {person.last}"}:
        keys |= _name_keys(name)
    return keys - {""}


def _keys_to_try(name: str) -> set[str]:
    if len(name) > 300:
        return set()
    keys = {_plain_id(name)} | _name_keys(name, whole=False)
    squeezed = _squeezed(name)
    if any(character.isdigit() for character in squeezed):
        keys.add(squeezed)
    return keys - {""}
