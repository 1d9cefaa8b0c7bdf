"""Give an LMS's own file back with the marks in it, and every other character as it was."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from whosaidso.grading.export.cells import number, rewritten, safe_cell
from whosaidso.grading.export.columns import IDS, WHO, OwnFile, Target, find_target, is_points_row
from whosaidso.grading.export.fresh import new_file
from whosaidso.grading.export.marks import Known, Marks
from whosaidso.grading.export.people import Choices, Made, called, decide, match, strangers
from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster import Roster, plain_heading

_TEACHERS = ("feedback comments", "feedback to user", "feedback to learner", "grading notes")
"""Columns a teacher wrote and the LMS reads again: an apostrophe there would be shown to the student."""


def export_lms(to: str, marks: Marks, roster: Roster | None, choices: Choices) -> Made:
    """Return the file for an LMS: its own file with the marks filled in, or a new one.

    Raises
    ------
    Stopped
        If the roster is another LMS's, a column cannot be told, or the points differ.
    """
    names = [task.name for task in marks.tasks]
    for name in choices.columns:
        if name not in names:
            raise Stopped(f"--column names the assignment {name!r}; exported are {', '.join(names)}.")
    own = OwnFile(to, roster) if roster is not None and roster.layout == to else None
    if own is not None and to == "moodle" and "identifier" not in own.headings:
        own = None  # a list of participants has no place for marks
    if own is not None:
        return _filled(own, marks, choices)
    if choices.scale is not None:
        raise Stopped(
            "--scale and --no-scale need the LMS's own file as --roster, which says how many points it gives."
        )
    if roster is not None and roster.layout not in (to, "plain"):
        raise Stopped(
            f"{roster.path.name} is a class list from {roster.layout.capitalize()}: export --to {roster.layout}, "
            f"or name the one you downloaded from {to.capitalize()}."
        )
    return new_file(to, marks, roster, choices)


def _filled(own: OwnFile, marks: Marks, choices: Choices) -> Made:
    """Return the LMS's file with the marks in it. Where there is none to write, what stands there stays."""
    made = Made(filled=True)
    pairs = match(marks, own.roster, made)
    targets = [find_target(own, task, choices) for task in marks.tasks]
    taken = [target.column for target in targets]
    for target in targets:
        if target.column is not None and taken.count(target.column) > 1:
            raise Stopped(f"Two assignments fit the column {target.heading!r}; say which is which with --column.")
        made.where[target.task.name] = target.heading
        if target.column is None:
            made.notes.append(_new_column(own.to, target))
        if target.points != target.task.points and choices.scale:
            made.notes.append(
                f"{target.task.name}: marks out of {number(target.task.points)} are given out of {number(target.points)}."
            )
    ids = [n for n, heading in enumerate(own.headings) if heading in IDS[own.to]]
    written: dict[int, list[str]] = {}
    for person, line in zip(own.roster.people, own.roster.lines, strict=True):
        cells = own.roster.sheet.records[line]
        if any(n < len(cells) and safe_cell(cells[n]) != cells[n] for n in ids):
            made.unsafe.append(called(person))
        written[line] = []
        for target in targets:
            cell = decide(marks, target.task, pairs.get(person.id, Known("")), person, choices, made)
            if cell.points is not None and _is_locked(own, cells):
                cell = evolve(cell, points=None, state="locked")
            elif cell.points is not None and choices.scale:
                cell = evolve(cell, points=cell.points * target.factor)
            written[line].append(made.put(cell, target.points, partial(number, comma=target.comma)))
    made.cells += strangers(marks, own.roster)
    made.data = _encoded(own, _records(own, targets, written, made))
    return made


def _new_column(to: str, target: Target) -> str:
    if to == "canvas":
        return f"No column is named after {target.task.name}: Canvas will offer to make a new assignment of that name."
    return (
        f"No column is named after {target.task.name}: Blackboard will make a new one, and not always as a score out of "
        f"{number(target.points)}; better make the column there first, or name one with --column."
    )


def _is_locked(own: OwnFile, cells: tuple[str, ...]) -> bool:
    """Does Moodle say that this grade cannot be changed?"""
    told = dict(zip(own.headings, cells, strict=False)).get("grade can be changed", "")
    return own.to == "moodle" and plain_heading(told) == "no"


def _records(own: OwnFile, targets: list[Target], written: dict[int, list[str]], made: Made) -> str:
    """Return the file's text with what is written of each target in each line.

    Canvas's file is cut down to who it is and the marks: it takes every column it gets, and the rest may be out
    of date by the time it is read.
    """
    sheet, top = own.roster.sheet, own.roster.header
    columns = [target.column for target in targets]
    keep = [n for n, name in enumerate(own.headings) if name in WHO or n in columns] if own.to == "canvas" else None
    teachers = {n for n, name in enumerate(own.headings) if name in _TEACHERS}
    out = []
    for line, (cells, text) in enumerate(zip(sheet.records, sheet.texts, strict=True)):
        person = line in written
        blank = not person and not any(cell.strip() for cell in cells)
        if line < top or not cells or (blank and keep is None):
            out.append(text)
            continue
        if keep is not None and line > top and not person and not _is_canvas_own(cells):
            continue
        changes: dict[int, str] = {}
        if line > top:
            for n, cell in enumerate(cells):
                if n not in teachers and (keep is None or n in keep) and safe_cell(cell) != cell:
                    changes[n] = made.guard(cell)
        given = written.get(line, [""] * len(targets))
        changes.update({n: mark for n, mark in zip(columns, given, strict=True) if n is not None and mark})
        if line == top:
            given = [target.heading for target in targets]
        elif is_points_row(cells):
            given = [number(target.points) for target in targets]
        extra = [mark for n, mark in zip(columns, given, strict=True) if n is None]
        width = len(own.header)
        out.append(rewritten(text, cells, sheet.delimiter, changes=changes, extra=extra, keep=keep, width=width))
    return "".join(out)


def _is_canvas_own(cells: tuple[str, ...]) -> bool:
    """Is this a row of Canvas's own: points possible, posting policy?"""
    return is_points_row(cells) or not any(cell.strip() for cell in cells[:2])


def _encoded(own: OwnFile, text: str) -> bytes:
    sheet = own.roster.sheet
    try:
        return sheet.bom + text.encode(sheet.encoding)
    except UnicodeEncodeError as error:
        raise Stopped(
            f"{own.name} is written in {sheet.encoding}, which has no letter for {error.object[error.start]!r}; "
            "save it as UTF-8 and name that."
        ) from error
