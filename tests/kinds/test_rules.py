"""The mark rules, on a case small enough to check by hand."""

from itertools import combinations, product

import pytest

from tests.course.courses import ROOT, gold_of
from whosaidso.cases import load_case
from whosaidso.kinds import part
from whosaidso.kinds.claim_check import scoring as claims
from whosaidso.records import (
    Accept,
    Case,
    Claim,
    ClaimGold,
    Edge,
    Gold,
    History,
    Link,
    Part,
    Passage,
    SpanGold,
    Task,
    VoicesGold,
)  # fmt: skip
from whosaidso.scores import Score, word_ranges

HISTORY = (History("2026-11-20", "team", "made up for a test"),)
TEXT = (
    "The “bold” plan, a wicked bad plot: it’s a bold and truly dreadful scheme that people say nobody will ever want."
)


def case(**tables) -> Case:
    names = "articles quotations texts passages sources edges records claims headline_claims spans tasks"
    empty: dict = {name: {} for name in names.split()}
    return Case(id="tiny", title="", summary="", **{**empty, **tables})


def marked(raw: object, task: Task, gold: Gold, where: Case) -> tuple[Score, tuple[str, ...]]:
    parsed = part(task.kind, "answer").parse(raw, task, where)
    return part(task.kind, "scoring").score(answer=parsed.answer, gold=gold, task=task, case=where), parsed.problems


# --- claims ------------------------------------------------------------------------------------------------

RECORDS = ("r001", "r002", "r003", "r004")
KEYS = (
    ClaimGold("c01", "supported", "Reason.", HISTORY, usable=(("r001",),), misused={"r003": "C2"}, wrong={"contradicted": "C3"}),
    ClaimGold(
        "c02", "contradicted", "Reason.", HISTORY, usable=(("r002",), ("r003", "r004")),
        accept_half=(Accept("missing_context"), Accept("not_shown", usable=(("r001",),), gaps=("records_conflict",))),
    ),
    ClaimGold("c03", "not_shown", "Reason.", HISTORY, gaps=("no_record",)),
)  # fmt: skip
CLAIM_TASK = Task("t", "a", "claim_check", "T", ("c01", "c02", "c03"), 3, 5, options=RECORDS)
CLAIM_CASE = case(claims={k.id: Claim(k.id, f"Claim {k.id}.", "event", "", "", "graded", "iraq") for k in KEYS})
CLAIM_GOLD = Gold("a", "draft", claims={key.id: key for key in KEYS})


def credits(raw: dict) -> dict[str, float]:
    score, _ = marked(raw, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)
    return {item.id: item.credit for item in score.items}


@pytest.mark.parametrize(
    ("claim", "answer", "credit"),
    [
        ("c01", {"verdict": "supported", "evidence": ["r001"]}, 1),
        ("c01", {"verdict": "supported", "evidence": ["r002", "r001"]}, 0.5),
        ("c01", {"verdict": "Supported", "evidence": "R001"}, 1),
        ("c01", {"verdict": "supported", "evidence": ["r002"]}, 0),
        ("c01", {"verdict": "supported"}, 0),
        ("c01", "supported", 0),
        ("c01", {"verdict": "contradicted", "evidence": ["r001"]}, 0),
        ("c02", {"verdict": "contradicted", "evidence": ["r003"]}, 0),
        ("c02", {"verdict": "contradicted", "evidence": ["r004", "r003"]}, 1),
        ("c02", {"verdict": "contradicted", "evidence": ["r002", "r003"]}, 1),
        ("c02", {"verdict": "missing context", "evidence": ["r002"]}, 0.5),
        ("c02", {"verdict": "missing context", "evidence": ["r002", "r001"]}, 0.25),
        ("c02", {"verdict": "missing-context", "evidence": ["r001"]}, 0),
        ("c02", {"verdict": "not_shown", "evidence": ["r001"], "gap": "records_conflict"}, 0.5),
        ("c02", {"verdict": "not_shown", "evidence": ["r002"], "gap": "records_conflict"}, 0),
        ("c02", {"verdict": "not_shown", "evidence": ["r001"], "gap": "no_record"}, 0),
        ("c03", {"verdict": "not_shown", "gap": "no record"}, 1),
        ("c03", {"verdict": "not_shown", "gap": "silent_on_intent"}, 0),
        ("c03", {"verdict": "not_shown"}, 0),
        ("c03", {"verdict": "contradicted", "evidence": ["r001"]}, 0),
    ],
)
def test_claim_check_pays_a_verdict_only_with_what_carries_it(claim, answer, credit):
    assert credits({claim: answer})[claim] == credit


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"evidence": ["r002"], "gap": "no_record"}, "the gap or the nearest record you gave does not carry it."),
        ({"gap": "no_record"}, "the gap you gave, with no record beside it, does not carry it."),
        ({"gap": "records_conflict"}, "the gap you gave, with no record beside it, does not carry it."),
        ({"evidence": ["r001"]}, "it needs its gap, why it is not shown, and you gave none."),
        ({}, "it needs its gap, why it is not shown, and you gave none."),
    ],
)
def test_claim_check_says_of_not_shown_only_what_was_given(given, said):
    score, _ = marked({"c02": {"verdict": "not_shown", **given}}, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)
    (item,) = [item for item in score.items if item.id == "c02"]
    assert item.credit == 0
    assert item.message.startswith(f"That verdict can be defended, but {said}")


