"""Read a hand-in tolerantly and rebuild it on the released notebook.

The rebuilt notebook is the release, cell for cell, with the student's own words put into the cells
that were theirs to fill. What else the student added is kept as literal text for the human grader.
No output, attachment, tag or widget state of the hand-in survives.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import nbformat
from attrs import evolve, field, frozen
from nbformat import NotebookNode

from whosaidso.grading.safe import safe_markdown, visible

MOST_BYTES = 20_000_000
MOST_CELLS = 2_000
_HALVES = re.compile("[\ud800-\udfff]")  # half characters, which no file can hold
LONGEST_CELL = 200_000
"""Characters of a cell that is looked for in a damaged file."""
MOST_IN_VAIN = 10_000_000
"""Characters of a damaged file that are read for a cell and are none."""
MOST_BROKEN = 2_000_000
"""Bytes of a damaged file in UTF-16 that are read."""
MOST_PARTS = 1_000_000
"""Lists, objects and keys of a file; more are made to be slow."""
MOST_LINES = 1_000_000
"""Lines of a file that is searched for the marks of a merge conflict."""
MOST_ANSWER = 100_000
"""Characters of an answer that are kept: more than are read of it, and no more than a page can show."""
MOST_ADDED = 200_000
"""Characters of what a student added that are shown, all cells together."""
_CELL = re.compile(r'\{\s*"(?:attachments|cell_type|execution_count|id|metadata|outputs|source)"\s*:')
_OF_TASK = re.compile(r"#\s*([\w-]+):")
_WHO = re.compile(r"^who\s*=", re.MULTILINE)
_SCHEME = re.compile(r"^[^\n]*BEGIN MARK SCHEME.*?(?:END MARK SCHEME[^\n]*\n?|\Z)", re.MULTILINE | re.DOTALL)


class Unreadable(Exception):
    """A notebook that cannot be read; of a hand-in the message is one sentence for instructor and student."""


@frozen
class HandedIn:
    """One cell of a hand-in, reduced to plain text."""

    cell_type: str
    source: str
    grade_id: str
    cell_id: str = field(default="", eq=False)
    """The cell's own id, by which it is known where nbgrader's was stripped."""


@frozen
class Notebook:
    """A hand-in as it was read."""

    cells: list[HandedIn]
    assignment: str = ""
    """What its metadata says it is a hand-in of; "" if they say nothing."""
    notes: tuple[str, ...] = ()
    """What was wrong with the file, one sentence each."""


@frozen
class Rebuilt:
    """A hand-in on the released notebook."""

    notebook: NotebookNode
    notes: tuple[str, ...] = field(default=())
    """What had to be repaired, one sentence each."""


def read_cells(path: Path) -> list[HandedIn]:
    """Return the cells of a notebook file, whatever else is wrong with it.

    Raises
    ------
    Unreadable
        If there is no list of cells to be found.
    """
    return read_notebook(read_bytes(path), path.name).cells


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a hand-in's file.

    Raises
    ------
    Unreadable
        If it cannot be opened, is no file of its own (a link, a pipe), or is too large.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise Unreadable(f"{path.name} is not a file of its own; ask for the .ipynb file again.")
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened ({error.strerror}); ask for it again.") from error
    if size > MOST_BYTES:
        raise Unreadable(f"{path.name} has {size:,} bytes, more than {MOST_BYTES:,}; ask for it again without outputs.")
    return data


def cells_of(data: bytes, name: str) -> list[HandedIn]:
    """Return the cells in the bytes of a notebook file."""
    return read_notebook(data, name).cells


def read_notebook(data: bytes, name: str) -> Notebook:
    """Return what can be read of the bytes of a notebook file.

    A file with the marks of a merge conflict is read with its first side, one that is cut off or
    damaged with the cells that are whole.

    Raises
    ------
    Unreadable
        If there is no cell to be found.
    """
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Unreadable(f"{name} is empty; ask for it again.")
    text = _text(data)
    notes: list[str] = []
    content = _json(text)
    if content is None and "<<<<<<<" in text and text.count("\n") < MOST_LINES:
        content = _json(_first_side(text))
        notes.append(
            "The file holds the marks of a merge conflict; its first side counts, and a person should look at the other."
        )
    if content is None:
        whole = list(_whole_cells(text))
        if all(_is_ours(cell) for cell in whole):  # nothing of the student's is left
            raise Unreadable(f"{name} is {_what(data)}; ask for the .ipynb file again.")
        content = {"cells": whole}
        notes = [
            f"The file is damaged: {len(whole)} of its cells are whole and count; the rest is lost unless it is handed in again."
        ]
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise Unreadable(f"{name} is not a readable notebook; ask for the .ipynb file again.")
    if len(cells) > MOST_CELLS:
        notes.append(f"The notebook has {len(cells):,} cells; the first {MOST_CELLS:,} were read.")
    metadata = content.get("metadata")
    about = metadata.get("whosaidso") if isinstance(metadata, dict) else None
    assignment = about.get("assignment") if isinstance(about, dict) else ""
    return Notebook(
        [_cell(cell) for cell in cells[:MOST_CELLS] if isinstance(cell, dict)],
        visible(assignment[:60]) if isinstance(assignment, str) else "",
        tuple(notes),
    )


def _text(data: bytes) -> str:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-8-sig", errors="replace")
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:  # replacing is slow here: a damaged one is read as far as it is worth
        return data[:MOST_BROKEN].decode("utf-16", errors="replace")


def _json(text: str) -> dict | None:
    if text.count("{") + text.count("[") + text.count('":') > MOST_PARTS:
        return None
    collecting = gc.isenabled()
    gc.disable()  # nothing of it is garbage yet, and looking for some takes longer than reading
    try:
        content = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    finally:
        if collecting:
            gc.enable()
    return content if isinstance(content, dict) else None


def _first_side(text: str) -> str:
    """Return a text without the marks of merge conflicts and without all sides but the first."""
    kept: list[str] = []
    side = 0
    for line in text.split("\n"):
        if line.startswith("<<<<<<<"):
            side = 1
        elif side and line.startswith(("|||||||", "=======")):
            side = 2
        elif side and line.startswith(">>>>>>>"):
            side = 0
        elif side < 2:
            kept.append(line)
    return "\n".join(kept)


def _whole_cells(text: str) -> Iterator[dict]:
    """Yield each cell that can be read for itself in the text of a broken notebook."""
    decoder = json.JSONDecoder(strict=False)
    at = tried = in_vain = 0
    while (found := _CELL.search(text, at)) and tried < MOST_CELLS and in_vain < MOST_IN_VAIN:
        tried += 1
        at = found.start() + 1
        piece = text[found.start() : found.start() + LONGEST_CELL]
        try:
            cell, length = decoder.raw_decode(piece)
        except (ValueError, RecursionError):
            in_vain += len(piece)
            continue
        if isinstance(cell, dict) and "cell_type" in cell and ("source" in cell or "input" in cell):
            at = found.start() + length
            yield cell


def _is_ours(cell: dict) -> bool:
    """Is a raw cell one that the release locks?"""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(marks, dict) and marks.get("locked") is True


def _what(data: bytes) -> str:
    """Say what a file is that is no notebook."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith(b"pk\x03\x04"):
        return "a zip archive under a notebook's name"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "a web page under a notebook's name, not the notebook itself"
    if start.startswith(b"%pdf"):
        return "a PDF under a notebook's name"
    return "not a readable notebook"


