"""Every hand-in that was ever collected, and which of a student's attempts counts.

`attempts/<student>/<assignment>/<sha>.ipynb` holds the files, `attempts/index.jsonl` one line for each
attempt in the order of collecting. A line gives the LMS's own names, so that feedback can be handed back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from attrs import asdict, define, field, frozen

from whosaidso.files import write_whole
from whosaidso.grading.collect.layouts import Found, by_order
from whosaidso.grading.folder import CourseFolder, Stopped


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen
class Attempt:
    """One line of the index."""

    student: str
    assignment: str
    file: str
    """Below attempts/."""
    sha: str
    source: str = ""
    """Name of the zip or folder."""
    path: str = ""
    """Where it lay inside."""
    layout: str = "loose"
    lms_name: str = ""
    key: str = ""
    """By what the LMS tells people apart."""
    prefix: str = ""
    """The LMS's whole part of the file's name."""
    time: str = ""
    """When it was handed in, by the LMS's word: UTC, as isoformat gives it."""
    late: bool = False
    """Was it flagged as late by the LMS?"""
    who: str = ""
    """What is typed in it."""
    order: str = ""
    shared: bool = False
    """Somebody else handed it in and named this student."""
    stamp: str = ""
    """The exchange's timestamp.txt, as it was."""
    secret: str = ""
    """The exchange's submission_secret.txt."""
    written: tuple[str, ...] = field(default=(), converter=_texts)
    """Digest of each longer text that was written in it."""
    whole: str = ""
    """Digest of all that was filled in; "" where no word of it is the student's own."""

    @property
    def when(self) -> datetime | None:
        """When it was handed in; UTC without a zone."""
        return datetime.fromisoformat(self.time) if self.time else None

    @property
    def same(self) -> tuple[str, ...]:
        """Two attempts that agree in this are one."""
        moment = "" if self.layout in ("moodle", "loose") else self.order or self.time
        return self.student, self.assignment, self.sha, self.layout, moment


def file_of(student: str, assignment: str, sha: str) -> str:
    """Return where an attempt is kept, below attempts/."""
    return f"{student}/{assignment}/{sha[:12]}.ipynb"


def index_path(course: CourseFolder) -> Path:
    """Return the file of the index."""
    return course.attempts / "index.jsonl"


def read_index(course: CourseFolder) -> list[Attempt]:
    """Return every attempt that was collected, in the order of collecting.

    Raises
    ------
    Stopped
        If the index cannot be read.
    """
    path = index_path(course)
    if not path.exists():
        return []
    found: list[Attempt] = []
    try:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                found.append(Attempt(**json.loads(line)))
    except (OSError, ValueError, TypeError) as error:
        raise Stopped(
            f"Line {len(found) + 1} of {path} cannot be read ({type(error).__name__}); "
            "take it back with `whosaidso undo`, or move the file away to begin a new list of attempts."
        ) from error
    return found


def write_index(course: CourseFolder, attempts: Iterable[Attempt]) -> None:
    """Write the index whole."""
    lines = (json.dumps(asdict(attempt)) + "\n" for attempt in attempts)
    write_whole(index_path(course), "".join(lines).encode())


def which_counts(attempts: Sequence[Attempt]) -> Attempt:
    """Return the attempt that counts, of one student's at one assignment in the order of collecting.

    A student's own comes before one in which somebody else named them. Among those the last counts:
    by time where all have one, else by the LMS's order where all have one of the same LMS, else by
    the order of collecting.
    """
    own = [attempt for attempt in attempts if not attempt.shared] or list(attempts)
    if all(attempt.time for attempt in own):
        return max(enumerate(own), key=lambda pair: (pair[1].time, by_order(pair[1].order), pair[0]))[1]
    if all(attempt.order for attempt in own) and len({attempt.layout for attempt in own}) == 1:
        return max(enumerate(own), key=lambda pair: (by_order(pair[1].order), pair[0]))[1]
    return own[-1]


@define
class Placed:
    """Finds a file again that was placed for somebody before, however that was settled then."""

    _blank: Collection[str] = ()
    """Files in which nobody wrote anything: one is like the other."""
    _by_file: dict[tuple[str, str, str], list[Attempt]] = field(factory=dict)

    @classmethod
    def of(cls, attempts: Iterable[Attempt], blank: Collection[str]) -> Placed:
        """Take note of what was collected before."""
        placed = cls(blank)
        for attempt in attempts:
            placed._by_file.setdefault(_same_file(attempt.layout, attempt.key, attempt.sha), []).append(attempt)
        return placed

    def before(self, found: Found, path: str, sha: str) -> list[Attempt]:
        """Return the earlier attempts of the very same file, from the same account where an LMS says whose it is."""
        there = self._by_file.get(_same_file(found.layout, found.key, sha), [])
        if found.layout not in _NO_ACCOUNT:
            return there
        here = [attempt for attempt in there if attempt.path == path]
        return here if here or sha in self._blank else there


_NO_ACCOUNT = ("loose", "drive")


def _same_file(layout: str, key: str, sha: str) -> tuple[str, str, str]:
    return ("", "", sha) if layout in _NO_ACCOUNT else (layout, key, sha)
