"""Kill `whosaidso grade` and `whosaidso undo` with -9, start them again, and look whether anything is lost.

    python -m benchmarks.kills [--trials 50] [--students 300] [--seed 1] [--only WORDS] [--keep DIR] [--quick]

Half of the random moments fall anywhere in a run, half into the part in which it holds the course's lock; a third
of the trials are killed several times in a row. Besides, every sort of touch of the course's files is once the
last thing before which the run is killed. The course is graded for the first time, or again after marks and
comments by hand, a corrected key, hand-ins replaced and new ones, due dates and extensions. At the end gradebook,
autograded/ and outcomes/ must be those of an undisturbed run, nothing may lie about, backups must be few, and
undoing must lead back to the start. Prints a table and every difference; ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import tomlkit
from attrs import frozen

from benchmarks.classes import (
    Failed,
    Records,
    date,
    differences,
    environment,
    files_of,
    load,
    machine,
    make_course,
    records_of,
    timed,
    whosaidso,
)
from tests.course.courses import ASSIGNMENTS, GRADEBOOK
from whosaidso.grading.backups import KEPT, entries
from whosaidso.grading.folder import read_course

KINDS = {
    "first grading": "grade",
    "grading again": "grade",
    "grading, then undo at once": "grade",
    "undo, then undo again": "undo",
    "undo, then grade": "undo",
}
WRITTEN = ("autograded", "outcomes")
SHOWN = 8
# Runs our command and notes each touch of the course's files; dies before the one with the number given.
TOUCHING = """
import os, signal, sys
root, log, left = sys.argv[1] + os.sep, open(sys.argv[2], "a"), int(sys.argv[3])
del sys.argv[1:4]
writes = os.O_WRONLY | os.O_RDWR
def touch(event, args):
    global left
    if event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "sqlite3.connect"):
        return
    path = os.fspath(args[0]) if not isinstance(args[0], int) else ""
    path = path.decode() if isinstance(path, bytes) else path
    if not path.startswith(root) or event == "open" and not args[2] & writes:
        return
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    log.write(f"{event} {path[len(root):]}\\n")
sys.addaudithook(touch)
from whosaidso.cli import main
main()
"""


@frozen
class Moment:
    """When a run is killed: at a share of what an undisturbed one has, from 0 to 1."""

    share: float
    of: str = "run"
    """Of its time ("run"), of its time with the course's lock ("lock"), of its touches of files ("touch")."""

    def __str__(self) -> str:
        return f"{self.share:.4f} of {self.of}"


@frozen
class State:
    """What is in a course before or after a run."""

    records: Records
    rows: list[str]
    """The gradebook with its ids."""
    files: dict[str, bytes]


@frozen
class Undisturbed:
    """One kind of run that nobody killed."""

    kind: str
    course: Path
    """As it was before."""
    backups: int
    before: State
    after: State
    seconds: float
    locked: float
    """Seconds from the lock to the end."""
    touches: list[str]
    """Each touch of a file: what was done to which sort of file."""


def state_of(course: Path) -> State:
    """Return what is in a course."""
    return State(records_of(course), rows_of(course), files_of(course, *WRITTEN))


def rows_of(course: Path) -> list[str]:
    """Return the gradebook's content with its random ids."""
    with closing(sqlite3.connect(course / GRADEBOOK)) as db:
        return sorted(db.iterdump())


def kept(course: Path) -> int:
    """Return how many writes can be undone."""
    return sum(not entry.undone for entry in entries(read_course(course)))


def command(course: Path, *verb: str) -> tuple[str, ...]:
    """Return the words of a verb in a course."""
    return whosaidso(*verb, "--course", str(course))


