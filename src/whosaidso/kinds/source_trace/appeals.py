"""What must change in the gold for a student's links or voices to be right, or to cost nothing."""

from __future__ import annotations

from whosaidso.kinds.source_trace.answer import Link, TraceAnswer
from whosaidso.kinds.source_trace.scoring import score
from whosaidso.records import Case, Change, Gold, Task


def changes(item: str, answer: TraceAnswer, gold: Gold, task: Task, case: Case) -> list[Change]:
    """Return the changes for article or headline claim `item`.

    Links of an article that cost marks are accepted, neither paid nor punished; voices and their count
    for a headline claim become right.

    Raises
    ------
    ValueError
        With a sentence, if nothing that was answered could be made right.
    """
    if item in task.voices:
        return _voices(item, answer, gold)
    entries = score(answer=answer, gold=gold, task=task, case=case).items[: len(answer.links)]
    found = [
        Change.of("accepted", "", "", {"teller": link.teller, "told_by": link.told_by, "reason": "upheld on appeal"}, how="row")
        for link, entry in zip(answer.links, entries, strict=True)
        if entry.outcome == "invented" and _is_of(item, link, gold)
    ]  # fmt: skip
    given = {(link.teller, link.told_by) for link in answer.links}
    if not found and any(edge.article == item and (edge.teller, edge.told_by) not in given for edge in gold.edges):
        raise ValueError(
            f"a link of {item} is missing in the answer, and a missing link cannot be made right by its answer; "
            "correct gold.toml by hand and use --by-hand"
        )
    return found


def _is_of(item: str, link: Link, gold: Gold) -> bool:
    """Is the link about an article: told by it, said to stand in it, or told by somebody in its chain?"""
    if link.teller == item or link.where.startswith(f"{item}:"):
        return True
    return any(edge.article == item and link.teller in (edge.teller, edge.told_by) for edge in gold.edges)


def _voices(item: str, answer: TraceAnswer, gold: Gold) -> list[Change]:
    key = gold.voices[item]
    given = answer.voices.get(item, frozenset())
    if not given:
        raise ValueError(f"the answer to {item} names no voices, and a count earns its mark only with the right ones")
    found = []
    if not any(given == frozenset(voices) for voices in (key.voices, *key.also_voices)):
        found.append(Change.of("voices", item, "also_voices", sorted(given), how="append"))
    count = answer.independent.get(item, "")
    if count and count not in key.independent:
        found.append(Change.of("voices", item, "independent", count, how="append"))
    if not found and not count:
        raise ValueError(f"the answer to {item} gives no count that could be right")
    return found
