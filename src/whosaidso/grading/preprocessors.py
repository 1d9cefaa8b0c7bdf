"""nbgrader's autograde, without execution: `nbgrader_config.py` names these classes as strings.

If one of them cannot be imported, nbgrader stops; it has no other way to grade this course.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from whosaidso.cases import case_of
from whosaidso.check import SHOW_GOLD, show_gold
from whosaidso.faults import DataError, Fault
from whosaidso.gold import load_gold
from whosaidso.grading.batch import release_faults, written_below
from whosaidso.grading.keys import read_rulings
from whosaidso.grading.marking import fill_marks
from whosaidso.grading.notebooks import (
    HandedIn,
    Rebuilt,
    Unreadable,
    for_the_marker,
    mark_schemes,
    read_cells,
    read_released,
    rebuild,
    without_schemes,
)


def released_path(coursedir: CourseDirectory, assignment: str, notebook: str) -> Path:
    """Return where the release of a notebook stands."""
    return Path(coursedir.format_path(coursedir.release_directory, ".", assignment)) / f"{notebook}.ipynb"


def preflight(coursedir: CourseDirectory, assignment: str) -> None:
    """Refuse to grade before the first student if gold, task or release is missing or faulty.

    Raises
    ------
    NbGraderException
        With what was expected, what was found and what to do.
    """
    try:
        case = case_of(assignment)
        if case is None:
            raise NbGraderException(
                f"{assignment} is no assignment of Who Said So?, and this course runs no student code. "
                "To grade it by execution, set WHOSAIDSO_EXECUTE=1 on a machine you can afford to lose."
            )
        load_gold(assignment, case)
        faults: list[Fault] = []
        rulings = read_rulings(Path(coursedir.root), faults)
        if faults:
            raise DataError(faults)
    except DataError as error:
        raise NbGraderException(f"{assignment} was not graded; nothing has been changed. {error}") from error
    if any(ruling.assignment == assignment and ruling.ruling != "declined" for ruling in rulings):
        raise NbGraderException(
            f"{assignment} was not graded; nothing has been changed. Appeals were ruled on in this course, and only "
            f"`whosaidso grade {assignment}` knows the rulings: use it instead."
        )
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment))
    for notebook in sorted(source.glob("*.ipynb")):
        path = released_path(coursedir, assignment, notebook.stem)
        if not path.is_file():
            raise NbGraderException(
                f"{assignment} was not graded: the released notebook {path.name} is missing. Run `whosaidso release {assignment}`."
            )
        try:
            wrong = release_faults(case, read_released(path))
        except Exception as error:  # what is wrong with it may be anything
            raise NbGraderException(
                f"{assignment} was not graded: the released notebook {path.name} is damaged ({type(error).__name__}). "
                f"Run `whosaidso release {assignment}`."
            ) from error
        if wrong:
            raise NbGraderException(f"{assignment} was not graded: {path.name} {wrong[0]}")
        try:
            mark_schemes(notebook)
        except Unreadable as error:
            raise NbGraderException(f"{assignment} was not graded: {error}") from error


class DataExporter(NotebookExporter):
    """Reads hand-ins tolerantly, and looks before the first student whether grading can go ahead."""

    parent: Any  # nbgrader's Autograde

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        coursedir = self.parent.coursedir
        root = Path(coursedir.format_path(coursedir.source_directory, ".", "."))
        wanted = coursedir.assignment_id
        for folder in sorted(root.glob("*")):
            if folder.is_dir() and fnmatch.fnmatch(folder.name, wanted):
                try:
                    preflight(coursedir, folder.name)
                except NbGraderException as error:
                    self.log.error(str(error))
                    raise

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> Any:
        """Convert one file; a hand-in becomes a notebook of plain cells."""
        if not self.parent._sanitizing:
            return super().from_filename(filename, resources, **kw)
        try:
            cells = read_cells(Path(filename))
        except Unreadable as error:
            self.log.error(str(error))
            raise
        resources = ResourcesDict() if resources is None else resources
        path = Path(filename)
        resources.setdefault("metadata", ResourcesDict())
        resources["metadata"].update(name=path.stem, path=str(path.parent))
        return self.from_notebook_node(_as_notebook(cells), resources=resources, **kw)


def _as_notebook(cells: list[HandedIn]) -> NotebookNode:
    nodes = [
        NotebookNode(
            cell_type=cell.cell_type, source=cell.source, id=f"handed-in-{number}",
            metadata=NotebookNode(nbgrader=NotebookNode(grade_id=cell.grade_id)) if cell.grade_id else NotebookNode(),
        )
        for number, cell in enumerate(cells)
    ]  # fmt: skip
    return NotebookNode(cells=nodes, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


class Restore(NbGraderPreprocessor):
    """Rebuild the hand-in on the released notebook, so that only the student's answers are the student's."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Return the released notebook with the answers of `nb`."""
        about = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        released = read_released(released_path(coursedir, about["assignment"], about["notebook"]))
        cells = [
            HandedIn(cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            for cell in nb.cells
        ]
        rebuilt: Rebuilt = rebuild(released, cells)
        for note in rebuilt.notes:
            self.log.warning("%s: %s", about["student"], note)
        for grade_id in written_below(released, rebuilt.notebook):
            self.log.warning("%s wrote in a cell of their own below %s: look at it.", about["student"], grade_id)
            rebuilt.notebook.metadata.setdefault(FOR_A_PERSON, []).append(grade_id)
        folder = Path(coursedir.format_path(coursedir.source_directory, ".", about["assignment"]))
        source = folder / f"{about['notebook']}.ipynb"
        schemes = mark_schemes(source) if source.is_file() else {}
        return for_the_marker(rebuilt.notebook, schemes), resources


class ReadAnswers(NbGraderPreprocessor):
    """Mark the answers as data, where nbgrader would execute the notebook."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Return the notebook with the outputs that execution would have given its check cells."""
        for grade_id, marked in fill_marks(nb).items():
            if marked.for_a_person:
                nb.metadata.setdefault(FOR_A_PERSON, []).append(grade_id)
        if show_gold():
            nb.metadata[SHOWS_KEY] = True
        return nb, resources


class SaveMarks(SaveAutoGrades):
    """Save the marks as nbgrader does, and send what could not be marked as data to a person."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Write the marks of a notebook into the gradebook."""
        self.for_a_person = nb.metadata.get(FOR_A_PERSON, [])
        return super().preprocess(nb, resources)

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        grade_id = cell.metadata["nbgrader"]["grade_id"]
        if grade_id in self.for_a_person:
            grade = self.gradebook.find_grade(grade_id, self.notebook_id, self.assignment_id, self.student_id)
            grade.needs_manual_grade = True
            if cell.metadata["nbgrader"]["solution"]:  # a text that may stand below it
                grade.auto_score = None
            self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_comment(cell, resources)
        grade_id = cell.metadata["nbgrader"]["grade_id"]
        if grade_id in self.for_a_person:
            comment = self.gradebook.find_comment(grade_id, self.notebook_id, self.assignment_id, self.student_id)
            comment.auto_comment = None
            self.gradebook.db.commit()


FOR_A_PERSON = "whosaidso_for_a_person"
SHOWS_KEY = "whosaidso_shows_key"
_MATHS = re.compile("<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)


class FeedbackExporter(HTMLExporter):
    """Feedback pages that ask nothing of third parties and show the key only if that is wanted now."""

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> Any:
        """Return the page, without the maths engine that nbconvert loads from elsewhere, and its resources.

        Raises
        ------
        NbGraderException
            If the hand-in was marked with the key shown, and the key is not to be shown.
        """
        if nb.metadata.get(SHOWS_KEY) and not show_gold():
            raise NbGraderException(
                f"No page was written: this hand-in was autograded with {SHOW_GOLD}=1 and shows the key. Autograde it "
                f"again with --force (its hand-given marks stay), or set {SHOW_GOLD}=1 here too if all have handed in."
            )
        page, resources = super().from_notebook_node(without_schemes(nb), resources, **kw)
        return _MATHS.sub("", page, count=1), resources  # the head comes before every word of a student's
