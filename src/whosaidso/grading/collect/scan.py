"""Go through every file of the piles once: what is a hand-in, when it was handed in, what is something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo

from attrs import define, evolve, field, frozen

from whosaidso.grading.collect.archives import Entry, FolderPile, Pile, Piles, Refused, ZipPile, shown
from whosaidso.grading.collect.index import Placed
from whosaidso.grading.collect.layouts import Found, find_layout, read_receipt
from whosaidso.grading.collect.problems import REFUSED, UNREADABLE, Problem
from whosaidso.grading.collect.reading import Facts, Release, read_facts
from whosaidso.grading.stamps import read_stamp

PAPERS = ("timestamp.txt", "submission_secret.txt")
"""What nbgrader's exchange puts beside a hand-in."""
_NOTEBOOK = re.compile(r"\.ipynb\b", re.I)
ONLINE_TEXT = "onlinetext.html"
"""What Moodle writes for everybody where students may also type into a box."""
_SAYS_NOTHING = re.compile(rb"(?:<[^<>]*>|&nbsp;|\s)*")
_START = 4_000
"""Bytes of a file that are looked at before it is read whole."""


@frozen
class Spot:
    """Where to read a file again."""

    pile: Pile
    entry: Entry
    inner: Entry | None = None
    """In the zip that the entry is."""

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.inner.name if self.inner else self.entry.name

    @property
    def path(self) -> str:
        """Its path in the pile, and in the zip inside."""
        return self.entry.path + (f"/{self.inner.path}" if self.inner else "")


@define
class HandIn:
    """A file that is one of ours."""

    spot: Spot
    facts: Facts
    found: Found
    assignment: str
    time: str = ""
    """When it was handed in, by the LMS's word: UTC, as isoformat gives it."""
    stamp: str = ""
    """The exchange's timestamp.txt, as it was."""
    secret: str = ""


@frozen
class Foreign:
    """A file that is no hand-in."""

    pile: str
    path: str
    found: Found
    what: str = ""
    """What it is, if that is known."""
    told: bool = False
    """Does it stand among what needs attention, too?"""

    @property
    def name(self) -> str:
        """What the student called it."""
        return shown(self.found.file or self.path.rpartition("/")[2], 60)


def stamp_of(text: str) -> str:
    """Return the moment in a timestamp.txt as UTC; "" if there is none.

    >>> stamp_of("2026-11-20 14:33:12.5 Europe/Berlin"), stamp_of("yesterday"), stamp_of("2026-01-01 00:00 ../../x")
    ('2026-11-20T13:33:12', '', '')
    """
    try:
        return read_stamp(text)[0].replace(microsecond=0).isoformat()
    except (ValueError, OverflowError):
        return ""


def _label(found: Found) -> str:
    return shown(found.name or found.key, 60)


