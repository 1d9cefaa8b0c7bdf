"""Make hand-ins, run nbgrader as an instructor does, and read the gradebook."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
GRADEBOOK = "whosaidso-gradebook.db"
ASSIGNMENTS = ("mosul-sourcing", "mosul-wording", "mosul-claims")


def released(course: Path, assignment: str) -> NotebookNode:
    return nbformat.read(course / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)


def model(course: Path, assignment: str) -> NotebookNode:
    """Return the release with the instructor's answers in it."""
    source = nbformat.read(course / "solutions" / assignment / f"{assignment}.ipynb", as_version=4)
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells}
    notebook = copy.deepcopy(released(course, assignment))
    for cell in notebook.cells:
        if cell.metadata.nbgrader.solution:
            lines = answers[cell.metadata.nbgrader.grade_id].splitlines()
            cell.source = "\n".join(line for line in lines if not line.startswith("### "))
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def hand_in(course: Path, student: str, assignment: str, content: NotebookNode | bytes) -> Path:
    path = course / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(nbformat.writes(content), encoding="utf-8")
    return path


def run(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` in a folder, with this Python's programs first on PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PATH": path, **env},
        text=True,
        capture_output=True,
        check=False,
        timeout=600,
    )


def gradebook_records(course: Path) -> dict[tuple[str, ...], object]:
    """Return every field of every record of the gradebook; a missing record is a missing key."""
    from nbgrader.api import Gradebook

    found: dict[tuple[str, ...], object] = {}
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    place = (assignment.name, submission.student.id, notebook.name)
                    for grade in notebook.grades:
                        found[*place, grade.name, "grade"] = (
                            grade.auto_score,
                            grade.manual_score,
                            grade.extra_credit,
                            grade.needs_manual_grade,
                            grade.max_score,
                            grade.failed_tests,
                        )
                    for comment in notebook.comments:
                        found[*place, comment.name, "comment"] = (comment.auto_comment, comment.manual_comment)
    return found
