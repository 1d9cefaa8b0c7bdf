"""Read a hand-in tolerantly and rebuild it on the released notebook.

The rebuilt notebook is the release, cell for cell, with the student's own words put into the cells
that were theirs to fill. What else the student added is kept as literal text for the human grader.
No output, attachment, tag or widget state of the hand-in survives.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import nbformat
from attrs import field, frozen
from nbformat import NotebookNode

from whosaidso.grading.safe import safe_markdown

MOST_BYTES = 20_000_000
MOST_CELLS = 2_000
_HALVES = re.compile("[\ud800-\udfff]")  # half characters, which no file can hold


class Unreadable(Exception):
    """A hand-in that is no notebook; the message is one sentence for instructor and student."""


@frozen
class HandedIn:
    """One cell of a hand-in, reduced to plain text."""

    cell_type: str
    source: str
    grade_id: str


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
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened ({error.strerror}); ask for it again.") from error
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"{path.name} has {len(data):,} bytes, more than {MOST_BYTES:,}; ask for it again without outputs."
        )
    return cells_of(data, path.name)


def cells_of(data: bytes, name: str) -> list[HandedIn]:
    """Return the cells in the bytes of a notebook file."""
    again = f"{name} is not a readable notebook; ask for the .ipynb file again."
    if not data.strip():
        raise Unreadable(f"{name} is empty; ask for it again.")
    try:
        text = data.decode("utf-8-sig", errors="replace")
        content = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable(again) from error
    if not isinstance(content, dict):
        raise Unreadable(again)
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise Unreadable(again)
    return [_cell(cell) for cell in cells[:MOST_CELLS] if isinstance(cell, dict)]


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
    return HandedIn(
        kind if kind in ("code", "markdown", "raw") else "markdown",
        _HALVES.sub("\ufffd", source.replace("\r\n", "\n")),
        grade_id if isinstance(grade_id, str) else "",
    )


def grade_id_of(cell: NotebookNode) -> str:
    """Return a released cell's grade_id, or ""."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_solution(cell: NotebookNode) -> bool:
    """Was this cell the student's to fill?"""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def rebuild(released: NotebookNode, handed_in: list[HandedIn]) -> Rebuilt:
    """Return the release with the student's answers in it, and what had to be repaired."""
    notebook = copy.deepcopy(released)
    known = {grade_id_of(cell): cell for cell in notebook.cells if grade_id_of(cell)}
    notes: list[str] = []
    for grade_id, cell in known.items():
        if not is_solution(cell):
            continue
        copies = [theirs for theirs in handed_in if theirs.grade_id == grade_id]
        if not copies:
            notes.append(f"The cell {grade_id} was missing; it counts as unanswered.")
            continue
        changed = [theirs.source for theirs in copies if theirs.source.strip() != cell.source.strip()]
        if len(copies) > 1:
            notes.append(f"The cell {grade_id} was there {len(copies)} times; the last changed one counts.")
        if changed:
            cell.source = changed[-1] if cell.cell_type == "code" else safe_markdown(changed[-1])
    _add_extras(notebook, handed_in, {cell.source.strip() for cell in released.cells}, set(known))
    return Rebuilt(notebook, tuple(notes))


def _add_extras(notebook: NotebookNode, handed_in: list[HandedIn], printed: set[str], known: set[str]) -> None:
    """Put what the student added after the cell it stood behind, as literal text."""
    after: dict[str, list[HandedIn]] = {}
    last = ""
    for theirs in handed_in:
        if theirs.grade_id in known:
            last = theirs.grade_id
        elif theirs.source.strip() and theirs.source.strip() not in printed:
            after.setdefault(last, []).append(theirs)
    cells: list[NotebookNode] = [_extra(theirs, f"extra-0-{n}") for n, theirs in enumerate(after.get("", []))]
    for place, cell in enumerate(notebook.cells, 1):
        cells.append(cell)
        name = grade_id_of(cell)
        cells += [_extra(theirs, f"extra-{place}-{n}") for n, theirs in enumerate(after.get(name, []) if name else [])]
    notebook.cells = cells


def _extra(theirs: HandedIn, name: str) -> NotebookNode:
    label = "Added by the student" + (" (code, not run)" if theirs.cell_type == "code" else "")
    return NotebookNode(
        cell_type="markdown", id=name, metadata=NotebookNode(), source=f"*{label}:*\n\n{safe_markdown(theirs.source)}"
    )


def read_released(path: Path) -> NotebookNode:
    """Return a released notebook, which is ours and therefore must be sound."""
    return nbformat.read(path, as_version=4)
