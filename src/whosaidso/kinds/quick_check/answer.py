"""Read a quick_check answer: `quick = {"u01": "b", "u06": ["c", "a", "b"]}`."""

from __future__ import annotations

from whosaidso.answers import Parsed, as_list, choose
from whosaidso.records import Case, Task

NAME = "quick"
ITEMS = "questions"
"""The table of a case that its items come from."""


def parse(raw: object, task: Task, case: Case) -> Parsed:
    """Return the choices that can be read, and a sentence for each thing that cannot.

    A choice is one option's letter, an order is every option's letter once.
    """
    problems: list[str] = []
    answers: dict[str, tuple[str, ...]] = {}
    if not isinstance(raw, dict):
        problems.append("Your answer should be one {…} with a line for each question.")
        raw = {}
    for key, value in raw.items():
        item, problem = choose(key, task.items, "a question of this exercise", "quick", problems=problems)
        if item is None:
            problems.append(problem)
            continue
        question = case.questions[item]
        known = [option.id for option in question.option]
        given = as_list(value if value is not None else [])
        if given is None:
            problems.append(f"{item}: write one letter, or for an order a list of letters.")
            continue
        read: dict[str, None] = {}
        for word in given:
            letter, problem = choose(word, known, "an option", item, problems=problems)
            if letter is not None:
                read[letter] = None
            elif word != "":
                problems.append(problem)
        letters = tuple(read)
        wanted = len(known) if question.type == "order" else 1
        if letters and len(letters) != wanted:
            problems.append(f"{item}: {wanted} letters are asked for, and {len(letters)} can be read.")
        elif letters:
            answers[item] = letters
    missing = tuple(item for item in task.items if item not in answers)
    return Parsed(answers, tuple(problems), missing, done=len(answers), of=len(task.items))
