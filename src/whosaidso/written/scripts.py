"""What there is to mark by hand in an assignment: the criteria with their rubric, and everybody's text.

Texts are read from `autograded/`, as data. Markers see pseudonyms only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import nbformat
from attrs import evolve, frozen
from markdown_it import MarkdownIt
from nbformat import NotebookNode

from whosaidso.grading.feedback.facts import text_of, told_apart
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.gradebook import Sheet
from whosaidso.grading.notebooks import HandedIn, Unreadable, grade_id_of, read_cells
from whosaidso.grading.outcomes import read_outcomes

MOST_TEXT = 20_000
"""Characters of a student's text that a marker is shown."""
_HEADING = re.compile(r"^#{2,3} +(?:\d+\. +)?(.+?)(?: *\([^()]*points?[^()]*\))? *$", re.MULTILINE)
_MARKS = re.compile(r"^\*\*Marks[^*]*\*\*\s*(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
_SCHEME = re.compile(r"^=== BEGIN MARK SCHEME ===$(.*?)^=== END MARK SCHEME ===$", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^\*\*(?P<title>[^*]+)\*\*, marked [^\n]*:\s*$", re.MULTILINE)
_LEVEL = re.compile(
    r"^\* \*\*(?P<points>\d+):\*\* (?P<says>.+?)(?:\n +For example: (?P<example>.+?))?(?=^\* |\n\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


@frozen
class Level:
    """One step of a criterion: its points, what it asks for, and an example."""

    points: int
    says: str
    example: str = ""


@frozen
class Criterion:
    """One thing to mark: a cell of the gradebook that a person fills."""

    cell: str
    title: str
    most: float
    task: str = ""
    """The released task, as Markdown, for a cell that holds a text; "" for a criterion on the text before it."""
    guide: str = ""
    """How it is marked, where no levels are given."""
    levels: tuple[Level, ...] = ()


@frozen
class Script:
    """What one student (or group) wrote, by cell, and a digest by which a later change is known."""

    student: str
    texts: dict[str, str]

    @property
    def digest(self) -> str:
        """Return 16 hex digits, another for any other text."""
        said = "\0".join(f"{cell}\1{text}" for cell, text in sorted(self.texts.items()))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def blank(self) -> bool:
        """Was nothing written at all?"""
        return not any(text.strip() for text in self.texts.values())


@frozen
class ToMark:
    """An assignment's written part."""

    assignment: str
    """Its one notebook has the same name."""
    criteria: tuple[Criterion, ...]
    scripts: dict[str, Script]
    """By student."""


def read_written(course: CourseFolder, sheet: Sheet) -> ToMark:
    """Return what there is to mark by hand in an assignment.

    Raises
    ------
    Stopped
        If it has nothing to mark by hand, or was not released or graded yet.
    """
    name = sheet.assignment
    source = course.place("source", ".", name) / f"{name}.ipynb"
    try:
        cells = nbformat.read(source, as_version=4).cells
    except (OSError, ValueError) as error:
        raise Stopped(f"{source} could not be read ({error}); copy it again from the project.") from error
    found = criteria(cells, {cell: points for (_, cell), points in sheet.points.items()})
    if not found:
        raise Stopped(f"{name} has nothing to mark by hand: the machine marks all of it.")
    wanted = [one.cell for one in found if one.task]
    released = {grade_id_of(cell): cell["source"] for cell in _released(course, name)}
    read = [key[0] for key, line in read_outcomes(course, name).items() if not key[1] and line.get("read", True)]
    scripts = {}
    for student in sorted(set(read) & set(sheet.handed)):
        path = course.place("autograded", student, name) / f"{name}.ipynb"
        try:
            scripts[student] = Script(student, _texts(read_cells(path), wanted, released))
        except Unreadable:
            continue
    if not scripts:
        raise Stopped(f"Nothing of {name} has been graded yet; run `whosaidso grade {name}` first.")
    return ToMark(name, found, scripts)


def _released(course: CourseFolder, name: str) -> list[NotebookNode]:
    path = course.place("release", ".", name) / f"{name}.ipynb"
    try:
        return nbformat.read(path, as_version=4).cells
    except (OSError, ValueError) as error:
        raise Stopped(f"{path} could not be read ({error}); run `whosaidso release {name}`.") from error


def _texts(cells: list[HandedIn], wanted: list[str], released: Mapping[str, str]) -> dict[str, str]:
    """Return the student's text in each of these cells; "" where it was left as it was released."""
    by_name = {cell.grade_id: text_of(cell.source) for cell in cells}
    texts = {name: by_name.get(name, "") for name in wanted}
    return {
        name: "" if text.strip() == released.get(name, "").strip() else text[:MOST_TEXT] for name, text in texts.items()
    }


def criteria(cells: list[NotebookNode], points: Mapping[str, float]) -> tuple[Criterion, ...]:
    """Return what a person marks in a source notebook, in its order.

    A task cell's mark scheme may have parts for several criteria, `**Title**, marked …:`; each goes to the criterion of
    that title. Levels are lines like `* **2:** says who says so.` with an example in the next line.
    """
    parts: dict[str, str] = {}
    for cell in cells:
        for scheme in _SCHEME.findall(cell["source"]):
            pieces = _PART.split(scheme)
            parts |= {title.strip(): text for title, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    found = []
    before = ""
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        name = marks.get("grade_id", "")
        text = bool(marks.get("grade") and marks.get("solution") and cell["cell_type"] == "markdown")
        if not text and not marks.get("task"):
            before = cell["source"] if cell["cell_type"] == "markdown" else before
            continue
        own = before if text else cell["source"]
        headings = _HEADING.findall(own)
        title = headings[-1].strip() if headings else name
        levels = tuple(
            Level(int(one["points"]), _flat(one["says"]), _flat(one["example"] or ""))
            for one in _LEVEL.finditer(parts.get(title, ""))
        )
        guide = "" if levels else " ".join(_MARKS.findall(own)) or _SCHEME.sub("", own)
        found.append(Criterion(name, title, points.get(name, 0.0), own if text else "", guide, levels))
    titles = told_apart([one.title for one in found])
    return tuple(evolve(one, title=title) for one, title in zip(found, titles, strict=True))


def _flat(text: str) -> str:
    return " ".join(text.split())


def html_of(text: str) -> str:
    """Return our own Markdown as HTML; links lose their targets, which would not be found from a marker's folder."""
    return re.sub(r"</?a\b[^>]*>", "", _MARKDOWN.render(text))
