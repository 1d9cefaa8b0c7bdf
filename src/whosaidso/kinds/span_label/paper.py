"""A span_label exercise on paper: the passages to mark, and the marked passages after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the passages without marks."""
    return [node for item in task.items for node in cards.passage_block(case, item, f"{anchor}-{item}")]


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the passages with the open key."""
    return [node for item in task.items for node in cards.passage_block(case, item, f"{anchor}-{item}-key", spans=True)]
