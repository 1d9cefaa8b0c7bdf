"""A new_kind exercise on paper: the claims, and the answers after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CLAIM_TYPES


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the claims with the kinds to choose from."""
    kinds = ", ".join(term.label for term in CLAIM_TYPES.values())
    found: list[nodes.Node] = [cards.para(nodes.strong("", "Kinds: "), f"{kinds}.")]
    for name in task.items:
        found.append(cards.para(nodes.strong("", f"{name}. "), *cards.prose(case, case.claims[name].text)))
    return found


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the right kinds."""
    rights = [(name, CLAIM_TYPES[case.claims[name].type].label) for name in task.items]
    return [cards.numbered([[nodes.Text(f"{name}: {label}.")] for name, label in rights])]


def beside(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return nothing: all that is needed stands in the questions."""
    return []