def test_claim_check_counts_two_records_and_says_so():
    raw = {"c01": {"verdict": "supported", "evidence": ["r002", "r003", "r001"]}}
    _, problems = marked(raw, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)
    assert credits(raw)["c01"] == 0
    assert problems == ("c01: 3 records given; only the first 2 count.",)


def test_claim_check_reads_a_set_of_records_in_one_order_always():
    parse = part("claim_check", "answer").parse
    given = {"c01": {"verdict": "supported", "evidence": {"r003", "r002", "r004", "r001"}}}
    assert parse(given, CLAIM_TASK, CLAIM_CASE).answer["c01"].evidence == ("r001", "r002")


def blind(guessed: float) -> tuple[float, float]:
    """What the best blind strategy earns, and what it keeps of it, every hand of cards tried."""
    gaps = ("no_record", "silent_on_intent", "records_conflict", "one_interested_unnamed_source")
    words = [("supported", ""), ("contradicted", ""), ("missing_context", ""), *(("not_shown", gap) for gap in gaps)]
    earned, kept = [], []
    for (verdict, gap), cards in product(words, range(3)):
        hands = [list(hand) for hand in combinations(RECORDS, cards)]
        tables = [
            [credits({c: {"verdict": verdict, "gap": gap, "evidence": hand}})[c] for hand in hands]
            for c in CLAIM_TASK.items
        ]
        shares = [sum(drawn) / 3 for drawn in product(*tables)]
        earned.append(sum(shares) / len(shares))
        kept.append(sum(max(0, share - guessed) / (1 - guessed) for share in shares) / len(shares))
    return max(earned), max(kept)


def test_claim_check_guessing_takes_off_what_the_best_blind_strategy_earns():
    taken = claims.guessing(KEYS, RECORDS)
    earned, kept = blind(taken)
    assert earned == pytest.approx(1 / 3)  # c03 needs no record, so one word is right on it
    assert earned <= taken
    assert kept <= 0.05
    assert earned > taken - 0.01 or blind(taken - 0.01)[1] > 0.05, "a percent less would do"


def test_claim_check_share_is_what_guessing_would_not_have_earned():
    right = {
        "c01": {"verdict": "supported", "evidence": ["r001"]},
        "c02": {"verdict": "contradicted", "evidence": ["r002"]},
        "c03": {"verdict": "not_shown", "gap": "no_record"},
    }
    assert marked(right, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)[0].share == 1
    two, _ = marked(right | {"c03": "supported"}, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)
    assert two.share == pytest.approx((2 / 3 - 0.34) / (1 - 0.34))
    one, _ = marked({"c03": right["c03"]}, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)
    assert one.share == 0
    assert marked({}, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)[0].share == 0


