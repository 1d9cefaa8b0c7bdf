"""The verb that brings hand-ins in: `whosaidso collect`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from whosaidso.cli.common import AsJson, Course, app, console, course_folder, errors, stop

if TYPE_CHECKING:
    from whosaidso.grading.collect import Plan

SHOWN = 20
"""How many names are printed before `--verbose` has to be asked for."""


@app.command()
def collect(
    sources: Annotated[list[Path], typer.Argument(help="Zips from an LMS, folders, .ipynb files; several at once.")],
    roster: Annotated[
        Path | None,
        typer.Option(help="The class list: the LMS's own CSV file, or any table with names and ids."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and write nothing.")] = False,
    rulings: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="NAME=ID", help="Whose a hand-in is that was set aside; may be repeated."),
    ] = None,
    trust_lms: Annotated[
        bool, typer.Option("--trust-lms", help="Where the LMS and the typed name disagree, the LMS is right.")
    ] = False,
    assignment: Annotated[str, typer.Option(help="What files are of that cannot be read: empty or broken ones.")] = "",
    timezone: Annotated[
        str, typer.Option(help="Clock of the LMS, like Europe/Berlin; the course's own if not given.")
    ] = "",
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every name and file.")] = False,
    course: Course = Path(),
    as_json: AsJson = False,
) -> None:
    """Bring hand-ins from zips, folders and files into submitted/, by student and assignment.

    Each is known by what is in it, not by its name; every attempt is kept in attempts/, the last one counts.

    Examples:

    whosaidso collect submissions.zip --roster grades.csv --dry-run

    whosaidso collect Claims.zip late/ jane.ipynb --timezone Europe/Berlin --as "Jane D.=jdoe"
    """
    from whosaidso.grading.collect import Choices, carry_out, make_plan, open_sources
    from whosaidso.grading.folder import Stopped, read_course
    from whosaidso.grading.roster import read_roster

    root = course_folder(course)
    try:
        folder = read_course(root)
        zone = timezone or folder.timezone
        people = read_roster(roster, timezone=zone) if roster else None
        choices = Choices(people, tuple(rulings or ()), trust_lms, assignment, timezone)
        with open_sources(folder, sources) as piles, Progress(console=errors, transient=True) as progress:
            plan = make_plan(folder, piles, choices, _ticker(progress, "Looking"))
            if not dry_run:
                carry_out(folder, plan, _ticker(progress, "Writing"))
    except Stopped as error:
        raise stop(str(error)) from error
    most = 10**9 if verbose else SHOWN
    _say_placed(plan, dry_run, most)
    for note in people.notes if people else ():
        _say(note)
    _say_problems(plan)
    _say_rest(plan, most)
    if as_json:
        print(json.dumps(_figures(plan, dry_run)))
    if plan.problems:
        number = len(plan.problems)
        rest = "Nothing was written." if dry_run else "All the rest is done."
        raise stop(f"{number} {'thing needs' if number == 1 else 'things need'} attention, listed above. {rest}")


def _ticker(progress: Progress, what: str) -> Callable[[int, int], None]:
    """Return what moves a progress bar, which appears with the first step."""
    tasks: list = []

    def tick(done: int, total: int) -> None:
        if not tasks:
            tasks.append(progress.add_task(what, total=total))
        progress.update(tasks[0], completed=done, total=total)

    return tick


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def _say_list(heading: str, lines: list[str], most: int) -> None:
    if not lines:
        return
    _say(f"\n{heading}")
    for line in lines[:most]:
        _say(f"  {line}")
    if len(lines) > most:
        _say(f"  … and {len(lines) - most} more; --verbose prints all.")


def _say_placed(plan: Plan, dry_run: bool, most: int) -> None:
    counts = Counter((placement.assignment, placement.action) for placement in plan.placements)
    late = Counter(one.assignment for one in plan.late)
    table = Table("assignment", "placed", "new", "updated", "unchanged", "late", box=None)
    for name in sorted({placement.assignment for placement in plan.placements}):
        actions = [counts[name, action] for action in ("new", "updated", "unchanged")]
        table.add_row(name, str(sum(actions)), *map(str, actions), str(late[name]))
    if plan.placements:
        console.print(table)
    would = "would be placed" if dry_run else "placed under submitted/"
    _say(f"{plan.looked_at:,} files looked at, {len(plan.placements):,} hand-ins {would}.")
    if plan.uncompared:
        _say(f"{plan.uncompared:,} typed names or codes could not be compared with anything; with --roster they can.")
    lines = [f"{one.student}, {one.assignment}: {_days(one.by)}" for one in plan.late]
    _say_list("Late:", lines, most)


def _days(by: timedelta) -> str:
    """Say how late something is, in days as nbgrader's penalties count them, begun ones too.

    >>> _days(timedelta(days=1, hours=2)), _days(timedelta())
    ('2 days (1 day, 2:00:00)', 'by the word of the LMS; how late, the zip does not say')
    """
    if not by:
        return "by the word of the LMS; how late, the zip does not say"
    days = -(-by // timedelta(days=1))
    return f"{days} {'day' if days == 1 else 'days'} ({timedelta(seconds=round(by.total_seconds()))})"


def _say_problems(plan: Plan) -> None:
    if not plan.problems:
        return
    _say("\nNeeds attention:")
    for problem in plan.problems:
        who = f"{problem.who}: " if problem.who else ""
        _say(f"  {who}{problem.file}")
        _say(f"    {problem.why}")
        if problem.remedy:
            _say(f"    {problem.remedy}")


def _say_rest(plan: Plan, most: int) -> None:
    for name, people in plan.missing.items():
        _say_list(f"Not handed in, {name} ({len(people)}):", people, most)
    _say_list("Worth a look:", plan.identical, most)
    _say_list("Noted:", plan.notes, most)
    lines = [f"{name} ({what})" if what else name for name, what in plan.foreign]
    _say_list(f"Other files, left alone ({len(lines)}):", lines, most)


def _figures(plan: Plan, dry_run: bool) -> dict:
    actions = Counter(placement.action for placement in plan.placements)
    return {
        "dry_run": dry_run,
        "files": plan.looked_at,
        "placed": len(plan.placements),
        **{action: actions[action] for action in ("new", "updated", "unchanged")},
        "late": len(plan.late),
        "late_by_flag": sum(not one.by for one in plan.late),
        "attention": len(plan.problems),
        "not_handed_in": {name: len(people) for name, people in plan.missing.items()},
        "identical": len(plan.identical),
        "foreign": len(plan.foreign),
        "uncompared": plan.uncompared,
    }
