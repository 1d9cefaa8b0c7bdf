"""What must change in the gold for a student's links or voices to be right, or to cost nothing."""

from __future__ import annotations

from whosaidso.kinds.source_trace.answer import TraceAnswer
from whosaidso.kinds.source_trace.scoring import score
from whosaidso.records import Case, Change, Gold, Task


def changes(item: str, answer: TraceAnswer, gold: Gold, task: Task, case: Case) -> list[Change]:
    """Return the changes for article or headline claim `item`.

    Links of an article that cost marks are accepted, neither paid nor punished; voices and their count
    for a headline claim become right.
    """
    if item in task.voices:
        return _voices(item, answer, gold)
    entries = score(answer=answer, gold=gold, task=task, case=case).items[: len(answer.links)]
    return [
        Change.of("accepted", "", "", {"teller": link.teller, "told_by": link.told_by, "reason": "upheld on appeal"}, how="row")
        for link, entry in zip(answer.links, entries, strict=True)
        if link.teller == item and entry.outcome in ("invented", "reversed")
    ]  # fmt: skip


def _voices(item: str, answer: TraceAnswer, gold: Gold) -> list[Change]:
    key = gold.voices[item]
    given = answer.voices.get(item, frozenset())
    found = []
    if given and not any(given == frozenset(voices) for voices in (key.voices, *key.also_voices)):
        found.append(Change.of("voices", item, "also_voices", sorted(given), how="append"))
    count = answer.independent.get(item, "")
    if count and count not in key.independent:
        found.append(Change.of("voices", item, "independent", count, how="append"))
    if not given and not count:
        raise ValueError(f"there is no answer to {item} that could be right")
    return found
