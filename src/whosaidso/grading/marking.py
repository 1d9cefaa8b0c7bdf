"""Fill the check cells of a rebuilt notebook with marks and reasons, as execution would have."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache

from attrs import frozen
from nbformat import NotebookNode

from whosaidso.check import Marked, mark, refused
from whosaidso.grading.literals import read_literal


@frozen
class CheckCall:
    """What a check cell says: `check("mosul-claims-1", claims, points=10)`."""

    task: str
    name: str
    points: float


@lru_cache(maxsize=256)  # a class hands the same few cells in again and again
def check_call(source: str) -> CheckCall | None:
    """Return the call a check cell consists of, or None if the cell is something else."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"):
        return None
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if len(call.args) != 2 or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[1], ast.Name):
        return None
    points = keywords.get("points")
    if not isinstance(points, ast.Constant) or not isinstance(points.value, int | float):
        return None
    return CheckCall(str(call.args[0].value), call.args[1].id, float(points.value))


Marker = Callable[[str, object, float], Marked]
"""Marks one answer: task id, answer as plain data, points."""


def _mark(task: str, value: object, points: float) -> Marked:
    return mark(task, value, points=points)


@frozen
class Check:
    """One check cell of a notebook with the answer cell before it."""

    grade_id: str
    place: int
    call: CheckCall
    answer: str | None
    """Source of the answer cell; None where there is none."""
    answer_id: str = ""


def checks_of(notebook: NotebookNode) -> list[Check]:
    """Return the check cells of a notebook, each with what stands in the answer cell before it."""
    found: list[Check] = []
    answer: str | None = None
    answer_id = ""
    for place, cell in enumerate(notebook["cells"]):
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code":
            continue
        if marks.get("solution") and not marks.get("grade"):
            answer, answer_id = cell["source"], marks["grade_id"]
        call = check_call(cell["source"]) if marks.get("grade") and marks.get("locked") else None
        if call is not None:
            found.append(Check(marks["grade_id"], place, call, answer, answer_id))
    return found


def fill_marks(notebook: NotebookNode, marker: Marker = _mark) -> dict[str, Marked]:
    """Mark every check cell from the answer cell before it; return the marks by grade_id.

    Each check cell gets the two outputs that execution would give: the reasons as display data and
    the points as its result. Cells are replaced in the notebook's list, never changed in place.
    """
    cells = notebook["cells"]
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code" and (cell.get("outputs") or cell.get("execution_count")):
            cells[place] = NotebookNode({**cell, "outputs": [], "execution_count": None})
    marks: dict[str, Marked] = {}
    for check in checks_of(notebook):
        marked = marked_answer(check, marker)
        outputs = [
            NotebookNode(
                output_type="display_data",
                metadata=NotebookNode(),
                data=NotebookNode({"text/plain": marked.text, "text/html": _no_maths(marked.html)}),
            ),
            NotebookNode(
                output_type="execute_result",
                metadata=NotebookNode(),
                execution_count=None,
                data=NotebookNode({"text/plain": repr(float(marked.points))}),
            ),
        ]
        cells[check.place] = NotebookNode({**cells[check.place], "outputs": outputs})
        marks[check.grade_id] = marked
    return marks


def _no_maths(page: str) -> str:
    """Keep formgrader's maths engine away: a link in student-written maths would be alive."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{page}</div>'


def marked_answer(check: Check, marker: Marker) -> Marked:
    """Return the mark of what stands in the answer cell of a check."""
    if check.answer is None:
        return refused("There is no answer cell before this one.", points=check.call.points)
    reading = read_literal(check.answer, check.call.name)
    if not reading.found:
        return refused(reading.problem, points=check.call.points, for_a_person=reading.computed)
    return marker(check.call.task, reading.value, check.call.points)
