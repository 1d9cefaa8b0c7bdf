"""`whosaidso grade`: a whole class in one process and one session, nothing executed, nobody lost.

Three steps, so that a run that is killed can simply be started again: everything is worked out and laid
ready; the gradebook is written in one transaction; the files are moved into place. What is worked out
depends on the hand-ins, the key and the marks given by hand only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from glob import glob
from html import unescape
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen
from nbformat import NotebookNode

from whosaidso.check import Marked
from whosaidso.files import move_whole, write_whole
from whosaidso.grading.backups import STAGE, Backup, taking_turns
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import (
    Mark,
    Sheet,
    Submission,
    changes_for,
    connected,
    late_penalty,
    read_sheet,
)
from whosaidso.grading.keys import Key, digest_of, items_of, load_key, ruling_for
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import Check, checks_of, fill_marks
from whosaidso.grading.notebooks import (
    MOST_BYTES,
    Notebook,
    Unreadable,
    for_the_marker,
    grade_id_of,
    is_solution,
    mark_schemes,
    read_bytes,
    read_notebook,
    read_released,
    rebuild,
)
from whosaidso.grading.outcomes import (
    Line,
    Lines,
    hand_in_line,
    outcomes_bytes,
    outcomes_path,
    read_differently,
    read_outcomes,
    task_line,
)
from whosaidso.grading.safe import visible
from whosaidso.grading.stamps import read_stamp
from whosaidso.records import Case

CARRIED = ("timestamp.txt", "submission_secret.txt")
"""Files beside a hand-in that nbgrader's later steps look for."""
LONGEST_NAME = 128
"""Characters of a student's id: nbgrader's own limit, which PostgreSQL enforces."""
FEW_WORDS = 5
"""So many words below a text cell that was left alone may be the answer to it."""
MOST_NOTEBOOKS = 20
"""So many notebooks in a folder are looked into for the one that counts."""
_TAG = re.compile("<[^>]*>")
KEPT = "Kept at {points:g} points, as before an appeal was upheld: a new grading after an appeal lowers nobody."

Track = Callable[[Iterable[Any], str, int], Iterable[Any]]
"""Wraps the hand-ins in a progress bar: items, words, how many."""


@frozen
class HandIn:
    """Where one student's hand-in of an assignment lies."""

    student: str
    folder: Path


@frozen
class Attention:
    """Something an instructor must see to."""

    student: str
    why: str
    remedy: str
    to_student: str = ""
    """What the student's own page says, where that is of use."""


@frozen
class Move:
    """A mark that a new grading changes."""

    student: str
    before: float
    after: float
    why: str


@define
class Graded:
    """What came of one assignment."""

    assignment: str
    hand_ins: int = 0
    read: int = 0
    fresh: int = 0
    """Hand-ins that the gradebook did not have."""
    waiting: list[tuple[str, str, int]] = field(factory=list)
    """Cell, sort (text, computed, look again), how many hand-ins wait for a person there."""
    again: list[tuple[str, str]] = field(factory=list)
    """Student and cell: marked by hand, and since then replaced."""
    late: list[tuple[str, float]] = field(factory=list)
    """Student and seconds."""
    attention: list[Attention] = field(factory=list)
    moved: list[Move] = field(factory=list)
    disputed: int = 0
    """Notes "I see it differently" that wait for a ruling."""
    written: bool = False
    """Was anything different from what was there?"""


@define
class Prepared:
    """One assignment, ready to be graded."""

    key: Key
    notebook: str
    release: NotebookNode
    sheet: Sheet
    hand_ins: list[HandIn]
    before: Lines
    closed: bool = False
    """May the gradebook get no new students? `Autograde.create_student = False` says so."""
    schemes: dict[str, NotebookNode] = field(factory=dict)
    """The instructor's criterion cells, with their mark schemes."""
    cells: dict[int, str] = field(factory=dict)
    """The released cells as they stand in the file, by identity: most of a hand-in is printed already."""


