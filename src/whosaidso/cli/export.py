"""The verb that gives marks back: export, as CSV or for Canvas, Moodle and Blackboard."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from whosaidso.cli.common import AsJson, Course, app, console, course_folder, stop
from whosaidso.cli.grade import listed, say
from whosaidso.grading.safe import visible

if TYPE_CHECKING:
    from whosaidso.grading.export import Cell, Made, Marks


class To(StrEnum):
    """What the marks can be exported to."""

    csv = "csv"
    canvas = "canvas"
    moodle = "moodle"
    blackboard = "blackboard"


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    assignments: Annotated[
        list[str] | None,
        typer.Argument(help="Assignments; if none is named, all that were handed in (csv) or have marks."),
    ] = None,
    to: Annotated[To, typer.Option("--to", help="Who is to read the file.")] = To.csv,
    roster: Annotated[
        Path | None,
        typer.Option(help="The LMS's own file: Canvas gradebook, Moodle grading worksheet, Blackboard grade centre."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help='The LMS\'s column of an assignment: "mosul-claims=Claims (998)". Otherwise found by name.'),
    ] = None,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Also write marks of hand-ins of which a part waits for a person or is lost."),
    ] = False,
    zero_missing: Annotated[
        bool, typer.Option("--zero-missing", help="Write 0 for who handed nothing in, instead of nothing.")
    ] = False,
    scale: Annotated[
        bool | None,
        typer.Option("--scale/--no-scale", help="Where the LMS has other points: convert, or write as they are."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written for whom; write nothing.")
    ] = False,
    apart: Annotated[
        bool,
        typer.Option("--apart", help="Give two assignments between which students choose a column each, not one."),
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Show long lists in full.")] = False,
    course: Course = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the marks as CSV, or as a file that Canvas, Moodle or Blackboard reads.

    With the file you downloaded from the LMS as --roster, it comes back with the marks of its own students in it.

    Who handed nothing in, waits for a person or sent a damaged file gets no mark; what the LMS has stays.

    The CSV has nbgrader's columns. Only its column score is blank where there is no full mark.

    Exit code 1 if somebody with a hand-in has no full mark in the file; the file is written all the same.

    An apostrophe stands before whatever a spreadsheet would run, for names are the students' own choice.

    Examples:

      whosaidso export marks.csv

      whosaidso export --to canvas for-canvas.csv --roster Grades-9b.csv

      whosaidso export --to moodle for-moodle.csv mosul-claims --dry-run
    """
    from whosaidso.cases import choice_of, stand_ins
    from whosaidso.files import write_whole
    from whosaidso.grading import export as room
    from whosaidso.grading.folder import Stopped, read_course
    from whosaidso.grading.roster import read_roster

    try:
        folder = read_course(course_folder(course))
        target = out.expanduser()
        _check_out(target, roster, force=force or dry_run)
        people = read_roster(roster, timezone=folder.timezone) if roster is not None else None
        beside = set() if apart else {one for name in assignments or () for one in choice_of(name)}
        marks = room.read_marks(folder, assignments, also=beside)
        notes: list[str] = []
        if not apart:
            marks, notes = room.joined(marks, stand_ins())
        if not assignments:
            marks, left_out = room.handed_in(marks, graded=to is not To.csv)
            notes += left_out
        choices = room.Choices(partial, zero_missing, scale, _columns(column))
        if to is To.csv:
            if column or scale is not None:
                raise stop("--column and --scale are for --to canvas, moodle or blackboard.")
            made = room.export_csv(marks, people, choices)
        else:
            if to is To.moodle and len(marks.tasks) != 1:
                names = ", ".join(task.name for task in marks.tasks)
                raise stop(f"A file for Moodle is about one assignment; name it after the file: one of {names}.")
            made = room.export_lms(to, marks, people, choices)
        made.notes += notes
        if not dry_run:
            write_whole(target, made.data)
    except Stopped as error:
        raise stop(visible(str(error))) from error
    except OSError as error:
        raise stop(f"{out} could not be written ({error.strerror or error}); nothing was changed.") from error
    _say(made, marks, to, roster.name if roster is not None else "", every=every, dry_run=dry_run)
    wrote = f"{out} would be written" if dry_run else f"{out} is written"
    if made.well:
        say(f"{wrote}.")
    if as_json:
        print(json.dumps(_figures(made, marks, to, out, dry_run=dry_run)))
    if not made.well:
        raise stop(f"{wrote}, but not with a full mark for everybody who handed in: see above.")


