"""Verbs for the written part: marking pages, a double-marked sample, agreement, and marks into the gradebook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, plainly, stop
from whosaidso.cli.grade import say

if TYPE_CHECKING:
    from whosaidso.grading.folder import CourseFolder
    from whosaidso.grading.gradebook import Sheet
    from whosaidso.written.marks import Mark
    from whosaidso.written.scripts import Script, ToMark

HELP = """Mark the written part: pages to mark on, a sample marked twice, how far markers agree, and what is left.

A marking page is one file. It shows each text beside the criteria and their examples, by pseudonym, and saves one
file of marks. Nothing reaches the gradebook before `enter`.

Examples:

  whosaidso marking sample mosul-note --markers anna,ben

  whosaidso marking add mosul-note-anna.json mosul-note-ben.json

  whosaidso marking agreement mosul-note

  whosaidso marking pages mosul-note --markers anna,ben

  whosaidso marking enter mosul-note
"""
marking = typer.Typer(help=HELP, no_args_is_help=True)
app.add_typer(marking, name="marking")

Assignment = Annotated[str, typer.Argument(help="The assignment.")]
Markers = Annotated[str, typer.Option("--markers", help="Who marks, with commas between: anna,ben.")]


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        with plainly():
            yield
    except OSError as error:
        raise stop(
            f"{error.filename} could not be read or written ({error.strerror}): make that possible and say it again."
        ) from error


def _work(course: Path, assignment: str) -> tuple[CourseFolder, ToMark, Sheet, dict[str, str]]:
    """Return the course, what there is to mark, its sheet, and everybody's pseudonym."""
    from whosaidso.grading.folder import read_course
    from whosaidso.grading.gradebook import connected, read_sheet
    from whosaidso.written.marks import codes
    from whosaidso.written.scripts import read_written

    root = course_folder(course)
    assignments_of(root, [assignment])
    folder = read_course(root)
    with connected(folder) as db:
        sheet = read_sheet(db, assignment)
    return folder, read_written(folder, sheet), sheet, codes(folder, sheet.students)


def _named(markers: str) -> list[str]:
    from whosaidso.written.marks import marker_name

    names = [marker_name(one) for one in markers.split(",") if one.strip()]
    if not names or len(set(names)) < len(names):
        raise stop(f"--markers wants each marker once, with commas between, like anna,ben; this is {markers!r}.")
    return names


def _write_pages(
    folder: CourseFolder,
    work: ToMark,
    shares: Mapping[str, Sequence[Script]],
    names: Mapping[str, str],
    *,
    ending: str,
    given: Mapping[str, Mapping[str, Mark]] | None = None,
) -> None:
    from whosaidso.files import write_whole
    from whosaidso.written.marks import folder_of
    from whosaidso.written.page import page_of, spec_of

    for marker, scripts in shares.items():
        path = folder_of(folder, work.assignment) / f"{marker}-{ending}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page_of(spec_of(work, marker, scripts, names, given)))
        say(f"{path}: {len(scripts)} scripts")


@marking.command()
def sample(
    assignment: Assignment,
    markers: Markers,
    size: Annotated[
        int | None, typer.Option(min=2, help="How many scripts; a tenth, at least 20, if not given.")
    ] = None,
    course: Course = Path(),
) -> None:
    """Draw the scripts that are marked twice and write a page for each marker: the same scripts, each in an order of its own.

    Example: whosaidso marking sample mosul-note --markers anna,ben
    """
    from whosaidso.written.marks import dealt, sample_of, unlike

    with _plainly():
        folder, work, _, names = _work(course, assignment)
        people = _named(markers)
        if len(people) < 2:
            raise stop("A sample is marked by two or more; one who marks alone needs only `whosaidso marking pages`.")
        drawn = set(sample_of(folder, work, size))
        scripts = unlike(script for script in work.scripts.values() if script.student in drawn)
        if not scripts:
            raise stop(f"Nobody has written anything in {assignment} yet.")
        shares = {one: dealt(scripts, [one], f"{one} {assignment}".encode())[one] for one in people}
        _write_pages(folder, work, shares, names, ending="sample")
    console.print("Each marks alone, without showing the other. Then: whosaidso marking add FILE …", highlight=False)