def _cell(cell: dict) -> HandedIn:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else ""
    kind = cell.get("cell_type")
    name = cell.get("id", "")
    return HandedIn(
        kind if kind in ("code", "markdown", "raw") else "markdown",
        _HALVES.sub("\ufffd", source.replace("\r\n", "\n")),
        grade_id if isinstance(grade_id, str) else "",
        name if isinstance(name, str) else "",
    )


def grade_id_of(cell: NotebookNode) -> str:
    """Return a released cell's grade_id, or ""."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_solution(cell: NotebookNode) -> bool:
    """Was this cell the student's to fill?"""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def identify(released: NotebookNode, handed_in: Sequence[HandedIn]) -> tuple[list[HandedIn], list[str]]:
    """Return the cells with the names they had in the release, where those were stripped or changed.

    A cell without a known grade_id is known by its own id, by the first line of its answer, by words
    that the release prints, or by its place between two cells that are known. Nothing is guessed from
    what an answer says.
    """
    known = {grade_id_of(cell): cell for cell in released["cells"] if grade_id_of(cell)}
    wanted = {name for name, cell in known.items() if is_solution(cell)}
    cells = [cell if cell.grade_id in known else evolve(cell, grade_id="") for cell in handed_in]
    taken = {cell.grade_id for cell in cells}
    if wanted <= taken:
        return list(handed_in), []
    before = set(taken)

    def name(place: int, grade_id: str) -> None:
        cells[place] = evolve(cells[place], grade_id=grade_id)
        taken.add(grade_id)

    for place, cell in enumerate(cells):
        if not cell.grade_id and cell.cell_id in known and cell.cell_id not in taken:
            name(place, cell.cell_id)
    words = [told["source"].strip() for told in known.values()]
    printed = {text: grade_id for grade_id, text in zip(known, words, strict=True) if words.count(text) == 1}
    for place, cell in enumerate(cells):
        if cell.grade_id or not cell.source.strip():
            continue
        first = _OF_TASK.match(cell.source.lstrip())
        by_task = f"{first[1]}-answer" if first else ""
        who = next((n for n in wanted if n.endswith("-who")), "") if _WHO.search(cell.source) else ""
        for grade_id in (printed.get(cell.source.strip(), ""), by_task, who):
            if grade_id in known and grade_id not in taken:
                name(place, grade_id)
                break
    for place, grade_id in _by_place(list(known), known, cells):
        if grade_id not in taken:
            name(place, grade_id)
    found = sorted((taken - before) & wanted)
    notes = [
        f"The cell {grade_id} had lost its mark; it was known by its place or its first line." for grade_id in found
    ]
    return cells, notes


