"""The notebooks of JupyterLite: a practice notebook for each chapter with exercises, and the assignments as released.

A practice notebook is derived from its chapter: the same open exercises in the same order. It shows nothing
that the chapter's page does not hold.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from whosaidso.book.progress import exercises_of
from whosaidso.cases import task_case
from whosaidso.kinds import part


def chapters(root: Path) -> dict[str, list[str]]:
    """Return the chapters that hold exercises: name of the page, then the ids in the order of the page."""
    return {name: tasks for name, (_, tasks) in exercises_of(root / "book").items()}


def notebook(root: Path, chapter: str, tasks: list[str]) -> NotebookNode:
    """Return a chapter's practice notebook; each exercise is a form, and a cell that keeps its answer."""
    title, _ = exercises_of(root / "book")[chapter]
    intro = (
        f"# Practice: {title}\n\n"
        f"These are the exercises of the chapter [{title}](../../book/{chapter}.md), as a notebook. "
        "Press Start at the top. Nothing is marked and nothing leaves this computer. "
        "What you do is kept in this browser; the button at the top removes it again."
    )
    cells = [_cell(new_markdown_cell(intro), f"practice-{chapter}-start")]
    for task_id in tasks:
        task, _ = task_case(task_id)
        name = part(task.kind, "answer").NAME
        say = f"## {task.title}\n\nAbout {task.minutes} minutes."
        form = f'# Press Start at the top, or run this cell (▶ or Shift+Enter).\nfrom whosaidso import {task.kind}\n{task.kind}("{task_id}")'
        keep = f"# {task_id}: the form writes your answer here.\n{name} = {{}}"
        if name == "wording":
            keep = keep.replace("{}", "[]")
        cells += [
            _cell(new_markdown_cell(say), f"{task_id}-task"),
            _cell(new_code_cell(form), f"{task_id}-form"),
            _cell(new_code_cell(keep), f"{task_id}-answer", solution=True),
        ]
    for number, cell in enumerate(cells):
        cell["id"] = f"{chapter}-{number}"  # the same at every build
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    about = {"assignment": f"practice-{chapter}", "practice": chapter, "schema": 1}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "whosaidso": about})


def _cell(cell: NotebookNode, name: str, solution: bool = False) -> NotebookNode:
    """Return the cell with the name by which the forms find it."""
    cell.metadata.update(
        deletable=False,
        editable=solution,
        nbgrader={
            "grade": False,
            "grade_id": name,
            "locked": not solution,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        },
    )
    return cell


def write(root: Path, folder: Path) -> None:
    """Write `practice/CHAPTER.ipynb` and `assignments/NAME.ipynb` into a folder."""
    practice = folder / "practice"
    assignments = folder / "assignments"
    for place in (practice, assignments):
        place.mkdir(parents=True)
    for chapter, tasks in chapters(root).items():
        nbformat.write(notebook(root, chapter, tasks), practice / f"{chapter}.ipynb")
    for path in sorted((root / "exercises").glob("*/*.ipynb")):
        if path.stem == path.parent.name:
            shutil.copy(path, assignments / path.name)
