"""Remove all that a course holds of one student.

What others handed in stays theirs, even where it names the student: it is listed. Backups hold everybody as they
were, so all of them go. Each step can be repeated, so that a removal cut short is finished by saying it again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from glob import escape, glob
from pathlib import Path

import tomlkit
from attrs import frozen

from whosaidso.faults import DataError, Fault
from whosaidso.files import write_whole
from whosaidso.grading.backups import taking_turns
from whosaidso.grading.collect.index import index_path, read_index, write_index
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import everybody, remove_student
from whosaidso.grading.keys import RULINGS, marks_of, read_rulings
from whosaidso.grading.outcomes import read_outcomes, write_outcomes
from whosaidso.report.people import course_secret, pseudonyms

STEPS = ("submitted", "autograded", "feedback")
MOST_BYTES = 50_000_000
"""Larger files are not searched for a name."""


@frozen
class Traces:
    """What a course holds of one student."""

    student: str
    name: str
    code: str
    """The pseudonym."""
    in_gradebook: bool
    folders: tuple[Path, ...]
    """Of submitted/, autograded/, feedback/ and attempts/."""
    attempts: int
    """Lines of the list of attempts."""
    outcomes: dict[str, int]
    """Lines by assignment."""
    rulings: int
    marking: tuple[Path, ...]
    """Files of marks, samples and marking pages that hold something of the student."""
    backups: tuple[Path, ...]
    others: tuple[Path, ...]
    """Hand-ins of others that name the student; they stay."""
    elsewhere: tuple[Path, ...]
    """Other files in the course that name the student or show the pseudonym; they stay."""

    @property
    def any(self) -> bool:
        """Is there anything to remove?"""
        return bool(self.in_gradebook or self.folders or self.attempts or self.outcomes or self.rulings or self.marking)


def traces(course: CourseFolder, student: str) -> Traces:
    """Return what there is of a student, by the id that folders and gradebook have.

    Raises
    ------
    Stopped
        If the gradebook or the list of attempts cannot be read.
    DataError
        If the rulings cannot.
    """
    people = everybody(course)
    name = people.get(student, "")
    code = pseudonyms({*people, student}, course_secret(course.root))[student]
    folders = [path for step in STEPS for path in _of_student(course, step, student)]
    kept = course.attempts / student
    folders += [kept] if kept.is_dir() else []
    named = (student, name) if " " in name else (student,)
    outcomes, elsewhere = {}, []
    for path in sorted(course.outcomes.glob("*.jsonl")):
        lines = read_outcomes(course, path.stem).values()
        if not lines and _names(path, named):  # damaged: nothing of it can be taken out
            elsewhere.append(path)
        if mine := sum(line["student"] == student for line in lines):
            outcomes[path.stem] = mine
        if any(_said(json.dumps(line, ensure_ascii=False), named) for line in lines if line["student"] != student):
            elsewhere.append(path)
    faults: list[Fault] = []
    ruled = read_rulings(course.root, faults)
    if faults:
        raise DataError(faults)
    rulings = sum(student in ruling.students or student in marks_of(ruling) for ruling in ruled)
    marking = tuple(path for path in sorted((course.root / "marking").rglob("*")) if _names(path, (student, code)))
    known = {*folders, *marking, course.root / RULINGS, index_path(course)}
    return Traces(
        student,
        name,
        code,
        student in people,
        tuple(folders),
        sum(attempt.student == student for attempt in read_index(course)),
        outcomes,
        rulings,
        marking,
        tuple(sorted(path for path in course.backups.glob("*") if path.is_dir())),
        tuple(_naming(course, named, known, hand_ins=True)),
        (*elsewhere, *_naming(course, (*named, code), known, hand_ins=False)),
    )


def forget(course: CourseFolder, student: str) -> Traces:
    """Remove all of a student and every backup; return what was there.

    Raises
    ------
    Stopped
        If another command writes, or something cannot be removed. What is removed stays removed: say it again.
    """
    with taking_turns(course):
        found = traces(course, student)
        if not found.any:
            return found
        try:
            for folder in found.folders:
                shutil.rmtree(folder)
                _prune(folder.parent, course.root)
            if found.attempts:
                write_index(course, [one for one in read_index(course) if one.student != student])
            for assignment in found.outcomes:
                lines = read_outcomes(course, assignment)
                write_outcomes(course, assignment, (line for line in lines.values() if line["student"] != student))
            if found.rulings:
                _leave_rulings(course.root / RULINGS, student)
            for path in found.marking:
                _leave_marking(path, student, found.code)
            if found.in_gradebook:
                remove_student(course, student)
            for folder in found.backups:
                shutil.rmtree(folder)
        except OSError as error:
            raise Stopped(
                f"Not finished: {error.filename} could not be removed or written ({error.strerror}). Mend that and say the same "
                "command again; it goes on where it stopped."
            ) from error
    return found


def _of_student(course: CourseFolder, step: str, student: str) -> list[Path]:
    """Return the student's folders of a step: one for all assignments where nbgrader's layout has one."""
    found = [Path(path) for path in glob(str(course.place(step, escape(student), "*"))) if os.path.isdir(path)]
    above = {path.parent for path in found}
    whole = course.place(step, student)
    if whole.name == student and (above <= {whole}) and whole.is_dir():
        return [whole]
    return sorted(found)


def _prune(folder: Path, root: Path) -> None:
    """Remove a folder below the course's own that became empty; a step's folder stays."""
    if folder.parent != root and root in folder.parents and not any(folder.iterdir()):
        folder.rmdir()


def _leave_rulings(path: Path, student: str) -> None:
    """Take a student out of the rulings; a ruling for nobody else goes, a changed key stays changed."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    kept = tomlkit.aot()
    for row in document["ruling"]:
        students = [one for one in row.get("students", []) if one != student]
        if row["ruling"] != "upheld" and len(students) < len(row.get("students", [])) and not students:
            continue
        row["students"] = students
        if row.get("marks"):
            marks = json.loads(row["marks"])
            marks.pop(student, None)
            row["marks"] = json.dumps(marks)
        kept.append(row)
    document["ruling"] = kept
    write_whole(path, tomlkit.dumps(document).encode())


