"""The twin case is worth the same as the one it stands for: counts, points, minutes, guessing, misconceptions, reading."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from textstat import textstat

from tests.course.courses import ROOT, gold_of
from whosaidso.cases import choice_of, load_case, stand_ins
from whosaidso.grading.blind import blind_shares

MOSUL, TWIN = load_case("mosul_2016"), load_case("twin")
LATER, KITCHEN = load_case("helicopter_2017"), load_case("twin_kitchen")
KINDS = ("sourcing", "wording", "claims", "note")
CASES = dict.fromkeys(KINDS, (MOSUL, TWIN)) | {"note": (LATER, KITCHEN)}
MARGIN = 0.02
"""Blind guessing may earn so much more or less in one than in the other, as a share of the marks."""


def tasks_of(case, kind):
    return [task for task in case.tasks.values() if task.assignment.endswith(f"-{kind}")]


def pairs_of(kind):
    return zip(*(tasks_of(case, kind) for case in CASES[kind]), strict=True)


def test_each_assignment_has_one_that_stands_in_for_it() -> None:
    assert stand_ins() == {f"twin-{kind}": f"mosul-{kind}" for kind in KINDS}
    assert choice_of("mosul-claims") == choice_of("twin-claims") == {"mosul-claims", "twin-claims"}


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_have_the_same_kinds_points_minutes_and_numbers_of_items(kind: str) -> None:
    def told(task):
        return (task.kind, task.points, task.minutes, len(task.items), len(task.options), len(task.voices), task.ask)

    for one, other in pairs_of(kind):
        assert told(one) == told(other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_have_the_same_numbers(kind: str) -> None:
    def numbers(task):
        gold = gold_of(ROOT, task.assignment)
        return (
            Counter(edge.relation for edge in gold.edges),
            len(gold.voices),
            Counter(span.grade for span in gold.spans if span.grade != "arguable"),
            Counter(gold.claims[item].verdict for item in task.items if item in gold.claims),
        )

    for one, other in pairs_of(kind):
        assert numbers(one) == numbers(other)


@pytest.mark.parametrize("kind", KINDS)
def test_guessing_earns_about_the_same(kind: str) -> None:
    for one, other in pairs_of(kind):
        best = [
            max(blind_shares(task, gold_of(ROOT, task.assignment), case).values())
            for task, case in zip((one, other), CASES[kind], strict=True)
        ]
        assert abs(best[0] - best[1]) <= MARGIN, (one.id, best)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_misconceptions_are_covered(kind: str) -> None:
    def covered(assignment):
        text = (ROOT / "solutions" / assignment / "gold.toml").read_text("utf-8")
        return set(re.findall(r'"([A-D]\d)"', text))

    assert covered(f"twin-{kind}") == covered(f"mosul-{kind}")


def test_articles_and_records_are_no_harder_to_read() -> None:
    def grade(case):
        texts = [paragraph.told for article in case.articles.values() for paragraph in article.paragraph]
        texts += [f"{record.shows} {record.cannot_show}" for record in case.records.values()]
        return textstat.flesch_kincaid_grade(" ".join(text for text in texts if not text.startswith("{q")))

    assert grade(TWIN) <= grade(MOSUL) + 1
    assert grade(KITCHEN) <= grade(LATER) + 1


def test_all_of_it_says_that_it_is_invented() -> None:
    for case in (TWIN, KITCHEN):
        assert "invented" in case.title
        assert all("invented" in record.publisher and record.link == "text" for record in case.records.values())
        assert all("invented" in article.rights for article in case.articles.values())
    for path in [*(ROOT / "book").glob("twin*.md"), *(ROOT / "exercises").glob("twin-*/*.ipynb"), *(ROOT / "solutions").glob("twin-*/debrief.md")]:  # fmt: skip
        assert "invented" in path.read_text("utf-8")