@define
class Found:
    """What was worked out about one hand-in."""

    submission: Submission | None
    lines: list[Line]
    attention: list[Attention]
    fresh: list[tuple[Path, bytes]] = field(factory=list)
    """Files that differ from what is there: where they go, and what they hold until they are laid ready."""
    staged: list[tuple[Path, Path]] = field(factory=list)
    """The same, laid ready: where they lie, and where they go."""
    stale: list[Path] = field(factory=list)


def grade(course: CourseFolder, assignments: list[str], *, track: Track, dry_run: bool = False) -> list[Graded]:
    """Grade every hand-in of the assignments; with `dry_run` only say what would change.

    Raises
    ------
    Stopped, whosaidso.faults.DataError
        Before the first student, if key, release or gradebook is missing or faulty. If the disk is full or
        the gradebook locked in the middle, all is put back as it was.
    """
    if dry_run:
        return _grade(course, assignments, track=track, dry_run=True)
    with taking_turns(course):
        return _grade(course, assignments, track=track, dry_run=False)


def _grade(course: CourseFolder, assignments: list[str], *, track: Track, dry_run: bool) -> list[Graded]:
    prepared = [prepare(course, assignment) for assignment in assignments]
    stage = course.root / STAGE / str(os.getpid())
    try:
        if not dry_run:  # nobody else grades now: what lies there was left by a run that was killed
            shutil.rmtree(course.root / STAGE, ignore_errors=True)
        results, found = [], []
        for ready in prepared:
            folder = None if dry_run else stage / ready.key.assignment
            worked = [
                lay_ready(one(course, ready, hand_in), folder)
                for hand_in in track(ready.hand_ins, ready.key.assignment, len(ready.hand_ins))
            ]
            results.append(sum_up(course, ready, worked))
            found.append(worked)
        if not dry_run and any(result.written for result in results):
            write(course, prepared, results, found)
        return results
    except OSError as error:
        where = getattr(error, "filename", None) or course.root
        raise Stopped(
            f"{where} could not be written ({error.strerror or error}); the marks are as they were. Make room or make it "
            "writable, and grade again."
        ) from error
    finally:
        if not dry_run:
            shutil.rmtree(stage, ignore_errors=True)
            with suppress(OSError):  # it is not ours alone
                stage.parent.rmdir()


def prepare(course: CourseFolder, assignment: str) -> Prepared:
    """Return all that grading an assignment needs, looked at before the first student."""
    key = load_key(course, assignment)
    sources = sorted(course.place("source", assignment=assignment).glob("*.ipynb"))
    if len(sources) != 1:
        raise Stopped(
            f"{assignment} was not graded: solutions/{assignment} has {len(sources)} notebooks, and one is expected."
        )
    name = sources[0].stem
    path = course.place("release", assignment=assignment) / f"{name}.ipynb"
    if not path.is_file():
        raise Stopped(
            f"{assignment} was not graded: the released {path.name} is missing. Run `whosaidso release {assignment}`."
        )
    try:
        release = read_released(path)
        faults = release_faults(key.case, release)
    except Exception as error:  # what is wrong with it may be anything
        raise Stopped(
            f"{assignment} was not graded: the released {path.name} is damaged ({type(error).__name__}). "
            f"Run `whosaidso release {assignment}`."
        ) from error
    if faults:
        raise Stopped(f"{assignment} was not graded: its notebook {faults[0]}")
    try:
        schemes = mark_schemes(sources[0])
    except Unreadable as error:
        raise Stopped(f"{assignment} was not graded: {error}") from error
    with connected(course) as db:
        sheet = read_sheet(db, assignment)
    if name not in sheet.notebooks or not set(sheet.cells[name]["grade"]) == _graded(release):
        raise Stopped(
            f"{assignment} was not graded: its cells in the gradebook are not those of {path.name}. "
            f"Run `whosaidso release {assignment}`."
        )
    left_out = course.nbgrader.student_id_exclude.split(",")
    theirs = [hand_in for hand_in in hand_ins(course, assignment) if hand_in.student not in left_out]
    closed = course.config.get("Autograde", {}).get("create_student") is False
    return Prepared(key, name, release, sheet, theirs, read_outcomes(course, assignment), closed, schemes)


