"""What `whosaidso check` asks of citations, balance, cautions and links, on a case made up for it."""

import json
import re
from pathlib import Path

import pytest
from attrs import evolve

from tests.book.tiny_case import HISTORY, record, tiny_case
from whosaidso.cases import load_case, open_gold
from whosaidso.gold import read_gold
from whosaidso.grading.blind import BOUND
from whosaidso.grading.standards import SIDES, balance, cautions_exceeded, cited_nowhere, listed, listed_links
from whosaidso.kinds import part
from whosaidso.records import Accept, Claim, ClaimGold
from whosaidso.scores import word_ranges
from whosaidso.vocabulary import GROUPS, HOW_READ, LISTED_HOSTS, PARTLY_READ

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
LETTERS = r"[^\W\d_]"


def gold(name: str = "c02", verdict: str = "supported", **more: object) -> ClaimGold:
    return ClaimGold(**({"id": name, "verdict": verdict, "reason": "So.", "history": HISTORY} | more))


def lines(faults: object) -> list[str]:
    return [str(fault) for fault in faults]


def test_what_is_cited_must_exist(tmp_path: Path):
    (tmp_path / "book" / "deep").mkdir(parents=True)
    (tmp_path / "solutions" / "a").mkdir(parents=True)
    (tmp_path / "book" / "deep" / "page.md").write_text("{rec}`r001`, r901, {q101}\n```{claim-card} c02\n```", "utf-8")
    (tmp_path / "book" / "page.md").write_text("```{claim-card} c99\n```\n```{quotation} q901\n```", "utf-8")
    cells = [{"source": ["See r902", " and r001."]}]
    (tmp_path / "solutions" / "a" / "n.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    (tmp_path / "solutions" / "a" / "broken.ipynb").write_text("r903", "utf-8")
    (tmp_path / "solutions" / "a" / "gold.toml").write_text('reason = "Not {q902}."', "utf-8")
    found = [(fault.file, fault.id) for fault in cited_nowhere(tmp_path, tiny_case())]
    assert found == [
        ("book/deep/page.md", "r901"), ("book/page.md", "c99"), ("book/page.md", "q901"),
        ("solutions/a/gold.toml", "q902"), ("solutions/a/n.ipynb", "r902"),
    ]  # fmt: skip


def test_no_live_link_leads_to_a_listed_outlet(tmp_path: Path):
    case = tiny_case()
    live = record("r003", link="live", url="https://maps.southfront.press/x")
    shown = record("r004", link="text", url="https://tass.com/x")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "a.md").write_text(
        "[x](https://www.rt.com/news) <https://tass.com/a> <a href='https://sana.sy/'>s</a> `https://rt.com/b` "
        "[y](https://example.org/rt.com)",
        "utf-8",
    )
    two = evolve(case, records={"r003": live, "r004": shown}), evolve(case, records={})
    said = lines(listed_links(tmp_path, *two))
    assert len(said) == 4
    assert said[0].startswith("records.toml: r003: links to SouthFront")
    assert [line.split(" links to ")[1][:4] for line in said[1:]] == ["RT, ", "TASS", "SANA"]
    for host in LISTED_HOSTS:
        assert listed(f"https://www.{host}/page")
        assert not listed(f"https://not{host}/")


def test_a_supplementary_record_never_pays_alone():
    case = tiny_case()
    case = evolve(case, records={**case.records, "r003": record("r003", supplementary=True, how_read="full")})

    def said(key: ClaimGold) -> list[str]:
        return lines(cautions_exceeded("f", [key], case))

    assert "c02: is carried by r003, never sole evidence" in said(gold(usable=(("r003",),)))[0]
    half = (Accept("contradicted", usable=(("r003",),)),)
    both = (("r001", "r003"),)
    assert "is carried by r003" in said(gold(usable=both, accept_half=half, enough="x"))[0]
    assert said(gold(usable=both, enough="It stands in the opening.")) == []
    assert said(gold(verdict="not_shown", usable=(("r003",),))) == []


def test_records_read_in_part_carry_a_claim_only_with_a_reason():
    case = tiny_case()
    for how in HOW_READ:
        held = evolve(case, records={"r001": record("r001", how_read=how), "r002": record("r002", how_read="full")})
        alone = lines(cautions_exceeded("f", [gold(usable=(("r001",),))], held))
        assert bool(alone) == (how in PARTLY_READ)
        assert lines(cautions_exceeded("f", [gold(usable=(("r001",),), enough="Because.")], held)) == []
        assert lines(cautions_exceeded("f", [gold(usable=(("r001",), ("r002",)))], held)) == []


