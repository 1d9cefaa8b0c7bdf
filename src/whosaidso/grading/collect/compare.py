"""Hand-ins of different students that are one file, say the same, or have one text. Reported, never judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence

from whosaidso.grading.collect.index import Attempt

EMPTY = hashlib.sha256(b"").hexdigest()


def identical(
    attempts: Iterable[Attempt],
    touched: Collection[tuple[str, str]],
    blank: Collection[str],
    call: Callable[[str], str] = str,
) -> list[str]:
    """Return one sentence for each set of students with one file, one content or one text.

    A group's own work is one by right. Only what touches a student and assignment collected now is told again.
    Files that are as they were released, or empty, are nobody's work. `call` gives a student's name.
    """
    files: dict[tuple[str, str], dict[str, bool]] = {}
    wholes: dict[tuple[str, str], dict[str, bool]] = {}
    texts: dict[tuple[str, str], dict[str, bool]] = {}
    for attempt in attempts:
        if attempt.sha in blank or attempt.sha == EMPTY:
            continue
        whole = [(wholes, attempt.whole)] if attempt.whole else []
        for found, digest in [(files, attempt.sha), *whole, *((texts, digest) for digest in attempt.written)]:
            students = found.setdefault((attempt.assignment, digest), {})
            students[attempt.student] = students.get(attempt.student, False) or not attempt.shared
    said: set[tuple[str, frozenset[str]]] = set()
    sentences = []
    for found, what in (
        (files, "the same file"),
        (wholes, "the same answers and texts, word for word, with nothing but the name changed"),
        (texts, "the same written text, word for word"),
    ):
        for (assignment, _), students in found.items():
            own = frozenset(student for student, alone in students.items() if alone)
            if len(own) < 2 or (assignment, own) in said or not any((one, assignment) in touched for one in students):
                continue
            said.add((assignment, own))
            sentences.append(
                f"{assignment}: {_some([call(one) for one in sorted(own)])} handed in {what}. Look at them side by side."
            )
    return sentences


def _some(names: Sequence[str], most: int = 8) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