def _graded(release: NotebookNode) -> set[str]:
    return {
        grade_id_of(cell)
        for cell in release["cells"]
        if (marks := cell["metadata"].get("nbgrader", {})).get("grade") and not marks.get("task")
    }


def release_faults(case: Case, release: NotebookNode) -> list[str]:
    """Return where a release, its check cells and tasks.toml disagree about the points, each with what to do."""
    found = []
    for check in checks_of(release):
        task = case.tasks.get(check.call.task)
        points = release["cells"][check.place]["metadata"]["nbgrader"].get("points")
        if task is None or points != check.call.points or task.points != points:
            found.append(
                f"checks {check.call.task} for {check.call.points:g} points, the cell says {points}, "
                f"tasks.toml says {task.points if task else 'nothing'}. Make them equal and release again."
            )
    return found


def hand_ins(course: CourseFolder, assignment: str) -> list[HandIn]:
    """Return the hand-ins of an assignment under submitted/, by student."""
    step = course.nbgrader.submitted_directory
    pattern = re.compile(course.nbgrader.format_path(step, "(?P<student>[^/]+)", assignment, escape=True) + r"\Z")
    found = []
    for folder in glob(course.nbgrader.format_path(step, "*", assignment)):
        match = pattern.match(folder)
        if match and not match["student"].startswith("."):
            found.append(HandIn(match["student"], Path(folder)))
    return sorted(found, key=lambda hand_in: hand_in.student)


def file_of(hand_in: HandIn, ready: Prepared) -> tuple[Path, list[Attention]]:
    """Return the notebook of a hand-in, and what is odd about where it lies.

    Raises
    ------
    Unreadable
        If there is none, or it cannot be said which.
    """
    name = hand_in.student
    if len(name) > LONGEST_NAME or visible(name) != name or set(name) & set('<>"\\'):  # formgrader prints it as it is
        raise Unreadable(
            f"The folder {name[:LONGEST_NAME]!r} has a name that cannot stand in a gradebook; give it the student's id for its name."
        )
    if ready.closed and name not in ready.sheet.students:
        raise Unreadable(
            f"{name} is not in the gradebook, and nbgrader_config.py lets no student be added; add the student with nbgrader, or rename the folder."
        )
    if hand_in.folder.is_symlink() or hand_in.folder.parent.is_symlink():
        raise Unreadable("The folder is a link to another one; put the hand-in itself there.")
    if not hand_in.folder.is_dir():
        raise Unreadable(
            f"There is a file where the folder {hand_in.folder.name} should be; put it into a folder of that name."
        )
    expected = hand_in.folder / f"{ready.notebook}.ipynb"
    if os.path.lexists(expected):
        return expected, []
    there = sorted(
        path for path in hand_in.folder.iterdir() if path.suffix.lower() == ".ipynb" and path.name[:1] != "."
    )
    few = there if len(there) <= MOST_NOTEBOOKS and sum(path.stat().st_size for path in there) <= MOST_BYTES else []
    own = [path for path in few if _assignment_of(path) == ready.key.assignment] if len(there) > 1 else there
    if len(own) == 1:
        return own[0], []
    if not there:
        raise Unreadable(f"There is no notebook in the folder; ask for {expected.name}.")
    names = ", ".join(path.name for path in there[:5])
    raise Unreadable(
        f"There are {len(there)} notebooks ({names}) and none is called {expected.name}; keep the one that counts."
    )


def _assignment_of(path: Path) -> str:
    try:
        return read_notebook(read_bytes(path), path.name).assignment
    except Unreadable:
        return ""


