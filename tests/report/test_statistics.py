"""Every statistic against an independent implementation, and against the numbers worked out by hand beforehand."""

import krippendorff
import numpy as np
import pytest
from scipy import stats

from whosaidso.report.statistics import (
    alpha,
    calibration,
    correlation,
    correlation_interval,
    difference_interval,
    discrimination,
    items_needed,
    mean_interval,
    rest_scores,
    share_interval,
    spearman_brown,
    standard_error,
    suppressed,
    t_quantile,
    thirds,
    welch_t,
    word_alpha,
)
from whosaidso.scores import detection


def test_statistics_of_detection_are_those_worked_out_beforehand():
    # signal = misleading item; 12 + 12 items; log-linear correction (Hautus 1995)
    worked = {(7, 5): (0.39, 0.00, 0.52), (11, 9): (0.58, -0.91, 0.61), (11, 2): (2.07, -0.16, 0.63), (3, 1): (0.58, 0.91, 0.61)}  # fmt: skip
    for (hits, false_alarms), expected in worked.items():
        found = detection(hits=hits, signals=12, false_alarms=false_alarms, noises=12)
        assert [round(value, 2) + 0.0 for value in found] == list(expected)
        z = stats.norm.ppf([(hits + 0.5) / 13, (false_alarms + 0.5) / 13])
        assert found[:2] == pytest.approx((z[0] - z[1], -z.mean()))


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 7, 9.6, 29, 59, 299, 999])
def test_t_quantile(df):
    assert t_quantile(0.975, df) == pytest.approx(stats.t.ppf(0.975, df), rel=2e-5)


def test_mean_interval():
    values = np.random.default_rng(1).normal(0.6, 0.2, 37)
    low, high = stats.t.interval(0.95, 36, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(list(values))
    assert (found.value, found.low, found.high) == pytest.approx((values.mean(), low, high), rel=1e-5)
    assert mean_interval([]) is None
    assert mean_interval([0.5]) is None
    assert mean_interval([0.5, 0.5]).low == 0.5


@pytest.mark.parametrize(("count", "n"), [(0, 10), (18, 30), (30, 30), (1, 1000)])
def test_share_interval(count, n):
    reference = stats.binomtest(count, n).proportion_ci(method="wilson")
    found = share_interval(count, n)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_welch():
    draw = np.random.default_rng(2)
    one, other = draw.normal(0.3, 1, 23), draw.normal(0, 2, 41)
    reference = stats.ttest_ind(one, other, equal_var=False)
    assert welch_t(one, other) == pytest.approx(reference.statistic)
    found, limits = difference_interval(list(one), list(other)), reference.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), rel=1e-4)
    assert welch_t([1, 1], [1, 1]) is None
    assert welch_t([], [1, 2, 3, 4]) is None
    assert welch_t([1.0], [0, 1, 2]) == 0


def test_correlation_interval():
    draw = np.random.default_rng(3)
    one = draw.normal(size=50)
    other = one + draw.normal(size=50)
    reference = stats.pearsonr(one, other)
    limits = reference.confidence_interval(0.95)
    r = correlation(one, other)
    found = correlation_interval(r, 50)
    assert (r, found.low, found.high) == pytest.approx((reference.statistic, limits.low, limits.high))
    assert correlation(np.ones(5), one[:5]) is None
    assert correlation_interval(0.5, 3) is None
    assert np.isfinite(correlation_interval(1.0, 10).high)


def planted(students=300, items=24):
    """Return a class's credits: one key error (item 0), one flat item (item 1)."""
    draw = np.random.default_rng(20)
    ability = draw.normal(size=(students, 1))
    chance = 1 / (1 + np.exp(-(ability - np.linspace(-1.5, 1.5, items))))
    credits = (draw.random((students, items)) < chance).astype(float)
    credits[:, 0] = draw.random(students) < 0.6 - 0.1 * np.tanh(ability[:, 0])
    credits[:, 1] = draw.random(students) < 0.5
    return credits


def test_corrected_item_total_correlation():
    credits = planted()
    found = discrimination(credits)
    for item in range(credits.shape[1]):
        rest = np.delete(credits, item, axis=1).sum(axis=1)
        assert found[item] == pytest.approx(stats.pearsonr(credits[:, item], rest).statistic)
    assert found[0] < 0.05
    assert found[1] < 0.15
    assert min(found[2:]) > 0.15


