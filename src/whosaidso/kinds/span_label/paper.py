"""A span_label exercise on paper: the passages to mark, and the marked passages after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task
from whosaidso.vocabulary import TECHNIQUES


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the labels to choose from and the passages without marks."""
    labels = cards.para(
        nodes.strong("", "Underline the few words that push, and write one of these beside them: "),
        f"{', '.join(term.label for term in TECHNIQUES.values())}.",
    )
    return [labels, *(node for item in task.items for node in cards.passage_block(case, item, f"{anchor}-{item}"))]


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the passages with the open key."""
    return [node for item in task.items for node in cards.passage_block(case, item, f"{anchor}-{item}-key", spans=True)]


def beside(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return nothing: all that is needed stands in the questions."""
    return []
