"""The verb that says what a class understood: report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, stop
from whosaidso.cli.grade import say


@app.command()
def report(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Assignments; all that were graded if none is named.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The page to write.")] = Path("report.html"),
    course: Course = Path(),
    tables: Annotated[
        Path | None, typer.Option("--csv", help="Also write every table of the page as CSV into this folder.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", help="The outcomes/ folder of an earlier run, to compare with.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Show names instead of pseudonyms: for your eyes only.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a page on the class: what to do first, what was understood, which items failed, what to teach next.

    One file that needs nothing else and sends nothing anywhere; it prints. Students are shown by pseudonyms.

    It tells the key: only its part “may be shown” is for a class to see.

    Examples:

      whosaidso report --out report.html

      whosaidso report mosul-claims --out claims.html --csv tables --compare ../last-year/outcomes
    """
    from whosaidso.grading.folder import Stopped, read_course
    from whosaidso.grading.outcomes import outcomes_path
    from whosaidso.report.run import write_report

    root = course_folder(course)
    try:
        folder = read_course(root)
        wanted = assignments_of(root, assignments)
        if not assignments:
            wanted = [name for name in wanted if outcomes_path(folder, name).is_file()]
        if not wanted:
            raise stop("Nothing has been graded in this course yet; run `whosaidso grade` first.")
        written = write_report(
            folder, wanted, out.expanduser().resolve(), tables=tables, compare=compare, named=names
        )  # fmt: skip
    except Stopped as error:
        raise stop(str(error)) from error
    for line in written.analysis.data.left_out:
        say(line)
    say(f"{written.page} is ready ({written.size / 1000:.0f} kB).")
    if tables is not None:
        say(f"{len(written.tables)} tables are in {tables}.")
    if names:
        console.print("It names students: do not project it, and do not pass it on.")
    flagged = [
        (one.data.name, row.id) for one in written.analysis.assignments for row in one.rows if "key" in row.flags
    ]
    if flagged:
        say("Keys to look at: " + ", ".join(f"{name} {item}" for name, item in flagged))
    if as_json:
        figures = {
            "page": str(written.page),
            "bytes": written.size,
            "tables": len(written.tables),
            "students": written.analysis.data.students,
            "assignments": [one.data.name for one in written.analysis.assignments],
            "keys_to_look_at": [" ".join(pair) for pair in flagged],
        }
        print(json.dumps(figures))
    if written.analysis.data.left_out:
        raise typer.Exit(1)
