"""What a student sees of a quick_check exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet
from whosaidso.forms.spec import Spec
from whosaidso.forms.widget import Form, form_of
from whosaidso.records import Case, Task

STRINGS: dict[str, object] = {
    "order_help": "Put them in order with the buttons, the first at the top.",
    "up": "Move up: {text}",
    "down": "Move down: {text}",
    "moved": "“{text}” is now number {place} of {of}.",
    "question": "question {number}",
}


def quick_check(task_id: str) -> Form:
    """Return the form of a quick_check exercise: questions with one right option, and orders."""
    return form_of(task_id, "quick_check")


def spec(task: Task, case: Case) -> Spec:
    """Return what the form shows."""
    return {
        "progress": "{done} of {of} questions answered.",
        "items": [
            {
                "id": question.id,
                "type": question.type,
                "ask": question.ask,
                "options": [{"id": option.id, "text": option.text} for option in question.option],
            }
            for question in (case.questions[item] for item in task.items)
        ],
    }


def sheet(task: Task, case: Case) -> Sheet:
    """Return the same in words, with what may be typed, for programs that show no form."""
    blocks = []
    for question in (case.questions[item] for item in task.items):
        blocks.append(Block(f"{question.id}. {question.ask}", tuple((o.id, o.text) for o in question.option)))
    return Sheet(task.title, task.ask, task.minutes, tuple(blocks))
