"""Whose hand-in it is. The LMS's word is the identity; what is typed in the notebook is compared with it.

Where the two disagree, where a name fits nobody or more than one, or where two people would share a
folder, nothing is guessed: the hand-in is set aside with a sentence that says what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, evolve, field, frozen

from whosaidso.grading.collect.archives import shown
from whosaidso.grading.collect.index import Attempt, Placed
from whosaidso.grading.collect.layouts import Found
from whosaidso.grading.collect.problems import DISAGREES, MIXED, UNCOMPARED, UNKNOWN, Problem
from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster import Person, Roster, same_person
from whosaidso.grading.safe import safe_name

MOST_NAMES = 4
_BETWEEN = re.compile(r"[,;،，、؛\n]|\s+&\s+|\s+and\s+", re.I)
_NUMBERED = ("canvas", "blackboard", "teams", "nbgrader")
"""Layouts whose key stands for one account, whatever the assignment."""
_CODED = ("canvas", "blackboard", "nbgrader")
"""Layouts whose key is a number or login that somebody might type."""
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.I)
"""What no folder may be called under Windows."""


@frozen
class Claim:
    """What is known of a hand-in's owner before anybody is looked up."""

    found: Found
    assignment: str
    typed: str
    pile: str
    path: str
    sha: str = ""

    @property
    def files(self) -> tuple[str, str, str]:
        """What its file may be called by in --as, the shortest first, where no other file is called that."""
        return self.path.rpartition("/")[2], self.path, f"{self.pile}/{self.path}"

    @property
    def shown_path(self) -> str:
        """Where it lies, for a sentence."""
        return shown(self.path, 200)

    @property
    def label(self) -> str:
        """How to call its owner in a sentence."""
        return shown(self.found.name or self.found.key or self.typed, 60) or "nobody named"


@frozen
class Owner:
    """A student, as one hand-in shows them."""

    id: str
    names: tuple[str, ...] = ()
    """Names by which a typed one can be checked."""
    codes: tuple[str, ...] = ()
    """Login, number, code: only to be compared as they are."""
    person: Person | None = None


@frozen
class Verdict:
    """Whose a hand-in is."""

    owners: tuple[Owner, ...] = ()
    """Empty: set aside."""
    shared: frozenset[str] = frozenset()
    """Ids of those who were only named by another."""
    problems: tuple[Problem, ...] = ()
    uncompared: bool = False
    """A code is typed that could not be compared with anything."""
    ruled: bool = False
    """The instructor said so."""


def folder_name(name: str) -> str:
    """Return the name of a student's folder, on any system.

    >>> folder_name("Núñez, José"), folder_name("con")
    ('Nunez-Jose', 'con-')
    """
    safe = safe_name(name)
    return f"{safe}-" if _DEVICE.fullmatch(safe) else safe


def named(person: Person) -> str:
    """Return how a person of the class list is called in a report.

    >>> named(Person("login71", "García, Fatima")), named(Person("jane", "jane"))
    ('García, Fatima (login71)', 'jane')
    """
    name = shown(person.name, 60)
    return f"{name} ({person.id})" if name and plain(name) != plain(person.id) else person.id


def plain(text: str) -> str:
    """Return a name for comparing as it is: one spelling of accents, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def is_code(text: str) -> bool:
    """Is this a code or an address rather than a name: one word with a digit or an @ in it?

    >>> is_code("A-17"), is_code("jane.doe@example.org"), is_code("Jane Doe")
    (True, True, False)
    """
    return len(text.split()) == 1 and any(c.isdigit() or c == "@" for c in text)


def split_names(typed: str) -> list[str]:
    """Return the names typed with commas between them.

    >>> split_names("Jane Doe, Омар; Li and Ann")
    ['Jane Doe', 'Омар', 'Li', 'Ann']
    """
    names = (name.strip() for name in _BETWEEN.split(typed))
    return list(dict.fromkeys(name for name in names if name.strip(" .-")))


def agrees(typed: str, owner: Owner) -> bool:
    """Is a typed name one of this owner's, or one that contradicts none: a first name, one name more or less?"""
    if plain(typed) in {plain(code) for code in (*owner.codes, owner.id)}:
        return True
    name = re.sub(r"\([^()]*\)|@.*", " ", typed).replace(".", " ") if "@" in typed or "(" in typed else typed
    return any(same_person(name, one) or _fits(_words(name), one) for one in owner.names)


