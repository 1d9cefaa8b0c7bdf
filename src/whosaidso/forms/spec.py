"""What every form is told: the exercise's words and choices as plain JSON, and nothing of graded gold."""

from __future__ import annotations

from typing import Any

from whosaidso.cases import open_gold
from whosaidso.forms.strings import NOTEBOOK, OPEN, SHARED
from whosaidso.kinds import part
from whosaidso.records import CITATION, Case, Record, Task
from whosaidso.vocabulary import Term

Spec = dict[str, Any]


def spec_of(task: Task, case: Case) -> Spec:
    """Return the spec of an exercise: JSON, the same for notebook, hand-in page and chapter.

    That of an open exercise holds the outcome of every answer, so that the form can say it at once.
    """
    form = part(task.kind, "form")
    told = {} if task.assignment else {"outcomes": part(task.kind, "outcomes").outcomes(task, case, open_gold(case))}
    return {
        "task": task.id,
        "kind": task.kind,
        "title": task.title,
        "ask": task.ask,
        "time": f"About {task.minutes} minutes.",
        "lang": "en",
        "level": 3,
        **form.spec(task, case),
        **told,
        "strings": {**SHARED, **NOTEBOOK, **({} if task.assignment else OPEN), **form.STRINGS},
    }


def terms(words: dict[str, Term]) -> list[dict[str, str]]:
    """Return a closed list as JSON, in its order."""
    return [{"id": term.id, "label": term.label, "definition": term.definition} for term in words.values()]


def record_card(record: Record, case: Case) -> Spec:
    """Return what a record card shows."""
    return {
        "id": record.id,
        "publisher": record.publisher,
        "title": record.title,
        "date": record.date + (" (date inferred)" if record.date_inferred else ""),
        "speaks": record.speaker.rstrip("."),
        "party": f"A {case.side}." if record.party else "",
        "shows": record.shows,
        "cannot": record.cannot_show,
        "caution": record.caution,
        "quote": record.quote,
        "quote_language": record.quote_language,
    }


def in_context(case: Case, article: str, paragraph: str) -> list[dict[str, str]]:
    """Return a paragraph as told: our words as {"t": …}, exact words as {"q": …, "lang": …}."""
    told = next(p.told for p in case.articles[article].paragraph if p.id == paragraph)
    pieces = []
    at = 0
    for match in CITATION.finditer(told):
        if not match[1]:
            continue
        pieces += [
            {"t": told[at : match.start()]},
            {"q": case.quotations[match[1]].text, "lang": case.articles[article].language},
        ]
        at = match.end()
    return [piece for piece in (*pieces, {"t": told[at:]}) if any(piece.values())]
