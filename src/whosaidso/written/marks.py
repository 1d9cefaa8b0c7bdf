"""Markers' files, kept apart until they are entered: `marking/<assignment>/marks/<marker>.json` in the course.

A file holds pseudonyms, points and comments; no text of a student's and no name.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from whosaidso.files import write_whole
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.report.people import course_secret, pseudonyms
from whosaidso.written.scripts import Criterion, Script, ToMark

FORMAT = "whosaidso-marks"
AGREED = "agreed"
"""The marker's name under which two who differed say what they settled on."""
SHARE, LEAST = 0.10, 20
"""How much is marked twice: a tenth, at least 20 scripts."""
MOST_BYTES = 20_000_000
MOST_COMMENT = 5_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@frozen
class Mark:
    """What one marker gave one script."""

    digest: str
    """Of the text that was marked."""
    points: dict[str, float]
    """By cell."""
    comments: dict[str, str] = field(factory=dict)


@define
class Marks:
    """One marker's file."""

    assignment: str
    marker: str
    marks: dict[str, Mark]
    """By pseudonym."""


def folder_of(course: CourseFolder, assignment: str) -> Path:
    """Return where an assignment's marking lies."""
    return course.root / "marking" / assignment


def codes(course: CourseFolder, everybody: Iterable[str]) -> dict[str, str]:
    """Return each student's pseudonym, the same as in the report."""
    return pseudonyms(everybody, course_secret(course.root))


def marker_name(text: str) -> str:
    """Return a marker's name as the files have it.

    >>> marker_name("Anna")
    'anna'

    Raises
    ------
    Stopped
        If it cannot be the name of a file, or means the settled marks.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name) or name == AGREED:
        raise Stopped(
            f"A marker is called by letters, digits, - and _, like anna or group-2, and {text!r} is not such a name"
            f"{' (agreed means what two settled on)' if name == AGREED else ''}; choose another."
        )
    return name


def assignment_in(path: Path) -> str:
    """Return the assignment whose marks a file holds.

    Raises
    ------
    Stopped
        If it is no file of marks.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_BYTES else {}
        if held["format"] == FORMAT and isinstance(held["assignment"], str):
            return held["assignment"]
    except OSError as error:
        raise Stopped(
            f"{path} could not be read ({error.strerror}); choose the file that a marking page saved."
        ) from error
    except (ValueError, KeyError, TypeError):
        pass
    raise Stopped(f"{path} is no file of marks; choose the file that a marking page saved.")