def test_claim_check_names_the_misconception_of_a_tempting_record_or_verdict():
    def misconception(answer: dict) -> str:
        return marked({"c01": answer}, CLAIM_TASK, CLAIM_GOLD, CLAIM_CASE)[0].items[0].misconception

    assert misconception({"verdict": "supported", "evidence": ["r003"]}) == "C2"
    assert misconception({"verdict": "contradicted", "evidence": ["r003"]}) == "C3"
    assert misconception({"verdict": "missing_context"}) == "D0"


# --- wording -----------------------------------------------------------------------------------------------


def span(name: str, exact: str, grade: str, *, occurrence: int = 1, misconception: str = "") -> SpanGold:
    labels = () if grade == "lure" else ("loaded_language",)
    return SpanGold(
        name, "w01", "one", "p1", exact, grade, "Reason.", HISTORY, occurrence, labels, misconception=misconception
    )


SPANS = (
    span("s1", "wicked bad plot", "core"),
    span("s2", "bold", "core", occurrence=2),
    span("s3", "“bold”", "lure", misconception="B2"),
    span("s4", "people say nobody", "lure", misconception="B1"),
    span("s5", "truly dreadful", "arguable"),
)
SPAN_TASK = Task("t", "a", "span_label", "T", ("w01",), 5, 5)
OTHER = Passage("w09", "open", "practice", "Another cut of the same paragraph", (Part("one", "p1", "Short."),))
SPAN_CASE = case(passages={"w01": Passage("w01", "graded", "graded", "T", (Part("one", "p1", TEXT),)), "w09": OTHER})
SPAN_GOLD = Gold("a", "draft", spans=SPANS)


def span_share(*rows: tuple) -> float:
    score, problems = marked([("one", "p1", *row) for row in rows], SPAN_TASK, SPAN_GOLD, SPAN_CASE)
    assert problems == ()
    return score.share


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        pytest.param([("wicked bad plot", 1, "loaded_language")], 0.5, id="exact"),
        pytest.param([("bad plot", 1, "loaded_language")], 0.5, id="half of it"),
        pytest.param([("wicked", 1, "loaded_language")], 0, id="less than half of it"),
        pytest.param([("plan, a wicked bad plot: it’s a", 1, "name_calling")], 0.5, id="a little loose, other label"),
        pytest.param([(TEXT[:63], 1, "loaded_language")], 0, id="much too long, with a lure"),
        pytest.param(
            [("wicked", 1, "loaded_language"), ("bad", 1, "loaded_language")], 0.5, id="neighbours count as one"
        ),
        pytest.param([("bold", 2, "loaded_language")], 0.5, id="second occurrence"),
        pytest.param([("bold", 2.0, "loaded_language")], 0.5, id="second occurrence, with a point"),
        pytest.param([("bold", 1, "loaded_language")], 0, id="first occurrence is the lure"),
        pytest.param([("wicked bad plot", 1, "euphemism"), ("bold", 1, "scare_quotes")], 0, id="hit less lure"),
        pytest.param([("wicked bad plot", 1, "euphemism"), ("truly dreadful", 1, "euphemism")], 0.5, id="arguable"),
        pytest.param([("wicked bad plot", 1, "euphemism"), ("bold", 2, "loaded_language")], 1, id="all"),
        pytest.param(
            [('"BOLD"', 1, "scare_quotes"), ("wicked bad plot", 1, "euphemism")], 0, id="straight quotes, capitals"
        ),
        pytest.param([("it's a bold", 1, "loaded_language")], 0.5, id="straight apostrophe"),
        pytest.param([("wicked bad plot", 1, "euphemism")] * 5, 0.5, id="the same five times"),
    ],
)
def test_span_label_mark_is_hits_less_lures(rows, share):
    assert span_share(*rows) == share


def test_span_label_mark_that_is_too_long_is_told_to_mark_less():
    score, _ = marked(
        [("one", "p1", TEXT[16:], 1, "loaded_language")], SPAN_TASK, Gold("a", "d", spans=SPANS[:2]), SPAN_CASE
    )
    assert score.share == 0
    assert score.items[0].misconception == "B4"