def one(course: CourseFolder, ready: Prepared, hand_in: HandIn) -> Found:
    """Work out one hand-in. Whatever is wrong with it is said, and concerns nobody else."""
    file, sha = "", ""
    try:
        path, attention = file_of(hand_in, ready)
        file = path.name
        data = read_bytes(path)
        sha = hashlib.sha256(data).hexdigest()[:16]
        read = read_notebook(data, file)
        if read.assignment and read.assignment != ready.key.assignment:
            raise Unreadable(
                f"{file} is a hand-in of {read.assignment}, not of {ready.key.assignment}; ask for the right file, or move it."
            )
        return _marked(course, ready, hand_in, read, hand_in_facts=(file, sha), attention=attention)
    except Unreadable as error:
        why, _, remedy = str(error).rstrip(".").rpartition("; ")
        trouble = Attention(hand_in.student, f"{why}.", f"{remedy[:1].upper()}{remedy[1:]}.", STUDENT_UNREAD)
    except OSError as error:
        trouble = Attention(
            hand_in.student, f"The hand-in cannot be opened ({error.strerror}).", "Put it there again.", STUDENT_UNREAD
        )
    except Exception as error:  # a fault of ours must cost nobody else a mark
        trouble = Attention(
            hand_in.student,
            f"Marking it failed with {type(error).__name__}: {str(error)[:120]}.",
            "This is a fault of Who Said So?: mark it by hand and please report it.",
            "Your hand-in could not be marked because of a fault of ours. Your teacher knows.",
        )
    line = hand_in_line(
        hand_in.student, file=file, sha=sha, key=ready.key.digest, read=False, attention=[_told(trouble)]
    )
    return Found(None, [line], [trouble])


STUDENT_UNREAD = (
    "Your file could not be read, so nothing in it has been marked yet. Open the assignment where you worked on it, save it again "
    "(on the hand-in page: “Save my hand-in”), check that the file’s name ends in .ipynb, and hand that file in."
)


def remedy_for(note: str) -> str:
    """Return what an instructor can do about what was wrong with a file that was graded all the same."""
    return "Ask for the whole file." if "damaged" in note else "Graded; look at it in formgrader."


def _told(trouble: Attention) -> dict[str, str]:
    return {"why": trouble.why, "remedy": trouble.remedy, "to_student": trouble.to_student}


def _marked(
    course: CourseFolder,
    ready: Prepared,
    hand_in: HandIn,
    read: Notebook,
    *,
    hand_in_facts: tuple[str, str],
    attention: list[Attention],
) -> Found:
    student = hand_in.student
    rebuilt = rebuild(ready.release, read.cells)
    notebook = rebuilt.notebook
    target = course.place("autograded", student, ready.key.assignment) / f"{ready.notebook}.ipynb"
    old = _old(target)
    checks = checks_of(notebook)
    changed = _changed(old, notebook, checks)
    marks = fill_marks(notebook, ready.key.marker(student))
    marks = _floor(notebook, checks, marks, ready.key.floors.get(student, {}))
    notebook = for_the_marker(notebook, ready.schemes)
    notes = (*read.notes, *rebuilt.notes)
    attention = [*attention, *(Attention(student, note, remedy_for(note)) for note in read.notes)]
    for name in written_below(ready.release, notebook):
        why = f"Wrote in a cell of their own below {name}, which is as it was handed out."
        attention.append(Attention(student, why, "Look at it in formgrader."))
    timestamp, trouble = _timestamp(hand_in.folder)
    if trouble:
        attention.append(Attention(student, trouble, "Correct or delete the file.", ""))
    submission = _submission(ready, student, notebook, marks, changed, timestamp)
    file, sha = hand_in_facts
    lines = [
        hand_in_line(student, file=file, sha=sha, key=ready.key.digest, notes=notes, attention=map(_told, attention))
    ]
    lines += [
        task_line(student, c.call.task, c.grade_id, c.call.points, marks[c.grade_id], _differently(c, ready.key))
        for c in checks
    ]
    found = Found(submission, lines, attention)
    _differing(found, ready, hand_in, notebook, target, old)
    return found