def _letters(text: str) -> str:
    """Return the letters of a name in a fixed order: the same for every spelling that `same_person` forgives."""
    return "".join(sorted("".join(_words(text)).replace("_", "")))


def _words(text: str) -> list[str]:
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"\w+", re.sub(r"['’‘`´ʼ]", "", letters))


def _fits(words: list[str], name: str) -> bool:
    """Do typed words stand in a name, or in one run together, or would they but for one?"""
    known = _words(name)
    if not words or not known or not any(len(word) > 2 for word in words):
        return False
    if set(words) <= set(known):
        return True
    if len(words) > 2 and any(same_person(" ".join(words[:n] + words[n + 1 :]), name) for n in range(len(words))):
        return True
    rest = "".join(known)
    if len(known) > 1 or len("".join(words)) * 2 < len(rest):
        return False
    if len(words) == 1:
        return rest.startswith(words[0]) or rest.endswith(words[0])
    for word in words:
        if word not in rest:
            return False
        rest = rest.replace(word, " ", 1)
    return True


def read_as(rules: Iterable[str], roster: Roster | None) -> dict[str, tuple[str, ...]]:
    """Return the instructor's rulings: what a hand-in is called, and the student ids it belongs to.

    Raises
    ------
    Stopped
        If a ruling is not NAME=ID, or the class list does not have the student.
    """
    known: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        name, equals, ids = rule.rpartition("=")
        wanted = tuple(one.strip() for one in ids.split(",") if one.strip())
        if not (equals and name.strip() and wanted) or len(wanted) > MOST_NAMES:
            raise Stopped(
                f'--as {shown(rule)!r} should be "NAME=ID": the name as it is typed or as the LMS has it, and the '
                "student's id (for a group up to four, with commas)."
            )
        found = []
        for one in wanted:
            person = (roster.with_id(one) or roster.find(one)) if roster else None
            if roster and person is None:
                raise Stopped(f"--as {shown(rule)!r}: {roster.path.name} has nobody who is {shown(one)!r}.")
            if not roster and folder_name(one) != one and folder_name(one[:-1]) != one:
                raise Stopped(
                    f"--as {shown(rule)!r}: a student id has letters, digits, - and _ only; {folder_name(one)!r} would be one."
                )
            found.append(person.id if person else one)
        if known.setdefault(_call(name), tuple(found)) != tuple(found):
            raise Stopped(
                f"--as says two things of {shown(name.strip())!r}, {','.join(known[_call(name)])} and {','.join(found)}: "
                'name each file instead of the name in it, --as "FILE=ID".'
            )
    return known


