"""`whosaidso feedback`: write a page for each hand-in that was graded, where nbgrader's own feedback would stand.

Beside each page lie the two files by which nbgrader's `release_feedback` knows whose it is. Nothing is
executed and the gradebook is only read. A page is rewritten only if it says something else than before.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from whosaidso.files import write_whole
from whosaidso.grading.batch import hand_ins
from whosaidso.grading.feedback.facts import Page, Ready, page_of, plans_of
from whosaidso.grading.feedback.pages import html_of
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import Handed, connected, read_sheet
from whosaidso.grading.keys import load_key
from whosaidso.grading.notebooks import MOST_BYTES, read_released
from whosaidso.grading.outcomes import Line, read_outcomes

if TYPE_CHECKING:
    from whosaidso.grading.feedback.handback import Parcel

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
OURS = b'<meta http-equiv="Content-Security-Policy"'
"""Stands at the start of a page of ours, and of none of nbgrader's."""
MOST_BESIDE = 10_000
"""Bytes of a file beside a hand-in."""

Track = Callable[[Iterable[Any], str, int], Iterable[Any]]
"""Wraps the pages in a progress bar: items, words, how many."""


@define
class Written:
    """What came of one assignment."""

    assignment: str
    written: int = 0
    unchanged: int = 0
    waiting: list[str] = field(factory=list)
    """Students with a part that a person has yet to look at."""
    unread: list[str] = field(factory=list)
    """Students whose page says that nothing could be read."""
    left_out: list[tuple[str, str]] = field(factory=list)
    """Student, and why there is no page that fits the hand-in."""
    old: list[Path] = field(factory=list)
    """Pages from before, behind which nothing graded stands any more."""
    by_hand: list[str] = field(factory=list)
    """Students whose page in the zip has no upload of its own that the LMS could know it by."""
    no_zip: list[str] = field(factory=list)
    """Students whose work came from Blackboard, which takes no such zip."""

    @property
    def pages(self) -> int:
        """How many pages there are now."""
        return self.written + self.unchanged


def write_feedback(
    course: CourseFolder,
    assignments: list[str],
    *,
    shows_key: bool,
    track: Track,
    student: str = "",
    parcel: Path | None = None,
) -> list[Written]:
    """Write the pages of the assignments, or of one student; with `parcel`, also a zip for the LMS.

    Raises
    ------
    Stopped, whosaidso.faults.DataError
        Before the first page, if an assignment was not graded, or its key has changed since; later, if the
        disk is full or a folder read-only. Pages written until then are whole, and stay.
    """
    prepared = [prepare(course, assignment, shows_key=shows_key) for assignment in assignments]
    wanted = {name: [s for s in _students(course, name, ready) if student in ("", s)] for name, ready in prepared}
    if not any(wanted.values()):
        raise Stopped(
            f"There is no hand-in of {student} at {' or '.join(assignments)}; see how the folder under submitted/ is called."
        )
    bundle = None if parcel is None else _parcel(course, parcel)
    results = []
    try:
        for name, ready in prepared:
            result = Written(name)
            for one in track(wanted[name], name, len(wanted[name])):
                _one(course, ready, one, result, bundle)
            result.old = old_pages(course, name, student=student, graded=_graded(ready))
            results.append(result)
        if bundle is not None:
            bundle.close()
            _say_unmatched(bundle, results)
    except OSError as error:
        where = getattr(error, "filename", None) or (course.place("feedback") if bundle is None else parcel)
        raise Stopped(
            f"{where} could not be written ({error.strerror or error}); the pages written before it are whole. Make room or "
            "make it writable, and run the command again."
        ) from error
    finally:
        if bundle is not None:
            bundle.drop()
    return results


def _graded(ready: Ready) -> set[str]:
    """Return everybody of whom outcomes and gradebook know what a page says."""
    return {one for one, own in ready.lines.items() if not own[""]["read"] or one in ready.sheet.handed}


def old_pages(course: CourseFolder, assignment: str, *, student: str = "", graded: Iterable[str] = ()) -> list[Path]:
    """Return the pages of ours whose student was not graded (any more); with `student`, of that one only."""
    folders = ((path.name, course.place("feedback", path.name, assignment)) for path in _folders(course))
    return [
        page
        for name, folder in folders
        if student in ("", name) and name not in graded
        for page in sorted(folder.glob("*.html"))
        if _is_ours(page)
    ]


def _is_ours(page: Path) -> bool:
    """Is a page one that was made here, not by nbgrader?"""
    try:
        with page.open("rb") as file:
            return OURS in file.read(len(OURS) + 200)
    except OSError:
        return False


def _folders(course: CourseFolder) -> list[Path]:
    place = course.place("feedback")
    return sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []


def _say_unmatched(bundle: Parcel, results: list[Written]) -> None:
    """Note whose pages in the zip no LMS can give back."""
    by_name = {result.assignment: result for result in results}
    for assignment, student, layout in bundle.unmatched:
        result = by_name[assignment]
        (result.no_zip if layout == "blackboard" else result.by_hand).append(student)


def _parcel(course: CourseFolder, target: Path) -> Parcel:
    from whosaidso.grading.collect.index import read_index
    from whosaidso.grading.feedback.handback import Parcel

    return Parcel.open(target, read_index(course))