def _differently(check: Check, key: Key) -> dict[str, dict[str, str]]:
    if check.answer is None or "differently" not in check.answer:
        return {}
    return read_differently(read_literal(check.answer, "differently").value, items_of(key.case, check.call.task))


def _old(target: Path) -> bytes:
    try:
        return target.read_bytes()
    except OSError:
        return b""


def _sources(notebook: Any) -> dict[str, str]:
    """Return what stands in the cells that are a student's to fill."""
    found = {}
    for cell in filter(is_solution, notebook["cells"]):
        source = cell["source"]
        found[grade_id_of(cell)] = "".join(source) if isinstance(source, list) else source
    return found


def _changed(old: bytes, notebook: NotebookNode, checks: list[Check]) -> set[str]:
    """Return the cells (and check cells) whose answer is not the one that was graded before."""
    if not old:
        return set()
    try:
        before = _sources(json.loads(old))
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
    now = _sources(notebook)
    changed = {name for name, source in now.items() if source.strip() != before.get(name, "").strip()}
    changed |= {check.grade_id for check in checks if check.answer_id in changed}
    texts = [grade_id_of(cell) for cell in notebook["cells"] if is_solution(cell) and cell["cell_type"] == "markdown"]
    if changed & set(texts):  # a criterion is marked on the text before it
        changed |= {grade_id_of(cell) for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("task")}
    return changed


def _floor(
    notebook: NotebookNode, checks: list[Check], marks: dict[str, Marked], floors: dict[str, dict[str, float]]
) -> dict[str, Marked]:
    """Lift marks to what the same answer had earned when an appeal was upheld."""
    lifted = dict(marks)
    for check in checks:
        marked = marks[check.grade_id]
        earned = floors.get(check.grade_id, {})
        if not earned or marked.parsed is None:
            continue
        points = min(earned.get(digest_of(marked.parsed.answer), 0.0), check.call.points)
        if points <= marked.points:
            continue
        note = KEPT.format(points=points)
        lifted[check.grade_id] = evolve(marked, points=points, text=f"{marked.text}\n{note}")
        cell = notebook["cells"][check.place]
        shown, result = cell["outputs"]
        page = shown["data"]["text/html"].replace("</section>", f"<p>{note}</p></section>")
        shown["data"].update({"text/plain": lifted[check.grade_id].text, "text/html": page})
        result["data"]["text/plain"] = repr(float(points))
    return lifted


def _timestamp(folder: Path) -> tuple[datetime | None, str]:
    """Return when a hand-in came, in UTC without a zone as nbgrader stores it, and what is wrong with its file."""
    path = folder / "timestamp.txt"
    if not path.is_file() or path.is_symlink():
        return None, ""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            text = file.read(100).strip()
        if not text:
            return None, "timestamp.txt is empty; taken as on time."
        moment, known = read_stamp(text)
        if not known:
            return moment, f"timestamp.txt names the unknown time zone {text.split()[-1]}; taken as {moment} UTC."
        return moment, ""
    except (ValueError, OverflowError, OSError):
        return None, "timestamp.txt holds no date; taken as on time."


def _submission(
    ready: Prepared,
    student: str,
    notebook: NotebookNode,
    marks: dict[str, Marked],
    changed: set[str],
    timestamp: datetime | None,
) -> Submission:
    """Return what nbgrader's own SaveAutoGrades would read off the graded notebook."""
    graded: dict[str, Mark] = {}
    unanswered = set()
    released = {grade_id_of(cell): cell["source"] for cell in ready.release["cells"]}
    below = written_below(ready.release, notebook)
    for cell in notebook["cells"]:
        told = cell["metadata"].get("nbgrader", {})
        name = told.get("grade_id", "")
        if not name:
            continue
        untouched = is_solution(cell) and cell["source"] == released[name] and name not in below
        if untouched and not told.get("task"):
            unanswered.add(name)
        if name in marks:
            graded[name] = Mark(marks[name].points, marks[name].for_a_person, name in changed)
        elif told.get("grade") or told.get("task"):
            graded[name] = Mark(0.0 if untouched else None, changed=name in changed)
    return Submission(student, ready.notebook, timestamp, graded, frozenset(unanswered))


