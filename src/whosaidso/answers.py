"""What every kind of answer shares: format problems apart from wrong answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

MOST_NAMED = 10
"""The longest list that an error sentence spells out."""


@frozen
class Parsed:
    """An answer as read, with what could not be read and what is still missing."""

    answer: Any
    """The kind's own answer; malformed items are left out."""
    problems: tuple[str, ...] = ()
    """One sentence for each thing that could not be read."""
    unanswered: tuple[str, ...] = ()
    """Items without an answer, as a student knows them."""
    done: int = 0
    of: int = field(default=0)
    unit: str = "answered"


def plain(value: object) -> str:
    """Return a typed word in its plain form: spaces trimmed, case folded; 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().replace("\u00a0", " ").casefold()


def choose(value: object, known: Iterable[str], what: str, where: str) -> tuple[str | None, str]:
    """Return the known id that was meant, or None and a sentence that says what is known.

    Upper case, hyphens, underscores and spaces are forgiven.
    """
    options = list(known)
    wanted = plain(value).replace("-", "_").replace(" ", "_")
    for option in options:
        if option.casefold().replace("-", "_") == wanted:
            return option, ""
    near = difflib.get_close_matches(wanted.replace("_", "-"), options, n=1, cutoff=0.6)
    near = near or [option for option in options if len(option) > 2 and option.casefold() in wanted]
    if near:
        hint = f" Did you mean {near[0]!r}?"
    elif len(options) > MOST_NAMED:
        hint = " Choose it in the form above, or look up in the book how it is written."
    else:
        hint = f" Choose one of: {', '.join(options)}."
    return None, f"{where}: {str(value)[:60]!r} is not {what}.{hint}"


def is_blank(row: object) -> bool:
    """Is this a line of the skeleton that nobody filled in?"""
    return isinstance(row, list | tuple) and bool(row) and all(cell in ("", None, 1) for cell in row)


def as_list(value: object) -> list[object] | None:
    """Return a list, tuple, set or single text as a list; None for anything else."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)  # a set has another order in each run, and a mark must not
    if isinstance(value, list | tuple):
        return list(value)
    return None