def prepare(course: CourseFolder, assignment: str, *, shows_key: bool) -> tuple[str, Ready]:
    """Return an assignment's name and all that its pages need.

    Raises
    ------
    Stopped, whosaidso.faults.DataError
        If it was not graded yet, or not by the key as it is now.
    """
    again = f"Run `whosaidso grade {assignment}` first; no page was written."
    lines: dict[str, dict[str, Line]] = {}
    for (student, task), line in read_outcomes(course, assignment).items():
        line.pop("answer", None)  # most of the file, and not needed here
        lines.setdefault(student, {})[task] = line
    lines = {student: own for student, own in lines.items() if "" in own}
    if not lines:
        old = len(old_pages(course, assignment))
        pages = f" {old} old page{'s' if old > 1 else ''} of it under {course.place('feedback')} may say other marks."
        raise Stopped(f"{assignment} has not been graded. {again}{pages if old else ''}")
    key = load_key(course, assignment)
    if any(own[""].get("key") != key.digest for own in lines.values()):
        raise Stopped(
            f"The key of {assignment} has changed since it was graded, and marks and reasons would not agree. {again}"
        )
    sources = sorted(course.place("source", assignment=assignment).glob("*.ipynb"))
    path = course.place("release", assignment=assignment) / f"{sources[0].name if len(sources) == 1 else assignment}"
    if not path.is_file():
        raise Stopped(
            f"The released notebook of {assignment} is missing under {path.parent}; run `whosaidso release {assignment}`."
        )
    title, plans = plans_of(read_released(path))
    with connected(course) as db:
        sheet = read_sheet(db, assignment)
    if not all((path.stem, plan.id) in sheet.points for plan in plans):
        raise Stopped(f"The cells of {assignment} in the gradebook are not those of {path.name}. {again}")
    alike: dict[str, list[str]] = {}
    for student, own in lines.items():
        alike.setdefault(own[""]["sha"], []).append(student)
    ready = Ready(key, path.stem, title or assignment, plans, sheet, course.timezone, shows_key, lines, alike)
    return assignment, ready


def _students(course: CourseFolder, assignment: str, ready: Ready) -> list[str]:
    """Return everybody who was graded or has something under submitted/."""
    return sorted({*ready.lines, *(hand_in.student for hand_in in hand_ins(course, assignment))})


def _one(course: CourseFolder, ready: Ready, student: str, result: Written, bundle: Parcel | None) -> None:
    """Write one page. Whatever is wrong with it is said, and costs nobody else theirs."""
    assignment = result.assignment
    line = ready.lines.get(student, {}).get("")
    if line is None:
        result.left_out.append((student, "handed in, and not graded yet"))
        return
    submitted = course.place("submitted", student, assignment)
    if _replaced(submitted, line):
        result.left_out.append((student, "another file was handed in since it was graded"))
        return
    graded = course.place("autograded", student, assignment)
    notebook = _notebook(graded / f"{ready.notebook}.ipynb") if line["read"] else None
    if line["read"] and (notebook is None or student not in ready.sheet.handed):
        result.left_out.append((student, "what was graded is not there any more"))
        return
    try:
        page = page_of(ready, student, notebook)
        data = html_of(page)
    except Exception as error:
        fault = f"{type(error).__name__}: {str(error)[:120]}"
        result.left_out.append((student, f"making the page failed with {fault}; please report this fault of ours"))
        return
    folder = course.place("feedback", student, assignment)
    for name, content in _beside(folder, submitted, graded, line, ready.sheet.handed.get(student)):
        _put(folder / name, content)
    if _put(folder / f"{ready.notebook}.html", data):
        result.written += 1
    else:
        result.unchanged += 1
    _note(page, result)
    if bundle is not None:
        bundle.add(student, assignment, line["sha"], data)


def _note(page: Page, result: Written) -> None:
    if page.unread:
        result.unread.append(page.student)
    if any(section.waits for section in page.sections):
        result.waiting.append(page.student)


def _replaced(submitted: Path, line: Line) -> bool:
    """Does something else lie under submitted/ now than what was graded?"""
    path = submitted / str(line["file"])
    try:
        if not line["sha"] or path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        return not hashlib.sha256(path.read_bytes()).hexdigest().startswith(line["sha"])
    except OSError:
        return False


def _notebook(path: Path) -> dict[str, Any] | None:
    """Return a graded notebook, which is ours; None if it is gone or was damaged since."""
    try:
        found = json.loads(path.read_bytes())
        return found if isinstance(found["cells"], list) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beside(
    folder: Path, submitted: Path, graded: Path, line: Line, handed: Handed | None
) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    """Return timestamp and secret of a hand-in: its own, or else such as nbgrader can work with."""
    stamp = _own(submitted / TIMESTAMP) or _own(graded / TIMESTAMP) or _stamp(submitted / str(line["file"]), handed)
    secret = (
        _own(submitted / SECRET) or _own(graded / SECRET) or _own(folder / SECRET) or secrets.token_hex(64).encode()
    )
    return (TIMESTAMP, stamp), (SECRET, secret)


def _own(path: Path) -> bytes:
    """Return what a file beside a hand-in says, b"" where nbgrader could not read it."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BESIDE:
            return b""
        data = path.read_bytes()
        return data if data.decode("utf-8").strip() and b"\0" not in data else b""
    except (OSError, UnicodeDecodeError):
        return b""


def _stamp(file: Path, handed: Handed | None) -> bytes:
    moment = handed.timestamp if handed else None
    if moment is None:
        try:
            moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError:
            moment = datetime(1970, 1, 1)
    return f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC".encode()


def _put(path: Path, data: bytes) -> bool:
    """Write a file unless it is there already as it should be."""
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        pass
    write_whole(path, data)
    return True
