"""The reference pages: what they take from the case, and that the glossaries in other languages leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from docutils import nodes

from tests.book.tiny_case import tiny_case
from whosaidso import cards, reference, vocabulary
from whosaidso.cases import load_case

BOOK = Path(__file__).parents[2] / "book"


def text_of(found: list[nodes.Node]) -> str:
    return "".join(node.astext() for node in found)


def test_counts_are_those_of_the_records() -> None:
    case = tiny_case()
    openings = sum(r.how_read == "opening" for r in case.records.values())
    assert text_of(reference.count(case, "records")) == str(len(case.records))
    assert text_of(reference.count(case, "how_read=opening")) == str(openings)
    assert text_of(reference.count(case, "party")) == str(sum(r.party for r in case.records.values()))


@pytest.mark.parametrize("asked", ["how_read=never", "nothing", "resident=yes"])
def test_a_count_of_nothing_is_refused(asked: str) -> None:
    with pytest.raises(cards.UnknownId):
        reference.count(tiny_case(), asked)


@pytest.mark.parametrize("name", reference.LABELS)
def test_a_table_of_counts_adds_up_and_its_groups_lead_to_their_cards(name: str) -> None:
    case = load_case("mosul_2016")
    [table] = reference.count_table(case, name)
    numbers = [int(row.children[-1].astext()) for row in table.findall(nodes.row) if row.astext()[-1].isdigit()]
    assert sum(numbers[:-1]) == numbers[-1] == len(case.records)
    sections = {i for node in cards.record_index(case) if isinstance(node, nodes.section) for i in node["ids"]}
    linked = {node["refid"] for node in table.findall(nodes.reference)}
    assert linked == (sections if name == "origin_group" else set())


def test_a_speaker_is_found_under_each_spelling() -> None:
    case = tiny_case()
    first, second = sorted(case.records)[:2]
    records = case.records | {
        first: evolve(case.records[first], speaker="Abu Mahdi al-Mohandes, commander"),
        second: evolve(case.records[second], speaker="Abu Mahdi al-Mohandis, commander"),
    }
    case = evolve(case, records=records)
    assert text_of(reference.speaks(case, "Mohandes|Mohandis")) == f"{first}, {second}"
    with pytest.raises(cards.UnknownId, match="Nobody"):
        reference.speaks(case, "Nobody")


def test_content_notes_name_every_note_of_the_case() -> None:
    case = load_case("mosul_2016")
    articles = text_of(reference.content_notes(case, "articles"))
    for article in case.articles.values():
        for paragraph in article.paragraph:
            assert (f"{article.id} {paragraph.id}: " in articles) == bool(paragraph.note)
    records = text_of(reference.content_notes(case, "records"))
    for name, record in case.records.items():
        assert bool(re.search(rf"\b{name}\b", records)) == ("Content: " in record.caution)


@pytest.mark.parametrize(("page", "language"), [("glossaire.md", "fr"), ("glossary-ar.md", "ar")])
def test_a_glossary_in_another_language_has_every_word_of_the_exercises_with_its_english_label(
    page: str, language: str
) -> None:
    text = (BOOK / page).read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    lists = ("RELATIONS", "INDEPENDENCE", "TECHNIQUES", "CLAIM_TYPES", "VERDICTS", "GAPS")
    assert len(sections) == len(lists) + 1, "one part for each list, and one for other words"
    for section, name in zip(sections, lists, strict=False):
        terms = getattr(vocabulary, name).values()
        wanted = [(term.label, term.id) for term in terms]
        assert re.findall(r"· \{en\}`([^`]+)` `([^`]+)`", section) == wanted, name
    assert text.count(f"```{{in-language}} {language}\n") == len(sections) + 1, "every part is marked with its language"


def test_a_language_is_marked_with_its_direction() -> None:
    [arabic] = reference.in_language("رتل", "ar")
    assert arabic["attributes"] == {"lang": "ar", "dir": "rtl"}
    assert reference.marks("fr") == {"lang": "fr", "dir": "ltr"}