@marking.command()
def pages(assignment: Assignment, markers: Markers, course: Course = Path()) -> None:
    """Deal what is still to be marked out among the markers and write a page for each.

    Example: whosaidso marking pages mosul-note --markers anna,ben
    """
    from whosaidso.written.enter import left
    from whosaidso.written.marks import dealt, read_all, unlike

    with _plainly():
        folder, work, sheet, names = _work(course, assignment)
        people = _named(markers)
        scripts = unlike(left(work, sheet, read_all(folder, assignment)))
        if not scripts:
            say(f"Nothing is left to mark in {assignment}.")
            return
        shares = dealt(scripts, people, assignment.encode())
        _write_pages(folder, work, {who: mine for who, mine in shares.items() if mine}, names, ending="rest")
    console.print("When a marker has saved a file: whosaidso marking add FILE …", highlight=False)


@marking.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Files that marking pages saved.")], course: Course = Path()
) -> None:
    """Keep markers' files in the course, each apart from the others. Nothing reaches the gradebook yet.

    Example: whosaidso marking add mosul-note-anna.json
    """
    from whosaidso.written.marks import assignment_in, keep, read_file

    with _plainly():
        found = []
        for path in files:
            name = assignment_in(path)
            folder, work, _, names = _work(course, name)
            found.append((folder, read_file(path, work, names.values())))
        for folder, marks in found:
            kept, fresh, changed = keep(folder, marks)
            say(f"{kept}: {fresh} scripts new, {changed} changed")


@marking.command()
def agreement(assignment: Assignment, course: Course = Path(), as_json: AsJson = False) -> None:
    """Say how far two markers agree, which scripts to talk about, and write the page on which they settle them.

    The bar for going on alone: quadratic-weighted κ of .60 and nine in ten within one point, on each criterion, on 20
    scripts or more.

    Example: whosaidso marking agreement mosul-note
    """
    from whosaidso.written.agreement import KAPPA, agreements, apart
    from whosaidso.written.marks import AGREED, LEAST, read_all

    with _plainly():
        folder, work, _, names = _work(course, assignment)
        marks = read_all(folder, assignment)
        found = agreements(work.criteria, marks)
        if not found:
            raise stop(
                f"No script of {assignment} has been marked by two yet: `whosaidso marking sample {assignment} --markers anna,ben` "
                "makes their pages."
            )
        table = Table("criterion", "markers", "scripts", "same", "within 1", "κ", "first gives", "")
        for row in found:
            kappa = "–" if row.kappa is None else f"{row.kappa:.2f}".replace("0.", ".")
            verdict = "too few to say" if row.too_few else "good" if row.good else "talk, and mark some more together"
            lean = f"{abs(row.lean):.2f} {'more' if row.lean > 0 else 'less'}" if abs(row.lean) >= 0.005 else "the same"
            share = [f"{100 * part / row.n:.0f} %" for part in (row.same, row.within)]
            table.add_row(row.criterion.title, " and ".join(row.markers), str(row.n), *share, kappa, lean, verdict)
        console.print(table)
        if any(row.kappa is None for row in found):
            say("–: everybody got one and the same mark, and κ says nothing of that.")
        if any(row.too_few for row in found):
            say(f"Fewer than {LEAST} scripts: take these figures as a first look.")
        who = {code: student for student, code in names.items()}
        titles = {one.cell: one.title for one in work.criteria}
        talk = apart(marks)
        for (one, other), differing in talk.items():
            say(f"To talk about, {one} and {other}, those furthest apart first:")
            for script_apart in differing[:12]:
                gaps = "; ".join(f"{titles[cell]} {a:g} and {b:g}" for cell, (a, b) in script_apart.gaps.items())
                say(f"    {script_apart.code}: {gaps}")
            if len(differing) > 12:
                say(f"    and {len(differing) - 12} more, on the page")
        scripts = []
        for script_apart in (one for differing in talk.values() for one in differing):
            script = work.scripts.get(who.get(script_apart.code, ""))
            if script is not None and script not in scripts:
                scripts.append(script)
        if scripts:
            given = {marker: rows for marker, rows in marks.items() if marker != AGREED}
            _write_pages(folder, work, {AGREED: scripts}, names, ending="page", given=given)
            say("Open that page together, settle what differs, save the file and add it.")
    if as_json:
        told = [
            {"criterion": row.criterion.cell, "markers": row.markers, "n": row.n, "same": row.same, "within": row.within, "kappa": row.kappa, "good": row.good}
            for row in found
        ]  # fmt: skip
        print(json.dumps({"bar": KAPPA, "agreement": told}))


