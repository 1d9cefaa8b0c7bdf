"""The worked numbers of the research files, and what must hold for any numbers."""

from itertools import permutations
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from whosaidso import scores

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:sklearn", "ignore::UserWarning:sklearn")

RANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from("xyz")).map(lambda r: (r[0], r[0] + r[1], r[2])),
    max_size=12,
)


def spans(*places: int) -> list[scores.Labelled]:
    return [(20 * place, 20 * place + 10, "loaded_language") for place in places]


@pytest.mark.parametrize(
    ("hits", "false_alarms", "d_prime", "error", "c"),
    [
        pytest.param(7, 5, 0.39, 0.52, 0.00, id="before"),
        pytest.param(11, 9, 0.58, 0.61, -0.91, id="cynic"),
        pytest.param(11, 2, 2.07, 0.63, -0.16, id="discerning"),
        pytest.param(3, 1, 0.58, 0.61, 0.91, id="credulous"),
        pytest.param(12, 12, 0.00, None, -1.77, id="marks all"),
    ],
)
def test_scores_detection_gives_the_worked_table(hits, false_alarms, d_prime, error, c):
    found = scores.detection(hits=hits, signals=12, false_alarms=false_alarms, noises=12)
    assert found[0] == pytest.approx(d_prime, abs=0.005)
    assert found[1] == pytest.approx(c, abs=0.005)
    if error is not None:
        assert found[2] == pytest.approx(error, abs=0.005)


@settings(deadline=None)
@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))))
def test_scores_detection_has_the_sign_of_what_was_told_apart(counts):
    n, hits, false_alarms = counts
    d_prime, c, error = scores.detection(hits=hits, signals=n, false_alarms=false_alarms, noises=n)
    assert (d_prime > 1e-12) == (hits > false_alarms)
    assert (d_prime < -1e-12) == (hits < false_alarms)
    assert (c < -1e-12) == (hits + false_alarms > n)
    assert error > 0
    assert scores.detection(hits=false_alarms, signals=n, false_alarms=hits, noises=n)[0] == pytest.approx(-d_prime)


def test_scores_detection_needs_items_of_both_sorts():
    with pytest.raises(ValueError, match="at least one"):
        scores.detection(hits=0, signals=0, false_alarms=0, noises=3)


@pytest.mark.parametrize(
    ("p", "right", "wrong"), [(0.25, 0.44, -0.06), (0.50, 0.75, -0.25), (0.75, 0.94, -0.56), (0.95, 1.00, -0.90)]
)
def test_scores_confidence_gives_the_worked_table(p, right, wrong):
    assert scores.confidence_score(confidence=p, right=True) == pytest.approx(right, abs=0.005)
    assert scores.confidence_score(confidence=p, right=False) == pytest.approx(wrong, abs=0.005)


