"""What students sent that is no hand-in, and who of the class list has handed in nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from whosaidso.grading.collect.archives import shown
from whosaidso.grading.collect.names import Desk
from whosaidso.grading.collect.scan import Foreign, HandIn

MOST_SHOWN = 3


@frozen
class Stray:
    """A student of whom only other files came."""

    who: str
    files: tuple[str, ...]
    id: str = ""
    """By the class list; "" for nobody in it."""
    assignments: frozenset[str] = field(factory=frozenset)
    """What the others of the pile handed in."""

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        more = len(self.files) - MOST_SHOWN
        return f"{self.who}: sent only {', '.join(self.files[:MOST_SHOWN])}{f' and {more} more' if more > 0 else ''}"


def find_strays(
    foreign: Sequence[Foreign], hand_ins: Sequence[HandIn], desk: Desk, handed_in: Mapping[str, set[str]]
) -> tuple[list[Stray], list[tuple[str, str]]]:
    """Return the students of whom only other files came, and the other files of everybody else.

    `handed_in` gives the assignments by student. Files that stand among what needs attention are not named twice.
    """
    accounts = {(one.spot.pile.name, one.found.layout, one.found.key) for one in hand_ins}
    theirs: dict[tuple[str, str, str], list[Foreign]] = {}
    rest: list[tuple[str, str]] = []
    for one in foreign:
        account = (one.pile, one.found.layout, one.found.key)
        if one.found.layout == "loose" or not one.found.key or account in accounts:
            _leave(rest, [one])
        else:
            theirs.setdefault(account, []).append(one)
    of: dict[str, set[str]] = {}
    for hand_in in hand_ins:
        of.setdefault(hand_in.spot.pile.name, set()).add(hand_in.assignment)
    strays: list[Stray] = []
    for (pile, _, _), files in theirs.items():
        found = files[0].found
        person = desk.person(found)
        assignments = frozenset(of.get(pile, ()))
        if person and assignments and assignments <= handed_in.get(person.id, set()):
            _leave(rest, files)
            continue
        names = tuple(f"{one.name}{f' ({one.what})' if one.what else ''}" for one in files)
        strays.append(Stray(desk.call(found), names, person.id if person else "", assignments))
    return strays, rest


def _leave(rest: list[tuple[str, str]], files: Sequence[Foreign]) -> None:
    rest += [(shown(one.path), one.what) for one in files if not one.told]