def _check_out(out: Path, roster: Path | None, *, force: bool) -> None:
    """Stop unless the file to write is a new one, or one that may be replaced."""
    from whosaidso.grading.folder import Stopped

    if out.suffix.lower() not in (".csv", ".tsv", ".txt", ".xls"):
        raise Stopped(
            f"{out.name} should end in .csv (or .xls, .tsv, .txt, as the LMS names its own): it is a table as text."
        )
    if roster is not None and out.exists() and roster.exists() and out.samefile(roster):
        raise Stopped(f"{out} is the class list itself; name another file, so that you can always begin again from it.")
    if out.is_dir():
        raise Stopped(f"{out} is a folder; name a file in it.")
    if out.exists() and not force:
        raise Stopped(f"{out} exists; say --force to replace it, or name another file.")


def _columns(pairs: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in pairs or []:
        name, sign, heading = pair.partition("=")
        if not (name.strip() and sign and heading.strip()):
            raise stop(f'--column wants "ASSIGNMENT=COLUMN", and this is {pair!r}.')
        found[name.strip()] = heading.strip()
    return found


def _say(made: Made, marks: Marks, to: To, roster: str, *, every: bool, dry_run: bool) -> None:
    """Say what came of it: how many marks of each assignment, who has none and why, what else to know."""
    from whosaidso.grading.export import number

    table = Table(Column("assignment", overflow="fold"), "of", "marks", "part", "waits", "ungraded", "unread", "none")
    kinds = (("mark",), ("partial", "damaged"), ("waiting",), ("not graded",), ("unread",), ("no hand-in", "zero"))
    for task in marks.tasks:
        figures = [sum(len(made.of(state, task.name)) for state in states) for states in kinds]
        table.add_row(Text(task.name), number(task.points), *map(str, figures))
    console.print(table)
    for name, heading in made.where.items() if made.filled else ():
        say(f"{name} goes into the column {heading!r}.")
    if dry_run:
        _list("For whom", [f"{_of(cell)}: {cell.text or '—'} ({cell.state})" for cell in made.cells], every)
    blank = "left as it was" if made.filled else "left blank"
    for state, without, with_points in (
        ("partial", "", "A part waits for a person, written as far as it goes"),
        ("waiting", f"Waits for a person, {blank}", ""),
        (
            "damaged",
            f"The file is damaged and only a part of it counts, {blank}: ask for the whole file",
            "The file is damaged, written as far as it goes: ask for the whole file",
        ),
        ("not graded", f"Handed in and not graded, {blank}: run `whosaidso grade`", ""),
        (
            "unread",
            f"Could not be read, {blank}: ask for the file again (`whosaidso grade` says why)",
            "Could not be read, the mark of an earlier file is written: ask for the file again",
        ),
        ("locked", "Moodle says that this grade cannot be changed, left as it was", ""),
        ("no hand-in", f"No hand-in, {blank}", ""),
        ("zero", "", "No hand-in, 0 written"),
    ):
        cells = made.of(state)
        _list(without, [_of(cell) for cell in cells if cell.points is None], every)
        _list(with_points, [_of(cell) for cell in cells if cell.points is not None], every)
    left_out = "" if to is To.csv else ", so they are not in the file"
    for sentence, people in (
        (f"Handed in, but {roster} does not know them{left_out}", made.unknown),
        (f"In the gradebook without a hand-in, and not in {roster}", made.idle),
        (f"In {roster}, but not in the gradebook", made.absent),
        ("Above the points possible", made.above),
        ("The gradebook has no number or address by which the LMS surely finds them: use --roster", made.unsure),
        ("Their id begins like a formula, so an apostrophe stands before it: enter these marks by hand", made.unsafe),
    ):
        _list(sentence, people, every)
    console.print()
    if made.guarded:
        cells_in_words = "1 cell" if made.guarded == 1 else f"{made.guarded} cells"
        say(f"An apostrophe was put before what a spreadsheet would run, in {cells_in_words}.")
    for note in made.notes:
        say(note)


def _of(cell: Cell) -> str:
    return f"{cell.task}: {cell.who}"


def _list(sentence: str, lines: list[str], every: bool) -> None:
    """Print a list under its sentence, which may hold a file's name and is no markup."""
    listed(escape(visible(f"{sentence} ({len(lines)})")), lines, every)


def _figures(made: Made, marks: Marks, to: To, out: Path, *, dry_run: bool) -> dict:
    from whosaidso.grading.export import STATES

    by_task = {
        task.name: {
            "points": task.points,
            "column": made.where.get(task.name, ""),
            **{state.replace(" ", "_").replace("-", "_"): len(made.of(state, task.name)) for state in STATES},
        }
        for task in marks.tasks
    }
    lists = ("unknown", "idle", "absent", "above", "unsure", "unsafe")
    counts = {name: len(getattr(made, name)) for name in lists}
    return {
        "to": str(to),
        "out": str(out),
        "written": not dry_run,
        "assignments": by_task,
        **counts,
        "apostrophes": made.guarded,
    }