def test_span_label_words_marked_one_by_one_fall_for_a_lure_all_the_same():
    labels = ("loaded_language", "name_calling")
    words = [("one", "p1", word, 1, labels[n % 2]) for n, word in enumerate(["people", "say", "nobody"])]
    found = ("one", "p1", "wicked bad plot", 1, "loaded_language")
    for lure in (words, words[::2]):  # with labels in turn, and with every other word
        score, _ = marked([found, *lure], SPAN_TASK, SPAN_GOLD, SPAN_CASE)
        assert score.share == 0
        assert [item.misconception for item in score.items if item.outcome == "wrong" and item.what] == ["B1"] * len(
            lure
        )


def test_span_label_every_word_marked_one_by_one_finds_nothing():
    labels = ("loaded_language", "name_calling")
    gold = Gold("a", "draft", spans=SPANS[:2])
    ranges = word_ranges(TEXT)
    words = [TEXT[start:end] for start, end in ranges]
    times = [sum(TEXT.startswith(TEXT[start:end], n) for n in range(start + 1)) for start, end in ranges]
    rows = [("one", "p1", word, time, labels[n % 2]) for n, (word, time) in enumerate(zip(words, times, strict=True))]
    score, problems = marked(rows, SPAN_TASK, gold, SPAN_CASE)
    assert (score.share, problems) == (0, ())
    assert (
        "1 of 2 found"
        in marked([row for row in rows if row[2] == "bold" and row[3] == 2], SPAN_TASK, gold, SPAN_CASE)[0].arithmetic
    )
    two_labels = [("one", "p1", "wicked", 1, "loaded_language"), ("one", "p1", "bad plot", 1, "name_calling")]
    assert marked(two_labels, SPAN_TASK, gold, SPAN_CASE)[0].share == 0.5


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("one", "p1", "bold", 3, "loaded_language"), "is not 3 times in one p1"),
        (("one", "p1", "wickd", 1, "loaded_language"), "Did you mean 'wicked'?"),
        (("two", "p1", "bold", 1, "loaded_language"), "'two' is not a text of this exercise"),
        (("one", "p1", "bold", 2), "add a label"),
        (("one", "p1", "bold", 2, "lies"), "'lies' is not a label"),
        (("one", "p1", "bold", True, "loaded_language"), "which time they occur"),
        ("bold", "write (\"article\""),
        (("one", "p1", "  ", 1, "loaded_language"), "is not in one p1"),
    ],
)  # fmt: skip
def test_span_label_says_what_cannot_be_read(row, says):
    _, problems = marked([row], SPAN_TASK, SPAN_GOLD, SPAN_CASE)
    assert len(problems) == 1
    assert says in problems[0]


# --- sourcing ----------------------------------------------------------------------------------------------


def edge(name: str, teller: str, told_by: str, article: str, paragraph: str) -> Edge:
    return Edge(name, teller, told_by, "cites", article, paragraph, "graded")


LINKS = (
    edge("e1", "one", "agency", "one", "p1"), edge("e2", "agency", "voice", "one", "p2"),
    edge("e3", "two", "agency", "two", "p1"), edge("e4", "two", "minister", "two", "p4"),
)  # fmt: skip
TRACE_GOLD = Gold(
    "a", "draft", edges=LINKS, accepted=(Link("local", "two"), Link("crowd")), lures=(Link("photo", misconception="A4"),),
    voices={
        "k1": VoicesGold("k1", ("voice",), ("1", "1_or_more"), "Reason.", HISTORY, wrong={"2": "A1"}, also_voices=(("voice", "local"),))
    },
)  # fmt: skip
NAMES = ("agency", "voice", "minister", "local", "crowd", "photo", "other")
TRACE_TASK = Task("t", "a", "source_trace", "T", ("one", "two"), 4, 5, options=NAMES)
VOICES_TASK = Task("v", "a", "source_trace", "T", ("one", "two"), 2, 5, options=NAMES, voices=("k1",))
RIGHT = [(e.teller, e.told_by) for e in LINKS]


