"""What needs attention, by kind: what one kind has in common is said once."""

from __future__ import annotations

from attrs import frozen


@frozen
class Kind:
    """One sort of thing that needs attention."""

    title: str
    advice: str = ""
    """What to do about each of them."""


DISAGREES = Kind(
    "The LMS says one name, and another is typed",
    "If the LMS is right, give what is shown to whosaidso collect, or --trust-lms for all of them; if not, put the "
    "right student's id there.",
)
UNKNOWN = Kind(
    "It cannot be said who this is", "Give what is shown to whosaidso collect, with the student's id for ID."
)
MIXED = Kind(
    "One student or two?",
    "Nobody's work may be mixed up: say of each file whose it is, with the student's id for ID, or name a class list "
    "with --roster.",
)
UNCOMPARED = Kind("Names that cannot be compared", "Name a class list with --roster.")
UNREADABLE = Kind("Cannot be read", "Ask for the .ipynb file again.")
REFUSED = Kind("Left alone")
NOTHING = Kind(
    "Nothing found", "See that these are the right files, and that what was handed out is released in this course."
)


@frozen
class Problem:
    """Something that needs attention."""

    who: str
    file: str
    why: str
    remedy: str = ""
    """What is to be given to the command for this one."""
    kind: Kind = REFUSED


def by_kind(problems: list[Problem]) -> dict[Kind, list[Problem]]:
    """Return the problems of each kind, in the order in which the kinds first occur."""
    found: dict[Kind, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.kind, []).append(problem)
    return found
