"""Mark claims: a verdict pays only with a record, or a gap, that can carry it.

The rule is the FEVER idea (Thorne et al. 2018): the right answer for the right reason. What the best
blind strategy would earn on the same claims is computed from the gold and taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from math import ceil

from whosaidso.kinds.claim_check.answer import MOST_RECORDS, ClaimAnswer
from whosaidso.records import Accept, Case, ClaimGold, Gold, Task, speaks_for
from whosaidso.scores import Item, Score, above_guessing, clip, confidence_score
from whosaidso.vocabulary import GAPS, MISCONCEPTIONS, VERDICTS

RULE = (
    "Each claim earns 1 for a verdict with records that can carry it (“not shown”: with the right gap too), "
    "half of it if the verdict is arguable, half of it if one of two records cannot carry it, otherwise 0; "
    "what blind guessing would earn on this set is taken off."
)

BOUND = 0.05
"""Share of the marks that no blind strategy may keep on average (gold-policy §2)."""


def _ways(gold: ClaimGold) -> list[tuple[Accept, float]]:
    """Every verdict that pays, best first, with what it pays."""
    own = Accept(gold.verdict, gold.usable, gold.gaps)
    full = [(own, 1.0), *((accept, 1.0) for accept in gold.accept_full)]
    return [*full, *((accept, 0.5) for accept in gold.accept_half)]


def _carried(answer: ClaimAnswer, way: Accept, gold: ClaimGold) -> float:
    """Return 1 if what was given carries the verdict, ½ if a record beside it cannot, else 0."""
    if way.verdict == "not_shown" and answer.gap not in (way.gaps or gold.gaps):
        return 0.0
    usable = way.usable or gold.usable
    if not usable:
        return 1.0
    if not any(set(needed) <= set(answer.evidence) for needed in usable):
        return 0.0
    return 1.0 if set(answer.evidence) <= {record for needed in usable for record in needed} else 0.5


def credit(answer: ClaimAnswer, gold: ClaimGold) -> float:
    """Return 1, ½, ¼ or 0 for one judgement."""
    paying = [pays * _carried(answer, way, gold) for way, pays in _ways(gold) if way.verdict == answer.verdict]
    return max(paying, default=0.0)


def guessing(golds: Iterable[ClaimGold], options: tuple[str, ...]) -> float:
    """Return what is taken off for blind guessing, in [0, 1), rounded up to a whole percent.

    A blind strategy gives every claim one verdict, one gap and as many records, drawn at random
    from the cards. Taken off is what the best of them earns on average, or a little more where the
    floor at 0 would leave it more than `BOUND`. Exact: every hand of cards is counted.
    """
    golds = tuple(golds)
    key = (repr(golds), options)
    if key not in _known:
        _known[key] = _taken_off([_distribution(golds, options, *strategy) for strategy in _strategies()])
    return _known[key]


_known: dict[tuple[str, tuple[str, ...]], float] = {}
"""What was worked out before, by the gold's repr: the gold itself holds dicts and cannot be a key."""


def _taken_off(earned: list[dict[float, float]]) -> float:
    mean = max(sum(share * chance for share, chance in chances.items()) for chances in earned)
    percent = min(99, ceil(round(mean * 100, 9)))  # 100 would leave nothing to earn
    while percent < 99 and any(_kept(chances, percent / 100) > BOUND for chances in earned):
        percent += 1
    return percent / 100


def _strategies() -> list[tuple[str, str, int]]:
    return [
        (verdict, gap, cards)
        for verdict in VERDICTS
        for gap in (GAPS if verdict == "not_shown" else ("",))
        for cards in range(MOST_RECORDS + 1)
    ]


def _distribution(
    golds: tuple[ClaimGold, ...], options: tuple[str, ...], verdict: str, gap: str, cards: int
) -> dict[float, float]:
    """Return the chance of each share of credit when the cards are drawn at random."""
    hands = list(combinations(options, min(cards, len(options))))
    sums: dict[float, float] = {0.0: 1.0}
    for gold in golds:
        earned = Counter(credit(ClaimAnswer(gold.id, verdict, hand, gap), gold) for hand in hands)
        after: dict[float, float] = {}
        for so_far, chance in sums.items():
            for more, times in earned.items():
                after[so_far + more] = after.get(so_far + more, 0.0) + chance * times / len(hands)
        sums = after
    return {total / len(golds): chance for total, chance in sums.items()}


def _kept(chances: Mapping[float, float], taken_off: float) -> float:
    return sum(chance * above_guessing(share, taken_off) for share, chance in chances.items())


