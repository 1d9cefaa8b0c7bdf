"""What a student sees of a span_label exercise."""

from __future__ import annotations

import re
from itertools import pairwise

from whosaidso.forms.sheet import Block, Sheet, words
from whosaidso.forms.spec import Spec, terms
from whosaidso.forms.widget import Form, form_of
from whosaidso.records import Case, Part, Passage, Task
from whosaidso.scores import Range
from whosaidso.vocabulary import TECHNIQUES

STRINGS = {
    "how": "Click or tap the first word, then the last one; with a mouse you can also drag. Then press “Mark these words” and say how they push.",
    "keys": "With the keyboard",
    "keys_list": [
        ["← → ↑ ↓", "go from word to word (Home, End: first and last word)"],
        ["Shift + arrow", "pick more words"],
        ["Enter", "mark the picked words, or the word you are on"],
        ["Space", "begin or stop picking words"],
        ["Delete", "take the mark off the word you are on"],
        ["Esc", "cancel"],
    ],
    "keys_short": "Arrow keys go from word to word, Shift with an arrow picks more, Enter marks, Delete takes a mark off.",
    "labels": "What the labels mean",
    "glosses": "Words explained",
    "as_printed": "[as printed]",
    "aloud": "Read aloud",
    "aloud_stop": "Stop reading",
    "picked": "Picked: “{words}”",
    "mark": "Mark these words",
    "change": "Change the label",
    "push": "How do these words push?",
    "confirm": "Mark with this label",
    "choose_first": "Choose a label first.",
    "cancel": "Cancel",
    "marks": "Your marks",
    "described": "Mark {n}: {label}.",
    "label_of": "Label of “{words}”",
    "no_label": "choose a label",
    "remove": "Remove",
    "remove_words": "Remove the mark on “{words}”",
    "marked": "Marked “{words}”: {label}.",
    "removed": "The mark on “{words}” is gone; Undo brings it back.",
    "none_marked": "You have marked nothing here. If you think that nothing pushes in this text, press the button once more.",
    "found": "You found {found} of {core} places that push and left {spared} of {lures} fair ones alone.",
    "missed": "Missed",
    "fairer": "Fairer:",
}

# Commas and full stops after a word are no part of it; closing quotation marks, brackets, ? ! and : are.
_WORD = re.compile(r"(?:[«‹]\s)?\S*\w\S*(?:\s[»›])?")
_AFTER = ",.;"


def span_label(task_id: str) -> Form:
    """Return the form of a span_label exercise: passages word by word, and the labels."""
    return form_of(task_id, "span_label")


def spec(task: Task, case: Case) -> Spec:
    """Return what the form shows."""
    return {
        "progress": "{done} of {of} texts have marks; a text may need none.",
        "labels": terms(TECHNIQUES),
        "passages": [_passage(case.passages[item], case) for item in task.items],
    }


def word_units(text: str) -> list[Range]:
    """Return the range of each word that can be marked.

    >>> [text[a:b] for text in ["the 9,000 ISIS “evacuees.” The cities, – too."] for a, b in word_units(text)]
    ['the', '9,000', 'ISIS', '“evacuees.”', 'The', 'cities', 'too']
    """
    return [(m.start(), m.start() + len(m[0].rstrip(_AFTER))) for m in _WORD.finditer(text)]


def _passage(passage: Passage, case: Case) -> Spec:
    places = [(number, part, word_units(part.text)) for number, part in enumerate(passage.part)]
    return {
        "id": passage.id,
        "title": passage.title,
        "note": passage.note,
        "parts": [_part(part, units, case) for _, part, units in places],
        "glosses": [
            {
                "word": gloss.word,
                "meaning": gloss.meaning,
                "at": [
                    [number, *_words_at(match.span(), units)]
                    for number, part, units in places
                    for match in re.finditer(rf"(?<!\w){re.escape(gloss.word)}(?!\w)", part.text)
                ],
            }
            for gloss in passage.gloss
        ],
    }


def _part(part: Part, units: list[Range], case: Case) -> Spec:
    article = case.articles.get(part.article)
    outlet = article.outlet if article else case.texts[part.article].publisher
    edges = [0, *(edge for unit in units for edge in unit), len(part.text)]
    slips = ((part.text.index(slip), part.text.index(slip) + len(slip)) for slip in part.slips)
    return {
        "article": part.article,
        "paragraph": part.paragraph,
        "where": f"{outlet}, {part.article} {part.paragraph}",
        "lang": article.language if article else "en",
        # What stands between words and the words themselves, in turn: together the text.
        "pieces": [part.text[a:b] for a, b in pairwise(edges)],
        "slips": [_words_at(slip, units)[1] for slip in slips],
    }


def _words_at(target: Range, units: list[Range]) -> list[int]:
    """Return the numbers of the first and the last word in a range."""
    inside = [number for number, (start, end) in enumerate(units) if start < target[1] and end > target[0]]
    return [inside[0], inside[-1]]


def sheet(task: Task, case: Case) -> Sheet:
    """Return the same in words, with what may be typed, for programs that show no form."""
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