def written_below(release: NotebookNode, notebook: NotebookNode) -> list[str]:
    """Return the text cells left as they were handed out with words of the student's in added cells below."""
    released = {grade_id_of(cell): cell["source"] for cell in release["cells"]}
    found = []
    text, words = "", 0
    for cell in notebook["cells"]:
        name = grade_id_of(cell)
        if name:
            told = cell["metadata"]["nbgrader"]
            untouched = cell["cell_type"] == "markdown" and told.get("solution") and cell["source"] == released[name]
            text, words = name if untouched and told.get("grade") else "", 0
        elif text and cell.get("id", "").startswith("extra-"):
            shown = cell["source"].partition("\n\n")[2]
            words += len(re.findall(r"\w+", unescape(_TAG.sub("", shown))))
            if words >= FEW_WORDS:
                found.append(text)
                text = ""
    return found


def _differing(
    found: Found, ready: Prepared, hand_in: HandIn, notebook: NotebookNode, target: Path, old: bytes
) -> None:
    """Note the files that are to stand under autograded/ and do not yet, and those that must go."""
    if (data := _as_bytes(ready, notebook)) != old:
        found.fresh.append((target, data))
    for name in CARRIED:
        path, beside = hand_in.folder / name, target.parent / name
        there = _old(beside)
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10_000:
            if (data := path.read_bytes()) != there:
                found.fresh.append((beside, data))
        elif there:
            found.stale.append(beside)


def lay_ready(found: Found, stage: Path | None) -> Found:
    """Write what differs into the stage, so that a thousand hand-ins need no memory; without one, let go of it."""
    for place, data in found.fresh:
        laid = place
        if stage is not None:
            laid = stage / hashlib.sha256(os.fsencode(place)).hexdigest()[:32]
            laid.parent.mkdir(parents=True, exist_ok=True)
            laid.write_bytes(data)
        found.staged.append((laid, place))
    found.fresh.clear()
    return found


def _as_bytes(ready: Prepared, notebook: NotebookNode) -> bytes:
    """Return a notebook's file with a line for each cell."""
    if not ready.cells:
        ready.cells = {id(cell): json.dumps(cell, ensure_ascii=False) for cell in ready.release["cells"]}
    cells = ",\n".join(ready.cells.get(id(cell)) or json.dumps(cell, ensure_ascii=False) for cell in notebook["cells"])
    rest = json.dumps({key: value for key, value in notebook.items() if key != "cells"}, ensure_ascii=False)
    return f'{{"cells": [\n{cells}\n],\n{rest[1:]}\n'.encode("utf-8", errors="replace")


