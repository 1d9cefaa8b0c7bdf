"""What can be pointed at in a class's answers, who gave it, and those answers in words. Knows no widget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from whosaidso.grading.outcomes import Line
from whosaidso.kinds.span_label.scoring import gold_range
from whosaidso.report.data import TaskData
from whosaidso.report.items import Column, columns, entry_of
from whosaidso.report.words import marked_words
from whosaidso.vocabulary import GAPS, INDEPENDENCE, MISCONCEPTIONS, RELATIONS, TECHNIQUES, VERDICTS, Term

INVENTED = "links that were invented"


@frozen
class Spot:
    """Something students gave: a word they marked, a link they drew, a verdict."""

    label: str
    who: frozenset[str]
    key: str = ""
    """What the key says of it, in a word or two; "" where it says nothing."""


@frozen
class Block:
    """Spots that belong together: the words of a passage, or the answers to an item."""

    item: str
    """The passage, or the item as answers name it."""
    title: str
    spots: tuple[Spot, ...]
    running: bool = False
    """Do the spots make a text?"""


def blocks(data: TaskData, students: frozenset[str] | None = None) -> list[Block]:
    """Return all that can be pointed at in a task, by these students or by all who answered."""
    use = students if students is not None else frozenset(data.lines)
    if data.task.kind == "span_label":
        return list(_passages(data, use))
    found = [_chosen(data, column, use) for column in columns(data)]
    if data.task.kind == "source_trace" and not data.task.voices:
        found.append(_invented(data, use))
    return found


def _chosen(data: TaskData, column: Column, use: frozenset[str]) -> Block:
    who: dict[str, set[str]] = {choice: set() for choice in sorted(column.keyed)}
    for student, line in data.lines.items():
        if student in use:
            who.setdefault(column.read(line)[1] or "no answer", set()).add(student)
    spots = [Spot(name, frozenset(people), "key" if name in column.keyed else "") for name, people in who.items()]
    return Block(
        column.id, f"{column.id}: {column.text}", tuple(sorted(spots, key=lambda one: (-len(one.who), one.label)))
    )


def _invented(data: TaskData, use: frozenset[str]) -> Block:
    who: dict[str, set[str]] = {}
    for student, line in data.lines.items():
        for place, link in enumerate(_links(line) if student in use else (), 1):
            if entry_of(line, f"link {place}").get("outcome") == "invented":
                who.setdefault(f"{link['teller']} ← {link['told_by']}", set()).add(student)
    spots = [Spot(name, frozenset(people)) for name, people in who.items()]
    return Block(INVENTED, "Links that were invented: teller ← told by", tuple(sorted(spots, key=lambda one: (-len(one.who), one.label))))  # fmt: skip


def _passages(data: TaskData, use: frozenset[str]) -> Iterator[Block]:
    for item in data.task.items:
        passage = data.case.passages[item]
        for part in passage.part:
            words = marked_words(data, item, part)
            spots = tuple(Spot(word.text, word.who & use, word.grade) for word in words)
            yield Block(item, f"{item}: {passage.title} ({part.article} {part.paragraph})", spots, running=True)


def _links(line: Line) -> list[dict[str, str]]:
    answer = line.get("answer")
    return list(answer.get("links", ())) if isinstance(answer, dict) else []


def items_of(data: TaskData) -> dict[str, str]:
    """Return what answers can be filtered by: each item with its words."""
    if data.task.kind == "span_label":
        return {item: f"{item}: {data.case.passages[item].title}" for item in data.task.items}
    return {block.item: block.title for block in blocks(data)}


def misconceptions_of(data: TaskData) -> dict[str, int]:
    """Return the misconceptions that showed in a task, with how many students showed them, the most frequent first."""
    who: dict[str, set[str]] = {}
    for student, line in data.lines.items():
        for entry in line["items"]:
            if entry["misconception"]:
                who.setdefault(entry["misconception"], set()).add(student)
    return {note: len(people) for note, people in sorted(who.items(), key=lambda one: (-len(one[1]), one[0]))}


def chosen_students(
    data: TaskData,
    *,
    section: str = "",
    item: str = "",
    misconception: str = "",
    sections: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """Return who is of a section and showed a misconception (in an item, if one is named); "" asks for nothing."""
    places = sections or {}
    names = _entries(data, item) if item else None

    def shows(student: str) -> bool:
        return any(
            entry["misconception"] == misconception and (names is None or entry["id"] in names)
            for entry in data.lines[student]["items"]
        )

    return frozenset(
        student
        for student in data.lines
        if (not section or places.get(student) == section) and (not misconception or shows(student))
    )


def _entries(data: TaskData, item: str) -> set[str] | None:
    """Return the outcomes that belong to an item; None where they are those of all links or marks."""
    if data.task.kind == "span_label":
        return {span.id for span in data.gold.spans if span.passage == item}
    return None if item == INVENTED else {item}


def in_words(data: TaskData, student: str, item: str) -> list[str]:
    """Return a student's answer to an item, a line for each part of it, with what it earned."""
    line = data.lines[student]
    if data.task.kind == "span_label":
        return _marks(data, line, item) or ["Nothing was marked here."]
    if data.task.kind == "source_trace" and data.task.voices:
        return _voices(line, item)
    if data.task.kind == "source_trace":
        edge = next((edge for edge in data.gold.edges if edge.id == item), None)
        told = [
            f"{link['teller']} ← {link['told_by']}, {_label(RELATIONS, link['relation'])}, {link['where'] or 'no place'}: {earned}"
            for link, earned in _with_outcomes(line)
            if (earned.startswith("invented") if edge is None else {link["teller"], link["told_by"]} & {edge.teller})
        ]
        return told or ["No link from or to it was drawn."]
    given = line["answer"].get(item)
    if not given:
        return ["No answer."]
    parts = [_label(VERDICTS, given.get("verdict", ""))] if "verdict" in given else [str(given)]
    parts.append(", ".join(given.get("evidence", ())) or "no record")
    if given.get("gap"):
        parts.append(_label(GAPS, given["gap"]))
    if isinstance(given.get("confidence"), int | float):
        parts.append(f"{given['confidence']:.0%} sure")
    return [f"{'; '.join(parts)}: {_earned(entry_of(line, item))}"]


