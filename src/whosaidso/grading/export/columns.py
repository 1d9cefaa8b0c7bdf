"""Find the column of an LMS's own file that an assignment goes into, and out of how many points it is there."""

from __future__ import annotations

import re
import unicodedata

from attrs import Factory, field, frozen

from whosaidso.grading.export.cells import number
from whosaidso.grading.export.marks import Task
from whosaidso.grading.export.people import Choices
from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster import Roster, plain_heading

IDS = {
    "canvas": ("id", "sis user id", "sis login id", "integration id", "root account"),
    "moodle": ("identifier",),
    "blackboard": ("username",),
}
"""The columns by which an LMS finds somebody again."""
WHO = ("student", "lastname", "firstname", *IDS["canvas"], "section")
"""Canvas's columns that say who somebody is."""
_NO_MARKS = re.compile(r"\b(current|final|override) (score|points|grade|status)\b")
_ABOUT = ("last name", "first name", "username", "student id", "last access", "availability")


@frozen
class OwnFile:
    """A file downloaded from an LMS, which has a place for marks."""

    to: str
    roster: Roster
    header: tuple[str, ...] = field(
        init=False, default=Factory(lambda self: self.roster.sheet.records[self.roster.header], takes_self=True)
    )
    headings: list[str] = field(
        init=False, default=Factory(lambda self: [plain_heading(cell) for cell in self.header], takes_self=True)
    )

    @property
    def name(self) -> str:
        """The file's name."""
        return self.roster.path.name


@frozen
class Target:
    """The column of the LMS's file that an assignment goes into."""

    task: Task
    column: int | None
    """None for a new one."""
    heading: str
    points: float
    """What the LMS gives at most."""
    comma: bool

    @property
    def factor(self) -> float:
        """By what our points are multiplied."""
        return self.points / self.task.points if self.task.points else 1.0


def find_target(own: OwnFile, task: Task, choices: Choices) -> Target:
    """Return the column an assignment goes into.

    Raises
    ------
    Stopped
        If it cannot be told which, or out of how many points, or those differ and nothing is chosen.
    """
    column = _column(own, task, choices)
    said = _points_there(own, column)
    theirs = [value for value in (_as_number(text) for text in said) if value]
    points = theirs[0] if theirs else task.points
    heading = own.header[column] if column is not None else task.name
    if own.to == "moodle" and said and not theirs:
        raise Stopped(
            f"{own.name} has no number as Maximum grade but {said[0][:30]!r}: in Moodle, set the assignment "
            "to be marked in points, and download the worksheet again."
        )
    if len(set(theirs)) > 1:
        raise Stopped(f"{own.name} has more than one Maximum grade; download the worksheet again.")
    if points != task.points and choices.scale is None:
        raise Stopped(
            f"{task.name} has {number(task.points)} points here and {number(points)} in {own.name} ({heading!r}): "
            "say --scale to convert the marks, --no-scale to write them as they are, or correct it there."
        )
    comma = any(re.fullmatch(r"\s*\d+,\d{1,2}\s*", text) for text in said)
    return Target(task, column, heading, points, comma)


def _column(own: OwnFile, task: Task, choices: Choices) -> int | None:
    header, headings = own.header, own.headings
    wanted = choices.columns.get(task.name)
    open_ = [n for n, heading in enumerate(headings) if _may_hold_marks(own, n)]
    if wanted is not None:
        fits = [n for n in open_ if header[n].strip() == wanted.strip()]
        fits = fits or [n for n in open_ if headings[n] == plain_heading(wanted)]
        if len(fits) != 1:
            there = ", ".join(repr(header[n]) for n in open_)
            raise Stopped(f"{own.name} has no one column {wanted!r} for marks; it has {there or 'none'}.")
        return fits[0]
    if own.to == "moodle":
        if "grade" not in headings:
            raise Stopped(f"{own.name} has no column Grade; download the grading worksheet again.")
        return headings.index("grade")
    names = [words for words in (_words(task.name), _words(task.title)) if words]
    fits = [n for n in open_ if any(_holds(_words(header[n]), words) for words in names)]
    exact = [n for n in fits if _words(re.sub(r"\s*(\(\d+\)|\[total pts:.*)\s*$", "", header[n], flags=re.I)) in names]
    fits = exact or fits
    if len(fits) > 1:
        there = ", ".join(repr(header[n]) for n in fits)
        raise Stopped(
            f"More than one column of {own.name} fits {task.name}: {there}; choose with --column {task.name}=COLUMN."
        )
    return fits[0] if fits else None


def _may_hold_marks(own: OwnFile, column: int) -> bool:
    heading = own.headings[column]
    if own.to == "moodle":
        return heading == "grade"
    if own.to == "blackboard":
        return heading not in _ABOUT
    read_only = any("read only" in text for text in _points_there(own, column))
    return heading not in WHO and not _NO_MARKS.search(heading) and not read_only


def is_points_row(cells: tuple[str, ...]) -> bool:
    """Is this Canvas's row of the points possible?"""
    return bool(cells) and cells[0].strip().casefold() == "points possible"


def _points_there(own: OwnFile, column: int | None) -> list[str]:
    """Return what the LMS's file says of the most points there are, each different cell once."""
    if column is None:
        return []
    rows = own.roster.sheet.records
    if own.to == "canvas":
        points: tuple[str, ...] = next(filter(is_points_row, rows), ())
        return list(points[column : column + 1])
    if own.to == "moodle":
        if "maximum grade" not in own.headings:
            return []
        n = own.headings.index("maximum grade")
        return list(dict.fromkeys(rows[line][n] for line in own.roster.lines if n < len(rows[line])))
    return re.findall(r"\[Total Pts:\s*(?:up to\s*)?([\d.,]+)", own.header[column], re.I)


def _as_number(text: str) -> float | None:
    text = text.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def _holds(words: list[str], name: list[str]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))
