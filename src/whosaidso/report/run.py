"""Make a report: read, analyse, write the page and, where asked for, its tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from whosaidso.files import write_whole
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.report.analysis import Analysis, analyse
from whosaidso.report.data import AssignmentData, ClassData, read_class, read_earlier, sections_of, task_data
from whosaidso.report.page import html_of
from whosaidso.report.people import course_secret, full_names, pseudonyms
from whosaidso.report.pieces import Cell, Section, grids
from whosaidso.report.sections import sections


@frozen
class Written:
    """What a report was written to, and what it says first."""

    page: Path
    size: int
    tables: tuple[Path, ...]
    analysis: Analysis
    sections: tuple[Section, ...]


def write_report(
    course: CourseFolder,
    names: Iterable[str],
    page: Path,
    *,
    tables: Path | None = None,
    compare: Path | None = None,
    sections_from: Path | None = None,
    named: bool = False,
    when: date | None = None,
) -> Written:
    """Write the report of these assignments.

    Raises
    ------
    Stopped
        If the gradebook, the earlier outcomes or the class list cannot be read, or a file cannot be written.
    """
    data, everybody = read_class(course, names)
    shown = full_names(everybody) if named else pseudonyms(everybody, course_secret(course.root))
    places = sections_of(sections_from, everybody) if sections_from is not None else {}
    data = evolve(data, shown=shown, named=named, sections=places)
    analysis = analyse(data, _earlier(data, compare) if compare is not None else None)
    parts = sections(analysis)
    content = html_of(data.course, parts, students=data.students, named=named, when=f"{when or date.today():%d %B %Y}")
    try:
        write_whole(page, content)
        written = tuple(write_tables(tables, parts)) if tables is not None else ()
    except OSError as error:
        raise Stopped(
            f"{error.filename or page} could not be written ({error.strerror}); name another place."
        ) from error
    return Written(page, len(content), written, analysis, tuple(parts))


def _earlier(data: ClassData, folder: Path) -> dict[str, AssignmentData]:
    lines = read_earlier(folder)
    known = {one.name: one for one in data.assignments}
    found = {name: _then(known[name], lines[name]) for name in lines if name in known}
    if not found:
        raise Stopped(
            f"{folder} holds no outcomes of {', '.join(known) or 'these assignments'}: name the outcomes/ folder of an earlier course, or a zip of `whosaidso archive`."
        )
    return found


def _then(now: AssignmentData, lines: list[dict[str, Any]]) -> AssignmentData:
    """Return an earlier run of an assignment, with today's key to name its items by."""
    tasks = tuple(task_data(one.task, one.case, one.gold, lines) for one in now.tasks)
    return AssignmentData(now.name, tasks, frozenset(line["student"] for line in lines))


def write_tables(folder: Path, parts: Sequence[Section]) -> list[Path]:
    """Write every table of the page as a CSV file; return their paths."""
    written = []
    for section in parts:
        for grid in grids(section.pieces):
            text = io.StringIO(newline="")
            rows = csv.writer(text)
            rows.writerow(grid.heads)
            rows.writerows([_plain(cell) for cell in row] for row in grid.rows)
            path = folder / f"{re.sub('[^a-z0-9-]+', '-', grid.id.removeprefix('t-').casefold())}.csv"
            write_whole(path, text.getvalue().encode("utf-8-sig", "replace"))  # Excel reads UTF-8 by its mark only
            written.append(path)
    return written


def _plain(cell: str | Cell) -> str:
    """Return a cell's words; what a spreadsheet would take for a formula is kept as words."""
    text = cell.text if isinstance(cell, Cell) else cell
    return (
        f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") and not re.fullmatch(r"[+][0-9.]+( .*)?", text) else text
    )
