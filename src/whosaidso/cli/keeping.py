"""Verbs for what a course keeps of its students: forget, archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosaidso.cli.common import AsJson, Course, app, console, course_folder, plainly, stop
from whosaidso.cli.grade import listed, say, with_bar

if TYPE_CHECKING:
    from whosaidso.grading.folder import CourseFolder
    from whosaidso.keeping.forget import Traces


@app.command()
def forget(
    student: Annotated[str, typer.Argument(help="The student's id: the name of the folder under submitted/.")],
    course: Course = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing; show what there is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove all that this course holds of one student. It cannot be undone.

    Gradebook, hand-ins, attempts, feedback, outcomes, rulings, markers' marks. All backups go, because each holds
    everybody. What others handed in stays theirs; files that still name the student are listed.

    Examples:

      whosaidso forget student0007 --dry-run

      whosaidso forget student0007
    """
    from whosaidso.grading.folder import read_course
    from whosaidso.keeping.forget import forget as remove
    from whosaidso.keeping.forget import traces

    root = course_folder(course)
    with plainly():
        folder = read_course(root)
        found = traces(folder, student)
        if not found.any:
            raise stop(_nobody(folder, student))
        _show(found, root)
        if not dry_run:
            if not yes and not _confirmed("\nRemove all this? It cannot be undone"):
                raise stop("Nothing was removed.")
            remove(folder, student)
            console.print("\nRemoved. `whosaidso undo` has nothing to take back now.")
            if found.rulings:
                console.print("A ruling was changed by this: run `whosaidso grade`, so that the marks say so.")
            console.print(
                "Not in this folder, and so for you to see to: your school's system, mail, files that were downloaded or exported, "
                "an archive, the hub's exchange, the student's own browser."
            )  # fmt: skip
    if as_json:
        print(json.dumps(_figures(found, removed=not dry_run)))


def _confirmed(question: str) -> bool:
    """Ask; no answer at all, as in a script, means no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        return False


def _nobody(folder: CourseFolder, student: str) -> str:
    from whosaidso.grading.gradebook import everybody

    people = everybody(folder)
    alike = [one for one, name in people.items() if name.casefold() == student.casefold()]
    if alike:
        return f"{student} is called {' or '.join(alike)} in this course: say `whosaidso forget {alike[0]}`."
    return f"This course holds nothing of {student!r}. A student's id is the name of the folder under submitted/, or stands first in `nbgrader db student list`."


def _show(found: Traces, root: Path) -> None:
    def inside(path: Path) -> str:
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    who = f"{found.student} ({found.name})" if found.name else found.student
    lines = [inside(path) for path in found.folders]
    lines += ["the student's marks and comments in the gradebook"] if found.in_gradebook else []
    lines += [f"attempts/index.jsonl: {found.attempts} of its lines"] if found.attempts else []
    lines += [f"outcomes/{name}.jsonl: {number} of its lines" for name, number in found.outcomes.items()]
    lines += [f"rulings.toml: the student's part in {found.rulings}"] if found.rulings else []
    lines += [f"{inside(path)}{'' if path.suffix == '.json' else ', whole'}" for path in found.marking]
    lines += [f"backups/: all {len(found.backups)}, because each holds everybody"] if found.backups else []
    listed(f"What this course holds of {who}, pseudonym {found.code}", lines, every=True)
    listed("Hand-ins of others that name the student; they stay", [inside(path) for path in found.others], every=True)
    listed(
        "Files that name the student or show the pseudonym; they stay. Remove them, or write them again",
        [inside(path) for path in found.elsewhere],
        every=True,
    )


def _figures(found: Traces, *, removed: bool) -> dict[str, object]:
    return {
        "student": found.student,
        "removed": removed,
        "folders": len(found.folders),
        "attempts": found.attempts,
        "outcomes": found.outcomes,
        "rulings": found.rulings,
        "marking": len(found.marking),
        "backups": len(found.backups),
        "named_by_others": len(found.others),
        "named_elsewhere": len(found.elsewhere),
    }


@app.command()
def archive(
    out: Annotated[Path, typer.Argument(help="The zip to write.")],
    course: Course = Path(),
    without_names: Annotated[
        bool, typer.Option("--without-names", help="Only answers, what they earned, and the keys.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Pack a finished term into one zip: all of it, or what may be kept for longer, without names.

    The course itself stays as it is. A later class can be compared with a zip without names: report --compare.

    Examples:

      whosaidso archive ../autumn-2026.zip

      whosaidso archive ../autumn-2026-nameless.zip --without-names
    """
    from whosaidso.grading.folder import read_course
    from whosaidso.keeping.archive import SMALL, pack, pack_without_names

    root = course_folder(course)
    target = out.expanduser().resolve()
    if target.suffix.lower() != ".zip":
        raise stop(f"The archive is a zip, so name it like one, for instance {target.name}.zip.")
    if target.exists():
        raise stop(f"{target} is there already; name another file, or move it away.")
    with plainly():
        folder = read_course(root)
        packed = pack_without_names(folder, target) if without_names else pack(folder, target, track=with_bar)
    say(f"{packed.path} holds {packed.files} files, {packed.size / 1e6:.2f} MB; every one was read back.")
    if without_names:
        console.print("It names nobody and tells the keys.")
        if packed.students < SMALL:
            console.print(f"With fewer than {SMALL} students, an answer can still tell who gave it.")
    else:
        console.print(
            "It names students and tells the keys: keep it where only you can read it. When you have looked at it, the course "
            "folder can go."
        )
    if as_json:
        print(json.dumps({"file": str(packed.path), "files": packed.files, "bytes": packed.size, "students": packed.students}))  # fmt: skip
