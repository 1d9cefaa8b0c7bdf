"""Mark quick questions: 1 for the right choice; an order earns ½ if only two neighbours are swapped."""

from __future__ import annotations

from collections.abc import Mapping

from whosaidso.records import Case, Gold, Question, Task
from whosaidso.scores import Item, Score, clip
from whosaidso.vocabulary import MISCONCEPTIONS

RULE = "Each question earns 1 for the right answer; an order with only two neighbours swapped earns ½."


def credit(given: tuple[str, ...], question: Question) -> float:
    """Return 1, ½ or 0 for one answer."""
    right = question.right
    if given == right:
        return 1.0
    wrong = [place for place, letter in enumerate(right) if given[place] != letter]
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return 0.5 if question.type == "order" and swapped else 0.0


def item(given: tuple[str, ...], question: Question) -> Item:
    """Return one question's outcome with its message."""
    said = {option.id: option for option in question.option}
    what = f"{question.id}: " + "; ".join(said[letter].text for letter in given)
    earned = credit(given, question)
    if earned == 1:
        return Item(question.id, 1.0, "right", what, "Right.", reason=question.reason)
    if earned:
        return Item(question.id, earned, "half", what, "Nearly: two neighbours are swapped.", "D0", question.reason)
    chosen = said[given[0]] if question.type == "choice" else None
    misconception = chosen.misconception if chosen else "D0"
    message = (chosen.message if chosen else "") or MISCONCEPTIONS[misconception].definition
    return Item(question.id, 0.0, "wrong", what, message, misconception, question.reason)


def score(*, answer: Mapping[str, tuple[str, ...]], gold: Gold, task: Task, case: Case) -> Score:
    """Return the share of questions answered rightly, in [0, 1]; an empty answer is 0.

    Questions are open: their answers stand in the case, and `gold` is not looked at.
    """
    items = []
    for name in task.items:
        question = case.questions[name]
        if name in answer:
            items.append(item(answer[name], question))
        else:
            items.append(Item(name, 0.0, "blank", f"{name}: {question.ask}", "No answer.", reason=question.reason))
    total = sum(entry.credit for entry in items)
    return Score(clip(total / len(items)) if items else 0.0, RULE, f"{total:g} of {len(items)}.", tuple(items))
