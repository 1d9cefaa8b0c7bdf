"""What every kind of answer shares: format problems apart from wrong answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

MOST_NAMED = 10
"""The longest list that an error sentence spells out."""
MOST_MEANT = 30
"""So many problems of an answer are searched for what was meant: as many as are shown."""
LONGEST_MEANT = 80
"""Characters of a word that is searched for."""


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


def closest(word: str, known: Sequence[str]) -> list[str]:
    """Return the known word that was perhaps meant, if there is one."""
    return difflib.get_close_matches(word, known, n=1, cutoff=0.6) if len(word) <= LONGEST_MEANT else []


def choose(
    value: object, known: Iterable[str], what: str, where: str, *, problems: Sequence[str] = ()
) -> tuple[str | None, str]:
    """Return the known id that was meant, or None and a sentence that says what is known.

    Upper case, hyphens, underscores and spaces are forgiven. After many `problems` no search is made for
    what was meant: it takes long, and nobody reads it.
    """
    options = list(known)
    wanted = plain(value).replace("-", "_").replace(" ", "_")
    for option in options:
        if option.casefold().replace("-", "_") == wanted:
            return option, ""
    near: list[str] = []
    if len(problems) < MOST_MEANT:
        near = closest(wanted.replace("_", "-"), options)
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
