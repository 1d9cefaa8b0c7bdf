"""Write what was planned: attempts, then submitted/, then the gradebook's students, the index last.

Each step may be repeated: a run that was killed and started again ends as if it had not been.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from whosaidso.files import write_whole
from whosaidso.grading.backups import Backup
from whosaidso.grading.collect.archives import Refused, ZipPile, shown
from whosaidso.grading.collect.index import Attempt, index_path, write_index
from whosaidso.grading.collect.plan import Plan, papers_of
from whosaidso.grading.collect.scan import Spot
from whosaidso.grading.collect.students import write_students
from whosaidso.grading.folder import CourseFolder, Stopped


def carry_out(course: CourseFolder, plan: Plan, tick: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Write what was planned; an error takes all of it back.

    Raises
    ------
    Stopped
        If a file changed since it was looked at, or something cannot be written.
    """
    if not plan.changed:
        return
    shas = {attempt.file: attempt.sha for attempt in plan.attempts}
    todo = [placement for placement in plan.placements if placement.action != "unchanged"]
    total = len(plan.fresh) + len(todo)
    with Backup.of(course, "collect") as backup:
        try:
            for done, (file, spot) in enumerate(plan.fresh.items()):
                tick(done, total)
                data = _bytes_of(spot)
                if hashlib.sha256(data).hexdigest() != shas[file]:
                    where = spot if isinstance(spot, Path) else f"{shown(spot.path)} in {spot.pile.name}"
                    raise Stopped(f"{where} was changed while it was collected; nothing was written. Collect again.")
                _put(backup, course.attempts / file, data)
            for done, placement in enumerate(todo, len(plan.fresh)):
                tick(done, total)
                _submit(course, backup, placement.attempt)
            write_students(course, plan.enrolled, plan.students, backup)
            backup.committed()
            backup.before(index_path(course))
            write_index(course, plan.attempts)
        except OSError as error:
            raise Stopped(
                f"{error.filename or course.root} could not be written ({error.strerror or error}); everything was taken back."
            ) from error


def _bytes_of(spot: Spot | Path) -> bytes:
    if isinstance(spot, Path):
        return spot.read_bytes()
    try:
        if spot.inner is None:
            return spot.pile.read(spot.entry)
        inside = ZipPile.inside(spot.pile.read(spot.entry), spot.entry.name, spot.pile.budget)
        try:
            return inside.read(spot.inner)
        finally:
            inside.close()
    except Refused as error:
        raise Stopped(f"{shown(spot.path)} in {spot.pile.name} {error} Nothing was written.") from error


def _put(backup: Backup, path: Path, data: bytes) -> None:
    backup.before(path)
    write_whole(path, data)


def _submit(course: CourseFolder, backup: Backup, attempt: Attempt) -> None:
    """Put an attempt into submitted/, with the exchange's or the LMS's time beside it."""
    folder = course.place("submitted", attempt.student, attempt.assignment)
    _put(backup, folder / f"{attempt.assignment}.ipynb", (course.attempts / attempt.file).read_bytes())
    for name, text in papers_of(attempt).items():
        if text:
            _put(backup, folder / name, text.encode("utf-8", "replace"))
        elif (folder / name).exists():
            backup.before(folder / name)
            (folder / name).unlink()
