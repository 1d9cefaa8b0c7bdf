"""What a file says of itself: which assignment it is of, who is typed in it, and what was written in it.

The file's name is not asked. What cannot be read as a notebook is searched for the same marks as text,
so that a damaged hand-in still finds its way to grading.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping

from attrs import frozen
from nbformat import NotebookNode

from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import check_call
from whosaidso.grading.notebooks import (
    HandedIn,
    Unreadable,
    grade_id_of,
    identify,
    is_solution,
    read_notebook,
    read_released,
)

WORDS_ALIKE = 20
"""Words from which on the same text in two hand-ins is worth a look."""
LONGEST_NAME = 300

_NO_CODE = re.compile(r"""#.*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""")
"""Comments, and quoted texts, also unfinished ones, in which a # begins no comment."""

_CHECK = re.compile(r"""\bcheck\(\s*\\?["']([\w-]+)""")
_TASK = re.compile(r"#\s*([\w-]+):")
_NAMED = re.compile(r'"(?:grade_id|id)"\s*:\s*"([^"\\]{1,200})"')
_ABOUT = re.compile(r'(?<!\\)"whosaidso"\s*:\s*\{[^{}]{0,300}?"assignment"\s*:\s*"([^"\\]{1,200})"')
_WHO_LINE = re.compile(r"^[ \t]*who[ \t]*=[ \t]*(.*)$", re.MULTILINE)
_WHO_RAW = re.compile(r'\bwho\s*=\s*(\\"(?:[^"\\\n]|\\[^"\n]){0,300}\\"|\'(?:[^\'"\n]){0,300}\')')


@frozen
class Release:
    """One assignment as it was given out."""

    name: str
    notebook: NotebookNode
    marks: frozenset[str]
    """Names of its cells and tasks."""
    texts: Mapping[str, str]
    """What stood in the cells for written answers."""
    codes: Mapping[str, str]
    """What stood in the cells for structured answers."""
    sha: str


@frozen
class Facts:
    """What a file says of itself."""

    sha: str
    ours: bool = False
    """Is it a hand-in of an assignment of this course, sound or damaged?"""
    assignment: str = ""
    typed: str = ""
    written: tuple[str, ...] = ()
    """Digest of each longer text that was written in it."""
    whole: str = ""
    """Digest of all that was filled in; "" where no word of it is the student's own."""
    problem: str = ""
    """What it is, if it cannot be read; half a sentence."""
    other: str = ""
    """The assignment it names, if that is not one of this course."""


