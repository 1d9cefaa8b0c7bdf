"""What blind strategies earn on the real gold, so that a set that rewards them is noticed.

The 5 % bound is `gold-policy`'s: marking all, none, one verdict, at random, every quotation mark,
every capital, or every article to one agency must not pay.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from whosaidso.kinds import part
from whosaidso.records import Case, Gold, Part, Task
from whosaidso.scores import word_ranges
from whosaidso.vocabulary import GAPS, VERDICTS

BOUND = 0.05
ROUNDS = 200


def blind_shares(task: Task, gold: Gold, case: Case, seed: int = 1) -> dict[str, float]:
    """Return the share of the marks that each blind strategy earns; random ones as a mean."""
    draw = random.Random(seed)
    strategies = {"claim_check": _claims, "span_label": _spans, "source_trace": _traces}.get(task.kind, _nothing)
    earned: dict[str, list[float]] = {}
    for name, raw in strategies(task, case, draw):
        parsed = part(task.kind, "answer").parse(raw, task, case)
        score = part(task.kind, "scoring").score(answer=parsed.answer, gold=gold, task=task, case=case)
        earned.setdefault(name, []).append(score.share)
    return {name: sum(shares) / len(shares) for name, shares in earned.items()}


Answers = Iterator[tuple[str, object]]


def _nothing(task: Task, case: Case, draw: random.Random) -> Answers:
    """The one strategy for a kind of which no other is known."""
    yield "nothing", {}


def _claims(task: Task, case: Case, draw: random.Random) -> Answers:
    yield "nothing", {}
    for verdict in VERDICTS:
        for gap in GAPS if verdict == "not_shown" else ("",):
            name = f"all {verdict}" + (f" ({gap})" if gap else "")
            for where, hand in (("first", task.options[:2]), ("last", task.options[-2:])):
                cards = {i: {"verdict": verdict, "gap": gap, "evidence": list(hand)} for i in task.items}
                yield f"{name}, {where} two cards", cards
            yield f"{name}, no record", {item: {"verdict": verdict, "gap": gap} for item in task.items}
            for _ in range(ROUNDS):
                hands = {item: draw.sample(task.options, min(2, len(task.options))) for item in task.items}
                yield (
                    f"{name}, random records",
                    {i: {"verdict": verdict, "gap": gap, "evidence": h} for i, h in hands.items()},
                )
    for _ in range(ROUNDS):
        yield (
            "all random",
            {
                item: {
                    "verdict": draw.choice(list(VERDICTS)),
                    "gap": draw.choice(list(GAPS)),
                    "evidence": draw.sample(task.options, min(2, len(task.options))),
                }
                for item in task.items
            },
        )


def _spans(task: Task, case: Case, draw: random.Random) -> Answers:
    parts = [p for item in task.items for p in case.passages[item].part]

    def row(p: Part, start: int, end: int) -> tuple:
        words = p.text[start:end]
        times = sum(p.text.startswith(words, n) for n in range(start + 1))
        return (p.article, p.paragraph, words, times, "loaded_language")

    def marks(pattern: str) -> list[tuple]:
        return [row(p, m.start(), m.end()) for p in parts for m in re.finditer(pattern, p.text)]

    every = [row(p, start, end) for p in parts for start, end in word_ranges(p.text)]
    yield "nothing", []
    yield "every word", every
    yield "every paragraph", [(p.article, p.paragraph, p.text, 1, "loaded_language") for p in parts]
    yield "every sentence", marks(r"[^.!?]+[.!?]*")
    yield "every quotation mark", marks(r"[“«\"][^”»\"]*[”»\"]")
    yield "every capital", marks(r"\b[A-Z][\w’'-]*(?:\W+[A-Z][\w’'-]*)*")
    yield "every capitalised word", [r for r in every if r[2][:1].isupper()]
    for _ in range(ROUNDS):
        yield "random words", draw.sample(every, min(12, len(every)))


def _traces(task: Task, case: Case, draw: random.Random) -> Answers:
    yield "nothing", {}
    names = list(task.options)
    if task.voices:
        for name in names:
            yield (
                "one name for all",
                {"voices": {key: [name] for key in task.voices}, "independent": dict.fromkeys(task.voices, "1")},
            )
        yield (
            "every name",
            {"voices": dict.fromkeys(task.voices, names), "independent": dict.fromkeys(task.voices, "1")},
        )
        yield "only the counts", {"independent": dict.fromkeys(task.voices, "1")}
        for _ in range(ROUNDS):
            yield (
                "random",
                {
                    "voices": {c: draw.sample(names, draw.randint(1, 2)) for c in task.voices},
                    "independent": {c: draw.choice(["1", "1_or_more", "2", "3"]) for c in task.voices},
                },
            )
        return
    everyone = [*task.items, *names]
    yield "every article to every name", {"edges": [(a, n) for a in task.items for n in names]}
    yield "every pair", {"edges": [(a, b) for a in everyone for b in everyone if a != b]}
    for name in names:
        yield f"every article to {name}", {"edges": [(a, name) for a in task.items]}
    for _ in range(ROUNDS):
        yield "random links", {"edges": [tuple(draw.sample(everyone, 2)) for _ in range(9)]}