def test_an_unanswered_item_counts_nowhere():
    credits = np.array([[1.0, 1, np.nan], [0, 0, np.nan], [1, 1, 1], [0, 1, 0]])
    rest = rest_scores(credits)
    assert not np.isnan(rest).any()
    assert np.isnan(rest_scores(credits[:, :1])).all()
    assert discrimination(credits[:, :1]) == [None]


def test_alpha_is_kr20_and_the_mean_of_split_halves():
    credits = planted()
    k = credits.shape[1]
    p = credits.mean(axis=0)
    kr20 = k / (k - 1) * (1 - (p * (1 - p)).sum() / credits.sum(axis=1).var())
    assert alpha(credits) == pytest.approx(kr20)
    covariance = np.cov(credits, rowvar=False)  # α from covariances: k·c̄ ÷ (v̄ + (k − 1)·c̄)
    mean_c = (covariance.sum() - np.trace(covariance)) / (k * (k - 1))
    assert alpha(credits) == pytest.approx(k * mean_c / (np.trace(covariance) / k + (k - 1) * mean_c))
    assert alpha(np.delete(credits, [0, 1], axis=1)) > alpha(credits)
    assert alpha(np.ones((5, 3))) is None
    assert alpha(np.zeros((0, 0))) is None
    assert alpha(credits[:1]) is None


def test_spearman_brown_and_standard_error_are_those_worked_out_beforehand():
    assert round(spearman_brown(0.784, 36 / 24), 3) == 0.845
    assert round(standard_error(2.2 / np.sqrt(1 - 0.784), 0.784), 1) == 2.2
    needed = items_needed(0.784, 24, 0.845)
    assert needed in (36, 37)
    assert items_needed(0.0, 10, 0.7) is None
    assert items_needed(-0.3, 10, 0.7) is None


def test_standard_errors_of_shares_and_correlations_are_those_worked_out_beforehand():
    for n, expected in ((30, 0.09), (300, 0.03)):
        found = share_interval(round(0.6 * n), n)
        assert (found.high - found.low) / 2 / 1.96 == pytest.approx(expected, abs=0.006)
    for n, expected in ((30, 0.17), (300, 0.05)):
        found = correlation_interval(0.3, n)
        assert (found.high - found.low) / 2 / 1.96 == pytest.approx(expected, abs=0.006)


def test_word_alpha_is_krippendorffs():
    draw = np.random.default_rng(4)
    marks = (draw.random((12, 80)) < draw.choice([0.02, 0.02, 0.5], 80)).astype(int)
    reference = krippendorff.alpha(reliability_data=marks, level_of_measurement="nominal")
    assert word_alpha([int(n) for n in marks.sum(axis=0)], 12) == pytest.approx(reference)
    assert word_alpha([0, 0], 12) is None
    assert word_alpha([12, 12], 12) is None
    assert word_alpha([], 12) is None


def test_high_raw_agreement_on_sparse_marks_is_not_high_alpha():
    marked = [0] * 96 + [1, 1, 1, 2]  # five students, a hundred words
    assert word_alpha(marked, 5) < 0.4


def test_calibration():
    steps, over = calibration([(0.95, True), (0.95, False), (0.25, False), (0.25, True)])
    assert [(s.stated, s.n, s.right) for s in steps] == [(0.25, 2, 1), (0.95, 2, 1)]
    assert over == pytest.approx(0.1)
    assert calibration([]) == ([], None)


def test_thirds():
    lower, upper = thirds(np.array([1.0, 2, 3, 4, 5, 6]))
    assert list(lower) == [True, True, False, False, False, False]
    assert upper.sum() == 2
    for standing in ([], [1.0, 2.0], [1.0] * 9):
        lower, upper = thirds(np.array(standing))
        assert not lower.any()
        assert not upper.any()


@pytest.mark.parametrize(
    "counts", [{"a": 3, "b": 50, "c": 20}, {"a": 3, "b": 2, "c": 40}, {"a": 9, "b": 9, "c": 9}, {"a": 40, "b": 0}, {"a": 5}]
)  # fmt: skip
def test_no_suppressed_count_can_be_worked_out_from_the_total(counts):
    shown = suppressed(counts)
    hidden = [name for name, count in shown.items() if count is None]
    assert all(count is None or count == 0 or count >= 10 for count in shown.values())
    assert not hidden or len(hidden) > 1 or len([n for n in counts.values() if n]) == 1
    left = sum(counts.values()) - sum(count for count in shown.values() if count is not None)
    assert not hidden or left >= 10 or all(shown[n] is None for n in counts if counts[n])