def undisturbed(kind: str, course: Path, folder: Path) -> Undisturbed:
    """Run a kind once to the end, twice for the time and once for the touches, and return what came of it.

    Raises
    ------
    Failed
        If it does not end well.
    """
    verb = KINDS[kind]
    before = state_of(course)
    seconds, locked = [], []
    for number in range(2):
        copy = Path(shutil.copytree(course, folder / f"time-{number}"))
        start = time.perf_counter()
        process = _begin(command(copy, verb), copy)
        since = _await_lock(process, copy)
        if process.wait():
            raise Failed(f"Undisturbed, {kind} ended with {process.returncode}.")
        seconds.append(time.perf_counter() - start)
        locked.append(time.perf_counter() - since)
        after = state_of(copy)
        shutil.rmtree(copy)
    copy = Path(shutil.copytree(course, folder / "touches"))
    log = folder / "touches.log"
    (copy / "backups" / ".lock").unlink(missing_ok=True)
    timed(copy, *_touching(copy, log, 0, verb))
    touches = [_sort(line) for line in log.read_text().splitlines()]
    found = compared(copy, after, "undisturbed, twice")
    if found:
        raise Failed(f"{kind} twice, undisturbed, does not give the same: {found[:SHOWN]}")
    shutil.rmtree(copy)
    log.unlink()
    return Undisturbed(kind, course, kept(course), before, after, min(seconds), min(locked), touches)


def _sort(touch: str) -> str:
    """Return a touch without names of students, numbers and random parts."""
    touch = re.sub(r"\.writing-\w+", ".writing-", touch)
    touch = re.sub(r"\.grading/\d+(/[\w-]+)?(/.+)?", r".grading/#\1", touch)
    for assignment in ASSIGNMENTS:
        touch = touch.replace(assignment, "A")
    return re.sub(r"\d+", "#", touch)


def _touching(course: Path, log: Path, left: int, verb: str) -> tuple[str, ...]:
    return sys.executable, "-c", TOUCHING, str(course), str(log), str(left), *command(course, verb)[3:]