def read_file(path: Path, work: ToMark, known: Iterable[str]) -> Marks:
    """Return a marker's file, checked against the assignment.

    Raises
    ------
    Stopped
        If it is something else, of another assignment, or holds marks that cannot be.
    """
    remedy = "choose the file that a marking page saved."
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["format"] != FORMAT:
            raise ValueError("format")
        name, marker, rows = held["assignment"], held["marker"], held["marks"]
        found = {code: _mark(row, work.criteria, code, path) for code, row in rows.items()}
    except OSError as error:
        raise Stopped(f"{path} could not be read ({error.strerror}); {remedy}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stopped(f"{path} is no file of marks; {remedy}") from error
    if name != work.assignment:
        raise Stopped(
            f"{path} holds marks of {name!r}, and {work.assignment} was expected; name the other assignment, or {remedy}"
        )
    if not isinstance(marker, str) or (marker != AGREED and marker_name(marker) != marker):
        raise Stopped(f"{path} says that its marker is {marker!r}, which is no marker's name; {remedy}")
    strangers = sorted(set(found) - set(known))
    if strangers:
        raise Stopped(
            f"{path} has marks for {strangers[0]}{f' and {len(strangers) - 1} others' if strangers[1:] else ''}, and nobody in this "
            "course is called so: it was made in another course, or pseudonyms.secret was replaced."
        )
    return Marks(name, marker, found)


def _mark(row: dict[str, Any], criteria: Sequence[Criterion], code: str, path: Path) -> Mark:
    most = {one.cell: one.most for one in criteria}
    points = {}
    for cell, value in row["points"].items():
        if (
            cell not in most
            or isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 0 <= value <= most[cell]
        ):
            raise Stopped(
                f"{path} gives {code} {value!r} for {cell}, and that must be a number from 0 to {most.get(cell, 0):g}; "
                "open the page again, mend it and save it once more."
            )  # fmt: skip
        points[cell] = float(value)
    comments = {cell: str(text)[:MOST_COMMENT] for cell, text in row.get("comments", {}).items() if cell in most}
    return Mark(str(row["digest"]), points, {cell: text for cell, text in comments.items() if text.strip()})


def keep(course: CourseFolder, marks: Marks) -> tuple[Path, int, int]:
    """Add a marker's marks to those kept; return the file, how many are new and how many replaced another mark."""
    path = folder_of(course, marks.assignment) / "marks" / f"{marks.marker}.json"
    before = _read_kept(path)
    fresh = len(set(marks.marks) - set(before))
    changed = sum(1 for code, mark in marks.marks.items() if code in before and before[code] != mark)
    rows = {
        code: {"digest": mark.digest, "points": mark.points, "comments": mark.comments}
        for code, mark in sorted((before | marks.marks).items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file_bytes(marks.assignment, marks.marker, rows))
    return path, fresh, changed


def file_bytes(assignment: str, marker: str, rows: dict[str, Any]) -> bytes:
    """Return the content of a file of marks, as the page saves it too."""
    content = {"format": FORMAT, "version": 1, "assignment": assignment, "marker": marker, "marks": rows}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _read_kept(path: Path) -> dict[str, Mark]:
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["marks"]
        return {code: Mark(row["digest"], row["points"], row["comments"]) for code, row in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stopped(f"{path} is damaged ({error}); remove it and add the marker's file again.") from error


def read_all(course: CourseFolder, assignment: str) -> dict[str, dict[str, Mark]]:
    """Return what each marker gave: marker, then pseudonym."""
    paths = sorted((folder_of(course, assignment) / "marks").glob("*.json"))
    return {path.stem: _read_kept(path) for path in paths}


def sample_of(course: CourseFolder, work: ToMark, size: int | None = None) -> list[str]:
    """Return whose scripts are marked twice: drawn once from those that are not blank, and the same ever after.

    Without a size it is a tenth, at least 20, or all there are.

    Raises
    ------
    Stopped
        If a sample of another size was drawn already.
    """
    path = folder_of(course, work.assignment) / "sample.json"
    if path.exists():
        try:
            drawn = [str(one) for one in json.loads(path.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError) as error:
            raise Stopped(f"{path} is damaged ({error}); remove it to draw a new sample.") from error
        if size is not None and size != len(drawn):
            raise Stopped(f"A sample of {len(drawn)} was drawn already; remove {path} to draw another.")
        return drawn
    there = [script.student for script in unlike(work.scripts.values()) if not script.blank]
    wanted = max(LEAST, ceil(SHARE * len(there))) if size is None else size
    draw = random.Random(course_secret(course.root) + work.assignment.encode())
    drawn = sorted(draw.sample(there, min(wanted, len(there))))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(drawn) + "\n").encode())
    return drawn


def unlike(scripts: Iterable[Script]) -> list[Script]:
    """Return scripts with each text once: a group's note is marked once and counts for all of them."""
    found: dict[str, Script] = {}
    for script in scripts:
        found.setdefault(script.digest, script)
    return list(found.values())


def dealt(scripts: Sequence[Script], markers: Sequence[str], seed: bytes) -> dict[str, list[Script]]:
    """Return each marker's share of the scripts, in an order of its own; shares differ by one at most."""
    order = sorted(scripts, key=lambda script: script.student)
    random.Random(seed).shuffle(order)
    return {marker: order[place :: len(markers)] for place, marker in enumerate(markers)}
