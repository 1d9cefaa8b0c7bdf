"""What grading found, item by item: outcomes/<assignment>.jsonl at the course root.

One line a hand-in (`"of": "hand-in"`) and one a task (`"of": "task"`), by student. The file is written
whole and holds no date, so that the same hand-ins and key give the same bytes. It is for instructors:
what is right and wrong in it tells of the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import asdict, has

from whosaidso.check import Marked
from whosaidso.files import write_whole
from whosaidso.grading.folder import CourseFolder
from whosaidso.grading.safe import visible
from whosaidso.scores import Item

Line = dict[str, Any]
Lines = dict[tuple[str, str], Line]
"""By student and task; a hand-in's own line has the task ""."""

MOST_WHY = 1_000


def outcomes_path(course: CourseFolder, assignment: str) -> Path:
    """Return where the outcomes of an assignment stand."""
    return course.outcomes / f"{assignment}.jsonl"


def read_outcomes(course: CourseFolder, assignment: str) -> Lines:
    """Return the lines there are; none where nothing was graded, or the file was damaged."""
    try:
        text = outcomes_path(course, assignment).read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.split("\n") if line]
        return {(line["student"], line["task"] if line["of"] == "task" else ""): line for line in lines}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def outcomes_bytes(lines: Iterable[Line]) -> bytes:
    """Return the file's content."""
    ordered = sorted(lines, key=lambda line: (line["student"], line.get("task", "")))
    return "".join(json.dumps(line) + "\n" for line in ordered).encode()  # ASCII: a name may hold what UTF-8 cannot


def write_outcomes(course: CourseFolder, assignment: str, lines: Iterable[Line]) -> None:
    """Write the outcomes of an assignment."""
    write_whole(outcomes_path(course, assignment), outcomes_bytes(lines))


def hand_in_line(
    student: str, *, file: str, sha: str, key: str, notes: Iterable[str] = (), attention: Iterable[dict[str, str]] = (), read: bool = True
) -> Line:  # fmt: skip
    """Return the line of a hand-in: which file, which key, what was repaired, what a person must see to."""
    return {
        "of": "hand-in",
        "student": student,
        "file": file,
        "sha": sha,
        "key": key,
        "read": read,
        "notes": list(notes),
        "attention": list(attention),
    }


def task_line(student: str, task: str, grade_id: str, points: float, marked: Marked, differently: Line) -> Line:
    """Return the line of one task: points, the answer as read, and each item's outcome."""
    items: tuple[Item, ...] = marked.score.items if marked.score else ()
    return {
        "of": "task",
        "student": student,
        "task": task,
        "cell": grade_id,
        "points": marked.points,
        "most": points,
        "answer": plain(marked.parsed.answer) if marked.parsed else None,
        "items": [
            {"id": item.id, "credit": item.credit, "outcome": item.outcome, "misconception": item.misconception}
            for item in items
        ],
        "problems": list(marked.parsed.problems)[:30] if marked.parsed else [marked.text.splitlines()[-1]],
        "person": marked.for_a_person,
        "differently": differently,
    }


def plain(value: Any) -> Any:
    """Return an answer as JSON can hold it, the same in every run."""
    if has(type(value)):
        return plain(asdict(value, recurse=False))
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def read_differently(value: object, known: set[str]) -> dict[str, dict[str, str]]:
    """Return what a student sees differently, by item: `{"c06": {"why": …, "record": …}}`.

    Notes on anything but the task's own items, and anything that is not text, are left out.
    """
    found: dict[str, dict[str, str]] = {}
    if not isinstance(value, dict):
        return found
    for item, note in value.items():
        if not isinstance(item, str) or item not in known or not isinstance(note, dict):
            continue
        said = {
            key: visible(note[key]).strip()[:MOST_WHY] for key in ("why", "record") if isinstance(note.get(key), str)
        }
        if any(said.values()):
            found[item] = {key: text for key, text in said.items() if text}
    return found