def _by_place(order: list[str], known: dict[str, NotebookNode], cells: list[HandedIn]) -> Iterator[tuple[int, str]]:
    """Yield nameless cells between two known ones, in order, where the release has just as many to fill there."""
    rank = {grade_id: number for number, grade_id in enumerate(order)}
    anchors = [(-1, -1), *((n, rank[c.grade_id]) for n, c in enumerate(cells) if c.grade_id), (len(cells), len(order))]
    for (here, low), (there, high) in pairwise(anchors):
        missing = order[low + 1 : high]
        nameless = [n for n in range(here + 1, there) if cells[n].source.strip()]
        for kind in ("code", "markdown"):
            gaps = [g for g in missing if is_solution(known[g]) and known[g]["cell_type"] == kind]
            texts = [n for n in nameless if (cells[n].cell_type == "code") == (kind == "code")]
            if len(gaps) == len(texts):
                yield from zip(texts, gaps, strict=True)


def rebuild(released: NotebookNode, handed_in: Sequence[HandedIn]) -> Rebuilt:
    """Return the release with the student's answers in it, and what had to be repaired.

    Cells that hold nothing of the student's are the release's own and must not be changed in place.
    """
    cells, notes = identify(released, handed_in)
    by_name: dict[str, list[HandedIn]] = {}
    for theirs in cells:
        by_name.setdefault(theirs.grade_id, []).append(theirs)
    filled: list[NotebookNode] = []
    for cell in released["cells"]:
        grade_id = grade_id_of(cell)
        filled.append(cell)
        if not grade_id or not is_solution(cell):
            continue
        copies = by_name.get(grade_id, [])
        if not copies:
            notes.append(f"The cell {grade_id} was missing; it counts as unanswered.")
            continue
        changed = [theirs.source for theirs in copies if theirs.source.strip() != cell["source"].strip()]
        if len(copies) > 1:
            notes.append(f"The cell {grade_id} was there {len(copies)} times; the last changed one counts.")
        if changed:
            source = changed[-1] if cell["cell_type"] == "code" else safe_markdown(changed[-1])
            if cell["cell_type"] == "code" and len(source) > MOST_ANSWER:
                notes.append(f"The cell {grade_id} had {len(source):,} characters; the first {MOST_ANSWER:,} are kept.")
                source = source[:MOST_ANSWER]
            filled[-1] = NotebookNode({**cell, "source": source})
    notebook = NotebookNode({**released, "cells": _with_extras(released, filled, cells)})
    return Rebuilt(notebook, tuple(notes))


