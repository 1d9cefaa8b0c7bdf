"""Exercises on paper: the directive `worksheet`, for the packs that `make print` makes.

Any task may be printed, graded ones too: a worksheet holds questions and cards, which are public. Answers
are printed for practice tasks only; those of graded tasks stand in the debriefs under `solutions/`.
"""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.kinds import part
from whosaidso.records import Case, Task


def sheet(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the exercise as a sheet to write on: name, what to do, the questions, and what belongs beside them."""
    paper = part(task.kind, "paper")
    head = cards.para(
        cards.words("Name or code", cls="ws-name"), cards.words(f"about {task.minutes} minutes"), cls="wss-sheet-head"
    )
    return [
        head,
        cards.para(nodes.strong("", f"{task.title} "), task.ask, cls="wss-sheet-ask"),
        *paper.questions(case, task, anchor),
        *paper.beside(case, task, anchor),
    ]


def key(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the answers of a practice task.

    Raises
    ------
    UnknownId
        If the task is graded: its answers are in no public data.
    """
    practice = {name: other for name, other in case.tasks.items() if not other.assignment}
    cards.get(practice, task.id, "practice task")
    return part(task.kind, "paper").answers(case, task, anchor)
