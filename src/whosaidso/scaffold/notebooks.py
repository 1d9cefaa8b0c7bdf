"""The notebooks of an assignment: made once from a template, then kept in step with tasks.toml and the key.

Prose and written tasks are the teacher's own and are left alone. Of each exercise the form, the answer cell and the
check are made from its task, so that nobody need type Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from whosaidso.kinds import part
from whosaidso.records import Case, Gold, Task
from whosaidso.scaffold.answers import literal, model, pattern

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

_INTRO = (
    " Work from top to bottom. Each exercise has a form; what you do is saved as you go, and at the end you hand in one "
    "file. Nothing you write leaves your computer until you hand it in. You can do this assignment on its "
    "[hand-in page](../../book/hand-in.md) or as a notebook; both end in the same file. You may skip any passage without "
    "giving a reason."
)
_MISSING = (
    "No form here: the package whosaidso is missing. Use the hand-in page that is linked at the top, or type your answer in "
    "the next cell and hand this file in."
)


def _cell(kind: str, name: str, source: str, **marks: Any) -> NotebookNode:
    """Return a cell whose id is its grade_id, as nbgrader wants it; `marks` are what is not false."""
    about = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": False, "task": False}
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    cell = make(source, id=name)
    cell.metadata["nbgrader"] = NotebookNode({**about, **marks})
    return cell


def answer_source(task: Task, case: Case, gold: Gold) -> str:
    """Return the answer cell of the teacher's notebook: the student's pattern, then the model answer."""
    return f"{pattern(task, case)}{BEGIN}\n{literal(task, model(task, gold))}\n{END}"


def _form_source(task: Task) -> str:
    names = ", ".join(sorted(("check", "picture", task.kind)))
    return (
        "# Your form. Press Start at the top, or run this cell (▶ or Shift+Enter).\n"
        f"try:\n    from whosaidso import {names}\n"
        "except ModuleNotFoundError:\n    import sys\n"
        f'    check = {task.kind} = picture = lambda *_, **__: print("{_MISSING}", file=sys.stderr)\n'
        f'{task.kind}("{task.id}")'
    )


def exercise_cells(task: Task, case: Case, gold: Gold) -> list[NotebookNode]:
    """Return form, answer, check and picture of one exercise."""
    name = part(task.kind, "answer").NAME
    cells = [
        _cell("code", f"{task.id}-form", _form_source(task), locked=True),
        _cell("code", f"{task.id}-answer", answer_source(task, case, gold), solution=True),
        _cell("code", f"{task.id}-check", "", grade=True, locked=True, points=task.points),
    ]
    cells[-1].source = _check_source(task)
    shown = f'# A picture of your own work, for your notes: run this cell.\npicture("{task.id}", {name})'
    return [*cells, _cell("code", f"{task.id}-picture", shown, locked=True)]


def _check_source(task: Task) -> str:
    name = part(task.kind, "answer").NAME
    return f'# Can your answer be read? Run this cell to see.\ncheck("{task.id}", {name}, points={task.points})'


def _heading(number: int, words: str, points: int, minutes: int, told: str, marks: str) -> str:
    return f"## {number}. {words} ({points} points, about {minutes} minutes)\n\n{told}\n\n**Marks.** {marks}"


def _rule(task: Task) -> str:
    scoring = part(task.kind, "scoring")
    name = "RULE" if hasattr(scoring, "RULE") else "RULE_VOICES" if task.voices else "RULE_LINKS"
    rule: str = getattr(scoring, name)
    return rule


def new_notebook(assignment: str, told: Mapping[str, Any], case: Case, gold: Gold) -> NotebookNode:
    """Return the teacher's notebook of an assignment, from what a template tells about it."""
    start = f"# {told['title']}\n\n{told['start']}{_INTRO}"
    who = f'# The name or code your teacher gave you; up to four, with commas between them.\nwho = ""\n{BEGIN}\nwho = "model answer"\n{END}'
    cells = [
        _cell("markdown", f"{assignment}-start", start, locked=True),
        _cell("code", f"{assignment}-who", who, solution=True),
    ]
    for number, row in enumerate(told["task"], 1):
        task = case.tasks[row["task"]]
        head = _heading(number, row["heading"], task.points, task.minutes, row["told"], _rule(task))
        cells.append(_cell("markdown", f"{task.id}-task", head, locked=True))
        cells += exercise_cells(task, case, gold)
    for number, row in enumerate(told["text"], len(told["task"]) + 1):
        head = _heading(number, row["heading"], row["points"], row["minutes"], row["told"], row["marks"])
        cells.append(_cell("markdown", f"{row['id']}-task", head, locked=True))
        answer = f"{BEGIN}\n{row['model']}\n{END}"
        cells.append(_cell("markdown", row["id"], answer, grade=True, solution=True, points=row["points"]))
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        whosaidso={"assignment": assignment, "schema": 1},
    )
    return made


def renew(notebook: NotebookNode, assignment: str, case: Case, gold: Gold) -> list[str]:
    """Bring the cells of every exercise of an assignment in step with its task and its key; return what was done.

    Cells of the teacher's are left alone. An exercise that is not there yet is put before the first written task, one
    that tasks.toml no longer has is taken out.
    """
    tasks = {task.id: task for task in case.tasks.values() if task.assignment == assignment}
    done = []
    for gone in sorted({task for task in _exercises(notebook) if task not in tasks}):
        notebook.cells = [cell for cell in notebook.cells if not _belongs(cell, gone)]
        done.append(f"{gone} was taken out: tasks.toml has no such task.")
    for task in tasks.values():
        if task.id not in _exercises(notebook):
            place = next((n for n, cell in enumerate(notebook.cells) if _is_text(cell)), len(notebook.cells) + 1) - 1
            number = 1 + sum(1 for _ in _exercises(notebook))
            head = _heading(number, task.title, task.points, task.minutes, task.ask, _rule(task))
            made = [_cell("markdown", f"{task.id}-task", head, locked=True), *exercise_cells(task, case, gold)]
            notebook.cells[place:place] = made
            done.append(f"{task.id} was put in: look at its heading.")
            continue
        for cell in notebook.cells:
            name = _name(cell)
            if name == f"{task.id}-answer":
                source = answer_source(task, case, gold)
                if cell.source != source:
                    cell.source = source
                    done.append(f"{task.id}: the model answer is that of the key again.")
            elif name == f"{task.id}-check":
                cell.source = _check_source(task)
                cell.metadata.nbgrader.points = task.points
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    return done


def _name(cell: NotebookNode) -> str:
    name: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return name


def _is_text(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _exercises(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "code" and _name(cell).endswith("-form"):
            yield _name(cell).removesuffix("-form")


def _belongs(cell: NotebookNode, task: str) -> bool:
    return _name(cell) in [f"{task}-{end}" for end in ("task", "form", "answer", "check", "picture")]


def read(path: Path) -> NotebookNode:
    """Return a notebook from a file."""
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as Jupyter would."""
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8", newline="\n")
