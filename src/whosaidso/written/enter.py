"""Markers' marks into nbgrader's gradebook: only what is settled, and never over a mark that stands there."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from whosaidso.grading.backups import Backup
from whosaidso.grading.folder import CourseFolder
from whosaidso.grading.gradebook import Changes, Sheet, connected, read_sheet
from whosaidso.written.marks import AGREED, Mark, codes, read_all
from whosaidso.written.scripts import Script, ToMark, read_written

Given = dict[str, tuple[float, str]]
"""Points and comment, by cell."""


@frozen
class Settled:
    """What may be entered, and what may not yet."""

    given: dict[str, Given]
    """By student."""
    apart: dict[str, tuple[str, ...]]
    """By student: the cells on which markers differ and nothing is agreed."""
    changed: tuple[str, ...]
    """Students whose text was changed after it was marked."""


@define
class Entered:
    """What came of entering."""

    cells: int = 0
    students: int = 0
    standing: list[str] = field(factory=list)
    """Students with another mark in the gradebook already, which was left."""
    settled: Settled = Settled({}, {}, ())
    blank: int = 0
    """Students who wrote nothing and got 0."""


def settle(work: ToMark, marks: Mapping[str, Mapping[str, Mark]], names: Mapping[str, str]) -> Settled:
    """Return what the markers' files settle.

    A mark belongs to the text that was marked: those who handed in the same text get the same. Where two markers
    differ, only what they agreed on counts.
    """
    by_text: dict[str, dict[str, Mark]] = {}
    for marker, rows in marks.items():
        for mark in rows.values():
            by_text.setdefault(mark.digest, {})[marker] = mark
    marked_codes = {code for rows in marks.values() for code in rows}
    given: dict[str, Given] = {}
    open_cells: dict[str, tuple[str, ...]] = {}
    changed = []
    for student, script in work.scripts.items():
        found = by_text.get(script.digest)
        if not found:
            if names.get(student) in marked_codes:
                changed.append(student)
            continue
        given[student], left = _of(work, found)
        if left:
            open_cells[student] = left
    return Settled(given, open_cells, tuple(changed))


def _of(work: ToMark, found: Mapping[str, Mark]) -> tuple[Given, tuple[str, ...]]:
    """Return what the markers of one text settled, and the cells on which they differ."""
    agreed = found.get(AGREED)
    others = [mark for marker, mark in sorted(found.items()) if marker != AGREED]
    given: Given = {}
    left = []
    for criterion in work.criteria:
        cell = criterion.cell
        said = [mark.points[cell] for mark in others if cell in mark.points]
        if agreed and cell in agreed.points:
            points = agreed.points[cell]
        elif said and len(set(said)) == 1:
            points = said[0]
        else:
            if said:
                left.append(cell)
            continue
        words = [agreed.comments[cell]] if agreed and cell in agreed.comments else [
            mark.comments[cell] for mark in others if cell in mark.comments
        ]  # fmt: skip
        given[cell] = points, "\n\n".join(dict.fromkeys(words))
    return given, tuple(left)


def left(work: ToMark, sheet: Sheet, marks: Mapping[str, Mapping[str, Mark]]) -> list[Script]:
    """Return the scripts in which something is written and something still to be marked, in no file and not by hand."""
    seen: dict[str, set[str]] = {}
    for rows in marks.values():
        for mark in rows.values():
            seen.setdefault(mark.digest, set()).update(mark.points)
    found = []
    for script in work.scripts.values():
        grades = sheet.handed[script.student].grades
        open_ = [
            one.cell
            for one in work.criteria
            if grades[work.assignment, one.cell].needs or grades[work.assignment, one.cell].manual is None
        ]
        if not script.blank and set(open_) - seen.get(script.digest, set()):
            found.append(script)
    return found


def enter(
    course: CourseFolder, assignment: str, *, replace: bool = False, blank_zero: bool = False, dry_run: bool = False
) -> Entered:
    """Enter what is settled; `whosaidso undo` takes it back.

    `replace` lets our marks stand over others in the gradebook; `blank_zero` gives 0 where nothing was written.

    Raises
    ------
    Stopped
        If there is nothing to mark by hand, or the gradebook cannot be written.
    """
    marks = read_all(course, assignment)
    if dry_run:
        with connected(course) as db:
            sheet = read_sheet(db, assignment)
        return _changes(course, sheet, marks, Changes(), replace=replace, blank_zero=blank_zero)
    with Backup.of(course, f"marking enter {assignment}") as backup:
        with connected(course, write=True) as db:
            changes = Changes()
            done = _changes(
                course, read_sheet(db, assignment), marks, changes, replace=replace, blank_zero=blank_zero
            )  # fmt: skip
            changes.write(db)
            backup.foresee(db)
        backup.committed()
    return done


def _changes(
    course: CourseFolder,
    sheet: Sheet,
    marks: Mapping[str, Mapping[str, Mark]],
    changes: Changes,
    *,
    replace: bool,
    blank_zero: bool,
) -> Entered:
    work = read_written(course, sheet)
    settled = settle(work, marks, codes(course, sheet.students))
    done = Entered(settled=settled)
    given = dict(settled.given)
    if blank_zero:
        for student, script in work.scripts.items():
            if script.blank and student not in given:
                given[student] = {one.cell: (0.0, "") for one in work.criteria}
                done.blank += 1
    for student, cells in sorted(given.items()):
        entered, stands = _put(changes, sheet, work, work.scripts[student], cells, replace=replace)
        done.cells += entered
        done.students += bool(entered)
        if stands:
            done.standing.append(student)
    return done


def _put(
    changes: Changes, sheet: Sheet, work: ToMark, script: Script, cells: Given, *, replace: bool
) -> tuple[int, bool]:
    handed = sheet.handed[script.student]
    entered, stands = 0, False
    for cell, (points, words) in cells.items():
        row = handed.grades[work.assignment, cell]
        ident, _, said = handed.comments[work.assignment, cell]
        if row.manual is not None and row.manual != points and not replace and not row.needs:
            stands = True
            continue
        if row.manual != points or row.needs:
            changes.mark_by_hand(row.id, points)
            entered += 1
        if words and words != (said or "") and (replace or not (said or "").strip()):
            changes.comment_by_hand(ident, words)
    return entered, stands
