"""Claims that are judged have a whole key; claims that are only discussed have two sides and no verdict."""

import re
import shutil
from pathlib import Path

import pytest
from attrs import evolve

from whosaidso import cards, vocabulary
from whosaidso.cases import load_case, read_case
from whosaidso.cases.checks import case_faults
from whosaidso.gold import read_gold

ROOT = Path(__file__).resolve().parents[2]
CASE = load_case("mosul_2016")
KEY = read_gold(ROOT / "solutions/mosul-claims/gold.toml", "mosul-claims", CASE)[0].claims
OF = {bank: [c for c in CASE.claims.values() if c.bank == bank] for bank in vocabulary.BANKS}
TALKED = CASE.claims["c31"]


def test_there_are_ten_graded_ten_open_and_all_of_the_policy_s_list():
    assert len(OF["graded"]) == 10
    assert len(OF["open"]) >= 10
    assert len(OF["discussion"]) == 23


@pytest.mark.parametrize("claim", OF["graded"] + OF["open"], ids=lambda claim: claim.id)
def test_a_judged_claim_has_a_kind_a_message_for_each_wrong_verdict_and_a_history(claim):
    gold = claim.gold or KEY[claim.id]
    assert claim.type in vocabulary.CLAIM_TYPES
    right = {gold.verdict, *(accept.verdict for accept in (*gold.accept_full, *gold.accept_half))}
    assert set(gold.wrong) == set(vocabulary.VERDICTS) - right
    assert gold.history
    assert all(row.when and row.who and row.what for row in gold.history)


def test_open_claims_hold_and_fail_on_more_than_one_side():
    sound = {claim.origin_group for claim in OF["open"] if claim.gold.verdict == "supported"}
    unsound = {claim.origin_group for claim in OF["open"] if claim.gold.verdict != "supported"}
    assert {"iran", "russia", "iraq"} <= sound
    assert {"iran", "russia", "iraq", "us_coalition"} <= unsound


def test_a_key_rests_on_records_that_were_read():
    for claim in OF["open"]:
        for record in {name for group in claim.gold.usable for name in group}:
            assert CASE.records[record].how_read != "named_only", (claim.id, record)


@pytest.mark.parametrize("claim", OF["discussion"], ids=lambda claim: claim.id)
def test_a_discussed_claim_says_what_would_settle_it_and_judges_nothing(claim):
    assert claim.gold is None
    assert "What would settle it:" in claim.note
    verdicts = "|".join([*(term.label for term in vocabulary.VERDICTS.values()), "true", "false", "wrong", "lie"])
    assert not re.search(rf"\b({verdicts})\b", claim.note, re.I)
    assert not [task.id for task in CASE.tasks.values() if claim.id in task.items]


def test_a_discussed_claim_gives_no_graded_answer_away():
    """It names no graded claim, has none of their wording, and shows no record that carries one of their keys."""
    carrying = {record for gold in KEY.values() for group in gold.usable for record in group}
    for claim in OF["discussion"]:
        assert not carrying & {*claim.for_records, *claim.against_records, *claim.beside_records}, claim.id
        assert not carrying & set(re.findall(r"\br\d{3}\b", claim.note)), claim.id
        assert not re.search(r"\bc(0\d|10)\b", claim.note), claim.id
        assert claim.text not in {graded.text for graded in OF["graded"]}


def test_no_new_open_key_rests_on_a_record_that_carries_a_graded_one():
    carrying = {record for gold in KEY.values() for group in gold.usable for record in group}
    for name in ("c19", "c20", "c21"):
        gold = CASE.claims[name].gold
        assert not carrying & {*(r for group in gold.usable for r in group), *gold.misused}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gold": evolve(CASE.claims["c11"].gold, id="c31")}, "is for discussion and carries gold."),
        ({"note": " "}, "has no note."),
        ({"for_records": (), "against_records": ()}, "has no record for or against."),
        ({"for_records": ("r999",)}, "for_records is 'r999', which is no record."),
        ({"beside_records": ("r063",)}, "has r063 twice."),
        ({"bank": "open", "gold": evolve(CASE.claims["c11"].gold, id="c31")}, "is open and has records for and against"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_discussed_claim_is_said(change, said):
    case = evolve(CASE, claims=CASE.claims | {"c31": evolve(TALKED, **change)})
    assert [fault for fault in case_faults(case) if fault.id == "c31" and said in fault.problem]


def test_neither_side_is_enough_when_the_note_says_that_none_was_found():
    claim = evolve(TALKED, for_records=(), against_records=(), note="No record was found on either side.")
    assert not case_faults(evolve(CASE, claims=CASE.claims | {"c31": claim}))


@pytest.mark.parametrize("task", ["practice-claims", "mosul-claims-1"])
def test_a_discussed_claim_is_never_offered(task):
    asked = evolve(CASE.tasks[task], items=(*CASE.tasks[task].items, "c31"))
    faults = case_faults(evolve(CASE, tasks=CASE.tasks | {task: asked}))
    assert any("asks for c31, which is discussion." in fault.problem for fault in faults)


def test_only_claims_can_be_for_discussion(tmp_path):
    folder = Path(shutil.copytree(ROOT / "src/whosaidso/cases/mosul_2016", tmp_path / "case"))
    path = folder / "articles.toml"
    path.write_text(path.read_text("utf-8").replace('bank = "open"', 'bank = "discussion"', 1), "utf-8")
    _, faults = read_case(folder)
    assert any("bank is 'discussion', which is no bank." in fault.problem for fault in faults)


def test_the_card_and_the_table_show_both_sides_and_no_verdict():
    shown = cards.claim_card(CASE, "c32", "x")[0].astext()
    assert "For discussion: no verdict." in shown
    for part in ("Records for", "r037", "Records against", "r127", "Beside it", "r061", "What would settle it"):
        assert part in shown
    judged, _, discussed = cards.claim_table(CASE)
    assert "c31" not in judged.astext()
    assert "c11" not in discussed.astext()
    for term in vocabulary.VERDICTS.values():
        assert term.label not in discussed.astext()