def _leave_marking(path: Path, student: str, code: str) -> None:
    """Take a student out of a file of marks or a sample; a page with the student's text goes whole."""
    if path.suffix != ".json":
        path.unlink()
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(held, list):
        held = [one for one in held if one != student]
    else:
        held["marks"].pop(code, None)
    write_whole(path, (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))


def _naming(course: CourseFolder, names: tuple[str, ...], mine: set[Path], *, hand_ins: bool) -> Iterator[Path]:
    """Yield files of the course in which one of the names stands; those of others' hand-ins, or all the others."""
    steps = {course.place(step).resolve() for step in STEPS} | {course.attempts}
    apart = {course.backups, course.outcomes}
    for folder, inside, files in os.walk(course.root):
        here = Path(folder)
        if here in apart or here in mine or ".git" in here.parts:
            inside.clear()
            continue
        below = any(step == here or step in here.parents for step in steps)
        for path in sorted(here / file for file in files):
            if (
                below == hand_ins
                and path not in mine
                and not path.name.startswith("whosaidso-gradebook")
                and _names(path, names)
            ):
                yield path  # fmt: skip


def _names(path: Path, names: tuple[str, ...]) -> bool:
    """Does one of the names stand in a file, or in one of the files of a zip, or in their paths?"""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        if _said(path.name, names):
            return True
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as pack:
                sizes = sum(entry.file_size for entry in pack.infolist())
                if sizes > 4 * MOST_BYTES:
                    return False
                return any(
                    _said(entry.filename, names) or _said(_text(pack.read(entry)), names) for entry in pack.infolist()
                )
        return _said(_text(path.read_bytes()), names)
    except (OSError, zipfile.BadZipFile, RuntimeError):
        return False


def _said(text: str, names: tuple[str, ...]) -> bool:
    """Does one of the names stand in a text, and not as a part of a longer one?"""
    return any(name in text and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in names)


def _text(data: bytes) -> str:
    """Return what a file says; JSON's escapes of letters are read, too."""
    text = data.decode("utf-8", "replace")
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text) if "\\u" in text else text