@pytest.mark.parametrize(
    ("when_verdict_only", "when_wrong", "mean"), [(0.75, 0.50, 0.43), (0.95, 0.95, 0.21), (0.25, 0.25, 0.56)]
)
def test_scores_confidence_gives_the_worked_students(when_verdict_only, when_wrong, mean):
    bets = [(0.95, True)] * 7 + [(when_verdict_only, False)] * 2 + [(when_wrong, False)] * 3
    earned = [scores.confidence_score(confidence=p, right=right) for p, right in bets]
    assert sum(earned) / len(earned) == pytest.approx(mean, abs=0.005)


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_scores_confidence_pays_most_for_what_is_believed(belief, said):
    def expected(p: float) -> float:
        right, wrong = (scores.confidence_score(confidence=p, right=r) for r in (True, False))
        return belief * right + (1 - belief) * wrong

    assert expected(belief) >= expected(said) - 1e-12
    assert scores.confidence_score(confidence=said, right=True) >= scores.confidence_score(
        confidence=belief, right=False
    )


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_scores_confidence_refuses_what_is_no_probability(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        scores.confidence_score(confidence=confidence, right=True)


@pytest.mark.parametrize(
    ("answer", "f1"),
    [
        pytest.param(spans(*range(8)), 0.89, id="expert"),
        pytest.param(spans(0, 1, 2), 0.46, id="timid"),
        pytest.param(spans(*range(9), *range(10, 18)), 0.67, id="cynic"),
        pytest.param(spans(*range(20)), 0.67, id="ticks all of a pick-list"),
        pytest.param([], 0.0, id="nothing"),
    ],
)
def test_scores_overlap_f1_gives_the_worked_table(answer, f1):
    assert scores.overlap_f1(answer=answer, gold=spans(*range(10)))[2] == pytest.approx(f1, abs=0.005)


@settings(deadline=None)
@given(RANGES, RANGES, st.randoms())
def test_scores_overlap_f1_stays_in_range_and_knows_no_order(answer, gold, draw):
    answer, gold = scores.merge(answer), scores.merge(gold)
    found = scores.overlap_f1(answer=answer, gold=gold)
    assert all(0 <= value <= 1 + 1e-12 for value in found)
    mixed = [draw.sample(side, len(side)) for side in (answer, gold)]
    assert scores.overlap_f1(answer=mixed[0], gold=mixed[1]) == pytest.approx(found)
    precision, recall, f1 = scores.overlap_f1(answer=gold, gold=answer)
    assert (recall, precision, f1) == pytest.approx(found)


@settings(deadline=None)
@given(RANGES)
def test_scores_overlap_f1_is_one_for_the_gold_itself(gold):
    assert scores.overlap_f1(answer=scores.merge(gold), gold=scores.merge(gold)) == pytest.approx((1, 1, 1))


@settings(deadline=None)
@given(RANGES, st.randoms())
def test_scores_merge_keeps_every_character_once(ranges, draw):
    merged = scores.merge(ranges)
    assert merged == scores.merge(draw.sample(ranges, len(ranges))) == scores.merge(merged)
    covered = [(n, label) for start, end, label in merged for n in range(start, end)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {(n, label) for start, end, label in ranges for n in range(start, end)}


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 0.99))
def test_scores_above_guessing_stays_between_nothing_and_all(share, guessing):
    left = scores.above_guessing(share, guessing)
    assert 0 <= left <= 1
    assert left <= share + 1e-9
    assert left == 0 or share > guessing
    assert scores.above_guessing(1.0, guessing) == 1


def test_scores_above_guessing_gives_the_worked_student():
    assert scores.above_guessing((7 + 2 * 0.25) / 12, 0.09) == pytest.approx(0.59, abs=0.005)
    with pytest.raises(ValueError, match="below 1"):
        scores.above_guessing(0.5, 1.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_scores_kappa_agrees_with_scikit_learn(pairs):
    theirs = cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])
    assert scores.kappa(pairs) == pytest.approx(1.0 if isnan(theirs) else theirs)


def test_scores_kappa_of_nothing_is_none():
    assert scores.kappa([]) is None


def test_scores_kendall_tau_gives_the_worked_random_orders():
    taus = [scores.kendall_tau(order, "abcdef") for order in permutations("abcdef")]
    assert sum(scores.clip(tau) for tau in taus) / 720 == pytest.approx(0.14, abs=0.005)
    assert sum(scores.clip((tau - 0.6) / 0.4) for tau in taus) / 720 == pytest.approx(0.01, abs=0.005)
    assert (max(taus), min(taus)) == (1, -1)


@pytest.mark.parametrize("order", [["a", "b"], ["a", "b", "b"], []])
def test_scores_kendall_tau_refuses_other_things(order):
    with pytest.raises(ValueError, match="expected an order of"):
        scores.kendall_tau(order, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("value", "clipped"), [(float("nan"), 0), (float("inf"), 1), (float("-inf"), 0), (-0.1, 0), (1.1, 1), (0.5, 0.5)]
)
def test_scores_clip_ends_in_a_share(value, clipped):
    assert scores.clip(value) == clipped


@settings(deadline=None)
@given(st.text(st.sampled_from("ab.“” \n\t\u00a0")))
def test_scores_word_ranges_are_the_words(text):
    assert [text[start:end] for start, end in scores.word_ranges(text)] == text.split()
