"""Read a class list as an LMS gives it out, and find the one person a name or number stands for.

Canvas gradebook, Moodle grading worksheet, gradebook or participants, Blackboard grade centre, nbgrader's own
student list, or any table with a column that names people. The file is kept as it stands, so that the exporters
can give it back with nothing changed but the marks. This room knows no gradebook and no hand-in.

`sheet` reads a file as a table, `columns` says what its columns mean, `times` when something was handed in,
`reading` makes people of the rows; `people` finds one of them.
"""

from __future__ import annotations

from whosaidso.grading.roster.columns import plain_heading
from whosaidso.grading.roster.people import Person, Roster, same_person
from whosaidso.grading.roster.reading import read_roster

__all__ = ["Person", "Roster", "plain_heading", "read_roster", "same_person"]
