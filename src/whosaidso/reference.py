"""What the reference pages take from the case: names in Arabic, who speaks where, how many records of a sort.

So that a list of people says nothing the records do not, and no number is typed. Like `cards` it
makes docutils nodes from a case and knows nothing of Sphinx's environment, of files or of gold.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from attrs import fields
from docutils import nodes

from whosaidso.cards import UnknownId, bullets, get, joined, place_link, record_link, table, words
from whosaidso.records import Case, Record
from whosaidso.vocabulary import GROUPS, HOW_READ, RECORD_KINDS

LABELS = {"origin_group": GROUPS, "kind": RECORD_KINDS, "how_read": HOW_READ}
"""Fields by which records are counted in a table, with the words for their values."""

DIRECTIONS = {"ar": "rtl"}
"""Which way a language is written, where that is not from left to right."""

LANGUAGES = ("ar", "en", "fr")
"""Languages that a page of the book may speak in."""

_CONTENT = re.compile(r"\bContent: ([^.;]+)")
"""What a record's caution says that its card speaks of."""

_HEADS = {"origin_group": "Who speaks", "kind": "Kind", "how_read": "How we read it"}


def marks(language: str) -> dict[str, str]:
    """Return the attributes that tell a browser the language and its direction."""
    return {"lang": language, "dir": DIRECTIONS.get(language, "ltr")}


def in_language(text: str, language: str) -> list[nodes.Node]:
    """Return words marked with their language and its direction."""
    return [words(text, cls="wss-arabic" if language == "ar" else "", **marks(language))]


def arabic(case: Case, name: str) -> list[nodes.Node]:
    """Return the Arabic of a source or place, as the case spells it."""
    held = {name: source.arabic for name, source in case.sources.items()}
    held |= {name: place.arabic for name, place in case.figures.places.items()}
    spelled = {name: spelling for name, spelling in held.items() if spelling}
    return in_language(get(spelled, name, "source or place with an Arabic name"), "ar")


def speaks(case: Case, name: str) -> list[nodes.Node]:
    """Return links to the records whose speaker has the name; spellings are divided by a bar."""
    spellings = name.split("|")
    held = [r for r in sorted(case.records) if any(s in case.records[r].speaker for s in spellings)]
    if not held:
        raise UnknownId("speaker of a record", name, sorted({r.speaker for r in case.records.values()}))
    return joined([record_link(case, r) for r in held], ", ")


def count(case: Case, asked: str) -> list[nodes.Node]:
    """Return how many records there are: `records` for all, else `field=value`, or a field that is true."""
    if asked == "records":
        return [nodes.Text(str(len(case.records)))]
    name, _, value = asked.partition("=")
    get({f.name: f for f in fields(Record)}, name, "field of a record")
    values = Counter(getattr(r, name) for r in case.records.values())
    wanted = value if value else True
    if wanted not in values:
        raise UnknownId(f"value of {name} among the records", value or "true", sorted(map(str, values)))
    return [nodes.Text(str(values[wanted]))]


def count_table(case: Case, name: str) -> list[nodes.Node]:
    """Return how many records there are of each group, kind or way of reading; groups link to their cards."""
    labels = get({**LABELS, "origin_group": case.group_names}, name, "way of counting records")
    held = Counter(getattr(r, name) for r in case.records.values())
    rows = []
    for value, label in labels.items():
        if not held[value]:
            continue
        first: nodes.Node = nodes.Text(label[:1].upper() + label[1:])
        if name == "origin_group":
            first = nodes.reference("", "", first, refid=f"records-{value.replace('_', '-')}", internal=True)
        rows.append(([first], [nodes.Text(str(held[value]))]))
    rows.append(([nodes.strong("", "All")], [nodes.strong("", str(len(case.records)))]))
    return [table((_HEADS[name], "Cards"), rows, widths=(70, 30), cls="wss-counts")]


def content_notes(case: Case, name: str) -> list[nodes.Node]:
    """Return every content note of the case's articles, passages or records."""
    lines: list[list[nodes.Node]] = []
    if name == "articles":
        for article in case.articles.values():
            for held in (p for p in article.paragraph if p.note):
                lines.append([place_link(case, article.id, held.id), nodes.Text(f": {held.note}")])
    elif name == "passages":
        for passage in (p for p in case.passages.values() if p.note):
            lines.append([nodes.Text(f"{passage.id}, {passage.title}: {passage.note}")])
    elif name == "records":
        by_content: dict[str, list[nodes.Node]] = defaultdict(list)
        for record in sorted(case.records):
            if found := _CONTENT.search(case.records[record].caution):
                by_content[found[1]].append(record_link(case, record))
        lines = [[nodes.Text(f"{what}: "), *joined(links, ", ")] for what, links in sorted(by_content.items())]
    else:
        raise UnknownId("list of content notes", name, ("articles", "passages", "records"))
    return [bullets(lines)]