def _with_extras(
    released: NotebookNode, filled: list[NotebookNode], handed_in: Sequence[HandedIn]
) -> list[NotebookNode]:
    """Put what the student added after the cell it stood behind, as literal text."""
    printed = {cell["source"].strip() for cell in released["cells"]}
    known = {grade_id_of(cell) for cell in released["cells"]} - {""}
    after: dict[str, list[HandedIn]] = {}
    last = ""
    left = MOST_ADDED
    hidden = 0
    for theirs in handed_in:
        if theirs.grade_id in known:
            last = theirs.grade_id
        elif theirs.source.strip() and theirs.source.strip() not in printed:
            left -= len(theirs.source)
            hidden += left < 0
            if left >= 0:
                after.setdefault(last, []).append(theirs)
    cells: list[NotebookNode] = [_extra(theirs, f"extra-0-{n}") for n, theirs in enumerate(after.get("", []))]
    for place, cell in enumerate(filled, 1):
        cells.append(cell)
        name = grade_id_of(cell)
        cells += [_extra(theirs, f"extra-{place}-{n}") for n, theirs in enumerate(after.get(name, []) if name else [])]
    if hidden:
        more = f"*Added by the student: {hidden:,} more cells, too long to show; they stand in the file as it was handed in.*"
        cells.append(NotebookNode(cell_type="markdown", id="extra-more", metadata=NotebookNode(), source=more))
    return cells


def _extra(theirs: HandedIn, name: str) -> NotebookNode:
    label = "Added by the student" + (" (code, not run)" if theirs.cell_type == "code" else "")
    return NotebookNode(
        cell_type="markdown", id=name, metadata=NotebookNode(), source=f"*{label}:*\n\n{safe_markdown(theirs.source)}"
    )


def read_released(path: Path) -> NotebookNode:
    """Return a notebook of the release or the instructor's, which is ours and therefore must be sound."""
    return nbformat.read(path, as_version=4)


def mark_schemes(path: Path) -> dict[str, NotebookNode]:
    """Return the criterion cells of the instructor's notebook by name: the release has no mark scheme in them.

    Raises
    ------
    Unreadable
        If that notebook is damaged.
    """
    try:
        cells = read_released(path)["cells"]
        return {grade_id_of(cell): cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("task")}
    except Exception as error:  # what is wrong with it may be anything
        raise Unreadable(
            f"the instructor's notebook {path.name}, which holds the mark schemes, is damaged ({type(error).__name__}). "
            "Mend it, or take it from where you have a sound one."
        ) from error


def for_the_marker(notebook: NotebookNode, schemes: dict[str, NotebookNode]) -> NotebookNode:
    """Return a notebook with its mark schemes, where nbgrader's own grading would have put them back."""
    cells = []
    for cell in notebook["cells"]:
        own = schemes.get(grade_id_of(cell))
        cells.append(cell if own is None else NotebookNode({**cell, "source": own["source"]}))
    return NotebookNode({**notebook, "cells": cells})


def without_schemes(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what stands between the marks of a mark scheme."""
    cells = []
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("task"):
            cell = NotebookNode({**cell, "source": _SCHEME.sub("", cell["source"])})
        cells.append(cell)
    return NotebookNode({**notebook, "cells": cells})
