"""Mark a trace: who told whom, whose voices stand at the end, and how many are independent."""

from __future__ import annotations

from collections.abc import Iterable

from whosaidso.kinds.source_trace.answer import Link, TraceAnswer
from whosaidso.records import Case, Edge, Gold, Task
from whosaidso.scores import Item, Score, clip
from whosaidso.vocabulary import INDEPENDENCE, MISCONCEPTIONS, RELATIONS

RULE_LINKS = (
    "Each right link earns 1, a reversed one 0, an invented one takes off ½, never below 0 in all, "
    "over the number of links there are to find."
)
RULE_VOICES = (
    "For each headline claim, 1 for exactly the right voices and, only with them, 1 for how many are independent."
)
INVENTED = -0.5

Pair = tuple[str, str]


def score(*, answer: TraceAnswer, gold: Gold, task: Task, case: Case) -> Score:
    """Return the mark of a trace.

    Share 1 means every link (or every voice and count) is right and nothing was invented; 0 that
    no more was right than invention took off. An empty answer is 0.
    """
    return _score_voices(answer, gold, task) if task.voices else _score_links(answer, gold, task, case)


def _score_links(answer: TraceAnswer, gold: Gold, task: Task, case: Case) -> Score:
    wanted = {(e.teller, e.told_by): e for e in gold.edges if e.article in task.items}
    shown = {(e.teller, e.told_by) for e in case.edges.values() if e.article} - set(wanted)
    accepted = shown | {(link.teller, link.told_by) for link in gold.accepted}
    ways = _ways([*wanted, *accepted])
    items = [_link_item(number, link, wanted, accepted, ways, gold) for number, link in enumerate(answer.links, 1)]
    given = {(link.teller, link.told_by) for link in answer.links}
    items += [
        Item(
            edge.id,
            0.0,
            "missed",
            "",
            "",
            reason=f"Missed: {edge.teller} got it from {edge.told_by} ({edge.article} {edge.paragraph}).",
        )
        for pair, edge in wanted.items()
        if pair not in given
    ]
    right = sum(item.outcome == "right" for item in items)
    invented = sum(item.outcome == "invented" for item in items)
    total = max(0.0, sum(item.credit for item in items))
    arithmetic = f"{right} right, {invented} invented (½ off each): {total:g} of {len(wanted)}."
    notes = []
    if right:
        named = [
            (link, wanted[link.teller, link.told_by]) for link in answer.links if (link.teller, link.told_by) in wanted
        ]
        relations = sum(link.relation == edge.relation for link, edge in named)
        places = sum(in_place(link, edge) for link, edge in named)
        notes.append(
            f"Of your {right} right links, {relations} have the relation we would give and {places} the place where it says so."
        )
    return Score(clip(total / len(wanted)) if wanted else 0.0, RULE_LINKS, arithmetic, tuple(items), tuple(notes))


def in_place(link: Link, edge: Edge) -> bool:
    """Does the link name a paragraph where the article says so?"""
    places = {f"{edge.article}:{edge.paragraph}", *edge.also}
    where = link.where.replace(" ", ":")
    return any(place in (where, f"{edge.article}:{where}") or place.endswith(f":{where}") for place in places if where)


def _ways(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Return for each teller all it can be traced to, over any number of links."""
    steps: dict[str, set[str]] = {}
    for teller, told_by in pairs:
        steps.setdefault(teller, set()).add(told_by)
    reach: dict[str, set[str]] = {}
    for teller in steps:
        seen: set[str] = set()
        todo = list(steps[teller])
        while todo:
            source = todo.pop()
            if source not in seen:
                seen.add(source)
                todo += steps.get(source, ())
        reach[teller] = seen
    return reach


def _link_item(
    number: int, link: Link, wanted: dict[Pair, Edge], accepted: set[Pair], ways: dict[str, set[str]], gold: Gold
) -> Item:
    pair = (link.teller, link.told_by)
    relation = RELATIONS[link.relation].label if link.relation else "got it from"
    what = f"{link.teller} {relation} {link.told_by}" + (f" ({link.where})" if link.where else "")
    name = f"link {number}"
    if pair in wanted:
        edge = wanted[pair]
        return Item(edge.id, 1.0, "right", what, "Right.", reason=edge.evidence)
    if pair in accepted or ("", link.told_by) in accepted:
        return Item(name, 0.0, "neither", what, "It is there, but is not among the links that count.")
    if pair[::-1] in wanted or pair[::-1] in accepted:
        return Item(name, 0.0, "reversed", what, MISCONCEPTIONS["A3"].definition, "A3")
    lures = [lure for lure in gold.lures if lure.told_by == link.told_by and lure.teller in ("", link.teller)]
    if not lures and link.told_by in ways.get(link.teller, ()):
        return Item(
            name, 0.0, "neither", what, "You get there in the end, but a step between the two is missing.", "A2"
        )
    misconception = lures[0].misconception if lures else "D0"
    reason = lures[0].reason if lures else ""
    return Item(name, INVENTED, "invented", what, MISCONCEPTIONS[misconception].definition, misconception, reason)


def _score_voices(answer: TraceAnswer, gold: Gold, task: Task) -> Score:
    items: list[Item] = []
    for claim in task.voices:
        key = gold.voices[claim]
        given = answer.voices.get(claim, frozenset())
        right = any(given == frozenset(voices) for voices in (key.voices, *key.also_voices))
        reason = f"Voices: {', '.join(key.voices)}. Independent: {' or '.join(INDEPENDENCE[n].label for n in key.independent)}. {key.reason}"
        what = f"voices for {claim}: " + (", ".join(sorted(given)) or "none named")
        if right:
            items.append(
                Item(f"voices {claim}", 1.0, "right", what, "These are the voices it ends with.", reason=reason)
            )
        else:
            misconception = "A2" if given else ""
            message = MISCONCEPTIONS["A2"].definition if given else "No answer."
            items.append(
                Item(f"voices {claim}", 0.0, "wrong" if given else "blank", what, message, misconception, reason)
            )
        items.append(_count_item(claim, answer.independent.get(claim, ""), right, key.independent, key.wrong))
    total = sum(item.credit for item in items)
    share = clip(total / len(items)) if items else 0.0
    return Score(share, RULE_VOICES, f"{total:g} of {len(items)}.", tuple(items))


def _count_item(claim: str, count: str, voices_right: bool, right: tuple[str, ...], wrong: dict[str, str]) -> Item:
    name = f"independent {claim}"
    if not count:
        return Item(name, 0.0, "blank", f"independent voices for {claim}: none given", "No answer.")
    what = f"independent voices for {claim}: {INDEPENDENCE[count].label}"
    if count not in right:
        misconception = wrong.get(count, "D0")
        return Item(name, 0.0, "wrong", what, MISCONCEPTIONS[misconception].definition, misconception)
    if not voices_right:
        return Item(name, 0.0, "wrong", what, "The count earns its mark only with the right voices.", "D0")
    return Item(name, 1.0, "right", what, "Right.")