def test_every_article_has_a_supported_claim_and_every_side_has_both():
    case = tiny_case()
    groups = [groups[0] for groups in SIDES.values()]
    claims, golds = {}, {}
    for number, group in enumerate(groups * 2):
        name = f"c1{number}"
        article = case.articles["open-one" if number % 2 else "graded-one"].id
        claims[name] = Claim(name, "x", "event", article, "p1", "open", group)
        golds[name] = gold(name, "supported" if number < len(groups) else "not_shown")
    case = evolve(case, claims=claims)
    figures: list[tuple[str, str]] = []
    assert lines(balance(case, golds, figures)) == []
    assert dict(figures)["open-one, claims with a key"] == "2 supported, 2 other"
    assert "2 independent" in dict(figures)["tiny, records, by whom carried"]
    without = {name: key for name, key in golds.items() if name != "c10"}
    assert [
        "claims.toml: Iran: has the keys: 0 supported, 1 other" in line for line in lines(balance(case, without, []))
    ] == [True]
    cynic = {name: evolve(key, verdict="contradicted") for name, key in golds.items()}
    assert len(lines(balance(case, cynic, []))) == len(SIDES) + len(case.articles)
    trusting = {name: evolve(key, verdict="supported") for name, key in golds.items()}
    assert len(lines(balance(case, trusting, []))) == len(SIDES)


def test_the_sides_are_groups_and_no_group_is_counted_twice():
    counted = [group for groups in SIDES.values() for group in groups]
    assert len(counted) == len(set(counted))
    assert set(counted) <= set(GROUPS)


def test_then_and_now_has_as_many_sound_passages_as_weak_ones():
    shown = load_case("mosul_2016").reflections
    assert [item.sound for item in shown.values()].count(True) == 3
    assert len(shown) == 6
    assert not [item.id for item in shown.values() if any(word in item.text for word in ("Mosul", "ISIS", "Iraq"))]


def test_every_open_claim_is_practised_and_most_of_them_hold():
    case = load_case("mosul_2016")
    practised = [
        item
        for task in case.tasks.values()
        if task.kind == "claim_check" and not task.assignment
        for item in task.items
    ]
    golds = open_gold(case).claims
    assert set(practised) == set(golds)
    sound = sum(key.verdict == "supported" for key in golds.values())
    assert 0.60 <= sound / len(golds) <= 0.75, f"{sound} of {len(golds)} are supported"


@pytest.mark.parametrize(
    ("cue", "bound"),
    [
        ("every quotation", BOUND),
        ("every single word in quotation marks", BOUND),
        ("every word of the headlines", BOUND),
        ("every explained word", BOUND),
        ("every word that ends like an adjective", BOUND),
        ("every word of 8 letters or more", 0.10),
        ("every word of 10 letters or more", 0.15),
    ],
)
def test_a_shallow_cue_earns_next_to_nothing_on_wording(cue: str, bound: float):
    case = load_case("mosul_2016")
    key, faults = read_gold(SOLUTIONS / "mosul-wording" / "gold.toml", "mosul-wording", case)
    assert not faults
    task = case.tasks["mosul-wording-1"]
    passages = [case.passages[item] for item in task.items]
    parts = [p for passage in passages for p in passage.part]

    def found(pattern: str, flags: int = 0) -> list[tuple]:
        return [(p, m.start(), m.end()) for p in parts for m in re.finditer(pattern, p.text, flags)]

    def words(keep) -> list[tuple]:
        return [(p, a, b) for p in parts for a, b in word_ranges(p.text) if keep(p, re.findall(LETTERS, p.text[a:b]))]

    marks = {
        "every quotation": lambda: found('[“«"][^”»"]*[”»"]'),
        "every single word in quotation marks": lambda: found('[“«"]\\w+[.,]?[”»"]'),
        "every word of the headlines": lambda: words(lambda p, _: p.paragraph == "H"),
        "every explained word": lambda: [
            (p, m.start(), m.end())
            for passage in passages
            for gloss in passage.gloss
            for p in passage.part
            for m in re.finditer(re.escape(gloss.word), p.text)
        ],
        "every word that ends like an adjective": lambda: found(
            r"\b\w+(?:al|ive|ous|ic|ary|ful|ed|ing|able|ant|ent)\b"
        ),
        "every word of 8 letters or more": lambda: words(lambda _, letters: len(letters) >= 8),
        "every word of 10 letters or more": lambda: words(lambda _, letters: len(letters) >= 10),
    }[cue]()
    assert len(marks) >= 5
    raw = [
        (
            p.article,
            p.paragraph,
            p.text[a:b],
            sum(p.text.startswith(p.text[a:b], n) for n in range(a + 1)),
            "loaded_language",
        )
        for p, a, b in marks
    ]
    parsed = part("span_label", "answer").parse(raw, task, case)
    score = part("span_label", "scoring").score(answer=parsed.answer, gold=key, task=task, case=case)
    assert score.share <= bound, score.arithmetic


def test_a_citation_may_lead_to_any_of_the_cases(tmp_path: Path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "page.md").write_text("{rec}`r001, r501`, r901", "utf-8")
    other = evolve(tiny_case(), records={"r501": record("r501")})
    assert [fault.id for fault in cited_nowhere(tmp_path, tiny_case(), other)] == ["r901"]
    assert [fault.id for fault in cited_nowhere(tmp_path, tiny_case())] == ["r501", "r901"]


def test_a_case_of_records_alone_need_not_hear_every_side():
    case = tiny_case()
    assert len(lines(balance(evolve(case, claims={}), {}, []))) == len(SIDES) + len(case.articles)
    assert lines(balance(evolve(case, claims={}, articles={}), {}, [])) == []
