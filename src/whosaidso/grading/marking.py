"""Fill the check cells of a rebuilt notebook with marks and reasons, as execution would have."""

from __future__ import annotations

import ast
from collections.abc import Callable

from attrs import frozen
from nbformat import NotebookNode
from nbformat.v4 import new_output

from whosaidso.check import Marked, mark, refused
from whosaidso.grading.literals import read_literal


@frozen
class CheckCall:
    """What a check cell says: `check("mosul-claims-1", claims, points=10)`."""

    task: str
    name: str
    points: float


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


def _mark(task: str, value: object, points: float) -> Marked:
    return mark(task, value, points=points)


def fill_marks(notebook: NotebookNode, marker: Marker = _mark) -> dict[str, Marked]:
    """Mark every check cell from the answer cell before it; return the marks by grade_id.

    Each check cell gets the two outputs that execution would give: the reasons as display data and
    the points as its result.
    """
    marks: dict[str, Marked] = {}
    answer_cells: list[NotebookNode] = []
    for cell in notebook.cells:
        marks_cell = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        cell.outputs = []
        cell.execution_count = None
        if marks_cell.get("solution") and not marks_cell.get("grade"):
            answer_cells.append(cell)
        call = check_call(cell.source) if marks_cell.get("grade") and marks_cell.get("locked") else None
        if call is None:
            continue
        marked = _from_answer(call, answer_cells, marker)
        cell.outputs = [
            new_output("display_data", data={"text/plain": marked.text, "text/html": _no_maths(marked.html)}),
            new_output("execute_result", data={"text/plain": repr(float(marked.points))}, execution_count=None),
        ]
        marks[marks_cell["grade_id"]] = marked
    return marks


def _no_maths(page: str) -> str:
    """Keep formgrader's maths engine away: a link in student-written maths would be alive."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{page}</div>'


def _from_answer(call: CheckCall, answer_cells: list[NotebookNode], marker: Marker) -> Marked:
    if not answer_cells:
        return refused("There is no answer cell before this one.", points=call.points)
    reading = read_literal(answer_cells[-1].source, call.name)
    if not reading.found:
        return refused(reading.problem, points=call.points, for_a_person=reading.computed)
    return marker(call.task, reading.value, call.points)
