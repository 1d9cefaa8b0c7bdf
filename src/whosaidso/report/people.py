"""What students are called in a report: pseudonyms, unless names are asked for."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from whosaidso.grading.safe import visible

SECRET = "pseudonyms.secret"
SHORTEST = 6
"""Letters of a pseudonym: so many that in a class of a thousand two are hardly ever alike, and none changes when one student more comes or goes."""


def course_secret(root: Path) -> bytes:
    """Return the course's own secret, made at the first call: without it nobody can work a pseudonym out from an id.

    It stays in the course folder, so that a student has one pseudonym all term.
    """
    path = root / SECRET
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        secret = secrets.token_bytes(32)
        file.write(secret)
    return secret


def pseudonyms(students: Iterable[str], secret: bytes) -> dict[str, str]:
    """Return a pseudonym for each student, no two alike.

    >>> sorted(pseudonyms(["a", "b"], b"secret").values())
    ['S4a1f65', 'Sb0ce16']
    """
    people = sorted(set(students))
    length = SHORTEST
    while True:
        found = {one: f"S{_code(one, secret)[:length]}" for one in people}
        if len(set(found.values())) == len(people):
            return found
        length += 1


def _code(student: str, secret: bytes) -> str:
    return hashlib.blake2b(student.encode("utf-8", "surrogatepass"), key=secret).hexdigest()


def full_names(students: Mapping[str, str]) -> dict[str, str]:
    """Return id and name of each student, as text that a page can print."""
    return {one: visible(f"{name} ({one})" if name and name != one else one) for one, name in students.items()}