def _misconception(answer: ClaimAnswer, gold: ClaimGold, case: Case) -> str:
    verdicts = {way.verdict for way, _ in _ways(gold)}
    if answer.verdict not in verdicts:
        return gold.wrong.get(answer.verdict, "D0")
    told = next((gold.misused[record] for record in answer.evidence if record in gold.misused), "")
    cards = (case.records[name] for name in answer.evidence if name in case.records)
    circular = any(speaks_for(card, case.claims[gold.id]) for card in cards)
    return told or ("C2" if circular else "D0")


def _message(answer: ClaimAnswer, gold: ClaimGold, earned: float, misconception: str) -> str:
    if earned == 1:
        return "The verdict stands, and what you gave with it can carry it."
    if earned:
        sharper = "" if answer.verdict == gold.verdict else " Arguable: is there a sharper verdict?"
        stray = " One of your two records cannot carry it." if _stray(answer, gold) else ""
        return f"Part of the mark.{sharper}{stray}"
    said = MISCONCEPTIONS[misconception].definition
    if answer.verdict in {way.verdict for way, _ in _ways(gold)}:
        if answer.verdict == "not_shown" and not answer.gap:
            return "That verdict can be defended, but it needs its gap, why it is not shown, and you gave none."
        if answer.verdict == "not_shown" and not answer.evidence:
            return f"That verdict can be defended, but the gap you gave, with no record beside it, does not carry it. {said}"
        if answer.verdict == "not_shown":
            return f"That verdict can be defended, but the gap or the nearest record you gave does not carry it. {said}"
        if not answer.evidence:
            return "That verdict can be defended, but it needs a record that could know, and you gave none."
        return f"That verdict can be defended, but not with the records you gave. {said}"
    return f"The records that could know do not carry that verdict. {said}"


def _stray(answer: ClaimAnswer, gold: ClaimGold) -> bool:
    return max(_carried(answer, way, gold) for way, _ in _ways(gold) if way.verdict == answer.verdict) < 1


def _reason(gold: ClaimGold) -> str:
    gaps = f" ({' or '.join(GAPS[g].label for g in gold.gaps)})" if gold.gaps else ""
    usable = "; ".join(" with ".join(s) for s in gold.usable) or "none needed"
    return f"{VERDICTS[gold.verdict].label}{gaps}. Records that carry it: {usable}. {gold.reason}"


def _asked(claim: str, case: Case) -> str:
    return f"{claim}: {case.claims[claim].text}"


def score(*, answer: Mapping[str, ClaimAnswer], gold: Gold, task: Task, case: Case) -> Score:
    """Return the mark of a set of claims.

    Share 1 means every claim was judged rightly with something that can carry it; 0 means no more
    than blind guessing would have earned. An empty answer is 0.
    """
    golds = [gold.claims[item] for item in task.items]
    blind = guessing(golds, task.options)
    items: list[Item] = []
    bets: list[float] = []
    trusted = [0, 0]
    questioned = [0, 0]
    for key in golds:
        given = answer.get(key.id)
        sound = key.verdict == "supported"
        (trusted if sound else questioned)[1] += 1
        if given is None:
            items.append(Item(key.id, 0.0, "blank", _asked(key.id, case), "No answer.", reason=_reason(key)))
            continue
        (trusted if sound else questioned)[0] += (given.verdict == "supported") == sound
        earned = credit(given, key)
        outcome = "right" if earned == 1 else "half" if earned else "wrong"
        misconception = "" if earned == 1 else _misconception(given, key, case)
        what = f"{_asked(key.id, case)} You said: {VERDICTS[given.verdict].label}"
        what += f" ({GAPS[given.gap].label})" if given.gap else ""
        what += f", with {' and '.join(given.evidence)}" if given.evidence else ", with no record"
        message = _message(given, key, earned, misconception)
        items.append(Item(key.id, earned, outcome, what, message, misconception, _reason(key)))
        if given.confidence is not None:
            bets.append(confidence_score(confidence=given.confidence, right=earned == 1))
    total = sum(item.credit for item in items)
    mean = total / len(golds)
    share = above_guessing(mean, blind) if mean else 0.0
    arithmetic = (
        f"{total:g} of {len(golds)} is {mean:.0%}; {blind:.0%} is taken off for blind guessing: "
        f"({mean:.0%} − {blind:.0%}) ÷ (100% − {blind:.0%}) leaves {share:.0%} of the marks."
    )
    notes = [
        f"You trusted {trusted[0]} of {trusted[1]} sound claims and questioned {questioned[0]} of {questioned[1]} others."
    ]
    if bets:
        notes.append(
            f"Your stated confidence scored {sum(bets) / len(bets):+.2f} on average (from −1 to +1; honest doubt pays)."
        )
    return Score(clip(share), RULE, arithmetic, tuple(items), tuple(notes) if answer else ())