def _marks(data: TaskData, line: Line, item: str) -> list[str]:
    answer = line.get("answer")
    spans = [(span, gold_range(span, data.case)) for span in data.gold.spans if span.passage == item]
    told = []
    for mark in answer if isinstance(answer, list) else ():
        if isinstance(mark, dict) and mark["passage"] == item:
            here = [
                span.grade
                for span, (start, end) in spans
                if (span.article, span.paragraph) == (mark["article"], mark["paragraph"])
                and start < mark["end"]
                and mark["start"] < end
            ]
            told.append(
                f"{quoted(mark['exact'])}, {_label(TECHNIQUES, mark['label'])}: {here[0] if here else 'not in the key'}"
            )
    return told


def _voices(line: Line, item: str) -> list[str]:
    answer = line.get("answer")
    if not isinstance(answer, dict):
        return ["No answer."]
    claim = item.split()[-1]
    if item.startswith("independent"):
        given = str(answer.get("independent", {}).get(claim, ""))
        return [f"{_label(INDEPENDENCE, given) if given else 'No answer'}: {_earned(entry_of(line, item))}"]
    voices = answer.get("voices", {}).get(claim, ())
    return [f"{', '.join(voices) or 'No voice'}: {_earned(entry_of(line, item))}"]


def _with_outcomes(line: Line) -> Iterator[tuple[dict[str, str], str]]:
    """Yield each link a student drew, with what became of it."""
    for place, link in enumerate(_links(line), 1):
        entry = entry_of(line, f"link {place}")
        yield link, _earned(entry) if entry else "found"


def _earned(entry: Mapping[str, object]) -> str:
    if not entry:
        return "nothing is known of it"
    note = str(entry.get("misconception", ""))
    term = MISCONCEPTIONS.get(note)
    return str(entry["outcome"]) + (f" ({note}, {term.label})" if term else "")


def _label(terms: Mapping[str, Term], name: str) -> str:
    return (terms[name].label if name in terms else name) or "no label"


def quoted(text: str) -> str:
    """Return words in quotation marks, unless they have their own.

    >>> quoted("stunt"), quoted("“accidental”")
    ('“stunt”', '“accidental”')
    """
    return text if text[:1] in '“"‘' else f"“{text}”"
