"""A source_trace exercise on paper: the names and words to use, and our links after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS

LINES = 9
"""Empty rows for each article; more than any article of ours needs."""


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return where to read, the names to choose from, and rows to fill."""
    names = [f"{case.sources[name].name}" for name in task.options]
    relations = ", ".join(term.label for name, term in RELATIONS.items() if name != "translates")
    where = cards.joined([cards.place_link(case, item) for item in task.items])
    found: list[nodes.Node] = [
        cards.para(nodes.strong("", "Read: "), *where, "."),
        cards.para(nodes.strong("", "Names (not all of them are sources): "), f"{', '.join(names)}."),
    ]
    if task.voices:
        return [*found, *_voices(case, task)]
    return [
        *found,
        cards.para(nodes.strong("", "How they know: "), f"{relations}."),
        *(
            cards.para(
                f"{n}. Who tells it: {'_' * 15} Who told them: {'_' * 15} How: {'_' * 12} Where: {'_' * 6}",
                cls="wss-blanks",
            )
            for n in range(1, LINES * len(task.items) + 1)
        ),
    ]


def _voices(case: Case, task: Task) -> list[nodes.Node]:
    """Return one row for each headline claim: whose voices, and how many of them are independent."""
    counts = ", ".join(term.label for term in INDEPENDENCE.values())
    found: list[nodes.Node] = [cards.para(nodes.strong("", "How many are independent: "), f"{counts}.")]
    for name in task.voices:
        found.append(cards.para(nodes.strong("", f"{name}. "), *cards.prose(case, case.headline_claims[name].text)))
        found.append(cards.para(f"Whose voices: {'_' * 48} How many: {'_' * 8}", cls="wss-blanks"))
    return found


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the open links of the articles with our reasons."""
    return [node for item in task.items for node in cards.edge_list(case, item)]


def beside(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return nothing: the articles stand on pages of their own."""
    return []
