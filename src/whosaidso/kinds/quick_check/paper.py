"""A quick_check exercise on paper: the questions, and the answers after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Question, Task


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the questions with their options."""
    found: list[nodes.Node] = []
    for number, question in enumerate((case.questions[item] for item in task.items), 1):
        found.append(cards.para(nodes.strong("", f"{number}. "), *cards.prose(case, question.ask)))
        found.append(cards.bullets([[nodes.Text(f"{o.id}: {o.text}")] for o in question.option], cls="wss-options"))
    return found


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the right answers with our reasons."""
    return [cards.numbered([_answer(case, case.questions[item]) for item in task.items])]


def _answer(case: Case, question: Question) -> list[nodes.Node]:
    return [nodes.strong("", f"{', '.join(question.right)}. "), *cards.prose(case, question.reason)]


def beside(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return nothing: all that is needed stands in the questions."""
    return []
