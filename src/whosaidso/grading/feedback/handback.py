"""A zip of feedback pages, each named so that the LMS knows whose it is.

Where the names are known from: Canvas reads the first two numbers between "_" in a file's name as user and
attachment (`infer_comment_context_from_filename` in canvas-lms); Moodle reads name and number of the
folder that it gave out (`mod/assign/feedback/file/importziplib.php`). No other LMS takes such a zip back;
there it is for sending pages by hand.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from attrs import define, field

from whosaidso.grading.collect.index import Attempt, which_counts
from whosaidso.grading.folder import Stopped
from whosaidso.grading.safe import safe_name, visible

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every page in the zip, so that the same pages give the same zip."""
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


@define
class Parcel:
    """A zip that is being filled; it takes its place when it is closed."""

    target: Path
    attempts: dict[tuple[str, str], list[Attempt]]
    stream: BinaryIO
    file: zipfile.ZipFile
    draft: Path
    names: set[str] = field(factory=set)
    unmatched: list[tuple[str, str, str]] = field(factory=list)
    """Assignment, student and layout of each page whose name no LMS knows; "" for no upload of their own."""

    @classmethod
    def open(cls, target: Path, attempts: Sequence[Attempt]) -> Parcel:
        """Begin a zip beside its place.

        Raises
        ------
        Stopped
            If something else lies there, or the folder cannot be written to.
        """
        if not may_replace(target):
            raise Stopped(f"{target} is there and holds something else than feedback; name another file for the zip.")
        by_student: dict[tuple[str, str], list[Attempt]] = {}
        for attempt in attempts:
            by_student.setdefault((attempt.student, attempt.assignment), []).append(attempt)
        try:
            handle, draft = tempfile.mkstemp(prefix=".writing-", suffix=".zip", dir=target.parent)
        except OSError as error:
            raise Stopped(
                f"{target} cannot be written ({error.strerror or error}); name a place where it can."
            ) from error
        stream = os.fdopen(handle, "wb")
        file = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        return cls(target, by_student, stream, file, Path(draft))

    def add(self, student: str, assignment: str, sha: str, data: bytes) -> None:
        """Add the page of a student, under the name that belongs to the file that was graded."""
        attempt = attempt_of(self.attempts.get((student, assignment), ()), sha)
        own = f"{safe_name(student)}/{safe_name(assignment)}.html"
        name = name_of(attempt, assignment) if attempt else own
        if name in self.names:
            name = own
        if name == own:
            layout = attempt.layout if attempt and not attempt.shared else ""
            self.unmatched.append((assignment, student, layout))
        self.names.add(name)
        entry = zipfile.ZipInfo(name, LONG_AGO)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        self.file.writestr(entry, data)

    def close(self) -> None:
        """Finish the zip and put it in its place."""
        self.file.close()
        self.stream.close()
        os.chmod(self.draft, 0o644)
        os.replace(self.draft, self.target)

    def drop(self) -> None:
        """Leave nothing half-made behind."""
        if not self.stream.closed:
            for half_made in (self.file, self.stream):
                try:
                    half_made.close()
                except OSError:  # the disk is full: that is why it is dropped
                    pass
        self.draft.unlink(missing_ok=True)


def may_replace(path: Path) -> bool:
    """Is the place free, or is a zip of pages there and nothing else?"""
    if not path.exists():
        return True
    try:
        with zipfile.ZipFile(path) as there:
            return all(name.endswith(".html") for name in there.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def attempt_of(attempts: Sequence[Attempt], sha: str) -> Attempt | None:
    """Return the attempt by which the file that was graded came in; None where it came another way."""
    fits = [a for a in attempts if sha and a.sha and (a.sha.startswith(sha) or sha.startswith(a.sha))]
    return which_counts(fits) if fits else None


def name_of(attempt: Attempt, assignment: str) -> str:
    """Return the name in the zip: the LMS's own where it takes pages back by name, else the student's.

    A page for somebody who was named on another's hand-in has no name in the LMS.
    """
    if attempt.layout == "canvas" and not attempt.shared and attempt.prefix and attempt.order:
        return f"{_piece(f'{attempt.prefix}_{attempt.order}')}_{safe_name(assignment)}.html"
    if attempt.layout == "moodle" and not attempt.shared and attempt.prefix:
        return f"{_piece(attempt.prefix)}_assignsubmission_file_/{safe_name(assignment)}.html"
    return f"{safe_name(attempt.student)}/{safe_name(assignment)}.html"


def _piece(name: str) -> str:
    """Return an LMS's name as one step of a path: nothing in it leads elsewhere.

    >>> _piece("Núñez, Jane_12345"), _piece("../../etc_1"), _piece("..")
    ('Núñez, Jane_12345', '..-..-etc_1', 'x-002e-002e')
    """
    piece = visible(name).translate(_FORBIDDEN).strip()
    return piece if piece.strip(". ") else safe_name(name)
