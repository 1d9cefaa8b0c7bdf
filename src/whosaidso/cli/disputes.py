"""Verbs for appeals: disputes, and the three rulings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from attrs import asdict

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, errors, plainly, stop
from whosaidso.cli.grade import say
from whosaidso.faults import DataError

HELP = """What students see differently, by item, and what you rule on it.

Three rulings: `uphold` (for all: the key changes), `accept` (for the students named), `decline` (with a reason).
Asking never lowers a mark, and a new grading after an appeal was upheld lowers nobody.

Examples:

  whosaidso disputes

  whosaidso disputes uphold mosul-claims c06 --like student0003 --why "The record can be read that way."
"""
rulings = typer.Typer(help=HELP, invoke_without_command=True)
app.add_typer(rulings, name="disputes")

Assignment = Annotated[str, typer.Argument(help="The assignment.")]
Item = Annotated[str, typer.Argument(help="The item as `whosaidso disputes` names it, or the id of one span.")]
Students = Annotated[list[str], typer.Argument(help="Students.")]
Why = Annotated[str, typer.Option("--why", help="The reason, in a sentence that students read.")]
Who = Annotated[str, typer.Option("--who", help="Who ruled, for the key's history.")]
INSTRUCTOR = "instructor"


@rulings.callback()
def disputes(
    context: typer.Context,
    course: Course = Path(),
    every: Annotated[bool, typer.Option("--all", help="Also those that have a ruling.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what students see differently."""
    if context.invoked_subcommand:
        if every or as_json:
            raise stop("--all and --json list what is disputed; leave them out where you rule on it.")
        context.default_map = {
            context.invoked_subcommand: {"course": str(course)}
        }  # --course may stand before the verb
        return
    from whosaidso.grading import disputes as room
    from whosaidso.grading.folder import read_course

    root = course_folder(course)
    found, left_out = [], 0
    with plainly():
        folder = read_course(root)
        for assignment in assignments_of(root, None):
            try:
                found += room.disputes(folder, [assignment])
            except DataError as error:
                left_out += 1
                errors.print(f"{assignment} is left out: {error.faults[0]}", markup=False, highlight=False, emoji=False)
    found = room.in_order(found)
    shown = [dispute for dispute in found if every or dispute.open]
    for dispute in shown:
        say(f"{dispute.assignment} {dispute.item} — {dispute.open} open of {len(dispute.said)}: {dispute.text}")
        if dispute.gold:
            say(f"    the key: {dispute.gold}")
        for one in dispute.said:
            if one.ruling and not every:
                continue
            record = f" Record: {one.record}" if one.record else ""
            ruled = f" [{one.ruling.ruling} on {one.ruling.when}: {one.ruling.why}]" if one.ruling else ""
            say(f"    {one.student} ({one.answer}): {one.why or '(no words)'}{record}{ruled}")
    if any(dispute.open for dispute in shown):
        first = next(dispute for dispute in shown if dispute.open)
        who = next(one.student for one in first.said if one.ruling is None)
        place = f"{first.assignment} {first.item}"
        console.print("\nRule on one, for example:")
        say(f'  whosaidso disputes uphold {place} --like {who} --why "…"')
        say(f'  whosaidso disputes accept {place} {who} --why "…"')
        say(f'  whosaidso disputes decline {place} {who} --why "…"')
    if not shown and not left_out:
        ruled_on = sum(len(dispute.said) for dispute in found)
        more = f" {ruled_on} have a ruling: --all shows them." if ruled_on else ""
        console.print(f"Nobody's “I see it differently” waits for a ruling.{more}", highlight=False)
    if as_json:
        print(json.dumps([asdict(dispute) for dispute in found]))
    if left_out:
        raise typer.Exit(1)


@rulings.command()
def uphold(
    assignment: Assignment,
    item: Item,
    why: Why,
    like: Annotated[str, typer.Option("--like", help="The student whose answer is to be right for all.")] = "",
    by_hand: Annotated[
        bool,
        typer.Option(
            "--by-hand", help="gold.toml was corrected by hand just now, and nothing graded since; only note it."
        ),
    ] = False,
    who: Who = INSTRUCTOR,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change in gold.toml.")] = False,
    course: Course = Path(),
) -> None:
    """Uphold for all: the key changes, and its history says why. Then grade again.

    Example: whosaidso disputes uphold mosul-claims c06 --like student0003 --why "The record can be read that way."
    """
    from whosaidso.grading import disputes as room
    from whosaidso.grading.folder import read_course
    from whosaidso.grading.keys import load_key

    root = course_folder(course)
    assignments_of(root, [assignment])
    if bool(like) == by_hand:
        raise stop(
            "Say whose answer is to be right for all (--like STUDENT), or that you corrected gold.toml (--by-hand)."
        )
    with plainly():
        folder = read_course(root)
        key = load_key(folder, assignment)
        ruling = room.new_ruling(key, item, ruling="upheld", why=why, who=who)
        changes = room.changes_like(folder, key, item, like) if like else ()
        if dry_run:
            for change in changes:
                say(f"Would change {change.table} {change.id} {change.key}: {change.value}")
            return
        for line in room.uphold(folder, key, ruling, changes):
            say(line)
    console.print(
        f"Upheld for all. Now: whosaidso check, then whosaidso grade {assignment} --dry-run, and without --dry-run. "
        "Nobody's mark goes down.",
        highlight=False,
    )


@rulings.command()
def accept(
    assignment: Assignment,
    item: Item,
    students: Students,
    why: Why,
    who: Who = INSTRUCTOR,
    course: Course = Path(),
) -> None:
    """Accept the answers of the students named, for them only. Then grade again.

    Example: whosaidso disputes accept mosul-claims c06 student0003 --why "You gave a record that we had not seen."
    """
    from whosaidso.grading import disputes as room
    from whosaidso.grading.folder import read_course
    from whosaidso.grading.keys import load_key

    root = course_folder(course)
    assignments_of(root, [assignment])
    with plainly():
        folder = read_course(root)
        key = load_key(folder, assignment)
        ready = []
        for student in dict.fromkeys(students):
            ruling = room.new_ruling(key, item, ruling="accepted", why=why, who=who, students=[student])
            ready.append(room.with_changes(ruling, room.changes_like(folder, key, item, student)))
        room.keep(folder, key, ready)
    console.print(
        f"Accepted for {', '.join(students)}. Now: whosaidso grade {assignment}", highlight=False, markup=False
    )


@rulings.command()
def decline(
    assignment: Assignment,
    item: Item,
    why: Why,
    students: Annotated[list[str] | None, typer.Argument(help="Students; all who see it differently if none.")] = None,
    who: Who = INSTRUCTOR,
    course: Course = Path(),
) -> None:
    """Decline, with a reason that stands on the students' pages.

    Example: whosaidso disputes decline mosul-claims c06 student0003 --why "The transcript has the whole question."
    """
    from whosaidso.grading import disputes as room
    from whosaidso.grading.folder import read_course
    from whosaidso.grading.keys import load_key

    root = course_folder(course)
    assignments_of(root, [assignment])
    with plainly():
        folder = read_course(root)
        key = load_key(folder, assignment)
        asked = students or sorted(room.who_asked(folder, key, item))
        ruling = room.new_ruling(key, item, ruling="declined", why=why, who=who, students=asked)
        room.check_disputed(folder, key, item, students or ())
        room.keep(folder, key, [ruling])
    console.print("Declined; the reason stands on the feedback page: whosaidso feedback.", highlight=False)