@pytest.mark.parametrize(
    ("links", "share"),
    [
        (RIGHT, 1),
        (RIGHT[:2], 2 / 4),
        (RIGHT[:2] * 3, 2 / 4),
        ([*RIGHT[:2], ("agency", "two")], 2 / 4),
        ([*RIGHT[:2], ("two", "other")], 1.5 / 4),
        ([*RIGHT[:2], ("two", "photo"), ("one", "photo")], 1 / 4),
        ([("two", "other"), ("one", "other"), ("other", "one")], 0),
        ([*RIGHT[:2], ("two", "local")], 2 / 4),
        ([*RIGHT[:2], ("one", "crowd"), ("two", "crowd")], 2 / 4),
        ([*RIGHT[:2], ("one", "voice"), ("two", "voice")], 2 / 4),
        ([], 0),
    ],
    ids=[
        "all",
        "two",
        "two thrice",
        "reversed",
        "invented",
        "lures",
        "floor",
        "accepted",
        "accepted for any",
        "skipped",
        "none",
    ],
)
def test_source_trace_mark_is_right_less_half_of_invented(links, share):
    score, problems = marked({"edges": links}, TRACE_TASK, TRACE_GOLD, case())
    assert problems == ()
    assert score.share == pytest.approx(share)


@pytest.mark.parametrize(
    ("link", "outcome", "credit", "misconception"),
    [
        (("one", "agency"), "right", 1, ""),
        (("agency", "one"), "reversed", 0, "A3"),
        (("one", "other"), "invented", -0.5, "D0"),
        (("two", "photo"), "invented", -0.5, "A4"),
        (("two", "local"), "neither", 0, ""),
        (("one", "voice"), "neither", 0, "A2"),
    ],
)
def test_source_trace_says_what_became_of_a_link(link, outcome, credit, misconception):
    score, _ = marked({"edges": [link]}, TRACE_TASK, TRACE_GOLD, case())
    item = score.items[0]
    assert (item.outcome, item.credit, item.misconception) == (outcome, credit, misconception)


@pytest.mark.parametrize(
    ("voices", "count", "share"),
    [
        (["voice"], "1", 1),
        (["voice"], "1 or more", 1),
        (["local", "voice"], 1, 1),
        (["voice"], 1.0, 1),
        (["voice"], "2", 0.5),
        (["agency"], "1", 0),
        (["voice", "agency"], "1", 0),
        ([], "1", 0),
        (["voice"], None, 0.5),
    ],
)
def test_source_trace_counts_voices_only_with_the_right_ones(voices, count, share):
    raw = {"voices": {"k1": voices}, "independent": {"k1": count}}
    assert marked(raw, VOICES_TASK, TRACE_GOLD, case())[0].share == share


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ([("one", "agency")], "should be one {…}"),
        ({"edges": "one"}, "edges should be a list of links"),
        ({"edges": [("one",)]}, "link 1: write"),
        ({"edges": [("one", "agncy")]}, "Did you mean 'agency'?"),
        ({"edges": [("one", "agency", "told")]}, "'told' is not a relation"),
        ({"edges": [("one", "agency", "cites", "page 3")]}, "'page 3' is not a place"),
        ({"links": []}, "'links' is not asked for"),
        ({"voices": ["voice"]}, "voices should be a {…}"),
        ({"voices": {"k1": 5}}, "voices k1"),
        ({"independent": {"k1": "four"}}, "'four' is not one of the counts"),
    ],
)
def test_source_trace_says_what_cannot_be_read(raw, says):
    _, problems = marked(raw, TRACE_TASK, TRACE_GOLD, case())
    assert len(problems) == 1
    assert says in problems[0]


def test_a_card_of_the_claims_own_side_is_called_circular_though_the_key_names_none() -> None:
    case = load_case("twin")
    task = case.tasks["twin-claims-1"]
    gold = gold_of(ROOT, "twin-claims")
    claim, card = case.claims["c708"], case.records["r718"]
    assert (card.origin_group, card.party, claim.type) == (claim.origin_group, True, "figure")
    assert card.id not in gold.claims[claim.id].misused

    def told(card: str) -> str:
        items = marked({claim.id: {"verdict": "supported", "evidence": [card]}}, task, gold, case)[0].items
        return next(item.misconception for item in items if item.id == claim.id)

    assert told("r718") == "C2"
    assert told("r726") == "D0"
    assert told("r709") == ""
