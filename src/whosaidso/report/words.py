"""Which words of a passage the class marked, word by word, with what the key says of each."""

from __future__ import annotations

from collections.abc import Iterable

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
    marked: int
    grade: str
    """core, arguable, lure or "" where the key says nothing of it."""


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
    """Return every part of the task's passages with how many students marked each word."""
    marks: dict[tuple[str, str, str], list[list[tuple[int, int]]]] = {}
    for line in data.lines.values():
        mine: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        for mark in line["answer"] if isinstance(line["answer"], list) else ():
            if isinstance(mark, dict):
                place = (mark["passage"], mark["article"], mark["paragraph"])
                mine.setdefault(place, []).append((mark["start"], mark["end"]))
        for place, ranges in mine.items():
            marks.setdefault(place, []).append(ranges)
    found = []
    for item in data.task.items:
        passage = data.case.passages[item]
        for part in passage.part:
            words = _words(data, item, part, marks.get((item, part.article, part.paragraph), ()))
            found.append(Heat(item, passage.title, part.article, part.paragraph, len(data.lines), words))
    return found


def _words(data: TaskData, passage: str, part: Part, marks: Iterable[list[tuple[int, int]]]) -> tuple[Word, ...]:
    units = word_ranges(part.text)
    counts = [0] * len(units)
    for ranges in marks:
        for place, unit in enumerate(units):
            counts[place] += any(overlap(unit, one) for one in ranges)
    spans = [
        (span.grade, gold_range(span, data.case))
        for span in data.gold.spans
        if (span.passage, span.article, span.paragraph) == (passage, part.article, part.paragraph)
    ]

    def grade(unit: tuple[int, int]) -> str:
        here = {name for name, target in spans if overlap(unit, target)}
        return next((name for name in GRADES if name in here), "")

    return tuple(
        Word(part.text[start:end], count, grade((start, end)))
        for (start, end), count in zip(units, counts, strict=True)
    )
