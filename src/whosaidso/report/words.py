"""Which words of a passage the class marked, word by word, with what the key says of each."""

from __future__ import annotations

from attrs import frozen

from whosaidso.kinds.span_label.scoring import gold_range
from whosaidso.records import Part
from whosaidso.report.data import TaskData
from whosaidso.scores import overlap, word_ranges

GRADES = ("core", "lure", "arguable")


@frozen
class Word:
    """One word of a passage."""

    text: str
    who: frozenset[str]
    """The students who marked it."""
    grade: str
    """core, arguable, lure or "" where the key says nothing of it."""

    @property
    def marked(self) -> int:
        """How many marked it."""
        return len(self.who)


@frozen
class Heat:
    """One part of a passage with its words."""

    passage: str
    title: str
    article: str
    paragraph: str
    n: int
    words: tuple[Word, ...]


def heats(data: TaskData) -> list[Heat]:
    """Return every part of the task's passages with the students who marked each word."""
    found = []
    for item in data.task.items:
        passage = data.case.passages[item]
        for part in passage.part:
            words = marked_words(data, item, part)
            found.append(Heat(item, passage.title, part.article, part.paragraph, len(data.lines), words))
    return found


def marked_words(data: TaskData, passage: str, part: Part) -> tuple[Word, ...]:
    """Return the words of one part of a passage."""
    units = word_ranges(part.text)
    who: list[set[str]] = [set() for _ in units]
    here = (passage, part.article, part.paragraph)
    for student, line in data.lines.items():
        for mark in line["answer"] if isinstance(line["answer"], list) else ():
            if isinstance(mark, dict) and (mark["passage"], mark["article"], mark["paragraph"]) == here:
                for place, unit in enumerate(units):
                    if overlap(unit, (mark["start"], mark["end"])):
                        who[place].add(student)
    spans = [
        (span.grade, gold_range(span, data.case))
        for span in data.gold.spans
        if (span.passage, span.article, span.paragraph) == here
    ]

    def grade(unit: tuple[int, int]) -> str:
        found = {name for name, target in spans if overlap(unit, target)}
        return next((name for name in GRADES if name in found), "")

    return tuple(
        Word(part.text[start:end], frozenset(people), grade((start, end)))
        for (start, end), people in zip(units, who, strict=True)
    )
