"""A source_trace exercise on paper: the names and words to use, and our links after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task
from whosaidso.vocabulary import RELATIONS

LINES = 9
"""Empty rows on the sheet; more than any article of ours needs."""


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return where to read, the names to choose from, and rows to fill."""
    names = [f"{case.sources[name].name}" for name in task.options]
    relations = ", ".join(term.label for name, term in RELATIONS.items() if name != "translates")
    where = cards.joined([cards.place_link(case, item) for item in task.items])
    return [
        cards.para(nodes.strong("", "Read: "), *where, "."),
        cards.para(nodes.strong("", "Names (not all of them are sources): "), f"{', '.join(names)}."),
        cards.para(nodes.strong("", "How they know: "), f"{relations}."),
        *(
            cards.para(
                f"{n}. Who tells it: ________ Who told them: ________ How: ________ Where: ____", cls="wss-blanks"
            )
            for n in range(1, LINES + 1)
        ),
    ]


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the open links of the articles with our reasons."""
    return [node for item in task.items for node in cards.edge_list(case, item)]
