"""An assignment that may be chosen in place of another is not answered by the other's key."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from tests.course.courses import ROOT, case_of, gold_of
from whosaidso.cases import stand_ins
from whosaidso.check import mark_task
from whosaidso.grading.blind import BOUND
from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.kinds.claim_check.scoring import credit
from whosaidso.records import Case, Gold, Task
from whosaidso.scaffold.answers import model


def tasks_of(assignment: str) -> list[Task]:
    return [task for task in case_of(assignment).tasks.values() if task.assignment == assignment]


PAIRS = [
    pytest.param(one, other, id=f"{one.id}, {other.id}")
    for chosen, instead in stand_ins().items()
    for one, other in (
        *zip(tasks_of(instead), tasks_of(chosen), strict=True),
        *zip(tasks_of(chosen), tasks_of(instead), strict=True),
    )
]


def share_of(task: Task, answer: object, case: Case, gold: Gold) -> float:
    marked = mark_task(task, case, answer, points=task.points, gold=gold)
    assert marked.score, marked.text
    return marked.score.share


def by_place(one: Task, other: Task) -> Callable[[str], str]:
    """Return what puts each item, name and card of a task at its place in another."""
    places = dict(
        zip((*one.items, *one.options, *one.voices), (*other.items, *other.options, *other.voices), strict=True)
    )
    return lambda name: places.get(name, name)


def by_number(one: Task, other: Task) -> Callable[[str], str]:
    """Return what turns a task's numbers into those of another that stand as far from its hundred: c01 and c701, r024 and r724."""

    def shifted(names: tuple[str, ...], others: tuple[str, ...]) -> dict[str, str]:
        from_, to = (min(int(name[1:]) for name in all_) // 100 * 100 for all_ in (names, others))
        return {name: f"{name[0]}{int(name[1:]) - from_ + to:0{len(others[0]) - 1}d}" for name in names}

    places = shifted(one.items, other.items) | shifted(one.options, other.options)
    return lambda name: places.get(name, name)


def translated(answer: Any, put: Callable[[str], str]) -> Any:
    if isinstance(answer, dict):
        return {put(key): translated(value, put) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return type(answer)(translated(value, put) for value in answer)
    return put(answer) if isinstance(answer, str) else answer


@pytest.mark.parametrize(
    ("one", "other", "way"),
    [
        pytest.param(*pair.values, way, id=f"{pair.id}, {way.__name__}")
        for pair in PAIRS
        for way in (by_place, by_number)
        if way is by_place or pair.values[0].kind == "claim_check"  # only claims and cards have numbers
    ],
)
def test_the_key_of_one_earns_nothing_in_the_other(one: Task, other: Task, way) -> None:
    gold, case = gold_of(ROOT, other.assignment), case_of(other.assignment)
    answer = translated(model(one, gold_of(ROOT, one.assignment)), way(one, other))
    if one.kind == "claim_check":
        rows = {name: row for name, row in answer.items() if name in other.items}
        answer = {
            name: row | {"evidence": [card for card in row["evidence"] if card in other.options]}
            for name, row in rows.items()
        }
    assert answer
    assert share_of(other, answer, case, gold) <= BOUND
    assert share_of(other, model(other, gold), case, gold) == 1


SENSES = {"c60": "c761", "c61": "c760", "c62": "c762", "c63": "c765", "c64": "c764", "c65": "c763"}
"""What each claim of mosul-note stands beside in twin-note: something said, a like event before, what came too early, the accused one's own
claim, the charge itself, what can be counted or compared."""


def test_no_verdict_of_mosul_note_answers_the_claim_of_twin_note_that_is_like_it_in_sense() -> None:
    """Not even with the best cards that there are."""
    (one,), (other,) = tasks_of("mosul-note"), tasks_of("twin-note")
    gold, case = gold_of(ROOT, other.assignment), case_of(other.assignment)
    copied = {SENSES[name]: row for name, row in model(one, gold_of(ROOT, one.assignment)).items()}
    assert set(copied) == set(other.items)
    hands = [list(hand) for size in (0, 1, 2) for hand in combinations(other.options, size)]
    best = {
        name: max(
            hands,
            key=lambda hand: credit(ClaimAnswer(name, row["verdict"], tuple(hand), row["gap"]), gold.claims[name]),
        )
        for name, row in copied.items()
    }
    answer = {name: row | {"evidence": best[name]} for name, row in copied.items()}
    assert share_of(other, answer, case, gold) <= BOUND


@pytest.mark.parametrize(("one", "other"), [pair for pair in PAIRS if pair.values[0].kind == "span_label"])
def test_no_marked_words_are_the_same_in_both(one: Task, other: Task) -> None:
    def words(task: Task, *grades: str) -> set[str]:
        spans = gold_of(ROOT, task.assignment).spans
        return {re.sub(r"\W+", " ", span.exact).strip().lower() for span in spans if span.grade in grades}

    assert not words(one, "core") & words(other, "core", "lure")
    passages = [case_of(other.assignment).passages[item] for item in other.items]
    text = " ".join(part.text for passage in passages for part in passage.part).lower()
    assert [word for word in words(one, "core") if re.search(rf"\b{re.escape(word)}\b", text)] == []
