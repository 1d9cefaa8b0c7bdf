"""Take marks out of nbgrader's gradebook: as its own CSV, or as a file that Canvas, Moodle or Blackboard reads.

Nobody is lost: who waits, who handed nothing in and who is not in the class list is named, and gets no mark made up.
Nothing a student wrote runs in a spreadsheet. This room writes no file and never changes the gradebook.

`marks` reads the gradebook, `people` says who is who and what each is given, `cells` how it is written; `fresh`
makes a new file, `filled` gives an LMS's own file back, for which `columns` finds the place.
"""

from __future__ import annotations

from whosaidso.grading.export.cells import number, safe_cell
from whosaidso.grading.export.filled import export_lms
from whosaidso.grading.export.fresh import export_csv
from whosaidso.grading.export.marks import Known, Mark, Marks, Task, handed_in, joined, read_marks
from whosaidso.grading.export.people import STATES, Cell, Choices, Made

__all__ = [
    "STATES",
    "Cell",
    "Choices",
    "Known",
    "Made",
    "Mark",
    "Marks",
    "Task",
    "export_csv",
    "export_lms",
    "handed_in",
    "joined",
    "number",
    "read_marks",
    "safe_cell",
]