@define
class Scan:
    """Sorts the files of piles."""

    releases: Mapping[str, Release]
    zone: tzinfo
    """The LMS's clock."""
    assignment: str = ""
    """Of files that do not say what they are of."""
    hand_ins: list[HandIn] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    call: Callable[[Found], str] = _label
    """How to call the owner of a file."""
    placed: Placed = field(factory=Placed)
    """What was placed before."""
    foreign: list[Foreign] = field(factory=list)
    systems: int = 0
    """Files that the LMS adds by itself, and working copies."""
    clocked: bool = False
    """Was a time read that did not say in which zone it is?"""
    looked_at: int = 0
    _unread: list[tuple[Spot, Found, str]] = field(factory=list)

    def go_through(self, piles: Piles, tick: Callable[[int, int], None]) -> None:
        """Look at every file of every pile; zips found in folders are added to the piles."""
        for pile in piles.piles:
            beside = {entry.path: entry for entry in pile.entries}
            for entry in pile.entries:
                self.looked_at += 1
                tick(self.looked_at, sum(len(one.entries) for one in piles.piles))
                spot, found = Spot(pile, entry), self._layout(entry, pile)
                if isinstance(pile, FolderPile) and found.layout == "loose" and entry.name.lower().endswith(".zip"):
                    piles.add(pile.root / entry.path, frozenset())
                    continue
                try:
                    self._look(spot, found, pile, entry, beside)
                except Refused as error:
                    self._refuse(spot.path, pile, found, str(error))
            for path, sentence in pile.refused:
                self._refuse(path, pile, find_layout(path, pile=pile.name), sentence)
        for name, sentence in piles.refused:
            self.problems.append(Problem("", name, f"It {sentence}"))
        self._settle_unread()

    def _layout(self, entry: Entry, pile: Pile) -> Found:
        return find_layout(entry.path, pile=pile.name, assignments=frozenset(self.releases))

    def _refuse(self, path: str, pile: Pile, found: Found, sentence: str) -> None:
        self.problems.append(
            Problem(self.call(found), f"{shown(path, 200)} in {pile.name}", f"It {sentence}", kind=REFUSED)
        )
        if found.layout != "loose":
            self.foreign.append(Foreign(pile.name, path, found, "which cannot be read", told=True))

    def _look(self, spot: Spot, found: Found, pile: Pile, entry: Entry, beside: Mapping[str, Entry]) -> None:
        """Look at a file of a pile, or of the zip in it that a spot leads into."""
        lower = entry.name.lower()
        if found.layout == "draft":
            self.systems += 1
            return
        if found.layout == "moodle" and entry.name.lower() == ONLINE_TEXT:
            self.systems += 1
            if not _SAYS_NOTHING.fullmatch(pile.start(entry, _START)):
                self.foreign.append(Foreign(pile.name, spot.path, found, "text typed into Moodle", told=True))
            return
        if found.layout == "blackboard" and not found.name:
            if found.file == entry.name and lower.endswith(".txt"):
                self.systems += 1
                return  # the receipt of an attempt is read with the attempt
            found = _with_receipt(found, pile, entry, beside)
        if found.layout == "nbgrader" and lower in PAPERS:
            return
        if lower.endswith(".zip"):
            if spot.inner is not None:
                raise Refused("is a zip in a zip in a zip, which is not looked into; unpack one of them.")
            self._look_inside(spot, found)
            return
        if not _NOTEBOOK.search(entry.name):
            start = pile.start(entry, _START).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
            if not start.startswith(b"{"):
                self.foreign.append(Foreign(spot.pile.name, spot.path, found))
                return
        facts = read_facts(pile.read(entry), entry.name, self.releases)
        if facts.ours:
            self._keep(spot, found, facts, facts.assignment, beside)
        elif facts.problem and _NOTEBOOK.search(entry.name):
            before = {one.assignment for one in self.placed.before(found, spot.path, facts.sha)} & set(self.releases)
            assignment = self.assignment or (before.pop() if len(before) == 1 else "")
            if assignment:
                self._keep(spot, found, facts, assignment, beside)
            else:
                self._unread.append((spot, found, facts.problem))
        else:
            other = f"of another assignment: {shown(facts.other, 60)}" if facts.other else ""
            self.foreign.append(Foreign(spot.pile.name, spot.path, found, other))

    def _look_inside(self, spot: Spot, found: Found) -> None:
        """Look into a zip in a pile: a student's own if the LMS says whose it is, else one that was packed along."""
        inside = ZipPile.inside(spot.pile.read(spot.entry), shown(spot.entry.name), spot.pile.budget)
        beside = {entry.path: entry for entry in inside.entries}
        try:
            for entry in inside.entries:
                self.looked_at += 1
                here = Spot(spot.pile, spot.entry, entry)
                theirs = evolve(found, file=entry.name) if found.layout != "loose" else self._layout(entry, inside)
                try:
                    self._look(here, theirs, inside, entry, beside)
                except Refused as error:
                    self._refuse(here.path, spot.pile, found, str(error))
            for path, sentence in inside.refused:
                self._refuse(f"{spot.path}/{path}", spot.pile, found, sentence)
        finally:
            inside.close()

    def _keep(self, spot: Spot, found: Found, facts: Facts, assignment: str, beside: Mapping[str, Entry]) -> None:
        hand_in = HandIn(spot, facts, found, assignment)
        if found.layout == "blackboard":
            hand_in.time = self._moment(_blackboard_time(found.stamp))
        elif found.layout == "drive":
            hand_in.time = self._moment(spot.entry.modified, zoned=spot.entry.zoned)
        elif found.layout == "nbgrader" and spot.inner is None:  # a zip inside may be anybody's
            folder = spot.entry.path[: -len(spot.entry.name)]
            stamp, hand_in.secret = (_paper(spot.pile, beside.get(folder + name)) for name in PAPERS)
            hand_in.time = stamp_of(stamp)
            hand_in.stamp = stamp if hand_in.time else ""
        self.hand_ins.append(hand_in)

    def _moment(self, local: datetime | None, *, zoned: bool = False) -> str:
        """Return a moment as UTC, from the LMS's clock."""
        if local is None:
            return ""
        self.clocked = self.clocked or not zoned
        try:
            aware = local.replace(tzinfo=UTC if zoned else self.zone)
            return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        except OverflowError:
            return ""

    def _settle_unread(self) -> None:
        """Say what is wrong with files that do not say what they are of, and what they probably are."""
        of: dict[int, set[str]] = {}
        for hand_in in self.hand_ins:
            of.setdefault(id(hand_in.spot.pile), set()).add(hand_in.assignment)
        for spot, found, problem in self._unread:
            here = of.get(id(spot.pile), set())
            advice = "Ask for the .ipynb file again"
            if len(here) == 1:
                (name,) = here
                advice += f"; every other hand-in of {spot.pile.name} is of {name}: if these are, too, --assignment {name} collects them, and their feedback says what is wrong."
            else:
                advice += ", or say with --assignment what they are of: they are collected then, and their feedback says what is wrong."
            kind = evolve(UNREADABLE, advice=advice)
            self.problems.append(Problem(self.call(found), shown(spot.path, 200), f"It {problem}.", kind=kind))
            if found.layout != "loose":
                self.foreign.append(Foreign(spot.pile.name, spot.path, found, f"which {problem}", told=True))


def _blackboard_time(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None


def _with_receipt(found: Found, pile: Pile, entry: Entry, beside: Mapping[str, Entry]) -> Found:
    """Add what the text file beside a Blackboard attempt says: the name, and a login with "_" in it."""
    receipt = beside.get(f"{entry.path[: -len(entry.name)]}{found.prefix}.txt")
    if receipt is None:
        return found
    try:
        name, login = read_receipt(pile.start(receipt, _START).decode("utf-8", "replace"))
    except Refused:
        return found
    before = found.prefix.partition("_attempt_")[0]
    return evolve(found, name=name, key=login if login and before.endswith(f"_{login}") else found.key)


def _paper(pile: Pile, entry: Entry | None) -> str:
    if entry is None:
        return ""
    try:
        return pile.read(entry, 1_000).decode("utf-8", "replace")
    except Refused:
        return ""
