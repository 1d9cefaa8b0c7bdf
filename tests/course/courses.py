"""Make hand-ins, run nbgrader as an instructor does, and read the gradebook."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from whosaidso.cases import case_ids, load_case
from whosaidso.gold import read_gold
from whosaidso.records import Case, Gold

ROOT = Path(__file__).resolve().parents[2]
GRADEBOOK = "whosaidso-gradebook.db"
ASSIGNMENTS = ("mosul-sourcing", "mosul-wording", "mosul-claims", "mosul-note")


def case_of(assignment: str) -> Case:
    """Return the case that an assignment is about."""
    cases = [load_case(case_id) for case_id in case_ids()]
    return next(case for case in cases if any(task.assignment == assignment for task in case.tasks.values()))


def gold_of(course: Path, assignment: str) -> Gold:
    """Return the key of an assignment of a course."""
    gold, faults = read_gold(course / "solutions" / assignment / "gold.toml", assignment, case_of(assignment))
    assert not faults
    return gold


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


def student_of(key: tuple[str, ...]) -> str:
    """Return whose record it is; "" for that of an assignment."""
    return {"assignment": "", "student": key[1], "submission": key[-1]}.get(key[0], key[1])


def gradebook_records(course: Path, db_url: str = "") -> dict[tuple[str, ...], object]:
    """Return every field of every record of the gradebook but random ids; a missing record is a missing key.

    Sums are made by the database, whose order of adding differs: they are compared to nine places.
    """
    from nbgrader.api import Gradebook

    found: dict[tuple[str, ...], object] = {}
    with Gradebook(db_url or f"sqlite:///{course / GRADEBOOK}") as gradebook:
        for student in gradebook.students:
            found["student", student.id] = (
                student.first_name,
                student.last_name,
                student.email,
                student.lms_user_id,
                round(student.score, 9),
                student.max_score,
            )
        for assignment in gradebook.assignments:
            found["assignment", assignment.name] = (
                assignment.duedate,
                assignment.course_id,
                assignment.max_score,
                assignment.num_submissions,
            )
            for submission in assignment.submissions:
                found["submission", assignment.name, submission.student.id] = (
                    submission.timestamp,
                    submission.extension,
                    round(submission.score, 9),
                    submission.late_submission_penalty,
                    submission.needs_manual_grade,
                )
                for notebook in submission.notebooks:
                    place = (assignment.name, submission.student.id, notebook.name)
                    found[*place, "", "notebook"] = (
                        notebook.flagged,
                        notebook.late_submission_penalty,
                        round(notebook.score, 9),
                        notebook.max_score,
                        notebook.needs_manual_grade,
                        notebook.failed_tests,
                    )
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
