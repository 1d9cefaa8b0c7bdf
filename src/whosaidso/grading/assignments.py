"""Everything that can be wrong with an assignment's notebooks: the instructor's, and its release."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from whosaidso.cases.checks import EXAMPLE
from whosaidso.check import Marked, mark_task
from whosaidso.faults import Fault
from whosaidso.grading.folder import Stopped, read_course
from whosaidso.grading.marking import check_call, checks_of, marked_answer
from whosaidso.records import Case, Gold

_BOOK_LINK = re.compile(r"\]\((?:\.\./\.\./|https?://[^)\s]*/)book/([\w/-]+)\.(?:md|html)(#[\w-]+)?\)")


def notebook_faults(course: Path, assignment: str, gold: Gold, case: Case, unsure: set[str]) -> list[Fault]:
    """Return what is wrong in an assignment's folder; checks of tasks that are `unsure` are not marked."""
    tasks = {task.id: task for task in case.tasks.values() if task.assignment == assignment}

    def marker(task: str, value: object, points: float) -> Marked:
        return mark_task(tasks[task], case, value, points=points, gold=gold)

    faults: list[Fault] = []
    folder = course / "solutions" / assignment
    debrief = folder / "debrief.md"
    if debrief.is_file() and EXAMPLE.search(debrief.read_text(encoding="utf-8", errors="replace")):
        remedy = "Write what you will tell the class, or take the file away."
        faults.append(Fault(f"solutions/{assignment}/debrief.md", "", "is still the example.", remedy))
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        faults.append(Fault(f"solutions/{assignment}", "", "has no notebook.", "Put the instructor's notebook there."))
    for path in paths:
        where = f"solutions/{assignment}/{path.name}"
        try:
            notebook = nbformat.read(path, as_version=4)
        except (ValueError, OSError) as error:
            faults.append(Fault(where, "", "is no notebook.", f"Put it back as it was. {str(error)[:80]}"))
            continue
        about = notebook.metadata.get("whosaidso", {})
        if about.get("assignment") != assignment or about.get("schema") != 1:
            faults.append(
                Fault(
                    where,
                    "",
                    f"has the metadata whosaidso = {dict(about)!r}.",
                    f'Set {{"assignment": "{assignment}", "schema": 1}}.',
                )
            )
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", ""))
            if EXAMPLE.search(cell.source):
                faults.append(
                    Fault(where, name, "has no model answer.", "Write one over the EXAMPLE, between the two marks.")
                )
            if cell.cell_type == "code" and (cell.get("outputs") or cell.get("execution_count")):
                faults.append(Fault(where, name, "has outputs or a count.", "Clear all outputs and save."))
        calls = [call for cell in notebook.cells if cell.cell_type == "code" and (call := check_call(cell.source))]
        for call in calls:
            if call.task in tasks and tasks[call.task].points != call.points:
                faults.append(
                    Fault(where, call.task, f"is checked for {call.points:g} points.", "Use the points of tasks.toml.")
                )
        strange = [call.task for call in calls if call.task not in tasks]
        missing = [task for task in tasks if task not in {call.task for call in calls}]
        for task_id in strange:
            remedy = f"This assignment has: {', '.join(tasks)}."
            faults.append(Fault(where, task_id, "is checked, and is no task of this assignment.", remedy))
        for task_id in missing:
            faults.append(Fault(where, task_id, "is checked nowhere.", "Add its cells, or take it out of tasks.toml."))
        for found in checks_of(notebook):
            points, name = found.call.points, found.grade_id
            if found.call.task not in tasks or found.call.task in unsure:
                continue
            marked = marked_answer(found, marker)
            if marked.points != points:
                faults.append(
                    Fault(
                        where,
                        name,
                        f"its model answer earns {marked.points:g} of {points:g}.",
                        f"Run `whosaidso model-answers {assignment}`, or correct the model or the key. It says: {_why(marked)}",
                    )
                )
        faults += _release_faults(course, assignment, path.name, notebook, known=any(f.file == where for f in faults))
    return faults


def _release_faults(course: Path, assignment: str, name: str, source: NotebookNode, known: bool) -> Iterator[Fault]:
    """Yield what is wrong with a release; one of a notebook with known faults is not compared, as it will be made again."""
    where, remedy = f"exercises/{assignment}/{name}", f"Run `whosaidso release {assignment}`."
    path = course / where
    if not path.is_file():
        yield Fault(where, "", "is missing.", remedy)
        return
    if known:
        return
    try:
        released = _cells(nbformat.read(path, as_version=4))
        due = _cells(student_version(course, source))
    except (ValueError, OSError, RuntimeError) as error:
        yield Fault(where, "", f"cannot be compared with its source: {str(error)[:80]}.", remedy)
        return
    changed = [cell for cell in dict.fromkeys([*due, *released]) if due.get(cell) != released.get(cell)]
    if changed:
        yield Fault(where, changed[0], "is not as in the instructor's notebook any more.", remedy)


def student_version(course: Path, source: NotebookNode) -> NotebookNode:
    """Return an instructor's notebook as nbgrader releases it: no solutions, no mark schemes.

    Raises
    ------
    RuntimeError
        If a solution or mark scheme begins and does not end.
    """
    try:
        config = read_course(course).config
    except Stopped:  # a course without configuration has nbgrader's own words in place of solutions
        config = Config()
    notebook = copy.deepcopy(source)
    for step in (ClearSolutions, ClearMarkScheme):
        notebook, _ = step(config=config).preprocess(notebook, {})
    return notebook


def _cells(notebook: NotebookNode) -> dict[str, str]:
    """Return the cells' texts by grade_id, the book's links alike whether they lead to a site or to the file beside."""
    return {
        cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", "")): _BOOK_LINK.sub(
            r"](book/\1\2)", cell.source.strip()
        )
        for cell in notebook.cells
    }


def _why(marked: Marked) -> str:
    """Return in a line how a mark came about."""
    said = [marked.score.arithmetic] if marked.score else marked.text.splitlines()[-1:]
    return " ".join([*said, *(marked.parsed.problems[:1] if marked.parsed else ())])
