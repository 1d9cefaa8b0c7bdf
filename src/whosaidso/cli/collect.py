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
        typer.Option(
            "--as",
            metavar="NAME=ID",
            help="Whose a hand-in is that was set aside, by its name or its file; may be repeated.",
        ),
    ] = None,
    trust_lms: Annotated[
        bool, typer.Option("--trust-lms", help="Where the LMS and the typed name disagree, the LMS is right.")
    ] = False,
    assignment: Annotated[str, typer.Option(help="What files are of that cannot be read: empty or broken ones.")] = "",
    timezone: Annotated[
        str, typer.Option(help="Clock of the LMS, like Europe/Berlin; the course's own if not given.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", "--verbose", help="Show long lists in full.")] = False,
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
    _say_placed(plan, every, dry_run=dry_run)
    for note in people.notes if people else ():
        _say(note)
    _say_problems(plan)
    _say_rest(plan, every)
    if plan.clock:
        _say(f"\nTimes were read as {plan.clock}{_other_clock(plan.clock) if not timezone else ''}.")
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
    # imported here: at the top, it would put the verb grade before this one in the help
    from whosaidso.cli.grade import say

    say(text)


def _say_list(title: str, lines: list[str], every: bool) -> None:
    from whosaidso.cli.grade import listed

    listed(title, lines, every)


def _count(number: int, word: str) -> str:
    """Return a number with its word.

    >>> _count(1, "file"), _count(1200, "hand-in")
    ('1 file', '1,200 hand-ins')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _other_clock(clock: str) -> str:
    return f"; --timezone {'UTC' if clock == 'Europe/Berlin' else 'Europe/Berlin'} changes that"


def _say_placed(plan: Plan, every: bool, *, dry_run: bool) -> None:
    counts = Counter((placement.assignment, placement.action) for placement in plan.placements)
    late = Counter(one.assignment for one in plan.late)
    table = Table("assignment", "hand-ins", "new", "updated", "unchanged", "late")
    for name in sorted({placement.assignment for placement in plan.placements}):
        actions = [counts[name, action] for action in ("new", "updated", "unchanged")]
        table.add_row(name, str(sum(actions)), *map(str, actions), str(late[name]))
    if plan.placements:
        console.print(table)
    _say(f"{_count(plan.looked_at, 'file')} looked at, {_placed(plan, dry_run=dry_run)}.")
    if plan.uncompared:
        what = "typed name or code" if plan.uncompared == 1 else "typed names or codes"
        _say(f"{plan.uncompared:,} {what} could not be compared with anything; with --roster that is possible.")
    lines = [f"{plan.call(one.student)}, {one.assignment}: {_late(one.by)}" for one in plan.late]
    _say_list("Late (extensions are counted)", lines, every)


def _placed(plan: Plan, *, dry_run: bool) -> str:
    """Say what becomes of the hand-ins."""
    same = sum(placement.action == "unchanged" for placement in plan.placements)
    placed = len(plan.placements) - same
    parts = []
    if placed or not same:
        parts.append(f"{_count(placed, 'hand-in')} {'would be placed' if dry_run else 'placed under submitted/'}")
    if same:
        parts.append(f"{same:,} unchanged" if placed else f"{_count(same, 'hand-in')} unchanged")
    return ", ".join(parts)


def _late(by: timedelta) -> str:
    """Say how late something is.

    >>> _late(timedelta())
    'late by the word of the LMS, which does not say how late'
    """
    from whosaidso.cli.grade import in_days

    return in_days(by.total_seconds()) if by else "late by the word of the LMS, which does not say how late"


def _say_problems(plan: Plan) -> None:
    from whosaidso.grading.collect.problems import by_kind

    if plan.problems:
        console.print(f"\n[bold]Needs attention ({len(plan.problems):,})[/bold]", highlight=False)
    for kind, problems in by_kind(plan.problems).items():
        _say(f"  {kind.title} ({len(problems):,})")
        if kind.advice:
            _say(f"  {kind.advice}")
        for problem in problems:
            who = f"{problem.who}: " if problem.who else ""
            _say(f"    {who}{problem.file}")
            _say(f"      {problem.why}")
            if problem.remedy:
                _say(f"      {problem.remedy}")


def _say_rest(plan: Plan, every: bool) -> None:
    strays = [stray.sentence for stray in plan.strays]
    _say_list(f"Sent something that is no hand-in ({len(strays):,})", strays, every)
    for name, people in plan.missing.items():
        _say_list(f"Not handed in, {name} ({len(people):,})", people, every)
    _say_list("Worth a look", plan.identical, every)
    _say_list("Noted", [*plan.notes, *plan.extensions], every)
    lines = [f"{name} ({what})" if what else name for name, what in plan.foreign]
    _say_list(f"Other files, left alone ({len(lines):,})", lines, every)
    if plan.systems:
        word = "is" if plan.systems == 1 else "are"
        _say(
            f"\n{_count(plan.systems, 'file')} of the LMS's own (receipts, working copies, typed text) {word} not listed."
        )


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
        "sent_something_else": len(plan.strays),
        "identical": len(plan.identical),
        "foreign": len(plan.foreign),
        "of_the_lms": plan.systems,
        "uncompared": plan.uncompared,
    }