def _begin(words: Sequence[str], course: Path) -> subprocess.Popen[bytes]:
    """Start a command; that it has locked the course can be seen from now on."""
    (course / "backups" / ".lock").unlink(missing_ok=True)
    return subprocess.Popen(words, cwd=course, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _await_lock(process: subprocess.Popen[bytes], course: Path) -> float:
    """Return when a command has locked the course, or ended."""
    lock = course / "backups" / ".lock"
    while process.poll() is None and not lock.exists():
        time.sleep(0.001)
    return time.perf_counter()


def kill(course: Path, known: Undisturbed, moment: Moment) -> bool:
    """Run the verb in a course and kill it at a moment; return whether it was still alive then."""
    verb = KINDS[known.kind]
    if moment.of == "touch":
        log = course.with_suffix(".touches")
        left = 1 + int(moment.share * len(known.touches))
        process = _begin(_touching(course, log, left, verb), course)
        process.wait()
        log.unlink(missing_ok=True)
        return process.returncode < 0
    start = time.perf_counter()
    process = _begin(command(course, verb), course)
    if moment.of == "lock":
        start = _await_lock(process, course)
    wait = start + moment.share * (known.locked if moment.of == "lock" else known.seconds) - time.perf_counter()
    try:
        process.wait(max(0, wait))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.returncode < 0


def tried(known: Undisturbed, moments: Sequence[Moment], course: Path) -> tuple[int, list[str]]:
    """Make one trial in a copy of the course; return how often it was killed, and what differs in the end."""
    shutil.copytree(known.course, course)
    kills = 0
    try:
        for moment in moments:
            kills += kill(course, known, moment)
        return kills, list(_mended(known, course))
    except Failed as error:
        return kills, [str(error)]


def _mended(known: Undisturbed, course: Path) -> Iterable[str]:
    """Do what an instructor would after such a death, and yield what is not as it should be."""
    if known.kind == "grading, then undo at once":
        while kept(course) > known.backups:
            timed(course, *command(course, "undo"))
        yield from restored(course, known.before, "after undo")
        timed(course, *command(course, "grade"))
        yield from compared(course, known.after, "graded after undo")
    elif known.kind == "undo, then undo again":
        if kept(course) == known.backups:
            timed(course, *command(course, "undo"))
        yield from restored(course, known.after, "undone")
        timed(course, *command(course, "undo", "--redo"))
        yield from restored(course, known.before, "redone")
    else:
        timed(course, *command(course, "grade"))
        after = known.before if known.kind == "undo, then grade" else known.after
        yield from compared(course, after, "graded")
    yield from leftovers(course)
    if KINDS[known.kind] == "undo":
        return
    undone = 0
    while kept(course) > known.backups:
        timed(course, *command(course, "undo"))
        undone += 1
    yield from restored(course, known.before, f"after {undone} times undo")


def compared(course: Path, wanted: State, where: str) -> list[str]:
    """Return what is not as in an undisturbed run: each field of each record, each byte of each file."""
    found = [f"{where}: {line}" for line in differences(records_of(course), wanted.records)]
    return [*found, *_files(course, wanted, where)]


def restored(course: Path, wanted: State, where: str) -> Iterable[str]:
    """Return what is not as it was before, random ids of the gradebook included."""
    there = rows_of(course)
    if there != wanted.rows:
        lost, more = set(wanted.rows) - set(there), set(there) - set(wanted.rows)
        yield f"{where}: {len(lost)} rows of the gradebook are not what they were, {len(more)} instead"
    yield from _files(course, wanted, where)


def _files(course: Path, wanted: State, where: str) -> list[str]:
    there = files_of(course, *WRITTEN)
    names = sorted(name for name in there.keys() | wanted.files.keys() if there.get(name) != wanted.files.get(name))
    if not names:
        return []
    return [f"{where}: {len(names)} files differ, first {names[0]} ({_how(names[0], there, wanted.files)})"]


def _how(name: str, there: dict[str, bytes], wanted: dict[str, bytes]) -> str:
    return "too many" if name not in wanted else "missing" if name not in there else "other bytes"


def leftovers(course: Path) -> Iterable[str]:
    """Return what a run that was killed has left lying about."""
    for path in sorted(course.rglob("*")):
        name = path.relative_to(course)
        half = path.parent == course / "backups" and path.is_dir() and not (path / "about.json").is_file()
        temporary = path.name in (".grading", "now", "old") or path.name.startswith((".writing-", ".gone-"))
        if half or temporary or path.name.endswith("-journal"):
            yield f"left behind: {re.sub('-[a-z0-9_]{8}$', '-…', str(name))}{' (half a backup)' if half else ''}"
    number = sum(path.is_dir() for path in (course / "backups").glob("*"))
    if number > KEPT:
        yield f"left behind: {number} backups, and {KEPT} are kept"


def kill_and_restart(
    course: Path, moments: Iterable[Moment | Sequence[Moment]], kind: str = "first grading"
) -> list[str]:
    """Make a trial of each moment (of several in a row, if it is a list) in copies of a course; return what differs.

    The course itself is left as it is. `Moment(share, "touch")` does not depend on how fast the machine is.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        known = undisturbed(kind, course, Path(place))
        for number, moment in enumerate(moments):
            several = [moment] if isinstance(moment, Moment) else moment
            copy = Path(place) / f"trial-{number}"
            _, differs = tried(known, several, copy)
            found += [f"{kind}, killed at {', '.join(map(str, several))}: {line}" for line in differs]
            shutil.rmtree(copy)
    return found


def mark_and_correct(course: Path) -> None:
    """Grade a class by a narrow key, mark by hand, replace hand-ins, bring new ones, and correct the key."""
    from nbgrader.api import Gradebook

    date(course)
    students = sorted(path.name for path in (course / "submitted").iterdir())
    aside = course.with_suffix(".aside")
    for student in students[::10]:
        shutil.move(course / "submitted" / student, aside / student)
    golds = {path: path.read_bytes() for path in course.glob("solutions/*/gold.toml")}
    for path, text in golds.items():
        path.write_text(narrower(text.decode()))
    timed(course, *command(course, "grade"))
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        for assignment in gradebook.assignments:
            submissions = sorted(assignment.submissions, key=lambda one: one.student.id)
            for number, submission in enumerate(submissions[::3]):
                for grade in submission.notebooks[0].grades:
                    if grade.needs_manual_grade or number % 5 == 0:
                        grade.manual_score, grade.needs_manual_grade = min(1.5, grade.max_score), False
                        grade.extra_credit = 0.5 if number % 7 == 0 else None
                for comment in submission.notebooks[0].comments:
                    comment.manual_comment = f"Seen, {submission.student.id}." if number % 2 else None
        gradebook.db.commit()
    for student in students[1::4]:
        for path in (course / "submitted" / student).glob("*/*.ipynb"):
            content = json.loads(path.read_text())
            for cell in content["cells"]:
                marks = cell["metadata"].get("nbgrader", {})
                if marks.get("solution") and cell["cell_type"] == "markdown":
                    cell["source"] = f"Said anew by {student}."
            path.write_text(json.dumps(content))
    for student in students[::10]:
        shutil.move(aside / student, course / "submitted" / student)
    aside.rmdir()
    for path, data in golds.items():
        path.write_bytes(data)


def narrower(text: str) -> str:
    """Return a key in which claims with several ways to carry them have lost one."""
    key = tomlkit.parse(text)
    for claim in key.get("claim", []):
        if len(claim.get("usable", [])) > 1:
            del claim["usable"][-1]
    return tomlkit.dumps(key)


def random_moments(draw: random.Random, trials: int) -> list[list[Moment]]:
    """Return moments anywhere in a run and moments under the lock by turns, every third trial with several."""
    found = []
    for number in range(trials):
        times = draw.randint(2, 4) if number % 3 == 2 else 1
        of = "lock" if number % 2 else "run"
        found.append([Moment(draw.random(), of) for _ in range(times)])
    return found


def each_touch(known: Undisturbed, draw: random.Random) -> list[list[Moment]]:
    """Return a moment before each sort of touch of a file: of all that are alike, one."""
    alike: dict[str, list[int]] = {}
    for place, touch in enumerate(known.touches):
        alike.setdefault(touch, []).append(place)
    return [[Moment((draw.choice(places) + 0.5) / len(known.touches), "touch")] for places in alike.values()]


def main() -> int:
    """Try and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=50, help="of grading, at random moments")
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help=f"kinds with these words in them: {'; '.join(KINDS)}")
    parser.add_argument("--keep", type=Path, help="a folder for the courses of trials that failed")
    parser.add_argument("--quick", action="store_true", help="a few trials with a small class")
    asked = parser.parse_args()
    students, trials = (20, 4) if asked.quick else (asked.students, asked.trials)
    draw = random.Random(asked.seed)
    print(machine())
    print(f"{students} students, {len(ASSIGNMENTS)} assignments, seed {asked.seed}; {load()}.", flush=True)
    rows, failed, numbers = [], 0, count(1)
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        place = Path(name)
        fresh = make_course(place / "fresh", students=students, seed=asked.seed)
        marked = Path(shutil.copytree(fresh, place / "marked"))
        mark_and_correct(marked)
        graded = Path(shutil.copytree(marked, place / "graded"))
        timed(graded, *command(graded, "grade"))
        for kind, verb in KINDS.items():
            if asked.only not in kind:
                continue
            course = fresh if kind == "first grading" else graded if verb == "undo" else marked
            known = undisturbed(kind, course, place)
            few = trials // 2 if kind in ("first grading", "grading again") else max(2, trials // 6)
            planned = [*random_moments(draw, few), *each_touch(known, draw)]
            kills = bad = 0
            for moments in planned:
                copy = place / f"trial-{next(numbers)}"
                killed, found = tried(known, moments, copy)
                kills += killed
                bad += bool(found)
                if found:
                    _say(kind, known, moments, found)
                    if asked.keep:
                        shutil.copytree(copy, asked.keep / copy.name)
                shutil.rmtree(copy)
            rows.append((kind, len(planned), few, kills, bad, known.seconds, known.locked, len(known.touches)))
            failed += bad
            print(f"{kind}: {len(planned)} trials, {bad} with differences; {load()}", flush=True)
    print(f"\n{'killed in':<28}{'trials':>7}{'random':>7}{'kills':>7}{'differ':>7}{'s':>7}{'locked':>8}{'touches':>9}")
    for kind, every, few, kills, bad, seconds, locked, touches in rows:
        print(f"{kind:<28}{every:>7}{few:>7}{kills:>7}{bad:>7}{seconds:>7.1f}{locked:>8.1f}{touches:>9,}")
    return int(bool(failed))


def _say(kind: str, known: Undisturbed, moments: Sequence[Moment], found: list[str]) -> None:
    """Print one trial that failed."""
    said = [
        f"{moment} (before {known.touches[int(moment.share * len(known.touches))]})" if moment.of == "touch" else str(moment)
        for moment in moments
    ]  # fmt: skip
    print(f"✗ {kind}, killed at {'; then at '.join(said)}")
    for line in found[:SHOWN]:
        print(f"    {line}")
    if len(found) > SHOWN:
        print(f"    … and {len(found) - SHOWN} more", flush=True)


if __name__ == "__main__":
    sys.exit(main())
