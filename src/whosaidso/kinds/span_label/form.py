"""What a student sees of a span_label exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, task_of, words
from whosaidso.vocabulary import TECHNIQUES


def span_label(task_id: str) -> Sheet:
    """Return the sheet of a span_label exercise: passages with their places, glosses, labels."""
    task, case = task_of(task_id, "span_label")
    blocks = []
    for item in task.items:
        passage = case.passages[item]
        rows = [("", passage.note)] if passage.note else []
        rows += [(f'"{part.article}", "{part.paragraph}"', part.text) for part in passage.part]
        if passage.gloss:
            explained = "; ".join(f"{gloss.word} = {gloss.meaning}" for gloss in passage.gloss)
            rows.append(("", f"Words explained: {explained}."))
        blocks.append(Block(passage.title, tuple(rows), cards=True))
    return Sheet(task.title, task.ask, task.minutes, (*blocks, words("Labels you may type", TECHNIQUES)))
