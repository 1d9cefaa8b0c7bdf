"""Read a span_label answer: `wording = [(article, paragraph, exact words, occurrence, label), …]`."""

from __future__ import annotations

from attrs import frozen

from whosaidso.answers import MOST_MEANT, Parsed, as_list, choose, closest, is_blank
from whosaidso.records import Case, Part, Task
from whosaidso.vocabulary import TECHNIQUES

NAME = "wording"
ITEMS = "passages"
"""The table of a case that its items come from."""
MOST_MARKS = 400

_FORGIVEN = str.maketrans("“”„«»‘’‚‹›\u00a0\u202f", '""' + '"""' + "'''''" + "  ")


@frozen
class Mark:
    """Words a student marked, with where they stand in their part of the passage."""

    passage: str
    article: str
    paragraph: str
    start: int
    end: int
    exact: str
    label: str


def forgiving(text: str) -> str:
    """Return text with curly quotes, guillemets and hard spaces made plain, length unchanged."""
    return text.translate(_FORGIVEN)


def find(part: Part, exact: str, occurrence: int) -> int:
    """Return where the words start in the part, or -1. Quote marks and case are forgiven."""
    readings = [(part.text, exact), (forgiving(part.text), forgiving(exact))]
    readings.append((readings[1][0].lower(), readings[1][1].lower()))
    for text, wanted in readings:
        if len(text) != len(part.text):
            continue
        start = -1
        for _ in range(occurrence):
            start = text.find(wanted, start + 1)
            if start < 0:
                break
        if start >= 0:
            return start
    return -1


def parse(raw: object, task: Task, case: Case) -> Parsed:
    """Return the marks that can be found in the passages, and a sentence for each that cannot."""
    problems: list[str] = []
    marks: list[Mark] = []
    rows = as_list(raw)
    if rows is None or isinstance(raw, str):
        problems.append("Your answer should be one […] with a line for each mark, like the pattern in the grey cell.")
        rows = []
    if len(rows) > MOST_MARKS:
        problems.append(f"{len(rows)} marks given; only the first {MOST_MARKS} are read.")
    places = {(part.article, part.paragraph): (item, part) for item in task.items for part in case.passages[item].part}
    for number, row in enumerate(rows[:MOST_MARKS], 1):
        if is_blank(row):
            continue
        mark = _one(f"mark {number}", row, places, problems)
        if mark is not None and mark not in marks:
            marks.append(mark)
    touched = {mark.passage for mark in marks}
    unanswered = () if marks else tuple(case.passages[item].title for item in task.items)
    return Parsed(
        tuple(marks),
        tuple(problems),
        unanswered,
        len(touched),
        len(task.items),
        "texts have marks; a text may need none",
    )


def _one(where: str, row: object, places: dict[tuple[str, str], tuple[str, Part]], problems: list[str]) -> Mark | None:
    cells = as_list(row)
    if cells is None or isinstance(row, str) or not 3 <= len(cells) <= 5:
        problems.append(f'{where}: write ("article", "paragraph", "exact words", 1, "label").')
        return None
    texts = dict.fromkeys(a for a, _ in places)
    article, problem = choose(cells[0], texts, "a text of this exercise", where, problems=problems)
    if article is None:
        problems.append(problem)
        return None
    paragraphs = [p for a, p in places if a == article]
    paragraph, problem = choose(cells[1], paragraphs, f"a paragraph of {article} here", where, problems=problems)
    if paragraph is None:
        problems.append(problem)
        return None
    exact = str(cells[2]).strip()
    rest = list(cells[3:])
    occurrence = 1
    if rest and not isinstance(rest[0], str):
        given = rest.pop(0)
        given = int(given) if isinstance(given, float) and given.is_integer() else given
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= 99:
            problems.append(f"{where}: the number after the words says which time they occur: 1 for the first.")
        else:
            occurrence = given
    passage, part = places[article, paragraph]
    start = find(part, exact, occurrence) if exact else -1
    if start < 0 and occurrence > 1 and exact:
        problems.append(
            f"{where}: {exact[:60]!r} is not {occurrence} times in {article} {paragraph}; 1 is the first time."
        )
        return None
    if start < 0:
        near = closest(exact, part.text.split()) if len(problems) < MOST_MEANT else []
        hint = f" Did you mean {near[0]!r}?" if near else " Copy the words from the passage."
        problems.append(f"{where}: {exact[:60]!r} is not in {article} {paragraph}.{hint}")
        return None
    label = ""
    if rest:
        known, problem = choose(rest[0], TECHNIQUES, "a label", where, problems=problems)
        label = known or ""
        if problem:
            problems.append(problem)
    else:
        problems.append(f"{where}: add a label: {', '.join(TECHNIQUES)}.")
    return Mark(passage, article, paragraph, start, start + len(exact), part.text[start : start + len(exact)], label)
