"""What was named on the command line, and what of a course must never be collected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whosaidso.grading.collect.archives import Piles
from whosaidso.grading.folder import CourseFolder, Stopped

_OWN_STEPS = ("submitted", "autograded", "feedback", "release", "source")


def open_sources(course: CourseFolder, sources: Sequence[Path]) -> Piles:
    """Return the sources, open for reading. Of another course's folder its submitted/ is meant.

    Raises
    ------
    Stopped
        If one of them is not there, or belongs to this course itself.
    """
    if not sources:
        raise Stopped("Name what is to be collected: a zip from your LMS, a folder, or .ipynb files.")
    root = course.root.resolve()
    own = frozenset(
        {course.place(step) for step in _OWN_STEPS} | {course.attempts, course.backups, course.outcomes, root / ".git"}
    )
    paths: dict[Path, None] = {}
    for source in sources:
        path = source.expanduser().resolve()
        if not path.exists():
            raise Stopped(f"{source} is not there; see that the path is right. Nothing was collected.")
        if path.is_dir() and (path / "nbgrader_config.py").is_file() and path != root:
            path = path / "submitted"
            if not path.is_dir():
                raise Stopped(f"{source} is a course without submitted/; name what is to be collected of it.")
        if path == root or any(path == place or place in path.parents for place in own):
            raise Stopped(
                f"{source} belongs to this course itself, and nothing is collected from a course into itself: "
                "name the zip or folder with the hand-ins. What lies under submitted/ is graded as it is."
            )
        paths[path] = None
    piles = Piles()
    for path in paths:
        piles.add(path, own | {root} if root not in path.parents else own)
    return piles
