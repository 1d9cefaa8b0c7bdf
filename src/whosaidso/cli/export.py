"""The verb that gives marks back: export, as CSV or for Canvas, Moodle and Blackboard."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from whosaidso.cli.common import AsJson, Course, app, console, course_folder, stop

if TYPE_CHECKING:
    from whosaidso.grading.export import Made, Marks


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
        typer.Argument(help="Assignments; if none is named, all (csv) or all that have marks."),
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
        bool, typer.Option("--partial", help="Also write marks of hand-ins of which a part waits for a person.")
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
    course: Course = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the marks as CSV, or as a file that Canvas, Moodle or Blackboard reads.

    With the file you downloaded from the LMS as --roster, that file is given back with the marks in it, matched to
    its own students. Who handed nothing in, or waits for a person, gets no mark; what the LMS has stays. Exit code 1
    if somebody with a hand-in has no mark in the file, or only a part of one; the file is written all the same.

    New files are CSV in UTF-8 with the mark that Excel looks for. An LMS's marks have two decimals at most. An
    apostrophe stands before whatever a spreadsheet would run, for names are the students' own choice.

    Example: whosaidso export marks.csv

    Example: whosaidso export --to canvas for-canvas.csv --roster Grades-History_9b.csv

    Example: whosaidso export --to moodle for-moodle.csv mosul-claims --roster Grades-History-Claims-998.csv --dry-run
    """
    from whosaidso.files import write_whole
    from whosaidso.grading import export as room
    from whosaidso.grading.folder import Stopped, read_course
    from whosaidso.grading.roster import read_roster

    try:
        folder = read_course(course_folder(course))
        target = out.expanduser()
        _check_out(target, roster, force=force or dry_run)
        people = read_roster(roster, timezone=folder.timezone) if roster is not None else None
        marks = room.read_marks(folder, assignments)
        if to is To.csv:
            _only_for_an_lms(column, partial=partial, zero_missing=zero_missing, scale=scale)
            made = room.export_csv(marks, people)
        else:
            note = ""
            if not assignments:
                marks, note = room.with_marks(marks)
            if to is To.moodle and len(marks.tasks) != 1:
                names = ", ".join(task.name for task in marks.tasks)
                raise stop(f"A file for Moodle is about one assignment; name it after the file: one of {names}.")
            choices = room.Choices(partial, zero_missing, scale, _columns(column))
            made = room.export_lms(to, marks, people, choices)
            made.notes += [note] if note else []
        if not dry_run:
            write_whole(target, made.data)
    except Stopped as error:
        raise stop(_show(str(error))) from error
    except OSError as error:
        raise stop(f"{out} could not be written ({error.strerror or error}); nothing was changed.") from error
    if dry_run:
        _say_whom(made)
    _say(made, marks, to, roster.name if roster is not None else "")
    wrote = f"{out} would be written" if dry_run else f"{out} is written"
    if made.well:
        console.print(f"{wrote}.", markup=False, highlight=False)
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


def _show(text: str) -> str:
    """Return a text for the terminal, its control and direction marks replaced."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _only_for_an_lms(column: list[str] | None, **choices: bool | None) -> None:
    """Stop where a choice is made that the CSV does not know: it has every number and says what it stands for."""
    for name, value in {"column": column or None, **choices}.items():
        if value not in (None, False):
            raise stop(f"--{name.replace('_', '-')} is for --to canvas, moodle or blackboard; the CSV is always whole.")


def _columns(pairs: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in pairs or []:
        name, sign, heading = pair.partition("=")
        if not (name.strip() and sign and heading.strip()):
            raise stop(f'--column wants "ASSIGNMENT=COLUMN", and this is {pair!r}.')
        found[name.strip()] = heading.strip()
    return found


def _say_whom(made: Made) -> None:
    for cell in made.cells:
        why = "" if cell.state == "mark" else f"  ({cell.state})"
        console.print(f"{cell.task}  {_show(cell.who)}: {cell.text or '—'}{why}", markup=False, highlight=False)


def _say(made: Made, marks: Marks, to: To, roster: str) -> None:
    from whosaidso.grading.export import number

    table = Table("assignment", "points", "marks", "in part", "waiting", "not graded", "no hand-in")
    for task in marks.tasks:
        states = ("mark", "partial", "waiting", "not graded")
        missing = len(made.of("no hand-in", task.name)) + len(made.of("zero", task.name))
        figures = [str(len(made.of(state, task.name))) for state in states]
        table.add_row(Text(task.name), number(task.points), *figures, str(missing))
    console.print(table)
    for name, heading in made.where.items() if made.filled else ():
        console.print(f"{name} goes into the column {_show(heading)!r}.", markup=False, highlight=False)
    blank = "counted as 0 in the column score" if to is To.csv else "left as it was" if made.filled else "left blank"
    kept = "see the column waiting" if to is To.csv else "written as far as it goes"
    for task in marks.tasks:
        for state, sentence in (
            ("partial", f"A part waits for a person, {kept}"),
            ("waiting", f"Waits for a person, {blank}"),
            ("not graded", f"Handed in and not graded, {blank}; run `whosaidso grade {task.name}`"),
            ("locked", "Moodle says that this grade cannot be changed, left as it was"),
            ("no hand-in", f"No hand-in, {blank}"),
            ("zero", "No hand-in, 0 written"),
        ):
            _list(f"{task.name}: {sentence}", [cell.who for cell in made.of(state, task.name)])
    left_out = "" if to is To.csv else ", so they are not in the file"
    _list(f"Handed in, but {roster} does not know them{left_out}", made.unknown)
    _list(f"In the gradebook without a hand-in, and not in {roster}", made.idle)
    _list(f"In {roster}, but not in the gradebook", made.absent)
    _list("Above the points possible", made.above)
    _list("The gradebook has no number or address by which the LMS surely finds them; use --roster", made.unsure)
    _list("Their id begins like a formula, so an apostrophe stands before it; enter these marks by hand", made.unsafe)
    if made.guarded:
        cells = "1 cell" if made.guarded == 1 else f"{made.guarded} cells"
        console.print(f"An apostrophe was put before what a spreadsheet would run, in {cells}.", highlight=False)
    for note in made.notes:
        console.print(_show(note), markup=False, highlight=False)


def _list(sentence: str, people: list[str]) -> None:
    if people:
        named = ", ".join(_show(who) for who in people)
        console.print(f"{sentence} ({len(people)}): {named}.", markup=False, highlight=False)


def _figures(made: Made, marks: Marks, to: To, out: Path, *, dry_run: bool) -> dict:
    states = ("mark", "partial", "waiting", "not graded", "no hand-in", "zero", "locked")
    by_task = {
        task.name: {
            "points": task.points,
            "column": made.where.get(task.name, ""),
            **{state.replace(" ", "_").replace("-", "_"): len(made.of(state, task.name)) for state in states},
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