@define
class Desk:
    """Looks up whose hand-ins are whose, by a class list or by the people known so far."""

    roster: Roster | None = None
    rulings: Mapping[str, tuple[str, ...]] = field(factory=dict)
    trust_lms: bool = False
    known: dict[str, Owner] = field(factory=dict)
    """People known without a class list, by id: in the gradebook, collected before, or in this pile."""
    by_key: dict[tuple[str, str], str] = field(factory=dict)
    """Ids that an LMS's own key got before."""
    used: set[str] = field(factory=set)
    """Rulings that were needed."""
    placed: Placed = field(factory=Placed)
    """What was placed before, whatever the class list said then."""
    _keys: dict[tuple[str, str], set[str]] = field(factory=dict)
    """The LMS's keys of whom was collected before, by student and layout."""
    _files: Counter[str] = field(factory=Counter)
    """How many files of this pile are called that."""
    _bearers: Counter[str] = field(factory=Counter)
    """How many files bear a name: typed in them, or given by the LMS."""
    _people: dict[str, list[Person]] = field(factory=dict)
    """The class list by the letters of names and codes."""
    _codes: dict[str, set[str]] = field(factory=dict)
    _called: dict[str, set[str]] = field(factory=dict)
    """Ids of people known, by the letters of their names and codes."""
    _cases: dict[str, str] = field(factory=dict)

    def learn(self, attempts: Iterable[Attempt], students: Iterable[Owner], numbers: Mapping[str, str]) -> None:
        """Take note of who was collected before, who is in the gradebook, and of their LMS numbers there."""
        for owner in students:
            self._note(owner)
        for attempt in attempts:
            if attempt.shared:
                continue
            if attempt.layout in _NUMBERED and attempt.key:
                self.by_key.setdefault((attempt.layout, plain(attempt.key)), attempt.student)
                self._keys.setdefault((attempt.student, attempt.layout), set()).add(plain(attempt.key))
            names = (attempt.lms_name,) if attempt.lms_name else ()
            codes = (attempt.key,) if attempt.layout in _CODED and attempt.key else ()
            self._note(Owner(attempt.student, names, codes))
        for id, number in numbers.items():
            if number.isdigit():
                self.by_key.setdefault(("canvas", number), id)

    def _note(self, owner: Owner) -> None:
        there = self.known.get(owner.id)
        if there is not None:
            names = dict.fromkeys((*there.names, *owner.names))
            owner = evolve(there, names=tuple(names), codes=tuple(dict.fromkeys((*there.codes, *owner.codes))))
        self.known[owner.id] = owner
        self._cases.setdefault(owner.id.casefold(), owner.id)
        for name in (owner.id, *owner.names, *owner.codes):
            self._called.setdefault(_letters(name), set()).add(owner.id)

    def uploaders(self, claims: Sequence[Claim]) -> list[Owner | Problem | None]:
        """Return who handed each file in by the LMS's word: an owner, a problem, or None where no LMS says it."""
        numbers: dict[tuple[str, str, str], set[str]] = {}
        for claim in claims:
            self._files.update({_call(name) for name in claim.files})
            self._bearers.update({_call(name) for name in (claim.typed, claim.found.name, *split_names(claim.typed))})
            if claim.found.layout == "moodle":
                same = (claim.pile, claim.assignment, plain(claim.found.name))
                numbers.setdefault(same, set()).add(claim.found.key)
        found = [
            self._uploader(claim, len(numbers.get((claim.pile, claim.assignment, plain(claim.found.name)), ())) > 2)
            for claim in claims
        ]
        if not self.roster:
            for owner in found:
                if isinstance(owner, Owner):
                    self._note(owner)
        return found

    def _uploader(self, claim: Claim, blind: bool) -> Owner | Problem | None:
        found = claim.found
        if found.layout == "loose" or (found.layout == "drive" and not (found.name or (self.roster and found.hints))):
            return None
        if found.anonymous or blind:
            return None if self.roster else Owner(folder_name(f"{found.name} {found.key}"), codes=(found.key,))
        names = (found.name,) if found.name else ()
        codes = (found.key,) if found.layout in _CODED else ()
        if self.roster:
            person = self.person(found)
            if person is not None:
                return self._owner(person, names, codes)
            if found.layout == "drive":
                return None
            why = f"The LMS calls its owner {claim.label!r}. {self._how_many(found.name or found.key)}"
            return Problem(claim.label, claim.shown_path, why, self._hint(claim, found.name), UNKNOWN)
        if found.layout in _NUMBERED and (found.layout, plain(found.key)) in self.by_key:
            id = self.by_key[found.layout, plain(found.key)]
        elif found.layout == "canvas":
            id = folder_name(f"{found.name}-{found.key}")
        elif found.layout in ("blackboard", "nbgrader"):
            id = folder_name(found.key)
        else:
            id = folder_name(found.name)
        if found.layout == "nbgrader" and len(re.findall(r"[^\W\d_]{2,}", found.key)) > 1:
            names = (found.key.replace("-", " ").replace("_", " "),)
        return Owner(self._one_case(id), names, codes)

    def _how_many(self, name: str) -> str:
        """Say why a name stands for no one person of the class list."""
        if self.roster is None:
            return "Nobody, or more than one, is known by that name."
        found = self.namesakes(name)
        file = self.roster.path.name
        if not found:
            return f"{file} has nobody of that name."
        ids = ", ".join(person.id for person in found)
        if len(found) == 1:
            return f"{file} has one person of that name, whose number in the LMS is another: {ids}."
        return f"{file} has {'two' if len(found) == 2 else len(found)} people of that name: {ids}."

    def namesakes(self, name: str) -> list[Person]:
        """Return all people of the class list whom a name or code may stand for."""
        if self.roster is None:
            return []
        if not self._people:
            for person in self.roster.people:
                for call in {_letters(call) for call in _calls_of(person)}:
                    self._people.setdefault(call, []).append(person)
        return [
            person
            for person in self._people.get(_letters(name), [])
            if any(plain(name) == plain(call) or same_person(name, call) for call in _calls_of(person))
        ]

    def display(self, id: str) -> str:
        """Return how a student is called in a report."""
        person = self.roster.with_id(id) if self.roster else None
        return named(person) if person else id

    def call(self, found: Found) -> str:
        """Return how the owner of a file is called by what the LMS says; "" where none says it."""
        person = self.person(found) if found.layout != "loose" else None
        return named(person) if person else shown(found.name or found.key, 60)

    def _who(self, claim: Claim, uploader: Owner | None) -> str:
        return self.display(uploader.id) if uploader is not None and uploader.person else claim.label

    def _one_case(self, id: str) -> str:
        """Folders that differ by case alone are one on many machines."""
        return self._cases.setdefault(id.casefold(), id)

    def person(self, found: Found) -> Person | None:
        """Return whose a file of an LMS is by the class list."""
        roster = self.roster
        if roster is None:
            return None
        if not self._codes:
            for one in roster.people:
                self._codes.setdefault(f"lms {plain(one.lms_id)}", set()).add(one.id)
                self._codes.setdefault(f"login {plain(one.login)}", set()).add(one.id)
        kind = {"canvas": "lms", "moodle": "lms", "blackboard": "login"}.get(found.layout, "")
        by_key = self._codes.get(f"{kind} {plain(found.key)}", set()) if found.key and kind else set()
        if by_key and (found.layout == roster.layout or kind == "login"):
            return roster.with_id(next(iter(by_key))) if len(by_key) == 1 else None
        tried = [found.name, *found.hints]
        if found.layout in ("blackboard", "nbgrader"):
            if (known := roster.with_id(found.key)) is not None:
                return known
            tried.insert(0, found.key)
        fits = [one for one in map(roster.find, filter(None, tried)) if one is not None]
        person = fits[0] if fits else None
        if person and found.layout == roster.layout == "canvas" and person.lms_id:
            return None  # Canvas numbers stand for one account: this is a namesake
        return person

    def _owner(self, person: Person, names: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> Owner:
        theirs = (person.name, f"{person.first} {person.last}".strip())
        numbers = (person.login, person.code, person.email, person.lms_id)
        return Owner(
            person.id,
            tuple(dict.fromkeys(name for name in (*theirs, *names) if name)),
            tuple(dict.fromkeys(code for code in (*numbers, *codes) if code)),
            person,
        )

    def decide(self, claim: Claim, uploader: Owner | Problem | None) -> Verdict:
        """Return whose a hand-in is; the instructor's rulings are asked where it cannot be said otherwise."""
        ruled = self._ruled_file(claim, uploader) if uploader is None else None
        if ruled is not None:
            return ruled
        verdict = self._decided(claim, uploader)
        before = self.before(claim)
        if verdict.owners:
            ruled = self.ruling(claim, uploader) if verdict.problems else None
            if ruled is not None and len(ruled.owners) > len(verdict.owners):
                return ruled
            if before is None or not self._settled(verdict, before):
                return verdict
            return (self.ruling(claim, uploader) if uploader is None else None) or before
        ruled = self.ruling(claim, uploader) or before
        if ruled is not None:
            return ruled
        if self.trust_lms and isinstance(uploader, Owner):
            return Verdict((uploader,))
        return verdict

    def before(self, claim: Claim) -> Verdict | None:
        """Return for whom the very same file was placed before; None where it was not."""
        attempts = [
            attempt
            for attempt in self.placed.before(claim.found, claim.path, claim.sha)
            if attempt.assignment == claim.assignment and (not self.roster or self.roster.with_id(attempt.student))
        ]
        own = [attempt.student for attempt in attempts if not attempt.shared][-1:]
        others = [attempt.student for attempt in attempts if attempt.shared and attempt.student not in own]
        if not own and not others:
            return None
        owners = tuple(self._ruled(id) for id in dict.fromkeys((*own, *others)))
        return Verdict(owners, frozenset(others), ruled=True)

    def _settled(self, verdict: Verdict, before: Verdict) -> bool:
        """Was all that is still open settled when the file was placed before?"""
        if not verdict.problems:
            return self.roster is None  # without a class list a file stays where it is
        now, then = ({owner.id for owner in one.owners} for one in (verdict, before))
        return now < then and len(then) >= len(now) + len(verdict.problems)

    def ruling(self, claim: Claim, uploader: Owner | Problem | None) -> Verdict | None:
        """Return what the instructor said of a hand-in; None for nothing."""
        found = claim.found
        ruled = self._ruled_file(claim, uploader)
        account = (found.prefix, found.key) if found.layout != "drive" else ()
        for call in filter(None, account):
            ruled = ruled or self._by_rule(call, uploader, sure=True)
        for call in filter(None, (found.prefix, found.name, claim.typed)):
            ruled = ruled or self._by_rule(call, uploader, sure=False)
        return ruled

    def _ruled_file(self, claim: Claim, uploader: Owner | Problem | None) -> Verdict | None:
        """Return what the instructor said of this very file."""
        ruled = None
        for name in claim.files:
            if self._files[_call(name)] == 1:
                ruled = ruled or self._by_rule(name, uploader, sure=True)
        return ruled

    def _by_rule(self, call: str, uploader: Owner | Problem | None, *, sure: bool) -> Verdict | None:
        ids = self._said_of(call, sure=sure)
        if not ids:
            return None
        owners = tuple(self._ruled(id) for id in ids)
        mine = uploader.id if isinstance(uploader, Owner) else ""
        group = {owner.id for owner in owners} - {mine} if len(owners) > 1 else set()
        return Verdict(owners, frozenset(group), ruled=True)

    def _said_of(self, name: str, *, sure: bool = False) -> tuple[str, ...]:
        """Return the ids that the instructor gave a file, account or name.

        Unless it is `sure` that it means one student: none for a name that several files bear, and several people.
        """
        call = _call(name)
        ids = self.rulings.get(call, ())
        if ids:
            self.used.add(call)
            if not sure and self._bearers[call] > 1 and len(self.namesakes(name)) > 1:
                return ()
        return ids

    def _ruled(self, id: str) -> Owner:
        person = self.roster.with_id(id) if self.roster else None
        return self._owner(person) if person else self.known.get(id, Owner(id))

    def _decided(self, claim: Claim, uploader: Owner | Problem | None) -> Verdict:
        names = split_names(claim.typed)
        typed = claim.typed if names else ""
        if isinstance(uploader, Problem):
            return Verdict(problems=(self._advised(claim, uploader),))
        if uploader is not None:
            if not typed or agrees(typed, uploader):
                return Verdict((uploader,))
            if claim.found.anonymous:
                return Verdict((uploader,), uncompared=True)
        if len(names) > MOST_NAMES:
            why = f"{len(names)} names are typed in it, and up to {MOST_NAMES} may hand in together."
            remedy = self._hint(claim, ids=uploader.id if uploader else "ID")
            return Verdict(problems=(Problem(self._who(claim, uploader), claim.shown_path, why, remedy, UNKNOWN),))
        if uploader is not None:
            return self._compared(claim, uploader, names)
        if not names:
            why = "No name is typed in it, and no LMS says whose it is."
            return Verdict(problems=(Problem(claim.label, claim.shown_path, why, self._hint(claim), UNKNOWN),))
        return self._unclaimed(claim, names)

    def _hint(self, claim: Claim, name: str = "", *, ids: str = "ID") -> str:
        """Return what to give to the command: by the LMS's account, by a name no other file bears, else by the file."""
        account = claim.found.prefix if claim.found.layout != "drive" else ""
        alone = name and self._bearers[_call(name)] <= 1
        call = _quotable(account) or (_quotable(name) if alone else self._file(claim))
        return f'--as "{call}={ids}"'

    def _file(self, claim: Claim) -> str:
        """Return the shortest name that is this file's alone."""
        names = [_quotable(name) for name in claim.files]
        return next((name for name in names if self._files[plain(name)] == 1), names[-1])

    def _compared(self, claim: Claim, uploader: Owner, names: list[str]) -> Verdict:
        """A name is typed that is not simply the uploader's."""
        if len(names) <= 1:
            return self._one_name(claim, uploader)
        if not any(agrees(name, uploader) for name in names):
            strangers = [self._find(name) for name in names]
            if uploader.names or any(strangers) or not names:
                return self._disagreement(claim, uploader)
            why = f"{shown(claim.typed)!r} is typed in it; it counts for {uploader.id} alone."
            return Verdict((uploader,), problems=(Problem(claim.label, claim.shown_path, why, kind=UNCOMPARED),))
        owners, problems = [uploader], []
        for name in names:
            if agrees(name, uploader):
                continue
            other = self._find(name)
            if other is None:
                problems.append(self._nobody(claim, name, [uploader]))
            elif other.id not in {owner.id for owner in owners}:
                owners.append(other)
        return Verdict(tuple(owners), frozenset(owner.id for owner in owners[1:]), tuple(problems))

    def _one_name(self, claim: Claim, uploader: Owner) -> Verdict:
        other = self._find(claim.typed)
        if other is not None:
            return Verdict((uploader,)) if other.id == uploader.id else self._disagreement(claim, uploader, other)
        by = "email" if "@" in claim.typed else "code"
        listed = self.roster is not None and any(getattr(person, by) for person in self.roster.people)
        if (is_code(claim.typed) and not listed) or not uploader.names:
            return Verdict((uploader,), uncompared=True)
        return self._disagreement(claim, uploader)

    def _disagreement(self, claim: Claim, uploader: Owner, other: Owner | None = None) -> Verdict:
        person = uploader.person
        by_lms = named(person) if person else repr(shown(uploader.names[0] if uploader.names else uploader.id))
        said = f", who is {self.display(other.id)}" if other is not None else ""
        why = f"The LMS says {by_lms}, but {shown(claim.typed)!r} is typed in it{said}."
        remedy = self._hint(claim, claim.typed, ids=uploader.id)
        return Verdict(problems=(Problem(self._who(claim, uploader), claim.shown_path, why, remedy, DISAGREES),))

    def _unclaimed(self, claim: Claim, names: list[str]) -> Verdict:
        """No LMS says whose it is: whoever is typed in it."""
        whole = self._find(claim.typed)
        if whole is not None:
            return Verdict((whole,))
        if not self.roster and len(names) == 2 and all(re.fullmatch(r"[^\W\d_]+", name) for name in names):
            why = f"{shown(claim.typed)!r} may be one person, last name first, or two people."
            one, two = folder_name(claim.typed), ",".join(folder_name(name) for name in names)
            remedy = f"{self._hint(claim, claim.typed, ids=one)} or {self._hint(claim, claim.typed, ids=two)}"
            return Verdict(problems=(Problem(claim.label, claim.shown_path, why, remedy, MIXED),))
        owners: dict[str, Owner] = {}
        unknown = []
        for name in names:
            owner = self._find(name)
            if owner is None and not self.roster:
                owner = Owner(self._one_case(folder_name(name)), () if is_code(name) else (name,), (name,))
            if owner is None:
                unknown.append(name)
            else:
                owners.setdefault(owner.id, owner)
        problems = tuple(self._nobody(claim, name, list(owners.values())) for name in unknown)
        return Verdict(tuple(owners.values()), frozenset(owners) if len(names) > 1 else frozenset(), problems)

    def _find(self, name: str) -> Owner | None:
        """Return the one person a typed name stands for; None for nobody or for more than one."""
        ids = self._said_of(name)
        if len(ids) == 1:
            return self._ruled(ids[0])
        if self.roster:
            person = self.roster.find(name)
            return self._owner(person) if person else None
        fits = [
            owner
            for owner in (self.known[id] for id in self._called.get(_letters(name), ()))
            if plain(name) in {plain(code) for code in (*owner.codes, owner.id)}
            or any(same_person(name, one) for one in owner.names)
        ]
        return fits[0] if len(fits) == 1 else None

    def _advised(self, claim: Claim, problem: Problem) -> Problem:
        """Add whom the typed names stand for: an LMS's group, or a person the LMS calls otherwise."""
        found = [self._find(name) for name in split_names(claim.typed)[:MOST_NAMES]]
        ids = [owner.id for owner in found if owner is not None]
        if not ids or len(ids) < len(found):
            return problem
        said = f" {shown(claim.typed)!r} is typed in it."
        return evolve(problem, why=problem.why + said, remedy=problem.remedy.replace("=ID", f"={','.join(ids)}"))

    def _nobody(self, claim: Claim, name: str, others: Sequence[Owner]) -> Problem:
        """A name is typed that stands for no one person; for the others it counts."""
        why = f"{shown(name)!r} is typed in it. {self._how_many(name)}"
        if not others:
            return Problem(shown(name, 60), claim.shown_path, why, self._hint(claim, name), UNKNOWN)
        why += " For the others it counts."
        alone = self._bearers[_call(name)] <= 1
        ids = ",".join(owner.id for owner in others)
        remedy = f'--as "{_quotable(name)}=ID"' if alone else self._hint(claim, ids=f"{ids},ID")
        return Problem(shown(name, 60), claim.shown_path, why, remedy, UNKNOWN)

    def clashes(self, claims: Sequence[Claim], verdicts: Sequence[Verdict]) -> dict[int, Problem]:
        """Return the hand-ins of different people that would go to one student: nothing may be mixed."""
        by_id: dict[str, list[int]] = {}
        for number, verdict in enumerate(verdicts):
            for owner in verdict.owners:
                if owner.id not in verdict.shared and not verdict.ruled:
                    by_id.setdefault(owner.id, []).append(number)
        found: dict[int, Problem] = {}
        for id, numbers in by_id.items():
            sorts = {(claims[n].pile, claims[n].assignment, *_account(claims[n])): n for n in numbers}
            different = list(sorts.values())[:100]
            for number in numbers:
                claim = claims[number]
                mine = plain(claim.found.key)
                # in Teams the key is a name, and names change
                before = self._keys.get((id, claim.found.layout), {mine}) if claim.found.layout != "teams" else {mine}
                others = [other for other in different if not self._one_person(claim, claims[other])]
                if others or mine not in before:
                    two = claims[others[0]].label if others else "somebody collected before"
                    found[number] = Problem(
                        claim.label,
                        claim.shown_path,
                        f"{claim.label!r} and {two!r} would both be the student {id}.",
                        self._hint(claim),
                        MIXED,
                    )
        return found

    def side_by_side(
        self, claims: Sequence[Claim], uploaders: Sequence[object], verdicts: Sequence[Verdict]
    ) -> dict[int, Problem]:
        """Return the different files that bear one name, where neither an LMS nor a class list tells people apart."""
        together: dict[tuple[object, ...], list[int]] = {}
        for number, (claim, verdict) in enumerate(zip(claims, verdicts, strict=True)):
            if uploaders[number] is None and verdict.owners and not is_code(claim.typed) and not self.roster:
                group = frozenset(owner.id for owner in verdict.owners)
                together.setdefault((claim.assignment, group), []).append(number)
        found: dict[int, Problem] = {}
        for numbers in together.values():
            if len({claims[number].sha for number in numbers}) < 2:
                continue
            for number in numbers:
                claim, verdict = claims[number], verdicts[number]
                if verdict.ruled or _call(claim.typed) in self.rulings:
                    continue
                why = f"{shown(claim.typed)!r} is typed in {len(numbers)} different files, and nothing says whether that is one student."
                ids = ",".join(owner.id for owner in verdict.owners)
                remedy = (
                    f'{self._hint(claim)}; if they are one student\'s, --as "{_quotable(claim.typed)}={ids}" for all'
                )
                found[number] = Problem(claim.label, claim.shown_path, why, remedy, MIXED)
        return found

    def _one_person(self, one: Claim, other: Claim) -> bool:
        """May two hand-ins that lead to the same id be of one person?"""
        a, b = one.found, other.found
        if a.layout == b.layout == "moodle" and one.pile == other.pile and one.assignment == other.assignment:
            return a.key == b.key
        if a.layout == b.layout and a.layout in _NUMBERED:
            same_title = a.layout != "blackboard" or a.name or one.assignment != other.assignment
            return plain(a.key) == plain(b.key) and (bool(same_title) or _account(one) == _account(other))
        if self.roster:
            return True
        names = [found.name or found.key or claim.typed for claim, found in ((one, a), (other, b))]
        return plain(names[0]) == plain(names[1]) or same_person(*names)


def _account(claim: Claim) -> tuple[str, ...]:
    found = claim.found
    return found.layout, found.key, found.name or claim.typed, found.prefix.partition("_attempt_")[0]


def _calls_of(person: Person) -> tuple[str, ...]:
    calls = (person.name, f"{person.first} {person.last}", person.id, person.login, person.code, person.email)
    return tuple(call for call in calls if call.strip())


def _quotable(text: str) -> str:
    """Return a name as it may be typed between quote marks in any shell: a name is no place for a command.

    >>> _quotable("O'Brien, Máire"), _quotable("$(rm -rf ~)")
    ("O'Brien, Máire", '?(rm -rf ?)')
    """
    return re.sub(r"[^\w .,@()'/+-]", "?", shown(text, 300))


def _call(text: str) -> str:
    """Return what a ruling's name and a hand-in's are compared by."""
    return plain(_quotable(text))