def sum_up(course: CourseFolder, ready: Prepared, found: list[Found]) -> Graded:
    """Return what came of an assignment, compared with what the gradebook has."""
    sheet = ready.sheet
    name = ready.notebook
    result = Graded(ready.key.assignment)
    result.hand_ins = len(found)
    submissions = [one.submission for one in found if one.submission]
    result.read = len(submissions)
    result.fresh = sum(sub.student not in sheet.handed for sub in submissions)
    scores = {student: handed.score(name) for student, handed in sheet.handed.items()}
    by_hand = {
        (student, cell): row.needs
        for student, handed in sheet.handed.items()
        for (n, cell), row in handed.grades.items()
        if n == name and row.manual is not None
    }
    changes = changes_for(sheet, submissions, late_penalty(course))
    result.attention = [trouble for one in found for trouble in one.attention]
    waiting: dict[tuple[str, str], int] = {}
    lines_of = {one.submission.student: one.lines for one in found if one.submission}
    for sub in submissions:
        handed = sheet.handed[sub.student]
        for cell, mark in sub.marks.items():
            row = handed.grades.get((name, cell))
            if row is None or not row.needs:
                continue
            if (sub.student, cell) in by_hand:
                if mark.changed and not by_hand[sub.student, cell]:
                    result.again.append((sub.student, cell))
                sort = "look again"
            else:
                sort = "computed answer" if mark.auto is not None else "text"
            waiting[cell, sort] = waiting.get((cell, sort), 0) + 1
        seconds = sheet.late(sub.student, handed.timestamp)
        if seconds > 0:
            result.late.append((sub.student, seconds))
        before, after = scores.get(sub.student), handed.score(name)
        if before is not None and abs(before - after) > 1e-9:
            result.moved.append(Move(sub.student, before, after, _why(ready, sub.student, lines_of[sub.student])))
    result.disputed = sum(
        ruling_for(ready.key.rulings, item, line["student"]) is None
        for one in found
        for line in one.lines
        for item in line.get("differently", ())
    )
    result.waiting = [(cell, sort, count) for (cell, sort), count in sorted(waiting.items())]
    lines = [line for one in found for line in one.lines]
    result.written = bool(changes) or any(one.staged or one.stale for one in found)
    result.written |= outcomes_bytes(lines) != _old(outcomes_path(course, ready.key.assignment))
    return result


def _why(ready: Prepared, student: str, now: list[Line]) -> str:
    """Say why a mark moves: another hand-in, or the items that another key marks otherwise."""
    then = ready.before.get((student, ""))
    if then is None:
        return "graded before by nbgrader"
    if then.get("sha") != now[0]["sha"]:
        return "another file was handed in"
    if then.get("key") != now[0]["key"]:
        moved = _moved(ready, student, now[1:])
        return f"the key or a ruling has changed{': ' + ', '.join(moved[:4]) if moved else ''}"
    return "the marks were changed elsewhere"


def _moved(ready: Prepared, student: str, lines: list[Line]) -> list[str]:
    """Return the items that another key marks otherwise, each with what it was and what it is."""
    moved = []
    for line in lines:
        old = {item["id"]: item for item in ready.before.get((student, line["task"]), {}).get("items", [])}
        for item in line["items"]:
            was = old.get(item["id"], item)
            if was["credit"] != item["credit"]:
                moved.append(f"{item['id']} {was['credit']:g} → {item['credit']:g}")
            elif was["outcome"] != item["outcome"]:
                moved.append(f"{item['id']} {was['outcome']} → {item['outcome']}")
    return moved


def write(course: CourseFolder, prepared: list[Prepared], results: list[Graded], found: list[list[Found]]) -> None:
    """Write the gradebook in one transaction, then the files; an error takes all of it back."""
    with Backup.of(course, "grade") as backup:
        with connected(course, write=True) as db:
            for ready, worked in zip(prepared, found, strict=True):
                # read again: somebody may have marked by hand since
                sheet = read_sheet(db, ready.key.assignment)
                changes = changes_for(sheet, (one.submission for one in worked if one.submission), late_penalty(course))
                changes.write(db)
            backup.foresee(db)
        backup.committed()
        for ready, worked in zip(prepared, found, strict=True):
            for one_found in worked:
                for laid, place in one_found.staged:
                    backup.before(place)
                    move_whole(laid, place)
                for place in one_found.stale:
                    backup.before(place)
                    place.unlink(missing_ok=True)
            target = outcomes_path(course, ready.key.assignment)
            data = outcomes_bytes(line for one_found in worked for line in one_found.lines)
            if data != _old(target):
                backup.before(target)
                write_whole(target, data)


def iterate(items: Iterable[Any], words: str, total: int) -> Iterator[Any]:
    """Return the items as they are: the progress bar of a program that shows none."""
    return iter(items)