@marking.command()
def enter(
    assignment: Assignment,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the gradebook has another mark by hand already.")
    ] = False,
    blank_zero: Annotated[
        bool, typer.Option("--blank-zero", help="Give 0 on every criterion where nothing was written.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be entered.")] = False,
    course: Course = Path(),
) -> None:
    """Enter what is settled into the gradebook: one marker's marks, equal marks of two, or what two agreed on.

    `whosaidso undo` takes it back. Where two differ and nothing is agreed, nothing is entered.

    Example: whosaidso marking enter mosul-note --dry-run
    """
    from whosaidso.grading.folder import read_course
    from whosaidso.written import enter as room

    with _plainly():
        root = course_folder(course)
        assignments_of(root, [assignment])
        done = room.enter(
            read_course(root), assignment, replace=replace, blank_zero=blank_zero, dry_run=dry_run
        )  # fmt: skip
    would = "would be entered" if dry_run else "entered"
    say(f"{done.cells} marks of {done.students} students {would}.")
    if done.blank:
        say(f"{done.blank} of them wrote nothing and get 0.")
    _few("the gradebook has another mark by hand already, which was left (--replace takes ours)", done.standing)
    _few("two markers differ and nothing is agreed yet", sorted(done.settled.apart))
    _few("the text was changed after it was marked; mark it again", list(done.settled.changed))
    if done.cells and not dry_run:
        say(f"Next: whosaidso grade {assignment} (late hand-ins), whosaidso feedback {assignment}.")


def _few(what: str, students: list[str]) -> None:
    if students:
        more = f" and {len(students) - 5} more" if len(students) > 5 else ""
        say(f"{len(students)}: {what}: {', '.join(students[:5])}{more}")


@marking.command()
def progress(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all if none is named.")] = None,
    course: Course = Path(),
    as_json: AsJson = False,
) -> None:
    """Say what is marked, by whom, and what is left.

    Example: whosaidso marking progress
    """
    from whosaidso.grading.folder import Stopped
    from whosaidso.written.enter import left, settle
    from whosaidso.written.marks import read_all

    table = Table("assignment", "written", "blank", "in the gradebook", "in markers' files", "to settle", "left")
    told = []
    for name in assignments_of(course_folder(course), assignments):
        try:
            folder, work, sheet, names = _work(course, name)
        except Stopped as error:
            if assignments:
                raise stop(str(error)) from error
            continue
        with _plainly():
            marks = read_all(folder, name)
        written = [script for script in work.scripts.values() if not script.blank]
        cells = [(work.assignment, one.cell) for one in work.criteria]
        entered = [
            script
            for script in written
            if all(
                (row := sheet.handed[script.student].grades[cell]).manual is not None and not row.needs
                for cell in cells
            )
        ]
        open_ = left(work, sheet, marks)
        apart = settle(work, marks, names).apart
        by = {marker: len(rows) for marker, rows in marks.items()}
        told.append(
            {"assignment": name, "written": len(written), "blank": len(work.scripts) - len(written), "entered": len(entered), "files": by, "to_settle": len(apart), "left": len(open_)}
        )  # fmt: skip
        files = ", ".join(f"{marker} {count}" for marker, count in by.items()) or "none"
        table.add_row(name, str(len(written)), str(len(work.scripts) - len(written)), str(len(entered)), files, str(len(apart)), str(len(open_)))  # fmt: skip
    if not told:
        raise stop("Nothing with a written part has been graded yet; run `whosaidso grade` first.")
    console.print(table)
    if as_json:
        print(json.dumps(told))