def read_releases(course: CourseFolder) -> dict[str, Release]:
    """Return the assignments that were released in a course.

    Raises
    ------
    Stopped
        If there is none.
    """
    found = {}
    for path in sorted(course.place("release").glob("*/*.ipynb")):
        name = path.parent.name
        if path.stem != name:
            continue
        try:
            notebook = read_released(path)
        except Exception as error:  # nbformat raises what it likes
            raise Stopped(
                f"{path} cannot be read ({type(error).__name__}); run `whosaidso release {name}` again."
            ) from error
        calls = [check_call(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        marks = {grade_id_of(cell) for cell in notebook["cells"]} | {call.task for call in calls if call}
        to_fill = [cell for cell in notebook["cells"] if is_solution(cell) and grade_id_of(cell) != f"{name}-who"]
        texts, codes = (
            {grade_id_of(cell): cell["source"] for cell in to_fill if (cell["cell_type"] == "code") == code}
            for code in (False, True)
        )
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
        found[name] = Release(name, notebook, frozenset(marks - {""}), texts, codes, sha)
    if not found:
        raise Stopped(
            f"No assignment was released in {course.root}, so no hand-in can be told from other files: "
            "run `whosaidso release` first."
        )
    return found


def read_facts(data: bytes, name: str, releases: Mapping[str, Release]) -> Facts:
    """Return what a file says of itself."""
    sha = hashlib.sha256(data).hexdigest()
    try:
        notebook = read_notebook(data, name)
    except Unreadable as error:
        problem = str(error).removeprefix(f"{name} ").partition("; ask")[0].rstrip(".")
        return _by_text(data, sha, problem, releases)
    assignment = notebook.assignment
    if assignment not in releases:
        assignment = _by_cells(notebook.cells, releases)
    if not assignment:
        return Facts(sha, other=notebook.assignment)
    release = releases[assignment]
    cells, _ = identify(release.notebook, notebook.cells)
    return Facts(sha, True, assignment, _typed(cells, assignment), _written(cells, release), _whole(cells, release))


def _by_text(data: bytes, sha: str, problem: str, releases: Mapping[str, Release]) -> Facts:
    if "under a notebook's name" in problem:
        return Facts(sha, problem=problem)
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")
    about = _ABOUT.search(text)
    assignment = about[1] if about and about[1] in releases else ""
    assignment = assignment or _most([*_NAMED.findall(text), *_CHECK.findall(text)], releases)
    typed = ""
    for said in _WHO_RAW.findall(text):
        try:
            typed = json.loads(said.replace('\\"', '"')) if said.startswith("\\") else said.strip("'")
        except ValueError:
            continue
    return Facts(sha, bool(assignment), assignment, typed[:LONGEST_NAME].strip(), problem=problem)


def _by_cells(cells: list[HandedIn], releases: Mapping[str, Release]) -> str:
    marks = []
    for cell in cells:
        first = _TASK.match(cell.source.lstrip())
        marks += [cell.grade_id or cell.cell_id, *_CHECK.findall(cell.source), first[1] if first else ""]
    return _most(marks, releases)


def _most(marks: list[str], releases: Mapping[str, Release]) -> str:
    """Return the one assignment most of these marks belong to; "" if none, or if two share the lead."""
    votes = Counter(name for mark in marks for name, release in releases.items() if mark in release.marks)
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return ""
    return ranked[0][0]


def _typed(cells: list[HandedIn], assignment: str) -> str:
    """Return what is typed in the cell that asks for a name."""
    said = ""
    for cell in cells:
        if cell.grade_id != f"{assignment}-who":
            continue
        reading = read_literal(cell.source, "who")
        value = reading.value if reading.found else None
        if isinstance(value, list | tuple | set) and all(isinstance(one, str | int) for one in value):
            value = ", ".join(str(one) for one in value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            lines = _WHO_LINE.findall(cell.source)
            value = re.sub(r"\s*#.*$", "", lines[-1]).strip(" \t\"'“”„‘’()[]") if lines else ""
        said = " ".join(value.split()) or said
    return said[:LONGEST_NAME]


def _written(cells: list[HandedIn], release: Release) -> tuple[str, ...]:
    found = []
    for cell in cells:
        given = release.texts.get(cell.grade_id)
        if given is None:
            continue
        words = _words(cell.source)
        if words.count(" ") + 1 >= WORDS_ALIKE and words != _words(given):
            found.append(hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16])
    return tuple(found)


def _whole(cells: list[HandedIn], release: Release) -> str:
    """Return the digest of all answers and texts; "" unless a text is filled, or an answer holds the student's own words."""
    said: list[str] = []
    own = False
    for cell in cells:
        text, code = release.texts.get(cell.grade_id), release.codes.get(cell.grade_id)
        if text is not None:
            filled = cell.source.strip()
            if filled and filled != text.strip():
                own = True
                said.append(f"{cell.grade_id} {_words(filled)}")
        elif code is not None:
            answer, comments = _apart(cell.source, code, cell.grade_id)
            noted = "differently" in answer and read_literal(cell.source, "differently").value
            own = own or bool(comments) or bool(noted)
            said.append(f"{cell.grade_id} {_words(answer)} # {_words(' '.join(comments))}")
    return hashlib.sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()[:16] if own else ""


def _words(text: str) -> str:
    """Return the words of a text; the text as it is where it has none, like "???"."""
    return " ".join(re.findall(r"\w+", text.casefold())) or " ".join(text.split())


def _apart(source: str, released: str, grade_id: str) -> tuple[str, list[str]]:
    """Return an answer without comments, and those comments that are neither the release's nor the form's."""
    printed = {line.strip() for line in released.split("\n")}
    form = f"# {grade_id.removesuffix('-answer')}:"
    comments: list[str] = []

    def without(found: re.Match[str]) -> str:
        if not found[0].startswith("#"):
            return found[0]
        comment = found[0].strip()
        if comment not in printed and not comment.startswith(form) and comment.strip("# "):
            comments.append(comment)
        return ""

    return _NO_CODE.sub(without, source), comments
