"""Verbs for marking a class: grade, extension, undo."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import track as bar
from rich.table import Table

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, errors, stop

if TYPE_CHECKING:
    from whosaidso.grading.batch import Graded

FEW = 20
"""So many lines of a list are shown; --all shows the rest."""
DAY = 86_400


def say(line: str) -> None:
    """Print a line in which a student's words may stand: nothing in it is markup."""
    from whosaidso.grading.safe import visible

    console.print(visible(line), markup=False, highlight=False, emoji=False)


def listed(title: str, lines: list[str], every: bool) -> None:
    """Print a titled list, cut short unless all of it is wanted."""
    if not lines:
        return
    console.print(f"\n[bold]{title}[/bold]", highlight=False)
    for line in lines if every else lines[:FEW]:
        say(f"  {line}")
    if len(lines) > FEW and not every:
        say(f"  … and {len(lines) - FEW} more: --all lists them.")


def with_bar(items: Iterable[Any], words: str, total: int) -> Iterable[Any]:
    """Show how far a long run is."""
    return bar(items, description=words, total=total, console=errors, transient=True, disable=not errors.is_terminal)


@app.command()
def grade(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Assignments; all that were handed in if none is named.")
    ] = None,
    course: Course = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; show whose mark would move, and why.")
    ] = False,
    pages: Annotated[bool, typer.Option("--feedback", help="Then write the feedback pages, too.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show long lists in full.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mark the structured answers of everybody under submitted/: gradebook, autograded/ and outcomes/.

    Nothing of a student's is executed, and marks given by hand stay. Run it again as often as you like: after more
    hand-ins, or after a key was corrected. `whosaidso undo` takes the last run back.

    Examples:

      whosaidso grade

      whosaidso grade mosul-claims --dry-run

      whosaidso grade --feedback
    """
    from whosaidso.grading import batch
    from whosaidso.grading.folder import Stopped, read_course

    root = course_folder(course)
    try:
        folder = read_course(root)
        names = assignments_of(root, assignments)
        if not assignments:
            names = [name for name in names if batch.hand_ins(folder, name)]
        empty = [name for name in names if not batch.hand_ins(folder, name)]
        if empty or not names:
            raise stop(
                f"There is nothing to grade{' for ' + ', '.join(empty) if empty else ''}: put hand-ins into "
                "submitted/<student>/<assignment>/, or run `whosaidso collect` on what your students sent."
            )
        results = batch.grade(folder, names, track=with_bar, dry_run=dry_run)
    except Stopped as error:
        raise stop(str(error)) from error
    summary(results, every=every, dry_run=dry_run)
    if as_json:
        print(json.dumps([figures(result) for result in results]))
    if pages and not dry_run:
        from whosaidso.cli.feedback import feedback

        feedback(names, course, "", None, None, every, False)
    if any(result.attention for result in results):
        raise typer.Exit(1)


def figures(result: Graded) -> dict[str, Any]:
    """Return an assignment's figures for --json."""
    return {
        "assignment": result.assignment,
        "hand_ins": result.hand_ins,
        "graded": result.read,
        "new": result.fresh,
        "waiting": sum(count for _, _, count in result.waiting),
        "attention": [{"student": t.student, "why": t.why, "remedy": t.remedy} for t in result.attention],
        "moved": [{"student": m.student, "before": m.before, "after": m.after, "why": m.why} for m in result.moved],
        "again": [{"student": student, "cell": cell} for student, cell in result.again],
        "late": len(result.late),
        "disputed": result.disputed,
        "written": result.written,
    }


def summary(results: list[Graded], *, every: bool, dry_run: bool) -> None:
    """Say what came of a run: graded, waiting for a person, needs attention."""
    table = Table("assignment", "hand-ins", "graded", "new", "moved", "late", "attention")
    for result in results:
        counts = (result.hand_ins, result.read, result.fresh, len(result.moved), len(result.late))
        people = len({trouble.student for trouble in result.attention})
        table.add_row(result.assignment, *map(str, counts), str(people))
    console.print(table)
    waiting = [
        f"{result.assignment}: {cell}, {count} × {sort}" for result in results for cell, sort, count in result.waiting
    ]
    listed("Waiting for a person (Jupyter, menu Nbgrader, Formgrader)", waiting, every)
    listed(
        "Marked by hand, and handed in anew since: mark again",
        [f"{result.assignment}: {student}, {cell}" for result in results for student, cell in result.again],
        every,
    )
    moves = [move.after - move.before for result in results for move in result.moved]
    up = sum(change > 0 for change in moves)
    listed(
        f"Marks that {'move' if dry_run else 'moved'}: {up} up, {len(moves) - up} down",
        [
            f"{result.assignment}: {move.student} {move.before:g} → {move.after:g} ({move.why})"
            for result in results
            for move in result.moved
        ],
        every,
    )
    listed(
        "Late (extensions are counted)",
        [
            f"{result.assignment}: {student}, {in_days(seconds)}"
            for result in results
            for student, seconds in result.late
        ],
        every,
    )
    listed(
        "Needs attention",
        [f"{result.assignment}: {t.student}. {t.why} {t.remedy}" for result in results for t in result.attention],
        every,
    )
    disputed = sum(result.disputed for result in results)
    if disputed:
        console.print(
            f"\n“I see it differently” waits for a ruling {disputed} times: whosaidso disputes", highlight=False
        )
    if dry_run:
        console.print("\nNothing was written.")
    elif not any(result.written for result in results):
        console.print("\nEverything was as it should be already; nothing was written.")


def in_days(seconds: float) -> str:
    """Return a delay in words, with the late days that it takes: each day begun counts.

    >>> in_days(90_000), in_days(120)
    ('1 day 1 hour late (2 late days)', '2 minutes late (1 late day)')
    """
    days, rest = divmod(int(seconds), DAY)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [(days, "day"), (hours, "hour"), (0 if days else minutes, "minute")]
    said = (
        " ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count) or "less than a minute"
    )
    begun = -(-int(seconds) // DAY)
    return f"{said} late ({begun} late {'day' if begun == 1 else 'days'})"


@app.command()
def extension(
    assignment: Annotated[str, typer.Argument(help="The assignment.")],
    student: Annotated[str, typer.Argument(help="The student.")],
    until: Annotated[str, typer.Option("--until", help="A day, or a day and time in the course's time zone.")] = "",
    none: Annotated[bool, typer.Option("--none", help="Take the extension back.")] = False,
    course: Course = Path(),
) -> None:
    """Give one student more time. Then grade again, so that a penalty for being late goes.

    Examples:

      whosaidso extension mosul-claims student0003 --until "2026-11-22 18:00"

      whosaidso extension mosul-claims student0003 --none
    """
    from whosaidso.grading.extensions import grant
    from whosaidso.grading.folder import Stopped, read_course

    root = course_folder(course)
    assignments_of(root, [assignment])
    if bool(until) == none:
        raise stop('Say until when (--until "2026-11-22 18:00"), or --none to take the extension back.')
    try:
        folder = read_course(root)
        due, new = grant(folder, assignment, student, until)
    except Stopped as error:
        raise stop(str(error)) from error
    say(f"{student} has time for {assignment} until {new:%Y-%m-%d %H:%M} (UTC); it was due {due:%Y-%m-%d %H:%M}.")
    say(f"Now: whosaidso grade {assignment}")


@app.command()
def undo(
    course: Course = Path(),
    force: Annotated[bool, typer.Option("--force", help="Also take back what was marked by hand since.")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Do again what was undone last.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Only list what can be undone.")] = False,
) -> None:
    """Take back the last command that wrote: gradebook and files are as they were before it.

    The last ten can be undone, one after the other; --redo does one of them again.

    Examples:

      whosaidso undo

      whosaidso undo --list
    """
    from whosaidso.grading import backups
    from whosaidso.grading.folder import Stopped, read_course

    root = course_folder(course)
    try:
        folder = read_course(root)
        if show:
            found = backups.entries(folder)
            for entry in reversed(found):
                state = ", undone" if entry.undone else ", was interrupted" if entry.interrupted else ""
                console.print(f"{entry.when}  {entry.verb}{state}", highlight=False)
            if not found:
                console.print("There is nothing to undo yet.")
            return
        entry = backups.redo(folder, force=force) if redo else backups.undo(folder, force=force)
    except Stopped as error:
        raise stop(str(error)) from error
    console.print(f"`{entry.verb}` of {entry.when} was {'undone' if entry.undone else 'done again'}.", highlight=False)
