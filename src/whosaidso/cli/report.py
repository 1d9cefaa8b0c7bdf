"""Verbs that say what a class understood: report, explore."""

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
        Path | None,
        typer.Option(
            "--compare", help="The outcomes/ folder of an earlier run, or a zip of `archive`, to compare with."
        ),
    ] = None,
    sections: Annotated[
        Path | None, typer.Option("--sections", help="A class list with a column Section, to compare sections.")
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

      whosaidso report mosul-claims --out claims.html --csv tables --compare ../last-year.zip

      whosaidso report --sections class.csv
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
            folder, wanted, out.expanduser().resolve(), tables=tables, compare=compare, sections_from=sections, named=names
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


NOTEBOOK = (
    "# Look into the answers\n\n"
    "Run the cell below (Shift+Enter). Choose a task, filter, and point at a word, a link or a verdict: the answers behind it "
    "stand below, under pseudonyms, the same as in the report.\n\n"
    "It tells the key: do not project it. Nothing is written, and nothing leaves this computer. Before you pass this notebook on, "
    "clear its outputs."
)


@app.command()
def explore(
    out: Annotated[
        Path | None, typer.Option("--out", help="The notebook to write. [default: explorer.ipynb in the course]")
    ] = None,
    course: Course = Path(),
    sections: Annotated[
        Path | None, typer.Option("--sections", help="A class list with a column Section, to filter by it.")
    ] = None,
) -> None:
    """Write a notebook in which you filter the class's answers and look at those behind a word, a link or a verdict.

    Examples:

      whosaidso explore

      whosaidso explore --sections class.csv
    """
    import nbformat.v4

    from whosaidso.files import write_whole

    root = course_folder(course)
    path = (out or root / "explorer.ipynb").expanduser().resolve()
    if path.exists():
        raise stop(f"{path} is there already; open it, or name another file with --out.")
    words = [] if path.parent == root else [repr(str(root))]
    if sections is not None:
        words.append(f"sections={str(sections.expanduser().resolve())!r}")
    code = f"from whosaidso.report.explorer import explorer\n\nexplorer({', '.join(words)})"
    cells = [nbformat.v4.new_markdown_cell(NOTEBOOK, id="about"), nbformat.v4.new_code_cell(code, id="explorer")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    try:
        write_whole(path, (nbformat.writes(notebook) + "\n").encode())
    except OSError as error:
        raise stop(f"{path} could not be written ({error.strerror}); name another place with --out.") from error
    say(f"{path} is ready. Open it with: jupyter lab {path.name if path.parent == Path.cwd() else path}")
