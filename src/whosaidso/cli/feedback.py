"""The verb that gives marks back: feedback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, stop
from whosaidso.cli.grade import FEW, listed, say, with_bar

if TYPE_CHECKING:
    from whosaidso.grading.feedback.run import Written


@app.command()
def feedback(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Assignments; all that were graded if none is named.")
    ] = None,
    course: Course = Path(),
    student: Annotated[str, typer.Option("--student", help="Only this student's pages.")] = "",
    show_gold: Annotated[
        bool | None,
        typer.Option(
            "--show-gold/--no-show-gold",
            help="Show the answer beside the key. Only when nobody can hand in any more; WHOSAIDSO_SHOW_GOLD=1 says the same.",
            show_default=False,
        ),
    ] = None,
    zip_file: Annotated[
        Path | None,
        typer.Option("--zip", help="Also a zip to upload to Canvas or Moodle, with the names they gave out."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show long lists in full.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a page for each student and assignment: the mark, how it was made, and how to contest it.

    Each page is one file for a telephone, a screen or paper: feedback/<student>/<assignment>/<notebook>.html.

    Run it again after marking by hand: only pages that say something new are written.

    Where an exchange is used, `nbgrader release_feedback` hands them out.

    Examples:

      whosaidso feedback

      whosaidso feedback mosul-claims --zip mosul-claims-feedback.zip

      whosaidso feedback mosul-claims --student jdoe --show-gold
    """
    from whosaidso.check import show_gold as shows_by_default
    from whosaidso.grading.feedback.run import old_pages, write_feedback
    from whosaidso.grading.folder import Stopped, read_course
    from whosaidso.grading.outcomes import outcomes_path

    root = course_folder(course)
    try:
        folder = read_course(root)
        names = assignments_of(root, assignments)
        gone: list[Path] = []
        if not assignments:
            ungraded = [name for name in names if not outcomes_path(folder, name).is_file()]
            gone = [page for name in ungraded for page in old_pages(folder, name, student=student)]
            names = [name for name in names if name not in ungraded]
        if not names:
            show_old(gone, every=every)
            raise stop("Nothing has been graded in this course yet; run `whosaidso grade` first.")
        shows_key = shows_by_default() if show_gold is None else show_gold
        target = None if zip_file is None else zip_file.expanduser().resolve()
        results = write_feedback(folder, names, shows_key=shows_key, track=with_bar, student=student, parcel=target)
    except Stopped as error:
        raise stop(str(error)) from error
    summary(results, every=every)
    show_old([*gone, *(page for result in results for page in result.old)], every=every)
    console.print()
    say(f"The pages are under {folder.place('feedback')}.")
    if shows_key:
        console.print("\nThese pages show the key: hand them back only when nobody can hand in any more.")
    if target is not None:
        say(f"{target} holds {sum(result.pages for result in results)} pages.")
        unmatched(results, every=every)
        if len(results) > 1:
            console.print("An LMS takes the pages of one assignment at a time: name one for a zip to upload.")
    if as_json:
        print(json.dumps([figures(result) for result in results]))
    if any(result.left_out for result in results):
        raise typer.Exit(1)


def figures(result: Written) -> dict[str, Any]:
    """Return an assignment's figures for --json."""
    return {
        "assignment": result.assignment,
        "written": result.written,
        "unchanged": result.unchanged,
        "waiting": len(result.waiting),
        "unread": result.unread,
        "left_out": [{"student": student, "why": why} for student, why in result.left_out],
        "old": [str(page) for page in result.old],
        "by_hand": [*result.by_hand, *result.no_zip],
    }


def show_old(pages: list[Path], *, every: bool) -> None:
    """List the pages that say marks which are not there any more."""
    listed(
        "Old pages: nothing graded stands behind them any more; grade and run this again, or remove them",
        [str(page) for page in pages],
        every,
    )


def unmatched(results: list[Written], *, every: bool) -> None:
    """Say which pages of the zip no LMS can give back by itself."""
    several = len(results) > 1
    for field, one, more in (
        ("by_hand", "page has no upload of its own; give it back by hand", "pages have no upload of their own; give them back by hand"),
        ("no_zip", "page is for Blackboard, which takes no such zip; give it back by hand", "pages are for Blackboard, which takes no such zip; give them back by hand"),
    ):  # fmt: skip
        names = [
            f"{student} ({result.assignment})" if several else student
            for result in results
            for student in getattr(result, field)
        ]
        if names:
            shown = names if every else names[:FEW]
            rest = f" and {len(names) - FEW} more (--all lists them)" if len(names) > len(shown) else ""
            say(f"{len(names)} {one if len(names) == 1 else more}: {', '.join(shown)}{rest}")


def summary(results: list[Written], *, every: bool) -> None:
    """Say what came of a run: written, unchanged, waiting for a person, unreadable."""
    table = Table("assignment", "written", "unchanged", "waiting", "unreadable", "no page")
    for result in results:
        counts = (result.written, result.unchanged, len(result.waiting), len(result.unread), len(result.left_out))
        table.add_row(result.assignment, *map(str, counts))
    console.print(table)
    listed(
        "Could not be read: the page says what to do",
        [f"{result.assignment}: {student}" for result in results for student in result.unread],
        every,
    )
    listed(
        "No page, or an old one: run `whosaidso grade`, then this again",
        [f"{result.assignment}: {student}, {why}" for result in results for student, why in result.left_out],
        every,
    )
    waiting = sum(len(result.waiting) for result in results)
    if waiting:
        console.print(
            f"\n{waiting} {'page has' if waiting == 1 else 'pages have'} a part that waits for you. Mark it (Jupyter, menu "
            "Nbgrader, Formgrader), then run this again; nothing needs to be graded anew.",
            highlight=False,
        )
