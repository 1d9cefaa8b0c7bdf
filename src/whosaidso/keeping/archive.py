"""Pack a term that is over: the whole course as one zip, or what may be kept for longer, without names.

Without names there are the answers and what they earned, under numbers drawn anew for each zip, and the keys.
A later report can be compared with it.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from attrs import frozen

from whosaidso.files import move_whole
from whosaidso.grading.backups import copy_gradebook, sqlite_path, taking_turns
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.outcomes import Lines, outcomes_bytes, read_outcomes

LEFT_OUT = ("backups", ".grading", ".ipynb_checkpoints", "__pycache__", ".git", ".venv")
TOLD = ("of", "task", "points", "most", "answer", "items")
"""What is kept of a task without names; free text is not."""
SMALL = 10
"""In a class of fewer, an answer may tell who gave it."""
WHOLE = """\
A course of Who Said So?, packed on {today}: everything but backups/ and what programs keep for themselves.

It names students and tells the keys. Keep it where only you can read it, and no longer than your school's rules say.

  submitted/, attempts/            what students handed in
  autograded/, outcomes/           what grading found
  feedback/                        pages for students
  {gradebook:<32} marks and comments, as nbgrader keeps them
  rulings.toml, marking/           appeals, and markers' marks
  pseudonyms.secret                ties the pseudonyms of reports and marking pages to students
  solutions/, exercises/           keys and notebooks

To open it again: unpack it, go there, and use `whosaidso` as before.
"""
SERVER = """
The gradebook was kept by a database server; {gradebook} is a copy of it. nbgrader_config.py still names the server, and its
password if that stands there: name the copy instead before you use the course again.
"""
NAMELESS = """\
A course of Who Said So?, packed without names on {today} from {students} students.

Students have numbers, drawn anew for this file; nothing ties them to names. There is no text of a student's.
It tells the keys. In a class of fewer than {small}, an answer can still tell who gave it.

  outcomes/      answers and what they earned, one file an assignment
  solutions/     the keys by which they were marked

To compare a later class with this one: whosaidso report --compare {name}
"""

Track = Callable[[Iterable[Any], str, int], Iterable[Any]]


@frozen
class Packed:
    """What was packed."""

    path: Path
    files: int
    size: int
    students: int


def pack(course: CourseFolder, target: Path, *, track: Track, when: date | None = None) -> Packed:
    """Write the whole course as a zip; the gradebook as one SQLite file, wherever it is kept.

    Raises
    ------
    Stopped
        If another command writes, or something cannot be read or written. Nothing half written is left.
    """
    with taking_turns(course), tempfile.TemporaryDirectory() as place:
        database = sqlite_path(course)
        name = database.name if database is not None else "gradebook.db"
        copy = Path(place) / name
        copy_gradebook(course, copy)
        found = sorted(_files(course.root, without={target, *([database] if database else [])}))
        about = WHOLE.format(today=f"{when or date.today():%d %B %Y}", gradebook=name)
        about += SERVER.format(gradebook=name) if database is None else ""

        def parts() -> Iterator[tuple[str, Path | bytes]]:
            yield "READ-ME.txt", about.encode()
            yield name, copy
            for path in track(found, "Packing", len(found)):
                yield path.relative_to(course.root).as_posix(), path

        students = sum(1 for path in course.place("submitted").glob("*") if path.is_dir())
        return _written(target, parts(), students)


def pack_without_names(course: CourseFolder, target: Path, *, when: date | None = None) -> Packed:
    """Write answers, what they earned and the keys as a zip, without anything that names a student.

    Raises
    ------
    Stopped
        If nothing was graded yet, or the file cannot be written.
    """
    known = {path.stem: read_outcomes(course, path.stem) for path in sorted(course.outcomes.glob("*.jsonl"))}
    people = sorted({student for lines in known.values() for student, _ in lines})
    if not people:
        raise Stopped("Nothing has been graded in this course yet, so there is nothing to pack; run `whosaidso grade`.")
    numbers = {student: f"N{number:04d}" for number, student in enumerate(_shuffled(people), start=1)}
    about = {
        "format": "whosaidso-outcomes",
        "packed": f"{when or date.today():%Y-%m-%d}",
        "whosaidso": version("whosaidso"),
        "students": len(people),
    }
    read_me = NAMELESS.format(
        today=f"{when or date.today():%d %B %Y}", students=len(people), small=SMALL, name=target.name
    )
    parts: list[tuple[str, Path | bytes]] = [("READ-ME.txt", read_me.encode())]
    parts.append(("about.json", (json.dumps(about, indent=1) + "\n").encode()))
    for name, lines in known.items():
        parts.append((f"outcomes/{name}.jsonl", outcomes_bytes(_nameless(lines, numbers))))
        gold = course.place("source", assignment=name) / "gold.toml"
        if gold.is_file():
            parts.append((f"solutions/{name}/gold.toml", gold))
    return _written(target, parts, len(people))


def _nameless(lines: Lines, numbers: dict[str, str]) -> Iterator[dict[str, Any]]:
    for (student, task), line in lines.items():
        if task:
            yield {"student": numbers[student], **{key: line[key] for key in TOLD if key in line}}


def _shuffled(people: list[str]) -> list[str]:
    """Return the students in an order that nobody can work out again."""
    secrets.SystemRandom().shuffle(people)
    return people


def _files(root: Path, without: set[Path]) -> Iterator[Path]:
    beside = {path.with_name(path.name + end) for path in without for end in ("-journal", "-wal", "-shm")}
    for folder, inside, names in os.walk(root):
        inside[:] = sorted(name for name in inside if name not in LEFT_OUT)
        for name in names:
            path = Path(folder, name)
            if path not in without | beside and not name.startswith(".writing-") and not path.is_symlink():
                yield path


def _written(target: Path, parts: Iterable[tuple[str, Path | bytes]], students: int) -> Packed:
    """Write a zip beside its place, read it through, and move it there."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(prefix=".writing-", dir=target.parent)
        os.close(handle)
        try:
            count = 0
            with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as file:
                for name, content in parts:
                    count += 1
                    if isinstance(content, bytes):
                        file.writestr(name, content)
                    else:
                        file.write(content, name)
            with zipfile.ZipFile(half) as file:
                damaged = file.testzip()
            if damaged is not None:
                raise Stopped(f"{target} was not written, because {damaged} came out damaged in it; say it again.")
            move_whole(Path(half), target)
        finally:
            Path(half).unlink(missing_ok=True)
    except OSError as error:
        raise Stopped(
            f"{target} was not written, because {error.filename or target.parent} could not be read or written ({error.strerror}); "
            "make room, or name another place."
        ) from error
    return Packed(target, count, target.stat().st_size, students)
