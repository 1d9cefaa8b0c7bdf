"""Extensions that Moodle's worksheet tells of. They are shown and never taken over: dates are nbgrader's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, timedelta, tzinfo

from whosaidso.grading.collect.archives import shown
from whosaidso.grading.collect.names import named
from whosaidso.grading.collect.students import Enrolled
from whosaidso.grading.roster import Roster, plain_heading
from whosaidso.grading.roster.times import read_time

_GRANTED = re.compile(r"extension granted until:?\s*(.+)", re.IGNORECASE)


def find_extensions(
    roster: Roster, assignments: Iterable[str], enrolled: Enrolled, *, lms: tzinfo, course: tzinfo
) -> list[str]:
    """Return one sentence for each extension in a worksheet that the gradebook does not have yet.

    A worksheet is of one assignment; where it cannot be said which, ASSIGNMENT stands for it. Its times are by the
    LMS's clock, those that the verb `extension` is given by the course's.
    """
    names = sorted(set(assignments))
    assignment = names[0] if len(names) == 1 else "ASSIGNMENT"
    sentences = []
    for person in roster.people:
        status = next((cell for heading, cell in person.row.items() if plain_heading(heading) == "status"), "")
        granted = _GRANTED.search(status)
        if granted is None:
            continue
        said = granted[1].strip().rstrip(".")
        local = read_time(said)
        until = local.replace(tzinfo=lms) if local else None
        given = enrolled.extensions.get((person.id, assignment), timedelta())
        due = enrolled.due.get(assignment)
        if until and due and given and due + given >= until.astimezone(UTC).replace(tzinfo=None):
            continue
        when = f"{until.astimezone(course):%Y-%m-%d %H:%M}" if until else "YYYY-MM-DD HH:MM"
        sentences.append(
            f"{named(person)}: the LMS granted an extension until {shown(said, 60)}; give it with: "
            f'whosaidso extension {assignment} {person.id} --until "{when}"'
        )
    return sentences
